//! The clock that wrote a file's times.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use market::{Moment, Span};

const MICROS_PER_DAY: i64 = Span::hours(24).0;

/// A time zone by its IANA name; `America/New_York` unless said otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportZone(TimeZone);

/// A text that names no zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no time zone: expected an IANA name such as `America/New_York`")]
pub struct BadZone(String);

impl ImportZone {
    fn named(name: &str) -> Result<Self, BadZone> {
        let bad = || BadZone(name.chars().take(40).collect());
        if 64 < name.len() {
            return Err(bad());
        }
        let zone = TimeZone::get(name).map_err(|_| bad())?;
        // A zone without a name is a fixed offset or the machine's own: neither came from the list.
        if zone.iana_name().is_none() { Err(bad()) } else { Ok(Self(zone)) }
    }

    /// Chicago, where index files of some vendors are written.
    pub(super) fn chicago() -> Self {
        Self::named("America/Chicago").expect("the zone is compiled in")
    }
}

impl Default for ImportZone {
    fn default() -> Self {
        Self::named("America/New_York").expect("the zone is compiled in")
    }
}

impl FromStr for ImportZone {
    type Err = BadZone;

    fn from_str(text: &str) -> Result<Self, BadZone> {
        Self::named(text)
    }
}

impl fmt::Display for ImportZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.iana_name().unwrap_or("UTC"))
    }
}

/// Turns a wall clock's date and time into moments; remembers the last date's offset, because
/// asking the zone for every row takes longer than reading it.
#[derive(Debug)]
pub(super) struct ZoneClock {
    zone: TimeZone,
    date: i32,
    offset: Option<Span>,
}

impl ZoneClock {
    pub(super) fn new(zone: &ImportZone) -> Self {
        Self { zone: zone.0.clone(), date: i32::MIN, offset: None }
    }

    /// The moment at which the wall shows `date` (days since 1970-01-01) and `micros` since
    /// midnight. In an hour that happens twice the first is meant.
    pub(super) fn moment(&mut self, date: i32, micros: i64) -> Moment {
        if date != self.date {
            self.date = date;
            self.offset = self.steady_offset(date);
        }
        let wall = i64::from(date) * MICROS_PER_DAY + micros;
        match self.offset {
            Some(offset) => Moment(wall - offset.0),
            None => self.changing(wall),
        }
    }

    /// The offset all through a date, if clocks are not changed round it.
    fn steady_offset(&self, date: i32) -> Option<Span> {
        let midnight = i64::from(date) * MICROS_PER_DAY;
        let before = self.offset_at(midnight - Span::hours(15).0)?;
        let after = self.offset_at(midnight + Span::hours(39).0)?;
        (before == after).then_some(before)
    }

    fn offset_at(&self, micros: i64) -> Option<Span> {
        let at = jiff::Timestamp::from_microsecond(micros).ok()?;
        Some(Span::seconds(i64::from(self.zone.to_offset(at).seconds())))
    }

    fn changing(&self, wall: i64) -> Moment {
        let utc = jiff::Timestamp::from_microsecond(wall);
        let civil = utc.map(|utc| TimeZone::UTC.to_datetime(utc));
        let stamp = civil.and_then(|civil| self.zone.to_ambiguous_timestamp(civil).compatible());
        stamp.map_or(Moment(wall), |stamp| Moment(stamp.as_microsecond()))
    }
}

#[cfg(test)]
mod tests {
    use market::TradingDate;

    use super::*;

    #[test]
    fn zones_have_names() {
        assert_eq!(ImportZone::default().to_string(), "America/New_York");
        assert_eq!("UTC".parse::<ImportZone>().unwrap().to_string(), "UTC");
        assert_eq!("America/Chicago".parse::<ImportZone>().unwrap(), ImportZone::chicago());
        for text in ["", "New York", "EST5EDT4", "../../etc/passwd", &"A".repeat(1_000)] {
            let refusal = text.parse::<ImportZone>().unwrap_err().to_string();
            assert!(refusal.ends_with("expected an IANA name such as `America/New_York`"));
        }
    }

    #[test]
    fn a_wall_clock_becomes_a_moment_every_hour_of_many_years() {
        let mut clock = ZoneClock::new(&ImportZone::default());
        let first: TradingDate = "1995-01-01".parse().unwrap();
        for date in first.epoch_days()..first.epoch_days() + 12_000 {
            for hour in 0..24 {
                let since_midnight = Span::hours(hour);
                let expected = Moment::new_york(TradingDate::from_epoch_days(date), since_midnight);
                assert_eq!(clock.moment(date, since_midnight.0), expected);
            }
        }
    }

    #[test]
    fn chicago_is_an_hour_behind_new_york() {
        let mut clock = ZoneClock::new(&ImportZone::chicago());
        for date in ["2021-01-04", "2023-07-03", "2024-03-11", "2024-11-04"] {
            let date: TradingDate = date.parse().unwrap();
            let open = Moment::new_york(date, Span::minutes(9 * 60 + 30));
            assert_eq!(clock.moment(date.epoch_days(), Span::minutes(8 * 60 + 30).0), open);
        }
    }
}
