//! Instants and durations in whole microseconds, and what a New York wall clock shows then.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

use crate::TradingDate;

const MICROS_PER_DAY: i64 = Span::hours(24).0;

/// New York, whose rules the exchange keeps; compiled in, so that both targets agree.
static NEW_YORK: jiff::tz::TimeZone = jiff::tz::get!("America/New_York");

/// An instant: microseconds since 1970-01-01T00:00Z. Sums stop at the ends of `i64`, some 292,000
/// years away, instead of wrapping round.
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
        let midnight = i64::from(date.epoch_days()) * MICROS_PER_DAY;
        let wall = Self(midnight.saturating_add(since_midnight.0));
        // Since 1883 New York is four hours behind UTC in summer and five in winter. If summer
        // time holds at the instant it would name, that is the one (and the first of two);
        // otherwise it is winter, or the hour that summer time skips, read by the clock before it.
        let summer = wall + Span::hours(4);
        if summer.new_york_offset() == Span::hours(-4) { summer } else { wall + Span::hours(5) }
    }

    /// What a wall clock in New York shows; beyond the years of [`TradingDate`], what it shows at
    /// their edge.
    pub fn wall_time(self) -> WallTime {
        let moment = self.clamp(Self::WALL_FIRST, Self::WALL_LAST);
        let wall = (moment + moment.new_york_offset()).0;
        let days = i32::try_from(wall.div_euclid(MICROS_PER_DAY))
            .expect("moments were clamped to a few hundred years");
        WallTime {
            date: TradingDate::from_epoch_days(days),
            since_midnight: Span(wall.rem_euclid(MICROS_PER_DAY)),
        }
    }

    /// The start of the minute that this instant lies in.
    pub const fn minute_start(self) -> Self {
        Self(self.0.saturating_sub(self.0.rem_euclid(Span::MINUTE.0)))
    }

    /// Midnight of the first date in New York, which is in winter.
    const WALL_FIRST: Self =
        Self(TradingDate::FIRST.epoch_days() as i64 * MICROS_PER_DAY + Span::hours(5).0);
    /// The last microsecond of the last date in New York.
    const WALL_LAST: Self =
        Self((TradingDate::LAST.epoch_days() as i64 + 1) * MICROS_PER_DAY + Span::hours(5).0 - 1);

    /// How far New York's clocks are from UTC: five hours behind in winter, four in summer.
    fn new_york_offset(self) -> Span {
        Span::seconds(i64::from(NEW_YORK.to_offset(self.timestamp()).seconds()))
    }

    /// Nearest instant that jiff can hold (years -9999 to 9999): the wire may bring any number,
    /// and none may stop the desk.
    fn timestamp(self) -> jiff::Timestamp {
        let edge = if self.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(edge)
    }
}

