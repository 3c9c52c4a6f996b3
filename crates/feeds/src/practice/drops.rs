//! When the feed drops out: nothing is heard, not even a heartbeat; then all that was withheld.

use market::{Moment, Span, TradingDay};

use super::chance::{Chance, Purpose};

/// A stretch without a word: from `down` up to, not including, `up`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Drop {
    pub(super) down: Moment,
    pub(super) up: Moment,
}

/// One in each half of the session, 8 to 15 s long, never within ten minutes of the half's ends.
pub(super) fn drops_of(seed: u64, day: &TradingDay) -> [Drop; 2] {
    let half = (day.close() - day.open()).0 / 2;
    let spare = Span::minutes(10).0;
    [0, 1].map(|number| {
        let name = 2 * i64::from(day.date.epoch_days()) + number;
        let mut chance = Chance::new(seed, Purpose::Drops, name);
        let into = half * number + spare + chance.below(half - 2 * spare);
        let down = day.open() + Span(into);
        let seconds = Span::seconds(8).0 + chance.below(Span::seconds(7).0);
        Drop { down, up: down + Span(seconds) }
    })
}

/// Until when everything has been told at `at`: while the feed is down, until just before it went.
pub(super) fn told_until(drops: &[Drop], at: Moment) -> Moment {
    let open = drops.iter().find(|drop| drop.down <= at && at < drop.up);
    open.map_or(at, |drop| drop.down - Span(1))
}

/// Whether the feed is down at `at`.
pub(super) fn is_down(drops: &[Drop], at: Moment) -> bool {
    told_until(drops, at) != at
}
