//! What a chain tells of each contract: which columns, in which order, and what stands in them.

use market::{Price, Right, format};
use quant::options::{ChainBook, ChainOption, Wander};

/// A column of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainColumn {
    /// The best bid.
    Bid,
    /// The best ask.
    Ask,
    /// Between them.
    Mid,
    /// The last trade.
    Last,
    /// Last or mid against the session before's mark.
    Change,
    /// Contracts traded today.
    Volume,
    /// Contracts open before today.
    OpenInterest,
    /// Our implied volatility.
    Iv,
    /// The vendor's.
    VendorIv,
    /// What it is worth as the underlying stands now.
    Value,
    /// Points a point.
    Delta,
    /// Delta a point.
    Gamma,
    /// Points a day.
    Theta,
    /// Points a vol point.
    Vega,
    /// Points for 1 % of rate.
    Rho,
    /// The chance that the underlying comes to the strike before the series ends.
    Touch,
    /// What dealers are taken to hold of it.
    Exposure,
}

/// A contract, and the chain that it is of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChainContract<'a> {
    /// As it is quoted, with what that implies.
    pub(crate) option: ChainOption<'a>,
    book: &'a ChainBook,
    place: usize,
    right: Right,
}

impl<'a> ChainContract<'a> {
    /// The contract at a place of a chain.
    pub(crate) fn of(book: &'a ChainBook, place: usize, right: Right) -> Self {
        Self { option: book.option(place, right), book, place, right }
    }

    /// The chance that the underlying comes to its strike before it ends.
    fn touch(&self) -> Option<f64> {
        let strike = self.book.quotes().strikes.get(self.place)?.strike;
        Wander::until_end_of(self.book)?.touch(strike.to_f64())
    }

    /// Gamma in dollars for a move of 1 %, calls held and puts sold by dealers: the usual
    /// assumption.
    fn exposure(&self) -> Option<f64> {
        let gamma = self.option.greeks.as_ref()?.gamma;
        let open = f64::from(self.option.quote.open_interest);
        let multiplier = f64::from(self.book.series().terms().multiplier);
        let spot = self.book.spot();
        Some(self.right.sign() * gamma * open * multiplier * spot * spot / 100.0)
    }
}

impl ChainColumn {
    /// Every column.
    pub(crate) const ALL: [Self; 17] = [
        Self::Exposure,
        Self::Touch,
        Self::OpenInterest,
        Self::Volume,
        Self::VendorIv,
        Self::Iv,
        Self::Rho,
        Self::Vega,
        Self::Theta,
        Self::Gamma,
        Self::Delta,
        Self::Value,
        Self::Change,
        Self::Last,
        Self::Mid,
        Self::Ask,
        Self::Bid,
    ];

    /// What is shown until somebody chooses, from the outside to the strike.
    pub(crate) const FIRST: [Self; 7] = [
        Self::OpenInterest,
        Self::Volume,
        Self::Theta,
        Self::Delta,
        Self::Iv,
        Self::Bid,
        Self::Ask,
    ];

