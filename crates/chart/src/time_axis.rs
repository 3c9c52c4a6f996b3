//! Words under the time axis: round New York times, days, months and years.

use market::{Bar, BarSpan, Moment, Span, TradingDate, WallTime};

/// The least distance between two words, in pixels.
const GAP: f64 = 74.0;
/// Steps between words inside a day, in minutes.
const MINUTE_STEPS: [i64; 8] = [5, 10, 15, 30, 60, 120, 240, 480];

/// Bars of this length and more are told by their number in the day.
const HOUR: Span = Span::hours(1);

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A word under the axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TimeWord {
    /// Under which bar.
    pub(crate) place: usize,
    /// `10:30`, `27 Feb`, `Mar`, `2024`.
    pub(crate) text: String,
    /// What it begins: of two that are too near, the greater is said.
    pub(crate) begins: Begins,
}

/// What begins with a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Begins {
    /// A time of the day, or a day among days.
    Step,
    /// A month among days or weeks.
    Month,
    /// A day among its minutes, or a year.
    Day,
}

/// Words for the bars in `visible`, `spacing` pixels apart.
pub(crate) fn words(
    bars: &[Bar],
    visible: std::ops::Range<usize>,
    span: BarSpan,
    spacing: f64,
) -> Vec<TimeWord> {
    // Where several bars share a pixel, one of them is looked at.
    #[expect(clippy::cast_possible_truncation, reason = "at most twenty bars a pixel")]
    #[expect(clippy::cast_sign_loss, reason = "spacing is positive")]
    let stride = (1.0 / spacing).floor().max(1.0) as usize;
    let mut day = None;
    let mut wall_of = |place: usize| match span.intraday() {
        Some(_) => wall_time(bars[place].start, &mut day),
        None => bars[place].start.wall_time(),
    };
    let mut words: Vec<TimeWord> = Vec::new();
    let mut before = visible.start.checked_sub(1).map(|place| wall_of(place).date);
    // How many bars of its day are before the one that is looked at; asked for where they are few.
    let is_long = span.intraday().is_some_and(|length| HOUR <= length);
    let mut of_day = match before {
        Some(date) if is_long && stride == 1 => {
            (0..visible.start).rev().take_while(|place| wall_of(*place).date == date).count()
        }
        _ => 0,
    };
    for place in visible.step_by(stride) {
        let wall = wall_of(place);
        let is_new = before.is_some_and(|before| before != wall.date);
        if is_new {
            of_day = 0;
        }
        let word = match before {
            Some(before) if is_new => day_word(before, wall.date, span, spacing),
            _ => time_word(wall.since_midnight, of_day, span, spacing),
        };
        of_day += stride;
        before = Some(wall.date);
        let Some((text, begins)) = word else { continue };
        let word = TimeWord { place, text, begins };
        match words.last_mut() {
            Some(last) if (place - last.place) as f64 * spacing < GAP => {
                if last.begins < word.begins {
                    *last = word;
                }
            }
            _ => words.push(word),
        }
    }
    words
}

/// A day of New York's that is 24 hours long: no clock is changed in it.
#[derive(Clone, Copy)]
struct PlainDay {
    date: TradingDate,
    midnight: Moment,
}

impl PlainDay {
    const LENGTH: Span = Span::hours(24);

    fn holds(self, at: Moment) -> bool {
        self.midnight <= at && at < self.midnight + Self::LENGTH
    }
}

/// The wall time of one bar after another: the calendar is asked once a day, which takes longer
/// than all else here.
fn wall_time(at: Moment, day: &mut Option<PlainDay>) -> WallTime {
    if let Some(PlainDay { date, midnight }) = day.filter(|day| day.holds(at)) {
        return WallTime { date, since_midnight: at - midnight };
    }
    let wall = at.wall_time();
    let [midnight, next] =
        [wall.date, wall.date.plus_days(1)].map(|date| Moment::new_york(date, Span::ZERO));
    let is_plain = next == midnight + PlainDay::LENGTH;
    *day = is_plain.then_some(PlainDay { date: wall.date, midnight });
    wall
}

/// A round time. Bars of an hour and more begin where the session does, at half past: of them each
/// second, or fourth, of a day is told.
fn time_word(since: Span, of_day: usize, span: BarSpan, spacing: f64) -> Option<(String, Begins)> {
    let (minutes, length) = (since.whole_seconds() / 60, span.intraday()?);
    let step = minute_step(span, spacing)?;
    let is_told = if length < HOUR {
        minutes % step == 0
    } else {
        let bars = (step / (length.whole_seconds() / 60)).max(1);
        i64::try_from(of_day).is_ok_and(|n| n % bars == 0)
    };
    is_told.then(|| (format!("{:02}:{:02}", minutes / 60, minutes % 60), Begins::Step))
}

