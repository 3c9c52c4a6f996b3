//! Which bars the calendar has, whether or not anybody has loaded them: how many there are from one
//! moment to another, and when one begins. Where they begin is what [`crate::fold_bars`] says.

use std::ops::Range;
use std::sync::OnceLock;

use crate::{BarHours, BarSpan, Moment, Span, TradingDate, TradingDay, trading_day};

/// The bars of one length, of all trading days from 1928, since when the S&P's index is known, to
/// 2060.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BarCalendar {
    /// How long each lasts.
    pub span: BarSpan,
    /// Which hours have bars, where they are shorter than a day.
    pub hours: BarHours,
}

/// A trading day, and how many bars begin before it.
struct Day {
    date: TradingDate,
    before: u32,
}

/// Bars of a part of the day: since when, counted from midnight in New York, and how many.
type Part = (Span, u32);

/// The dates whose bars are counted, in days since 1970, and for how many lengths.
const DATES: Range<i32> = -15_341..33_238;
const SPANS: usize = BarSpan::ALL.len();

impl BarCalendar {
    /// How many bars begin after `from` and not after `to`; less than zero where `to` is earlier.
    pub fn bars_between(self, from: Moment, to: Moment) -> i64 {
        self.number(to) - self.number(from)
    }

    /// When the bar begins that is so many later than the one at `at`, or earlier where that is
    /// less than zero; the first or the last one where there are not so many.
    pub fn bar_after(self, at: Moment, bars: i64) -> Moment {
        let days = self.days();
        let last = self.number(Moment(i64::MAX));
        let number = self.number(at).saturating_add(bars).clamp(0, last);
        let place = days.partition_point(|day| i64::from(day.before) <= number).saturating_sub(1);
        let mut left = number - i64::from(days[place].before);
        let mut start = Span::ZERO;
        let parts = self.parts_of(days, place).into_iter().filter(|(_, count)| 0 < *count);
        for (began, count) in parts {
            start = began + Span(self.length().0 * left.min(i64::from(count) - 1));
            left -= i64::from(count);
            if left < 0 {
                break;
            }
        }
        Moment::new_york(days[place].date, start)
    }

    /// The number of the bar that holds `at`, or of the last one before it; −1 before all of them.
    fn number(self, at: Moment) -> i64 {
        let (days, wall) = (self.days(), at.wall_time());
        let Some(place) = days.partition_point(|day| day.date <= wall.date).checked_sub(1) else {
            return -1;
        };
        let is_over = days[place].date < wall.date;
        let begun = |(began, count): Part| {
            let begun = (wall.since_midnight - began).0.div_euclid(self.length().0) + 1;
            if is_over { i64::from(count) } else { begun.clamp(0, i64::from(count)) }
        };
        let of_day: i64 = self.parts_of(days, place).into_iter().map(begun).sum();
        i64::from(days[place].before) + of_day - 1
    }

    fn parts_of(self, days: &[Day], place: usize) -> [Part; 3] {
        let before = place.checked_sub(1).map(|before| days[before].date);
        trading_day(days[place].date).map_or_else(Default::default, |day| self.parts(before, day))
    }

    /// The parts of a day, which comes after another one, in which bars begin anew.
    fn parts(self, before: Option<TradingDate>, day: TradingDay) -> [Part; 3] {
        let mut parts = [Part::default(); 3];
        if before.is_some_and(|before| self.period(before) == self.period(day.date)) {
            return parts;
        }
        let marks = [
            TradingDay::PRE_MARKET_SINCE_MIDNIGHT,
            day.open_since_midnight,
            day.close_since_midnight,
            day.after_hours_since_midnight(),
        ];
        let is_extended = self.span.intraday().is_some() && self.hours == BarHours::Extended;
        for part in if is_extended { 0..3 } else { 1..2 } {
            let (began, ends) = (marks[part], marks[part + 1]);
            // The last one is cut off where the part ends.
            let count = (ends - began).0.unsigned_abs().div_ceil(self.length().0.unsigned_abs());
            parts[part] = (began, u32::try_from(count).unwrap_or(u32::MAX));
        }
        parts
    }

    /// How long a bar lasts at most inside its day.
    fn length(self) -> Span {
        self.span.intraday().unwrap_or(Span::hours(24))
    }

    /// What tells the days of one bar from those of the next.
    fn period(self, date: TradingDate) -> TradingDate {
        match self.span {
            BarSpan::Week => date.week_start(),
            BarSpan::Month => date.month_start(),
            _ => date,
        }
    }

