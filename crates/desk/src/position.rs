//! What a position is worth on the trader's tape.

use market::Series;
use plan::{Instrument, LegValue, Outlook, Position, PositionValue, Scenario, value};
use quant::options::{ChainBook, RATE_DEFAULT, Wander};

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
    /// What it may bring; nothing where what was paid, or what a model needs, is not known.
    pub outlook: Option<Outlook>,
}

impl Desk {
    /// What is `position` worth now, and what moves it?
    pub async fn value_position(
        &self,
        trader: &Trader,
        position: &Position,
    ) -> Result<ValuedPosition, DeskError> {
        self.valued(trader, position, &mut Vec::new()).await
    }

    /// What are these worth now? A series is looked at once, however many of them have it.
    pub async fn value_positions(
        &self,
        trader: &Trader,
        positions: &[Position],
    ) -> Vec<Result<ValuedPosition, DeskError>> {
        let (mut books, mut valued) = (Vec::new(), Vec::with_capacity(positions.len()));
        for position in positions {
            valued.push(self.valued(trader, position, &mut books).await);
        }
        valued
    }

    async fn valued(
        &self,
        trader: &Trader,
        position: &Position,
        books: &mut Vec<(Series, ChainBook)>,
    ) -> Result<ValuedPosition, DeskError> {
        let expiries = self.expiries(trader, position.underlying()).await?;
        let no_price = || {
            let symbol = position.underlying();
            DeskError::Malformed(format!("{symbol} has no price yet: wait for it"))
        };
        let spot = expiries.spot.ok_or_else(no_price)?;
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
                let known = book.and_then(|(_, book)| LegValue::of(book, contract));
                known.ok_or_else(|| {
                    DeskError::Malformed(format!(
                        "`{contract}` is not listed: choose a strike that is"
                    ))
                })
            }
        });
        let legs: Vec<LegValue> = legs.collect::<Result<_, DeskError>>()?;
        let value = value(position, &legs);
        let scenario = Scenario::new(position, &legs, RATE_DEFAULT, expiries.state.at).ok();
        let first = position.ends_at();
        let wander = books.iter().find(|(series, _)| Some(series.expires_at()) == first);
        let wander = wander.and_then(|(_, book)| Wander::until_end_of(book));
        let outlook = position
            .paid
            .or(value.mid)
            .and_then(|paid| Outlook::new(position, scenario.as_ref(), paid, spot, wander));
        Ok(ValuedPosition { state: expiries.state, spot, legs, value, outlook })
    }
}