impl fmt::Display for Moment {
    /// RFC 3339 in UTC, as logs and the API write it: `2013-10-07T13:30:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

impl Add<Span> for Moment {
    type Output = Self;

    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Moment {
    type Output = Self;

    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Sub for Moment {
    type Output = Span;

    fn sub(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl AddAssign<Span> for Moment {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Add for Span {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Span {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// A text that is no instant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an instant: expected one like `2024-02-05T14:30:00Z`")]
pub struct BadMoment(String);

impl std::str::FromStr for Moment {
    type Err = BadMoment;

    /// Reads RFC 3339.
    fn from_str(text: &str) -> Result<Self, BadMoment> {
        let stamp: jiff::Timestamp =
            text.parse().map_err(|_| BadMoment(text.chars().take(40).collect()))?;
        Ok(Self(stamp.as_microsecond()))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::DateTime;
    use proptest::prelude::*;

    use super::*;

    /// What `America/New_York` shows at an instant in UTC, written as jiff writes both.
    #[track_caller]
    fn check_wall(utc: &str, wall: &str) {
        let stamp: jiff::Timestamp = utc.parse().unwrap();
        let moment = Moment(stamp.as_microsecond());
        assert_eq!(moment.to_string(), utc);
        let shown = moment.wall_time();
        let wall: DateTime = wall.parse().unwrap();
        assert_eq!(shown.date.to_string(), wall.date().to_string(), "{utc}");
        assert_eq!(shown.since_midnight, since_midnight(wall), "{utc}");
    }

    /// Which instant a wall clock in New York means.
    #[track_caller]
    fn check_moment(wall: &str, utc: &str) {
        let wall: DateTime = wall.parse().unwrap();
        let date = wall.date().to_string().parse().unwrap();
        assert_eq!(Moment::new_york(date, since_midnight(wall)).to_string(), utc, "{wall}");
    }

    fn since_midnight(wall: DateTime) -> Span {
        let (hour, minute) = (i64::from(wall.hour()), i64::from(wall.minute()));
        let seconds = Span::seconds(hour * 3_600 + minute * 60 + i64::from(wall.second()));
        seconds + Span(i64::from(wall.subsec_nanosecond()) / 1_000)
    }

    #[test]
    fn spring_skips_an_hour() {
        check_wall("2021-03-14T06:59:59.999999Z", "2021-03-14T01:59:59.999999");
        check_wall("2021-03-14T07:00:00Z", "2021-03-14T03:00:00");
        check_moment("2021-03-14T01:59:59", "2021-03-14T06:59:59Z");
        check_moment("2021-03-14T02:00:00", "2021-03-14T07:00:00Z");
        check_moment("2021-03-14T02:30:00", "2021-03-14T07:30:00Z");
        check_moment("2021-03-14T03:00:00", "2021-03-14T07:00:00Z");
        check_moment("2021-03-12T09:30:00", "2021-03-12T14:30:00Z");
        check_moment("2021-03-15T09:30:00", "2021-03-15T13:30:00Z");
    }

    #[test]
    fn autumn_repeats_an_hour() {
        check_wall("2021-11-07T05:59:59Z", "2021-11-07T01:59:59");
        check_wall("2021-11-07T06:00:00Z", "2021-11-07T01:00:00");
        check_wall("2021-11-07T07:00:00Z", "2021-11-07T02:00:00");
        check_moment("2021-11-07T00:59:59", "2021-11-07T04:59:59Z");
        check_moment("2021-11-07T01:00:00", "2021-11-07T05:00:00Z");
        check_moment("2021-11-07T01:30:00", "2021-11-07T05:30:00Z");
        check_moment("2021-11-07T02:00:00", "2021-11-07T07:00:00Z");
        check_moment("2021-11-05T16:00:00", "2021-11-05T20:00:00Z");
        check_moment("2021-11-08T16:00:00", "2021-11-08T21:00:00Z");
    }

    #[test]
    fn older_rules_of_summer_time() {
        check_moment("2006-04-03T09:30:00", "2006-04-03T13:30:00Z"); // the first Sunday in April
        check_moment("2006-03-31T09:30:00", "2006-03-31T14:30:00Z");
        check_moment("2006-10-30T09:30:00", "2006-10-30T14:30:00Z");
        check_moment("1974-01-07T10:00:00", "1974-01-07T14:00:00Z"); // the energy crisis
        check_moment("2060-07-01T09:30:00", "2060-07-01T13:30:00Z");
    }

    #[test]
    fn absurd_moments_neither_stop_nor_wrap() {
        assert_eq!(Moment(i64::MAX).wall_time().date, TradingDate::LAST);
        assert_eq!(Moment(i64::MIN).wall_time().date, TradingDate::FIRST);
        assert_eq!(Moment(i64::MIN).wall_time().since_midnight, Span::ZERO);
        assert_eq!(Moment(i64::MAX) + Span::MINUTE, Moment(i64::MAX));
        assert_eq!(Moment(i64::MIN) - Moment(i64::MAX), Span(i64::MIN));
        assert!(Moment(i64::MIN).minute_start() < Moment(0));
        assert!(Moment(i64::MAX).to_string().starts_with("9999-12-30"));
        assert!(Moment(i64::MIN).to_string().starts_with("-009999-01-02"));
        let absurd = Moment::new_york(TradingDate::LAST, Span(i64::MAX));
        assert_eq!(absurd, Moment(i64::MAX));
    }

    #[test]
    fn rounding_is_towards_the_past() {
        assert_eq!(Span(-1).whole_seconds(), -1);
        assert_eq!(Span(1_999_999).whole_seconds(), 1);
        assert_eq!(Span(-1_001).whole_millis(), -2);
        assert_eq!(Moment(-1).minute_start(), Moment(-60_000_000));
        assert_eq!(Moment(60_000_000).minute_start(), Moment(60_000_000));
    }

    proptest! {
        #[test]
        fn both_directions_agree_with_jiff(
            days in TradingDate::FIRST.epoch_days()..=TradingDate::LAST.epoch_days(),
            micros in 0..MICROS_PER_DAY,
        ) {
            let date = TradingDate::from_epoch_days(days);
            let (year, month, day) = date.year_month_day();
            let wall = jiff::civil::date(year, month, day).to_datetime(jiff::civil::Time::MIN)
                + jiff::SignedDuration::from_micros(micros);
            let stamp = NEW_YORK.to_ambiguous_timestamp(wall).compatible().unwrap();
            let moment = Moment::new_york(date, Span(micros));
            prop_assert_eq!(moment.0, stamp.as_microsecond());
            let back = NEW_YORK.to_datetime(stamp);
            let shown = moment.wall_time();
            prop_assert_eq!(shown.date.to_string(), back.date().to_string());
            prop_assert_eq!(shown.since_midnight, since_midnight(back));
        }

        #[test]
        fn a_day_without_a_change_comes_back_exactly(
            days in TradingDate::FIRST.epoch_days()..=TradingDate::LAST.epoch_days(),
            micros in Span::hours(3).0..MICROS_PER_DAY,
        ) {
            let wall = WallTime {
                date: TradingDate::from_epoch_days(days),
                since_midnight: Span(micros),
            };
            prop_assert_eq!(Moment::new_york(wall.date, wall.since_midnight).wall_time(), wall);
        }
    }
}
