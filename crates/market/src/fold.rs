//! Folding bars into longer ones: minutes up to four hours, days into weeks and months.
//!
//! Where buckets begin: inside a part of the day (pre-market, regular session, after-hours) they
//! are counted from that part's beginning, 04:00, 09:30 and the close, and the last one is cut off
//! where the part ends. So no bucket straddles the open or the close, and four hours of a regular
//! day are 09:30–13:30 and 13:30–16:00. A day, week or month is stamped with the regular open of
//! its first trading day, whichever hours are folded into it.

use serde::{Deserialize, Serialize};

use crate::{
    Bar, BarSpan, Moment, Phase, SessionClock, Span, TradingDate, TradingDay, next_trading_day,
    prior_trading_day, session_clock,
};

/// Which hours a chart shows; decides where its buckets begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BarHours {
    /// 09:30 to the close; four hours are 09:30–13:30 and 13:30–16:00.
    #[default]
    Regular,
    /// 04:00 to the end of after-hours trading (20:00, or 17:00 on half days); buckets begin anew
    /// at 09:30 and at the close.
    Extended,
}

/// Folds a stream of shorter bars into longer ones.
///
/// Bars come oldest first. One that goes back to an earlier bucket ends the forming bar and begins
/// a second one of that bucket, which a caller sees by its start.
#[derive(Clone, Debug)]
pub struct BarFold {
    span: BarSpan,
    hours: BarHours,
    /// The part of the day that the last bar lay in: neighbours are answered from it without
    /// asking the calendar again.
    stretch: Option<Stretch>,
    forming: Option<Bar>,
}

impl BarFold {
    /// A fold into `span` over `hours`.
    pub fn new(span: BarSpan, hours: BarHours) -> Self {
        Self { span, hours, stretch: None, forming: None }
    }

    /// Takes the next bar in; gives the finished one when it belongs to a new bucket. A bar outside
    /// the hours is left out.
    pub fn handle_bar(&mut self, bar: &Bar) -> Option<Bar> {
        let stretch = match self.stretch {
            Some(stretch) if stretch.began <= bar.start && bar.start < stretch.ends => stretch,
            _ => *self.stretch.insert(Stretch::around(bar.start, self.span, self.hours)),
        };
        let start = stretch.bucket_start(bar.start)?;
        if let Some(forming) = &mut self.forming
            && forming.start == start
        {
            forming.absorb(bar);
            return None;
        }
        self.forming.replace(Bar { start, ..*bar })
    }

    /// The bar that is still forming.
    pub fn forming(&self) -> Option<Bar> {
        self.forming
    }
}

/// Where the bucket that `moment` falls into begins; nothing outside the hours.
pub fn bucket_start(moment: Moment, span: BarSpan, hours: BarHours) -> Option<Moment> {
    Stretch::around(moment, span, hours).bucket_start(moment)
}

/// When the bucket that begins at `start` ends: after its length, or earlier, with the part of the
/// day that it lies in. A day, week or month ends with the close of its last trading day.
pub fn bucket_end(start: Moment, span: BarSpan) -> Moment {
    let SessionClock { day, ends, .. } = session_clock(start);
    let next = match span {
        BarSpan::Week => day.date.week_start().plus_days(7),
        BarSpan::Month => day.date.month_start().plus_days(31).month_start(),
        _ => return span.intraday().map_or(day.close(), |length| ends.min(start + length)),
    };
    prior_trading_day(next).close()
}

/// Folds `bars`, oldest first, into `span`; the last one may be unfinished.
pub fn fold_bars(bars: &[Bar], span: BarSpan, hours: BarHours) -> Vec<Bar> {
    let mut fold = BarFold::new(span, hours);
    let mut folded: Vec<Bar> = bars.iter().filter_map(|bar| fold.handle_bar(bar)).collect();
    folded.extend(fold.forming());
    folded
}

/// Puts folded bars behind earlier ones: what goes on with the last of them, as a day does with its
/// month, is taken into it.
pub fn join_bars(bars: &mut Vec<Bar>, later: &[Bar]) {
    for bar in later {
        match bars.last_mut() {
            Some(last) if bar.start <= last.start => last.absorb(bar),
            _ => bars.push(*bar),
        }
    }
}

/// A part of one day, and the buckets in it.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    began: Moment,
    ends: Moment,
    buckets: Buckets,
}

