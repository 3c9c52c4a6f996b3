//! Positions that a trader keeps: planned, open or closed.

use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;
use market::{Contract, Moment, Symbol, TapeId};
use serde::{Deserialize, Serialize};

use crate::ApiError;

/// A position as it is kept. Dollars.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptPositionView {
    /// Its identity; empty for one that has none yet.
    pub id: String,
    /// Whose prices it was made at.
    pub tape: TapeId,
    /// What the trader calls it; empty without a name.
    pub name: String,
    /// Its legs, as traders write them, see `plan::read_position`.
    pub position: String,
    /// `planned`, `open` or `closed`.
    pub stage: String,
    /// What opening it cost, less than nothing where that came in; nothing where nobody said.
    pub paid: Option<f64>,
    /// What closing it brought.
    pub received: Option<f64>,
    /// What was paid to brokers and exchanges.
    pub fees: f64,
    /// When it was opened, in the tape's time.
    pub opened_at: Option<Moment>,
    /// When it was closed, in the tape's time.
    pub closed_at: Option<Moment>,
    /// When this was written last.
    pub changed_at: Moment,
}

/// What becomes of the positions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PositionChange {
    /// One is kept as it is here; one without an identity is new.
    Write(KeptPositionView),
    /// The one of this identity is gone.
    Remove(String),
}

/// How much of a benchmark's moves an underlying makes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BetaView {
    /// The underlying.
    pub symbol: Symbol,
    /// What it gains for each part that the benchmark gains.
    pub beta: f64,
    /// How closely, from −1 to 1.
    pub correlation: f64,
    /// Daily returns that were counted.
    pub days: u32,
}

/// What a leg was worth at an earlier moment. Points of one share.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EarlierLegView {
    /// The middle of bid and ask.
    pub mid: Option<f64>,
    /// The volatility that it implied, a fraction a year.
    pub iv: Option<f64>,
    /// Delta, gamma, theta and vega, in the units of `quant::options::OptionGreeks`.
    pub greeks: Option<[f64; 4]>,
}

/// What legs were worth at an earlier moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EarlierView {
    /// When.
    pub at: Moment,
    /// The underlying's price then.
    pub spot: Option<f64>,
    /// In the order of the question; nothing for what was not listed.
    pub legs: Vec<Option<EarlierLegView>>,
}

/// Which positions do I keep? The oldest first.
#[server(endpoint = "positions/read", input = Postcard, output = Postcard)]
pub async fn read_positions() -> Result<Vec<KeptPositionView>, ApiError> {
    use crate::context::{answer, desk, trader};
    let kept = answer(desk()?.positions(&trader()?).await)?;
    Ok(kept.into_iter().map(Into::into).collect())
}

/// Changes my positions: all of it or nothing; gives what they are then.
#[server(endpoint = "positions/change", input = Postcard, output = Postcard)]
pub async fn change_positions(
    changes: Vec<PositionChange>,
) -> Result<Vec<KeptPositionView>, ApiError> {
    use crate::context::{answer, desk, now, trader};
    let (desk, trader) = (desk()?, trader()?);
    let edits = changes.into_iter().map(|change| match change {
        PositionChange::Write(one) => one.edit(),
        PositionChange::Remove(id) => Ok(desk::PositionEdit::Remove(id)),
    });
    let edits = answer(edits.collect::<Result<_, _>>())?;
    answer(desk.edit_positions(&trader, edits, now()?).await)?;
    let kept = answer(desk.positions(&trader).await)?;
    Ok(kept.into_iter().map(Into::into).collect())
}

/// How much of a benchmark's moves does each underlying make?
#[server(endpoint = "positions/betas", input = Postcard, output = Postcard)]
pub async fn read_betas(benchmark: Symbol) -> Result<Vec<BetaView>, ApiError> {
    use crate::context::{answer, desk, trader};
    let betas = answer(desk()?.betas(&trader()?, benchmark).await)?;
    Ok(betas.of.into_iter().map(BetaView::of).collect())
}

/// What were these contracts worth then; at the previous close, where no moment is named?
#[server(endpoint = "positions/earlier", input = Postcard, output = Postcard)]
pub async fn read_earlier(
    symbol: Symbol,
    since: Option<Moment>,
    contracts: Vec<Contract>,
) -> Result<EarlierView, ApiError> {
    use crate::context::{answer, desk, trader};
    let question = desk::EarlierQuestion { symbol, since, contracts };
    let earlier = answer(desk()?.earlier_legs(&trader()?, &question).await)?;
    let leg = |one: plan::LegValue| EarlierLegView {
        mid: one.mid,
        iv: one.iv.ok(),
        greeks: one.greeks.map(|of| [of.delta, of.gamma, of.theta, of.vega]),
    };
    let legs = earlier.legs.into_iter().map(|one| one.map(leg)).collect();
    Ok(EarlierView { at: earlier.at, spot: earlier.spot, legs })
}

/// Ten-thousandths of a dollar in one.
#[cfg(feature = "ssr")]
const UNITS: f64 = 10_000.0;

#[cfg(feature = "ssr")]
impl KeptPositionView {
    /// As the desk keeps it; an error in words where it makes no sense.
    pub fn edit(self) -> Result<desk::PositionEdit, desk::DeskError> {
        let malformed = |why: String| desk::DeskError::Malformed(why);
        let units = |dollars: f64| {
            if !dollars.is_finite() || 1e12 < dollars.abs() {
                return Err(malformed(format!("{dollars} is no amount of dollars")));
            }
            #[expect(clippy::cast_possible_truncation, reason = "less than a trillion")]
            let units = (dollars * UNITS).round() as i64;
            Ok(units)
        };
        Ok(desk::PositionEdit::Write(desk::KeptPosition {
            id: self.id,
            tape: self.tape,
            name: self.name,
            legs: self.position,
            stage: self.stage.parse().map_err(|bad: plan::BadStage| malformed(bad.to_string()))?,
            paid: self.paid.map(units).transpose()?,
            received: self.received.map(units).transpose()?,
            fees: units(self.fees)?,
            opened_at: self.opened_at,
            closed_at: self.closed_at,
            changed_at: self.changed_at,
        }))
    }
}

#[cfg(feature = "ssr")]
impl From<desk::KeptPosition> for KeptPositionView {
    fn from(one: desk::KeptPosition) -> Self {
        let dollars = |units: i64| units as f64 / UNITS;
        Self {
            id: one.id,
            tape: one.tape,
            name: one.name,
            position: one.legs,
            stage: one.stage.to_string(),
            paid: one.paid.map(dollars),
            received: one.received.map(dollars),
            fees: dollars(one.fees),
            opened_at: one.opened_at,
            closed_at: one.closed_at,
            changed_at: one.changed_at,
        }
    }
}

#[cfg(feature = "ssr")]
impl BetaView {
    /// As the desk knows it.
    pub fn of((symbol, of): (Symbol, quant::Beta)) -> Self {
        let quant::Beta { beta, correlation, days } = of;
        Self { symbol, beta, correlation, days: u32::try_from(days).unwrap_or(u32::MAX) }
    }
}