    /// The head of the column.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bid => "Bid",
            Self::Ask => "Ask",
            Self::Mid => "Mid",
            Self::Last => "Last",
            Self::Change => "Change",
            Self::Volume => "Volume",
            Self::OpenInterest => "OI",
            Self::Iv => "IV",
            Self::VendorIv => "IV vendor",
            Self::Value => "Value",
            Self::Delta => "Delta",
            Self::Gamma => "Gamma",
            Self::Theta => "Theta",
            Self::Vega => "Vega",
            Self::Rho => "Rho",
            Self::Touch => "Touch",
            Self::Exposure => "GEX",
        }
    }

    /// What it means, with its unit.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Bid => "The best bid, in points",
            Self::Ask => "The best ask, in points",
            Self::Mid => "The middle of bid and ask, in points",
            Self::Last => "The last trade today, in points",
            Self::Change => "The mid less the session before's closing mark, in points",
            Self::Volume => "Contracts traded today",
            Self::OpenInterest => "Contracts open when the session before ended",
            Self::Iv => "The volatility a year that the mid implies, computed on this device",
            Self::VendorIv => "The volatility a year as the feed tells it",
            Self::Value => "Its worth at its implied volatility as the underlying stands now",
            Self::Delta => "Points for each point of the underlying",
            Self::Gamma => "Delta for each point of the underlying",
            Self::Theta => "Points for each calendar day that passes",
            Self::Vega => "Points for each vol point",
            Self::Rho => "Points for each 1 % of interest",
            Self::Touch => {
                "The chance that the underlying comes to the strike before this expiry, by the \
                 volatility at the money: what options cost, not a forecast"
            }
            Self::Exposure => {
                "Gamma in dollars for a move of 1 %, dealers taken to be long calls and short puts"
            }
        }
    }

    /// What a press of it does: a bid is sold at, an ask is bought at.
    pub(crate) fn trade(self, option: &ChainOption<'_>) -> Option<&'static str> {
        match self {
            Self::Bid => option.quote.bid.map(|_| "sell"),
            Self::Ask => option.quote.ask.map(|_| "buy"),
            _ => None,
        }
    }

    /// Its letter in the cookie.
    fn letter(self) -> char {
        match self {
            Self::Bid => 'b',
            Self::Ask => 'a',
            Self::Mid => 'm',
            Self::Last => 'l',
            Self::Change => 'c',
            Self::Volume => 'n',
            Self::OpenInterest => 'o',
            Self::Iv => 'i',
            Self::VendorIv => 'j',
            Self::Value => 'w',
            Self::Delta => 'd',
            Self::Gamma => 'g',
            Self::Theta => 't',
            Self::Vega => 'v',
            Self::Rho => 'r',
            Self::Touch => 'p',
            Self::Exposure => 'e',
        }
    }

    /// The letters of columns, for the cookie.
    pub(crate) fn letters(columns: &[Self]) -> String {
        columns.iter().map(|column| column.letter()).collect()
    }

    /// The columns of letters, each once; what is not understood is left out.
    pub(crate) fn of_letters(letters: &str) -> Vec<Self> {
        let mut columns = Vec::new();
        for letter in letters.chars() {
            let column = Self::ALL.into_iter().find(|column| column.letter() == letter);
            columns.extend(column.filter(|column| !columns.contains(column)));
        }
        columns
    }

    /// Columns of the other side of the strike: mirrored, but the bid stays left of the ask.
    pub(crate) fn mirrored(columns: &[Self]) -> Vec<Self> {
        let mut mirrored: Vec<Self> = columns.iter().rev().copied().collect();
        let place = |sought| mirrored.iter().position(|column| *column == sought);
        if let (Some(bid), Some(ask)) = (place(Self::Bid), place(Self::Ask)) {
            let is_apart = 1 < bid.abs_diff(ask);
            if !is_apart {
                mirrored.swap(bid, ask);
            }
        }
        mirrored
    }

    /// The figure of a contract as a number, for a file; nothing when there is none.
    pub(crate) fn number(self, contract: &ChainContract<'_>) -> Option<f64> {
        let ChainOption { quote, iv, greeks } = &contract.option;
        match self {
            Self::Bid => quote.bid.map(Price::to_f64),
            Self::Ask => quote.ask.map(Price::to_f64),
            Self::Mid => quote.mid(),
            Self::Last => quote.last.map(Price::to_f64),
            Self::Change => Some(quote.mid()? - quote.prior?.to_f64()),
            Self::Volume => Some(quote.volume.into()),
            Self::OpenInterest => Some(quote.open_interest.into()),
            Self::Iv => iv.ok(),
            Self::VendorIv => quote.vendor_iv,
            Self::Value => Some(greeks.as_ref()?.price),
            Self::Delta => Some(greeks.as_ref()?.delta),
            Self::Gamma => Some(greeks.as_ref()?.gamma),
            Self::Theta => Some(greeks.as_ref()?.theta),
            Self::Vega => Some(greeks.as_ref()?.vega),
            Self::Rho => Some(greeks.as_ref()?.rho),
            Self::Touch => contract.touch(),
            Self::Exposure => contract.exposure(),
        }
    }

    /// The figure as traders read it; a dash where there is none.
    pub(crate) fn text(self, contract: &ChainContract<'_>) -> String {
        let Some(number) = self.number(contract).filter(|number| number.is_finite()) else {
            return "–".to_owned();
        };
        match self {
            Self::Change => format::signed(number, 2),
            Self::Volume | Self::OpenInterest => format::price(number, 0),
            Self::Iv | Self::VendorIv => format!("{:.1}", 100.0 * number),
            Self::Delta => format::price(number, 3),
            Self::Gamma => format::price(number, 4),
            Self::Touch => format!("{:.0}%", 100.0 * number),
            Self::Exposure => format::dollars(number),
            _ => format::price(number, 2),
        }
    }

    /// Why there is no figure; nothing where there is one or nobody need ask.
    pub(crate) fn absence(self, option: &ChainOption<'_>) -> Option<String> {
        let needs_iv = match self {
            Self::Iv
            | Self::Value
            | Self::Delta
            | Self::Gamma
            | Self::Theta
            | Self::Vega
            | Self::Rho
            | Self::Exposure => true,
            Self::Bid
            | Self::Ask
            | Self::Mid
            | Self::Last
            | Self::Change
            | Self::Volume
            | Self::OpenInterest
            | Self::VendorIv
            | Self::Touch => false,
        };
        let why = option.iv.err().filter(|_| needs_iv)?;
        Some(format!("Not available: {why}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn columns_survive_the_cookie(places in prop::collection::vec(0_usize..17, 0..20)) {
            let mut columns: Vec<ChainColumn> = Vec::new();
            for place in places {
                let column = ChainColumn::ALL[place];
                if !columns.contains(&column) {
                    columns.push(column);
                }
            }
            let letters = ChainColumn::letters(&columns);
            prop_assert_eq!(ChainColumn::of_letters(&letters), columns);
        }

        #[test]
        fn any_letters_are_some_columns(letters in "\\PC{0,30}") {
            let columns = ChainColumn::of_letters(&letters);
            prop_assert!(columns.len() <= ChainColumn::ALL.len());
        }
    }

    #[test]
    fn the_bid_stays_left_of_the_ask() {
        use ChainColumn::{Ask, Bid, Delta, Iv};
        assert_eq!(ChainColumn::mirrored(&[Iv, Delta, Bid, Ask]), [Bid, Ask, Delta, Iv]);
        assert_eq!(ChainColumn::mirrored(&[Bid, Delta, Ask]), [Ask, Delta, Bid]);
        assert_eq!(ChainColumn::mirrored(&[Delta, Ask]), [Ask, Delta]);
    }
}
