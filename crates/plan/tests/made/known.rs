//! What chains tell of a position's legs.

use plan::{Instrument, LegValue, Position};
use quant::options::ChainBook;

use super::made_chain::SPOT;

/// What is known of a position's legs in these chains.
pub(crate) fn known(position: &Position, books: &[ChainBook]) -> Vec<LegValue> {
    let of = |instrument: Instrument| match instrument {
        Instrument::Shares(_) => LegValue::shares(SPOT),
        Instrument::Option(contract) => {
            let book = books.iter().find(|book| book.series() == contract.series).unwrap();
            LegValue::of(book, contract).unwrap()
        }
    };
    position.legs().iter().map(|leg| of(leg.instrument)).collect()
}