fn minute_step(span: BarSpan, spacing: f64) -> Option<i64> {
    let minutes = span.intraday()?.whole_seconds() / 60;
    MINUTE_STEPS.into_iter().find(|step| GAP <= *step as f64 / minutes as f64 * spacing)
}

fn day_word(
    before: TradingDate,
    date: TradingDate,
    span: BarSpan,
    spacing: f64,
) -> Option<(String, Begins)> {
    let ((year_before, month_before, _), (year, month, day)) =
        (before.year_month_day(), date.year_month_day());
    let name = MONTHS[usize::try_from(month - 1).unwrap_or(0) % 12];
    if year != year_before {
        return Some((year.to_string(), Begins::Day));
    }
    if span.intraday().is_some() {
        return Some((format!("{day} {name}"), Begins::Day));
    }
    if month != month_before {
        return Some((name.to_owned(), Begins::Month));
    }
    is_told_among_days(before, date, span, spacing).then(|| (format!("{day} {name}"), Begins::Step))
}

/// Whether a day, or the week that begins with it, is told between the months: each day, week or
/// second week, as there is room.
fn is_told_among_days(before: TradingDate, date: TradingDate, span: BarSpan, spacing: f64) -> bool {
    let (is_day, week) = (span == BarSpan::Day, date.week_start());
    let week_width = if is_day { 5.0 * spacing } else { spacing };
    if is_day && GAP <= spacing {
        return true;
    }
    let is_even = week.epoch_days().div_euclid(7) % 2 == 0;
    before.week_start() != week && (GAP <= week_width || (is_even && GAP <= 2.0 * week_width))
}

