//! The position that the address writes: read, and valued with what is known of its legs.

use leptos::prelude::*;
use market::{Contract, Moment, Series, Symbol};
use plan::{Instrument, LegValue, Outlook, Position, Scenario, Strategy, read_position, value};
use quant::options::{ChainBook, RATE_DEFAULT, Wander};

use super::Route;
use crate::components::{OtherOdds, PlanNow};
use crate::erased::memo;

/// Looks at a series, where it is known.
pub(super) type Look<'a> = &'a dyn Fn(Series, &mut dyn FnMut(&ChainBook));

/// What the address says of a plan.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Written {
    /// Nothing yet.
    Nothing,
    /// A position, and dollars paid for it.
    Position(Position, Option<f64>),
    /// What is wrong with it.
    Nonsense(String),
}

impl Written {
    /// As the address has it.
    pub(super) fn of(route: Route) -> Memo<Self> {
        memo(move || {
            let address = route.address.read();
            Self::read(&address.position, &address.paid)
        })
    }

    fn read(position: &str, paid: &str) -> Self {
        let text = notation(position);
        if text.trim().is_empty() {
            return Self::Nothing;
        }
        match read_position(&text) {
            Ok(position) => {
                let paid = paid.parse().ok().filter(|paid: &f64| paid.is_finite());
                let paid = paid.or(position.paid);
                Self::Position(position, paid)
            }
            Err(error) => Self::Nonsense(format!("`{text}`, {error}.")),
        }
    }

    /// The position, where it is one.
    pub(super) fn position(&self) -> Option<&Position> {
        match self {
            Self::Position(position, _) => Some(position),
            Self::Nothing | Self::Nonsense(_) => None,
        }
    }

    /// The position, where it is one on this symbol: a link may write any other.
    pub(super) fn position_on(&self, symbol: Symbol) -> Option<&Position> {
        self.position().filter(|position| position.underlying() == symbol)
    }

    /// The series of its legs, each once, where it is on this symbol.
    pub(super) fn series(&self, symbol: Symbol) -> Vec<Series> {
        let mut series: Vec<Series> = Vec::new();
        for contract in self.position_on(symbol).into_iter().flat_map(Position::options) {
            if !series.contains(&contract.series) {
                series.push(contract.series);
            }
        }
        series
    }

    /// What it is worth and may bring, `symbol` at `spot`; nothing until every leg is known, and
    /// where it is on something else.
    pub(super) fn valued(
        &self,
        symbol: Symbol,
        stand: (f64, Moment),
        look: Look<'_>,
    ) -> Option<PlanNow> {
        let Self::Position(position, told) = self else { return None };
        let is_on = position.underlying() == symbol;
        is_on.then(|| valued(position, *told, stand, look)).flatten()
    }
}

/// What a position is worth and may bring, `told` dollars paid for it or the middle; nothing until
/// every leg is known.
pub(super) fn valued(
    position: &Position,
    told: Option<f64>,
    (spot, at): (f64, Moment),
    look: Look<'_>,
) -> Option<PlanNow> {
    let legs = values(position, spot, look)?.ok()?;
    let value = value(position, &legs);
    let scenario = Scenario::new(position, &legs, RATE_DEFAULT, at);
    let paid = told.or(value.mid);
    let mut wander = None;
    if let Some(first) = position.options().min_by_key(|one| one.series.expires_at()) {
        look(first.series, &mut |book| wander = Wander::until_end_of(book));
    }
    let outlook =
        paid.and_then(|paid| Outlook::new(position, scenario.as_ref().ok(), paid, spot, wander));
    Some(PlanNow {
        strategy: Strategy::of(position),
        position: position.clone(),
        legs,
        value,
        paid,
        is_paid_told: told.is_some(),
        outlook,
        scenario: scenario.map_err(|instrument| instrument.to_string()),
        wander,
        odds: OtherOdds::default(),
        spot,
        at,
    })
}

/// What is known of each leg; nothing until every series came. The error is a contract that its
/// series does not have.
pub(super) fn values(
    position: &Position,
    spot: f64,
    look: Look<'_>,
) -> Option<Result<Vec<LegValue>, Contract>> {
    let mut values = Vec::with_capacity(position.legs().len());
    for leg in position.legs() {
        let value = match leg.instrument {
            Instrument::Shares(_) => LegValue::shares(spot),
            Instrument::Option(contract) => {
                let mut known = None;
                look(contract.series, &mut |book| known = Some(LegValue::of(book, contract)));
                match known? {
                    Some(value) => value,
                    None => return Some(Err(contract)),
                }
            }
        };
        values.push(value);
    }
    Some(Ok(values))
}

/// A position as the address writes it, as traders do.
pub(super) fn notation(position: &str) -> String {
    position.replace('_', " ").replace('~', ";")
}

/// A position and what was paid for it, as the address writes them.
pub(super) fn link_of(position: Option<&Position>, paid: Option<f64>) -> (String, String) {
    let written = position.map(ToString::to_string).unwrap_or_default();
    let link = written.replace("; ", "~").replace(' ', "_").replace('+', "");
    (link, paid.map(|paid| format!("{paid:.2}")).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_as_a_link_is_read_from_it() {
        for text in ["-1 SPXW 27FEB24 5100C; 1 SPXW 8MAR24 5110.5C", "100 SPY; -1 SPY 15MAR24 520C"]
        {
            let position = read_position(text).expect("a position");
            let (link, paid) = link_of(Some(&position), Some(-125.5));
            assert!(!link.contains([' ', '+', ';']), "{link}");
            assert_eq!(Written::read(&link, &paid), Written::Position(position, Some(-125.5)));
        }
        assert_eq!(Written::read("", "5"), Written::Nothing);
        assert!(matches!(Written::read("-1_SPXW_27MAX24_5100C", ""), Written::Nonsense(_)));
        // What was paid is in the notation, where it is said there.
        let told = Written::read("-2_SPXW_27FEB24_5100/5110C_@1.25", "nonsense");
        assert!(matches!(told, Written::Position(_, Some(-250.0))));
    }
}
