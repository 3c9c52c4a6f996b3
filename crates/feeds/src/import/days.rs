//! The exchange's day round a row; neighbours share the answer.

use market::{Moment, Span, TradingDate, TradingDay, trading_day};

/// A date in New York and what the exchange does on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day {
    pub(super) date: TradingDate,
    pub(super) trading: Option<Hours>,
    /// Midnight.
    began: Moment,
    /// The next midnight.
    ends: Moment,
}

/// The moments of a trading day that an import asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hours {
    pub(super) pre_market_open: Moment,
    pub(super) open: Moment,
    pub(super) close: Moment,
    pub(super) after_hours_close: Moment,
}

impl Hours {
    pub(super) fn of(day: &TradingDay) -> Self {
        Self {
            pre_market_open: day.pre_market_open(),
            open: day.open(),
            close: day.close(),
            after_hours_close: day.after_hours_close(),
        }
    }

    /// How long the regular session is.
    pub(super) fn length(&self) -> Span {
        self.close - self.open
    }
}

impl Day {
    /// Micros since midnight. Clocks change at 02:00 on a Sunday, when nobody trades.
    pub(super) fn since_midnight(&self, at: Moment) -> Span {
        at - self.began
    }
}

/// Remembers the last day asked for.
#[derive(Debug, Default)]
pub(super) struct Days(Option<Day>);

impl Days {
    pub(super) fn around(&mut self, at: Moment) -> Day {
        match self.0 {
            Some(day) if day.began <= at && at < day.ends => day,
            _ => {
                let date = at.wall_time().date;
                let day = Day {
                    date,
                    trading: trading_day(date).as_ref().map(Hours::of),
                    began: Moment::new_york(date, Span::ZERO),
                    ends: Moment::new_york(date.plus_days(1), Span::ZERO),
                };
                *self.0.insert(day)
            }
        }
    }
}

/// A moment as a message shows it, by New York's clock.
pub(super) fn wall_text(at: Moment) -> String {
    let wall = at.wall_time();
    format!("{} {}", wall.date, clock_text(wall.since_midnight))
}

/// A time of day as a message shows it: `09:31`, with seconds only where there are any.
pub(super) fn clock_text(since_midnight: Span) -> String {
    let seconds = since_midnight.whole_seconds();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let text = format!("{hours:02}:{minutes:02}");
    if seconds == 0 { text } else { format!("{text}:{seconds:02}") }
}