/// The words of the crosshair's tag: `Tue 27 Feb 10:30`, or the date alone.
pub(crate) fn tag(bar: &Bar, span: BarSpan) -> String {
    let wall = bar.start.wall_time();
    let (year, month, day) = wall.date.year_month_day();
    let name = MONTHS[usize::try_from(month - 1).unwrap_or(0) % 12];
    if span.intraday().is_none() {
        return format!("{day} {name} {year}");
    }
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let weekday = DAYS[usize::try_from(wall.date.weekday() - 1).unwrap_or(0) % 7];
    let minutes = wall.since_midnight.whole_seconds() / 60;
    format!("{weekday} {day} {name} {:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use market::{BarHours, Moment, Price, fold_bars, next_trading_day};
    use proptest::prelude::*;

    fn minutes(date: &str, count: usize) -> Vec<Bar> {
        let date: TradingDate = date.parse().expect("a date");
        let price = Price::from_units(1_000_000).expect("a price");
        (0..count)
            .map(|n| {
                let start = Moment::new_york(date, Span::minutes(570)) + Span::minutes(n as i64);
                Bar::of_print(start, price, 0)
            })
            .collect()
    }

    #[test]
    fn words_are_round_and_never_crowded() {
        // The day on which clocks went forward, and the day after the weekend.
        let mut bars = minutes("2021-03-12", 390);
        bars.extend(minutes("2021-03-15", 390));
        for spacing in [0.1, 0.5, 2.0, 8.0, 20.0] {
            let words = words(&bars, 0..bars.len(), BarSpan::M1, spacing);
            assert!(!words.is_empty(), "{spacing}");
            for pair in words.windows(2) {
                let apart = (pair[1].place - pair[0].place) as f64 * spacing;
                assert!(GAP <= apart || pair[1].begins == Begins::Day, "{spacing}: {apart}");
            }
        }
        let words = words(&bars, 0..bars.len(), BarSpan::M1, 8.0);
        assert!(
            words.iter().any(|word| word.text == "15 Mar" && word.begins == Begins::Day),
            "{words:?}"
        );
        assert!(words.iter().any(|word| word.text == "10:30"), "{words:?}");
    }

    /// Bars of some days from `date` on, half days as short as they are.
    fn sessions(date: &str, days: usize, span: BarSpan, hours: BarHours) -> Vec<Bar> {
        let price = Price::from_units(1_000_000).expect("a price");
        let mut minutes = Vec::new();
        let mut day = next_trading_day(date.parse().expect("a date"));
        for _ in 0..days {
            let (mut start, end) = match hours {
                BarHours::Regular => (day.open(), day.close()),
                BarHours::Extended => (day.pre_market_open(), day.after_hours_close()),
            };
            while start < end {
                minutes.push(Bar::of_print(start, price, 0));
                start += span.intraday().unwrap_or(Span::minutes(390)).min(Span::minutes(30));
            }
            day = next_trading_day(day.date);
        }
        fold_bars(&minutes, span, hours)
    }

    #[test]
    fn bars_of_hours_and_days_have_words_too() {
        use BarSpan::{Day, H1, H4, Week};
        let told = |span: BarSpan, days: usize, spacing: f64| {
            let bars = sessions("2024-01-31", days, span, BarHours::Regular);
            let words = words(&bars, 0..bars.len(), span, spacing);
            words.into_iter().map(|word| word.text).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(told(H1, 2, 40.0), "09:30 11:30 13:30 2 Feb 11:30 13:30 15:30");
        assert_eq!(
            told(H1, 2, 80.0),
            "09:30 10:30 11:30 12:30 13:30 14:30 15:30 2 Feb 10:30 11:30 \
                                       12:30 13:30 14:30 15:30"
        );
        assert_eq!(told(H4, 2, 80.0), "09:30 13:30 2 Feb 13:30");
        assert_eq!(told(Day, 4, 80.0), "2 Feb 5 Feb 6 Feb");
        assert_eq!(told(Day, 25, 16.0), "5 Feb 12 Feb 20 Feb Mar");
        assert_eq!(told(Week, 30, 80.0), "Feb 12 Feb 20 Feb 26 Feb Mar 11 Mar");
    }

    #[test]
    fn wall_times_are_those_of_the_calendar_on_every_day() {
        // Clocks are changed on 8 March and 1 November.
        for from in ["2020-03-05", "2020-10-29", "2020-07-01"] {
            let from: TradingDate = from.parse().expect("a date");
            let from = Moment::new_york(from, Span::ZERO);
            let mut day = None;
            for n in 0..6 * 24 * 4 {
                let at = from + Span::minutes(15 * n);
                assert_eq!(wall_time(at, &mut day), at.wall_time(), "{at}");
                // Not only forwards.
                let at = from + Span::minutes(15 * (n * 37 % 577));
                assert_eq!(wall_time(at, &mut day), at.wall_time(), "{at}");
            }
        }
    }

    proptest! {
        /// Over sessions, half days and changes of the clock: a word says the New York time of its
        /// own bar, a round one, or the day, month or year that begins with it; none is crowded,
        /// and wherever one looks there is one.
        #[test]
        fn words_tell_the_time_of_their_bars(
            from in prop::sample::select(vec![
                "2021-03-11", "2021-11-04", "2023-07-02", "2024-03-07", "2024-10-31",
                "2024-11-27", "2024-12-22", "2025-12-30",
            ]),
            days in 2..80_usize,
            span in prop::sample::select(BarSpan::ALL.to_vec()),
            hours in prop::sample::select(vec![BarHours::Regular, BarHours::Extended]),
            spacing in 0.05..120.0_f64,
            (begins, width) in (0.0..1.0_f64, 400.0..2_000.0_f64),
        ) {
            let bars = sessions(from, days, span, hours);
            #[expect(clippy::cast_possible_truncation, reason = "a place among the bars")]
            #[expect(clippy::cast_sign_loss, reason = "nothing is below zero")]
            let [first, count] =
                [begins * bars.len() as f64, width / spacing].map(|n| n as usize);
            let visible = first..(first + count).min(bars.len());
            let is_wide = 400.0 <= visible.len() as f64 * spacing;
            let words = words(&bars, visible, span, spacing);
            prop_assert!(!is_wide || !words.is_empty(), "nothing is told of {span}");
            for pair in words.windows(2) {
                let apart = (pair[1].place - pair[0].place) as f64 * spacing;
                prop_assert!(GAP <= apart, "{pair:?} are {apart} apart");
            }
            let step = minute_step(span, spacing);
            for word in words {
                let wall = bars[word.place].start.wall_time();
                let minutes = wall.since_midnight.whole_seconds() / 60;
                let (year, month, day) = wall.date.year_month_day();
                let name = MONTHS[usize::try_from(month - 1).expect("a month")];
                let time = format!("{:02}:{:02}", minutes / 60, minutes % 60);
                let date = format!("{day} {name}");
                let expected = match word.begins {
                    Begins::Step if span.intraday().is_some() => [time, String::new()],
                    Begins::Step => [date, String::new()],
                    Begins::Month => [name.to_owned(), String::new()],
                    Begins::Day => [year.to_string(), date],
                };
                prop_assert!(expected.contains(&word.text), "{} of {span}", word.text);
                if word.begins == Begins::Step && span.intraday() < Some(Span::hours(1)) {
                    let is_round = step.is_some_and(|step| minutes % step == 0);
                    prop_assert!(is_round || span.intraday().is_none(), "{}", word.text);
                }
            }
        }
    }
}
