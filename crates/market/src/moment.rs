//! Instants and durations in whole microseconds, and what a New York wall clock shows then.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

use crate::TradingDate;

/// New York, whose rules the exchange keeps; compiled in, so that both targets agree.
static NEW_YORK: jiff::tz::TimeZone = jiff::tz::get!("America/New_York");

/// An instant: microseconds since 1970-01-01T00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Moment(pub i64);

/// A length of time in microseconds; negative when it points back.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Span(pub i64);

/// What a wall clock in New York shows at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WallTime {
    /// The calendar date.
    pub date: TradingDate,
    /// Microseconds since that date's midnight, by the clock on the wall.
    pub since_midnight: Span,
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// One minute.
    pub const MINUTE: Self = Self::minutes(1);

    /// `n` milliseconds.
    pub const fn millis(n: i64) -> Self {
        Self(n * 1_000)
    }

    /// `n` seconds.
    pub const fn seconds(n: i64) -> Self {
        Self(n * 1_000_000)
    }

    /// `n` minutes.
    pub const fn minutes(n: i64) -> Self {
        Self::seconds(n * 60)
    }

    /// `n` hours.
    pub const fn hours(n: i64) -> Self {
        Self::minutes(n * 60)
    }

    /// Whole seconds, rounded towards the past.
    pub const fn whole_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Whole milliseconds, rounded towards the past.
    pub const fn whole_millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }
}

impl Moment {
    /// The instant at which a wall clock in New York shows `date` and `since_midnight`.
    ///
    /// In the autumn hour that happens twice the first is meant; in the spring hour that does not
    /// exist, the same distance after the change.
    pub fn new_york(date: TradingDate, since_midnight: Span) -> Self {
        let day = date.civil().to_datetime(jiff::civil::Time::midnight());
        let wall = day + jiff::SignedDuration::from_micros(since_midnight.0);
        let stamp = NEW_YORK
            .to_ambiguous_timestamp(wall)
            .compatible()
            .expect("dates of the calendar are far inside jiff's range");
        Self(stamp.as_microsecond())
    }

    /// What a wall clock in New York shows.
    pub fn wall_time(self) -> WallTime {
        let wall = NEW_YORK.to_datetime(self.timestamp());
        let time = wall.time();
        let seconds = i64::from(time.hour()) * 3_600
            + i64::from(time.minute()) * 60
            + i64::from(time.second());
        WallTime {
            date: TradingDate::from_civil(wall.date()),
            since_midnight: Span(
                seconds * 1_000_000 + i64::from(time.subsec_nanosecond()) / 1_000,
            ),
        }
    }

    /// The start of the minute that this instant lies in.
    pub const fn minute_start(self) -> Self {
        Self(self.0 - self.0.rem_euclid(Span::MINUTE.0))
    }

    fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0)
            .expect("a moment is within the years that jiff knows")
    }
}

impl fmt::Display for Moment {
    /// RFC 3339 in UTC, as logs and the API write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

impl Add<Span> for Moment {
    type Output = Self;

    fn add(self, span: Span) -> Self {
        Self(self.0 + span.0)
    }
}

impl Sub<Span> for Moment {
    type Output = Self;

    fn sub(self, span: Span) -> Self {
        Self(self.0 - span.0)
    }
}

impl Sub for Moment {
    type Output = Span;

    fn sub(self, earlier: Self) -> Span {
        Span(self.0 - earlier.0)
    }
}

impl AddAssign<Span> for Moment {
    fn add_assign(&mut self, span: Span) {
        self.0 += span.0;
    }
}

impl Add for Span {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Span {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}
