//! Which session a moment lies in, and when the next begins.

use serde::{Deserialize, Serialize};

use crate::{Moment, TradingDate, TradingDay, next_trading_day, prior_trading_day, trading_day};

/// Part of an exchange's day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// 04:00 to 09:30: funds trade, indices stand still.
    PreMarket,
    /// 09:30 to 16:00 (13:00 on half days).
    Regular,
    /// From the close to 20:00 (17:00 on half days).
    AfterHours,
    /// Nights, weekends and holidays.
    Closed,
}

/// Where a moment lies in the exchange's day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionClock {
    /// The part of the day.
    pub phase: Phase,
    /// When this part began.
    pub began: Moment,
    /// When this part ends and the next begins.
    pub ends: Moment,
    /// The trading day that the moment belongs to: today's, or the next one while closed.
    pub day: TradingDay,
}

impl SessionClock {
    /// The first regular open after the moment.
    pub fn next_open(&self) -> Moment {
        match self.phase {
            Phase::PreMarket | Phase::Closed => self.day.open(),
            Phase::Regular | Phase::AfterHours => next_trading_day(self.day.date).open(),
        }
    }
}

/// Where `now` lies in the exchange's day. Every moment lies in exactly one part: a part holds the
/// moment it begins at, and not the one it ends at.
pub fn session_clock(now: Moment) -> SessionClock {
    let wall = now.wall_time();
    let today = trading_day(wall.date);
    if let Some(day) = today {
        let marks = [
            (Phase::PreMarket, TradingDay::PRE_MARKET_SINCE_MIDNIGHT, day.open_since_midnight),
            (Phase::Regular, day.open_since_midnight, day.close_since_midnight),
            (Phase::AfterHours, day.close_since_midnight, day.after_hours_since_midnight()),
        ];
        for (phase, began, ends) in marks {
            if began <= wall.since_midnight && wall.since_midnight < ends {
                // Clocks change at 02:00, so from 04:00 to 20:00 the wall counts real time.
                let [began, ends] = [began, ends].map(|mark| now + (mark - wall.since_midnight));
                return SessionClock { phase, began, ends, day };
            }
        }
    }
    closed(wall.date, now, today)
}