    /// They are counted once: a chart asks for each point of each drawing in each frame.
    fn days(self) -> &'static [Day] {
        static DAYS: [[OnceLock<Vec<Day>>; SPANS]; 2] =
            [const { [const { OnceLock::new() }; SPANS] }; 2];
        DAYS[self.hours as usize][self.span as usize].get_or_init(|| {
            let (mut before, mut last, mut days) = (0, None, Vec::new());
            let dates = DATES.map(TradingDate::from_epoch_days);
            for day in dates.filter_map(trading_day) {
                days.push(Day { date: day.date, before });
                before += self.parts(last, day).iter().map(|(_, count)| count).sum::<u32>();
                last = Some(day.date);
            }
            days
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Bar, Price, bucket_start, fold_bars, next_trading_day};

    const HOURS: [BarHours; 2] = [BarHours::Regular, BarHours::Extended];

    /// The minutes of so many trading days after a date, pre-market and after-hours included.
    fn minutes(date: &str, days: usize) -> Vec<Bar> {
        let price = Price::from_units(1_000_000).unwrap();
        let mut day = next_trading_day(date.parse().unwrap());
        let mut bars = Vec::new();
        for _ in 0..days {
            let mut start = day.pre_market_open();
            while start < day.after_hours_close() {
                bars.push(Bar::of_print(start, price, 1));
                start += Span::minutes(1);
            }
            day = next_trading_day(day.date);
        }
        bars
    }

    /// From each bar of a stretch to each other one there are as many as were folded.
    #[track_caller]
    fn check(date: &str, days: usize) {
        let minutes = minutes(date, days);
        for (span, hours) in
            BarSpan::ALL.into_iter().flat_map(|span| HOURS.map(|hours| (span, hours)))
        {
            let calendar = BarCalendar { span, hours };
            let bars = fold_bars(&minutes, span, hours);
            let step = bars.len() / 40 + 1;
            for from in (0..bars.len()).step_by(step) {
                for to in (0..bars.len()).step_by(step) {
                    let (start, other, apart) =
                        (bars[from].start, bars[to].start, to as i64 - from as i64);
                    let told = format!("{span} {hours:?} {start} {other}");
                    assert_eq!(calendar.bars_between(start, other), apart, "{told}");
                    assert_eq!(calendar.bar_after(start, apart), other, "{told}");
                    // Until the next one begins it is the same bar.
                    assert_eq!(
                        calendar.bars_between(start, other + Span(59_999_999)),
                        apart,
                        "{told}"
                    );
                }
            }
        }
    }

    #[test]
    fn as_many_bars_as_are_folded() {
        // Clocks go forward and back, a half day before a holiday, a half day until two, four days
        // without trade, two months.
        check("2024-03-06", 6);
        check("2024-10-30", 5);
        check("2024-07-01", 6);
        check("1992-12-21", 6);
        check("2001-09-07", 6);
        check("2023-11-13", 45);
    }

    #[test]
    fn the_night_belongs_to_the_bar_before_it() {
        let calendar = BarCalendar { span: BarSpan::H1, hours: BarHours::Regular };
        let at =
            |date: &str, minutes| Moment::new_york(date.parse().unwrap(), Span::minutes(minutes));
        let last = at("2024-03-08", 15 * 60 + 30);
        for night in [at("2024-03-08", 16 * 60), at("2024-03-09", 720), at("2024-03-11", 569)] {
            assert_eq!(calendar.bars_between(last, night), 0, "{night}");
            assert_eq!(calendar.bar_after(night, 1), at("2024-03-11", 570));
        }
        assert_eq!(calendar.bars_between(last, at("2024-03-11", 570)), 1);
    }

    #[test]
    fn there_is_a_first_and_a_last_bar() {
        for (span, hours) in
            BarSpan::ALL.into_iter().flat_map(|span| HOURS.map(|hours| (span, hours)))
        {
            let calendar = BarCalendar { span, hours };
            let ends = [i64::MIN, i64::MAX].map(|bars| calendar.bar_after(Moment(0), bars));
            let dates = ends.map(|end| end.wall_time().date.to_string());
            assert!(
                dates[0].starts_with("1928-01-0") && dates[1].starts_with("2060-12-"),
                "{dates:?}"
            );
            for end in ends {
                assert_eq!(bucket_start(end, span, hours), Some(end), "{span} {hours:?}");
            }
            for end in [Moment(i64::MIN), Moment(i64::MAX)] {
                assert_eq!(calendar.bars_between(end, end), 0);
            }
            assert!(calendar.bars_between(Moment(i64::MIN), Moment(i64::MAX)) > 1_500);
        }
    }

    proptest! {
        #[test]
        fn what_is_counted_forward_is_counted_back(
            at in 0..2_000_000_000_000_000_i64, bars in -5_000..5_000_i64,
            span in 0..BarSpan::ALL.len(), is_extended: bool,
        ) {
            let (span, hours) = (BarSpan::ALL[span], HOURS[usize::from(is_extended)]);
            let calendar = BarCalendar { span, hours };
            let to = calendar.bar_after(Moment(at), bars);
            let ends = [i64::MIN, i64::MAX].map(|end| calendar.bar_after(Moment(end), 0));
            prop_assume!(ends[0] < to && to < ends[1]);
            prop_assert_eq!(calendar.bars_between(Moment(at), to), bars);
            prop_assert_eq!(bucket_start(to, span, hours), Some(to));
        }
    }
}
