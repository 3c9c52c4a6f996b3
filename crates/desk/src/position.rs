//! What a position is worth on the trader's tape.

use market::Series;
use plan::{Instrument, LegValue, Position, PositionValue, value};
use quant::options::ChainBook;

use crate::{Desk, DeskError, TapeState, Trader};

/// A position with what is known of each leg.
#[derive(Clone, Debug, PartialEq)]
pub struct ValuedPosition {
    /// As of which moment of which tape.
    pub state: TapeState,
    /// The underlying's price, in points.
    pub spot: f64,
    /// In the order of the position's legs.
    pub legs: Vec<LegValue>,
    /// Their sum.
    pub value: PositionValue,
}

impl Desk {
    /// What is `position` worth now, and what moves it?
    pub async fn value_position(
        &self,
        trader: &Trader,
        position: &Position,
    ) -> Result<ValuedPosition, DeskError> {
        let expiries = self.expiries(trader, position.underlying()).await?;
        let no_price = || {
            let symbol = position.underlying();
            DeskError::Malformed(format!("{symbol} has no price yet: wait for it"))
        };
        let spot = expiries.spot.ok_or_else(no_price)?;
        let mut books: Vec<(Series, ChainBook)> = Vec::new();
        for contract in position.options() {
            let series = contract.series;
            if books.iter().all(|(known, _)| *known != series) {
                let quoted = self.quotes(trader, series).await?;
                books.push((series, quoted.book().ok_or_else(no_price)?));
            }
        }
        let legs = position.legs().iter().map(|leg| match leg.instrument {
            Instrument::Shares(_) => Ok(LegValue::shares(spot)),
            Instrument::Option(contract) => {
                let book = books.iter().find(|(series, _)| *series == contract.series);
                let option = book.and_then(|(_, book)| {
                    let strikes = &book.quotes().strikes;
                    let place = strikes.binary_search_by_key(&contract.strike, |one| one.strike);
                    Some(book.option(place.ok()?, contract.right))
                });
                let option = option.ok_or_else(|| {
                    DeskError::Malformed(format!(
                        "`{contract}` is not listed: choose a strike that is"
                    ))
                })?;
                Ok(LegValue {
                    mid: option.quote.mid(),
                    bid: option.quote.bid.map(|bid| bid.to_f64()),
                    ask: option.quote.ask.map(|ask| ask.to_f64()),
                    iv: option.iv,
                    greeks: option.greeks,
                })
            }
        });
        let legs: Vec<LegValue> = legs.collect::<Result<_, DeskError>>()?;
        let value = value(position, &legs);
        Ok(ValuedPosition { state: expiries.state, spot, legs, value })
    }
}