fn closed(date: TradingDate, now: Moment, today: Option<TradingDay>) -> SessionClock {
    let (before, next) = match today {
        Some(day) if now < day.pre_market_open() => (prior_trading_day(date), day),
        Some(day) => (day, next_trading_day(date)),
        None => (prior_trading_day(date), next_trading_day(date)),
    };
    SessionClock {
        phase: Phase::Closed,
        began: before.after_hours_close(),
        ends: next.pre_market_open(),
        day: next,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Span;

    /// New York wall time as `2024-07-03 09:30:00`, to the microsecond if need be.
    fn at(text: &str) -> Moment {
        let (date, clock) = text.split_once(' ').unwrap();
        let mut numbers = clock.split(':').map(|number| number.parse::<i64>().unwrap());
        let mut next = || numbers.next().unwrap();
        let since_midnight = Span::seconds(next() * 3_600 + next() * 60 + next());
        Moment::new_york(date.parse().unwrap(), since_midnight)
    }

    /// A part's first and last microsecond lie in it, with the same bounds and the same day.
    #[track_caller]
    fn check(phase: Phase, began: &str, ends: &str, day: &str) {
        let (began, ends) = (at(began), at(ends));
        let middle = Moment(began.0.midpoint(ends.0));
        for now in [began, began + Span(1), middle, ends - Span(1)] {
            let clock = session_clock(now);
            assert_eq!((clock.phase, clock.began, clock.ends), (phase, began, ends), "{now}");
            assert_eq!(clock.day.date.to_string(), day, "{now}");
        }
    }

    #[test]
    fn a_whole_day() {
        check(Phase::Closed, "2024-02-05 20:00:00", "2024-02-06 04:00:00", "2024-02-06");
        check(Phase::PreMarket, "2024-02-06 04:00:00", "2024-02-06 09:30:00", "2024-02-06");
        check(Phase::Regular, "2024-02-06 09:30:00", "2024-02-06 16:00:00", "2024-02-06");
        check(Phase::AfterHours, "2024-02-06 16:00:00", "2024-02-06 20:00:00", "2024-02-06");
        check(Phase::Closed, "2024-02-06 20:00:00", "2024-02-07 04:00:00", "2024-02-07");
    }

    #[test]
    fn a_half_day_before_a_holiday() {
        check(Phase::PreMarket, "2024-07-03 04:00:00", "2024-07-03 09:30:00", "2024-07-03");
        check(Phase::Regular, "2024-07-03 09:30:00", "2024-07-03 13:00:00", "2024-07-03");
        check(Phase::AfterHours, "2024-07-03 13:00:00", "2024-07-03 17:00:00", "2024-07-03");
        check(Phase::Closed, "2024-07-03 17:00:00", "2024-07-05 04:00:00", "2024-07-05");
    }

    #[test]
    fn weekends_with_a_change_of_clocks_and_with_a_holiday() {
        check(Phase::Closed, "2021-03-12 20:00:00", "2021-03-15 04:00:00", "2021-03-15");
        check(Phase::Closed, "2021-11-05 20:00:00", "2021-11-08 04:00:00", "2021-11-08");
        check(Phase::Closed, "2024-01-12 20:00:00", "2024-01-16 04:00:00", "2024-01-16");
        check(Phase::Closed, "2001-09-10 20:00:00", "2001-09-17 04:00:00", "2001-09-17");
        let length = |now: &str| {
            let clock = session_clock(at(now));
            clock.ends - clock.began
        };
        assert_eq!(length("2021-03-13 12:00:00"), Span::hours(55));
        assert_eq!(length("2021-11-06 12:00:00"), Span::hours(57));
        assert_eq!(length("2021-06-05 12:00:00"), Span::hours(56));
    }

    #[test]
    fn the_next_open_is_the_first_one_after_the_moment() {
        for (now, open) in [
            ("2024-02-23 03:59:59", "2024-02-23 09:30:00"),
            ("2024-02-23 09:29:59", "2024-02-23 09:30:00"),
            ("2024-02-23 09:30:00", "2024-02-26 09:30:00"),
            ("2024-02-23 15:59:59", "2024-02-26 09:30:00"),
            ("2024-02-23 20:00:00", "2024-02-26 09:30:00"),
            ("2024-02-25 12:00:00", "2024-02-26 09:30:00"),
            ("2024-07-03 14:00:00", "2024-07-05 09:30:00"),
        ] {
            assert_eq!(session_clock(at(now)).next_open(), at(open), "{now}");
        }
    }

    #[test]
    fn parts_tile_time_from_1989_to_2029() {
        let mut now = at("1989-12-01 00:00:00");
        let mut clock = session_clock(now);
        let mut trading_days = 0;
        while clock.ends < at("2029-01-01 00:00:00") {
            let next = session_clock(clock.ends);
            assert_eq!(next.began, clock.ends);
            assert!(next.began < next.ends, "{now}");
            assert_eq!(session_clock(next.ends - Span(1)), next);
            let follows = match clock.phase {
                Phase::Closed => Phase::PreMarket,
                Phase::PreMarket => Phase::Regular,
                Phase::Regular => Phase::AfterHours,
                Phase::AfterHours => Phase::Closed,
            };
            assert_eq!(next.phase, follows, "{now}");
            if next.phase == Phase::Regular {
                trading_days += 1;
                assert_eq!((next.began, next.ends), (next.day.open(), next.day.close()));
            }
            (now, clock) = (clock.ends, next);
        }
        // 9,569 of the published calendar, 20 of December 1989 and 251 of 2028.
        assert_eq!(trading_days, 9_569 + 20 + 251);
    }

    #[test]
    fn absurd_moments_get_an_answer() {
        for now in [Moment(i64::MIN), Moment(i64::MAX), Moment(0)] {
            assert!(session_clock(now).began < session_clock(now).ends);
        }
    }

    proptest! {
        #[test]
        fn a_moment_lies_in_its_part(micros in 0..at("2060-01-01 00:00:00").0) {
            let now = Moment(micros);
            let clock = session_clock(now);
            prop_assert!(clock.began <= now && now < clock.ends);
            prop_assert_eq!(session_clock(clock.began), clock);
            prop_assert_eq!(session_clock(clock.ends - Span(1)), clock);
            prop_assert_eq!(trading_day(clock.day.date), Some(clock.day));
        }
    }
}