#[derive(Clone, Copy, Debug)]
enum Buckets {
    /// Outside the hours.
    None,
    /// One bucket, which may have begun days before.
    One(Moment),
    /// One after another from the beginning of the part.
    Every(Span),
}

impl Stretch {
    fn around(moment: Moment, span: BarSpan, hours: BarHours) -> Self {
        let clock = session_clock(moment);
        let is_shown = match clock.phase {
            Phase::Regular => true,
            Phase::PreMarket | Phase::AfterHours => hours == BarHours::Extended,
            Phase::Closed => false,
        };
        let buckets = match (is_shown, span.intraday()) {
            (false, _) => Buckets::None,
            (true, Some(length)) => Buckets::Every(length),
            (true, None) => Buckets::One(first_day(&clock.day, span).open()),
        };
        Self { began: clock.began, ends: clock.ends, buckets }
    }

    fn bucket_start(&self, moment: Moment) -> Option<Moment> {
        match self.buckets {
            Buckets::None => None,
            Buckets::One(start) => Some(start),
            Buckets::Every(length) => {
                let into = (moment - self.began).0;
                Some(self.began + Span(into - into % length.0))
            }
        }
    }
}

/// The first trading day of the week or month around `day`; `day` itself for shorter spans.
fn first_day(day: &TradingDay, span: BarSpan) -> TradingDay {
    let first_date = match span {
        BarSpan::Week => day.date.week_start(),
        BarSpan::Month => day.date.month_start(),
        _ => return *day,
    };
    next_trading_day(TradingDate::unbounded(first_date.epoch_days() - 1))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::{Price, Volume, trading_day};

    fn at(text: &str) -> Moment {
        let (date, clock) = text.split_once(' ').unwrap();
        let (hour, minute) = clock.split_once(':').unwrap();
        let minutes = hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap();
        Moment::new_york(date.parse().unwrap(), Span::minutes(minutes))
    }

    fn show(moment: Moment) -> String {
        let wall = moment.wall_time();
        let minutes = wall.since_midnight.0 / Span::MINUTE.0;
        format!("{} {:02}:{:02}", wall.date, minutes / 60, minutes % 60)
    }

    fn flat(start: Moment, cents: i64, volume: Volume) -> Bar {
        Bar::of_print(start, Price::from_units(cents * 100).unwrap(), volume)
    }

    /// One bar of one share each minute from 04:00 to 20:00, whether the exchange is open or not.
    fn minutes_of(date: &str) -> Vec<Bar> {
        let first = at(&format!("{date} 04:00"));
        (0..16 * 60).map(|n| flat(first + Span::minutes(n), 1_000 + n, 1)).collect()
    }

    /// The buckets of one such day: where each begins, and how many minutes it holds.
    #[track_caller]
    fn check_day(date: &str, span: BarSpan, hours: BarHours, expected: &[(&str, i64)]) {
        let folded = fold_bars(&minutes_of(date), span, hours);
        let starts: Vec<String> = folded.iter().map(|bar| show(bar.start)).collect();
        let actual: Vec<(&str, i64)> = starts
            .iter()
            .zip(&folded)
            .map(|(start, bar)| (start.strip_prefix(date).unwrap().trim_start(), bar.volume))
            .collect();
        assert_eq!(actual, expected, "{date} {span}");
    }

    #[test]
    fn regular_buckets_begin_at_half_past_nine() {
        use BarHours::Regular;
        check_day("2024-02-06", BarSpan::H4, Regular, &[("09:30", 240), ("13:30", 150)]);
        check_day("2024-02-06", BarSpan::Day, Regular, &[("09:30", 390)]);
        let hours = ["09:30", "10:30", "11:30", "12:30", "13:30", "14:30"].map(|from| (from, 60));
        let hours: Vec<_> = hours.into_iter().chain([("15:30", 30)]).collect();
        check_day("2024-02-06", BarSpan::H1, Regular, &hours);
    }

    #[test]
    fn a_half_day_is_cut_off_at_its_close() {
        use BarHours::{Extended, Regular};
        check_day("2023-07-03", BarSpan::H4, Regular, &[("09:30", 210)]);
        check_day("2023-07-03", BarSpan::Day, Regular, &[("09:30", 210)]);
        check_day(
            "2023-07-03",
            BarSpan::H4,
            Extended,
            &[("04:00", 240), ("08:00", 90), ("09:30", 210), ("13:00", 240)],
        );
        check_day("2023-07-03", BarSpan::Day, Extended, &[("09:30", 13 * 60)]);
    }

    #[test]
    fn extended_buckets_straddle_neither_open_nor_close() {
        use BarHours::Extended;
        check_day(
            "2024-02-06",
            BarSpan::H4,
            Extended,
            &[("04:00", 240), ("08:00", 90), ("09:30", 240), ("13:30", 150), ("16:00", 240)],
        );
        let before = ["04:00", "05:00", "06:00", "07:00", "08:00"].map(|from| (from, 60));
        let folded = fold_bars(&minutes_of("2024-02-06"), BarSpan::H1, Extended);
        assert_eq!(folded.len(), 6 + 7 + 4);
        for (bar, (from, minutes)) in folded.iter().zip(before) {
            assert_eq!(show(bar.start), format!("2024-02-06 {from}"));
            assert_eq!(bar.volume, minutes);
        }
        assert_eq!((show(folded[5].start).as_str(), folded[5].volume), ("2024-02-06 09:00", 30));
        check_day("2024-02-06", BarSpan::Day, Extended, &[("09:30", 960)]);
    }

    #[test]
    fn closed_days_and_hours_have_no_buckets() {
        for date in ["2024-02-10", "2024-07-04", "2001-09-11"] {
            for span in BarSpan::ALL {
                check_day(date, span, BarHours::Extended, &[]);
            }
        }
        for (moment, hours) in [
            ("2024-02-06 09:29", BarHours::Regular),
            ("2024-02-06 16:00", BarHours::Regular),
            ("2024-02-06 03:59", BarHours::Extended),
            ("2024-02-06 20:00", BarHours::Extended),
            ("2023-07-03 13:00", BarHours::Regular),
            ("2023-07-03 17:00", BarHours::Extended),
        ] {
            assert_eq!(bucket_start(at(moment), BarSpan::M1, hours), None, "{moment}");
        }
        for moment in [Moment(i64::MIN), Moment(i64::MAX)] {
            assert_eq!(bucket_start(moment, BarSpan::Month, BarHours::Extended), None);
        }
    }

    #[track_caller]
    fn check_bucket(moment: &str, span: BarSpan, start: &str) {
        for hours in [BarHours::Regular, BarHours::Extended] {
            assert_eq!(bucket_start(at(moment), span, hours).map(show).as_deref(), Some(start));
        }
    }

    #[test]
    fn a_week_begins_on_its_first_trading_day() {
        check_bucket("2024-02-09 15:59", BarSpan::Week, "2024-02-05 09:30");
        check_bucket("2024-01-18 12:00", BarSpan::Week, "2024-01-16 09:30"); // a holiday Monday
        check_bucket("2001-09-17 09:30", BarSpan::Week, "2001-09-17 09:30");
        check_bucket("2023-01-06 10:00", BarSpan::Week, "2023-01-03 09:30");
        // The clocks change in the weekend between, and the open stays at 09:30.
        check_bucket("2021-03-12 12:00", BarSpan::Week, "2021-03-08 09:30");
        check_bucket("2021-03-19 12:00", BarSpan::Week, "2021-03-15 09:30");
        check_bucket("2021-11-12 12:00", BarSpan::Week, "2021-11-08 09:30");
    }

    #[test]
    fn a_month_begins_on_its_first_trading_day() {
        check_bucket("2024-02-29 15:59", BarSpan::Month, "2024-02-01 09:30");
        check_bucket("2024-01-31 12:00", BarSpan::Month, "2024-01-02 09:30");
        check_bucket("2023-10-02 09:30", BarSpan::Month, "2023-10-02 09:30");
        check_bucket("2024-09-30 12:00", BarSpan::Month, "2024-09-03 09:30"); // Labor Day
        check_bucket("2021-03-31 12:00", BarSpan::Month, "2021-03-01 09:30"); // over the change
        check_bucket("2022-01-31 12:00", BarSpan::Month, "2022-01-03 09:30");
    }

    #[test]
    fn a_bucket_ends_with_its_length_or_its_part_of_the_day() {
        for (start, span, end) in [
            ("2024-02-06 09:30", BarSpan::M1, "2024-02-06 09:31"),
            ("2024-02-06 14:30", BarSpan::H1, "2024-02-06 15:30"),
            ("2024-02-06 15:30", BarSpan::H1, "2024-02-06 16:00"),
            ("2024-02-06 09:00", BarSpan::H1, "2024-02-06 09:30"),
            ("2024-02-06 13:30", BarSpan::H4, "2024-02-06 16:00"),
            ("2024-02-06 16:00", BarSpan::H4, "2024-02-06 20:00"),
            ("2023-07-03 09:30", BarSpan::H4, "2023-07-03 13:00"), // a half day
            ("2024-02-06 09:30", BarSpan::Day, "2024-02-06 16:00"),
            ("2023-07-03 09:30", BarSpan::Day, "2023-07-03 13:00"),
            ("2024-03-04 09:30", BarSpan::Week, "2024-03-08 16:00"),
            ("2024-03-25 09:30", BarSpan::Week, "2024-03-28 16:00"), // Good Friday
            ("2024-11-25 09:30", BarSpan::Week, "2024-11-29 13:00"),
            ("2024-03-01 09:30", BarSpan::Month, "2024-03-28 16:00"), // over the change
            ("2024-12-02 09:30", BarSpan::Month, "2024-12-31 16:00"),
            ("2025-02-03 09:30", BarSpan::Month, "2025-02-28 16:00"),
        ] {
            assert_eq!(show(bucket_end(at(start), span)), end, "{start} {span}");
        }
    }

    #[test]
    fn the_bar_that_is_forming_can_be_seen() {
        let mut fold = BarFold::new(BarSpan::M5, BarHours::Regular);
        assert_eq!(fold.forming(), None);
        let first = at("2024-02-06 09:30");
        for (minute, cents) in [(0, 500), (1, 503), (3, 497)] {
            assert_eq!(fold.handle_bar(&flat(first + Span::minutes(minute), cents, 10)), None);
        }
        let price = |cents: i64| Price::from_units(cents * 100).unwrap();
        let forming = Bar {
            start: first,
            open: price(500),
            high: price(503),
            low: price(497),
            close: price(497),
            volume: 30,
        };
        assert_eq!(fold.forming(), Some(forming));
        assert_eq!(fold.handle_bar(&flat(at("2024-02-06 08:00"), 1, 1)), None); // pre-market
        assert_eq!(fold.forming(), Some(forming));
        let next = flat(first + Span::minutes(5), 499, 1);
        assert_eq!(fold.handle_bar(&next), Some(forming));
        assert_eq!(fold.forming(), Some(next));
    }

    /// Bars of every kind over some weeks of 2021, oldest first; a few minutes are missing.
    fn random_minutes() -> impl Strategy<Value = Vec<Bar>> {
        let bar = (1..400_i64, 1..50_000_i64, 0..900_i64, 0..900_i64, 0..1_000_000_i64);
        let first = 0..400_i64;
        (first, prop::collection::vec(bar, 1..400)).prop_map(|(first_day, rows)| {
            let mut start = at("2021-01-01 00:00") + Span::hours(24 * first_day);
            let price = |units| Price::from_units(units).unwrap();
            rows.into_iter()
                .map(|(gap, low, open_up, close_up, volume)| {
                    start += Span::minutes(if gap < 350 { 1 } else { gap });
                    let high = low + open_up.max(close_up) + 3;
                    Bar {
                        start,
                        open: price(low + open_up),
                        high: price(high),
                        low: price(low),
                        close: price(low + close_up),
                        volume,
                    }
                    .checked()
                    .unwrap()
                })
                .collect()
        })
    }

    /// The definition, bar by bar: group by bucket, then first, greatest, least, last and sum.
    fn by_definition(bars: &[Bar], span: BarSpan, hours: BarHours) -> Vec<Bar> {
        let mut groups: BTreeMap<Moment, Vec<Bar>> = BTreeMap::new();
        for bar in bars {
            if let Some(start) = definition_of_start(bar.start, span, hours) {
                groups.entry(start).or_default().push(*bar);
            }
        }
        let of_group = |(start, bars): (Moment, Vec<Bar>)| Bar {
            start,
            open: bars[0].open,
            high: bars.iter().map(|bar| bar.high).max().unwrap(),
            low: bars.iter().map(|bar| bar.low).min().unwrap(),
            close: bars[bars.len() - 1].close,
            volume: bars.iter().map(|bar| bar.volume).sum(),
        };
        groups.into_iter().map(of_group).collect()
    }

    /// By walking: from the day's marks in steps of the span, and from date to date.
    fn definition_of_start(moment: Moment, span: BarSpan, hours: BarHours) -> Option<Moment> {
        let date = moment.wall_time().date;
        let day = trading_day(date)?;
        let marks = [day.pre_market_open(), day.open(), day.close(), day.after_hours_close()];
        let shown = match hours {
            BarHours::Regular => marks[1] <= moment && moment < marks[2],
            BarHours::Extended => marks[0] <= moment && moment < marks[3],
        };
        if !shown {
            return None;
        }
        let Some(length) = span.intraday() else {
            let is_same = |other: TradingDate| match span {
                BarSpan::Week => other.week_start() == date.week_start(),
                BarSpan::Month => other.month_start() == date.month_start(),
                _ => other == date,
            };
            let back = (0..31).map(|days| date.plus_days(-days)).take_while(|day| is_same(*day));
            return back.filter_map(trading_day).last().map(|day| day.open());
        };
        let mut start = *marks.iter().rfind(|mark| **mark <= moment)?;
        while start + length <= moment {
            start += length;
        }
        Some(start)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_fold_is_first_greatest_least_last_and_sum(bars in random_minutes()) {
            for hours in [BarHours::Regular, BarHours::Extended] {
                for span in BarSpan::ALL {
                    let folded = fold_bars(&bars, span, hours);
                    prop_assert_eq!(folded, by_definition(&bars, span, hours));
                }
            }
        }

        #[test]
        fn two_parts_of_a_history_joined_are_the_whole(
            (bars, part) in (random_minutes(), 0.0..1.0_f64)
        ) {
            #[expect(clippy::cast_possible_truncation, reason = "a place among the bars")]
            #[expect(clippy::cast_sign_loss, reason = "a place among the bars")]
            let (earlier, later) = bars.split_at((part * bars.len() as f64) as usize);
            for span in BarSpan::ALL {
                let mut joined = fold_bars(earlier, span, BarHours::Regular);
                join_bars(&mut joined, &fold_bars(later, span, BarHours::Regular));
                prop_assert_eq!(joined, fold_bars(&bars, span, BarHours::Regular));
            }
        }

        #[test]
        fn folding_by_stages_is_folding_at_once(bars in random_minutes()) {
            use BarSpan::{Day, H1, H4, M1, M5, M15, M30, Month, Week};
            for hours in [BarHours::Regular, BarHours::Extended] {
                let stages = [M1, M5, M15, M30, H1, H4, Day];
                let mut staged = bars.clone();
                for span in stages {
                    staged = fold_bars(&staged, span, hours);
                    prop_assert_eq!(&staged, &fold_bars(&bars, span, hours));
                }
                // Weeks do not nest in months: both come from days.
                for span in [Week, Month] {
                    let at_once = fold_bars(&bars, span, hours);
                    prop_assert_eq!(fold_bars(&staged, span, hours), at_once);
                }
            }
        }

        #[test]
        fn a_bucket_starts_in_its_own_bucket(minute in 0..40 * 366 * 1_440_i64) {
            let moment = at("1990-01-01 00:00") + Span::minutes(minute);
            for hours in [BarHours::Regular, BarHours::Extended] {
                for span in BarSpan::ALL {
                    if let Some(start) = bucket_start(moment, span, hours) {
                        prop_assert_eq!(bucket_start(start, span, hours), Some(start));
                    }
                }
            }
        }

        #[test]
        fn a_bucket_holds_what_comes_before_its_end(minute in 0..40 * 366 * 1_440_i64) {
            let moment = at("1990-01-01 00:00") + Span::minutes(minute);
            for span in BarSpan::ALL {
                let Some(start) = bucket_start(moment, span, BarHours::Regular) else { continue };
                let end = bucket_end(start, span);
                prop_assert!(moment < end, "{span}");
                let last = end - Span::seconds(1);
                prop_assert_eq!(bucket_start(last, span, BarHours::Regular), Some(start));
                prop_assert_ne!(bucket_start(end, span, BarHours::Regular), Some(start));
            }
        }
    }
}
