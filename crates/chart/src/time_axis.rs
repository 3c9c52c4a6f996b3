//! Words under the time axis: round New York times, days, months and years.

use market::{Bar, BarSpan, TradingDate};

/// The least distance between two words, in pixels.
const GAP: f64 = 74.0;
/// Steps between words inside a day, in minutes.
const MINUTE_STEPS: [i64; 8] = [5, 10, 15, 30, 60, 120, 240, 480];

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A word under the axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TimeWord {
    /// Under which bar.
    pub(crate) place: usize,
    /// `10:30`, `27 Feb`, `Mar`, `2024`.
    pub(crate) text: String,
    /// Whether a new day, month or year begins here.
    pub(crate) is_major: bool,
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
    let step = minute_step(span, spacing);
    let mut words: Vec<TimeWord> = Vec::new();
    let mut before: Option<TradingDate> =
        visible.start.checked_sub(1).map(|place| bars[place].start.wall_time().date);
    for place in visible.step_by(stride) {
        let wall = bars[place].start.wall_time();
        let minutes = wall.since_midnight.whole_seconds() / 60;
        let is_new = before.is_some_and(|before| before != wall.date);
        let word = match (span.intraday(), before) {
            (_, Some(before)) if is_new => day_word(before, wall.date, span),
            (Some(_), _) if step.is_some_and(|step| minutes % step == 0) => {
                Some((format!("{:02}:{:02}", minutes / 60, minutes % 60), false))
            }
            _ => None,
        };
        before = Some(wall.date);
        let Some((text, is_major)) = word else { continue };
        let word = TimeWord { place, text, is_major };
        match words.last_mut() {
            Some(last) if (place - last.place) as f64 * spacing < GAP => {
                // A new day is worth more than a round minute beside it.
                if word.is_major && !last.is_major {
                    *last = word;
                }
            }
            _ => words.push(word),
        }
    }
    words
}

fn minute_step(span: BarSpan, spacing: f64) -> Option<i64> {
    let minutes = span.intraday()?.whole_seconds() / 60;
    MINUTE_STEPS.into_iter().find(|step| GAP <= *step as f64 / minutes as f64 * spacing)
}

fn day_word(before: TradingDate, date: TradingDate, span: BarSpan) -> Option<(String, bool)> {
    let ((year_before, month_before, _), (year, month, day)) =
        (before.year_month_day(), date.year_month_day());
    let name = MONTHS[usize::try_from(month - 1).unwrap_or(0) % 12];
    if year != year_before {
        return Some((year.to_string(), true));
    }
    if span.intraday().is_none() {
        return (month != month_before).then(|| (name.to_owned(), false));
    }
    Some((format!("{day} {name}"), true))
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
    use market::{Moment, Price, Span, next_trading_day};
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
                assert!(GAP <= apart || pair[1].is_major, "{spacing}: {apart}");
            }
        }
        let words = words(&bars, 0..bars.len(), BarSpan::M1, 8.0);
        assert!(words.iter().any(|word| word.text == "15 Mar" && word.is_major), "{words:?}");
        assert!(words.iter().any(|word| word.text == "10:30"), "{words:?}");
    }

    /// Bars of the regular sessions of some days from `date` on, half days as short as they are.
    fn sessions(date: TradingDate, days: usize, span: BarSpan) -> Vec<Bar> {
        let length = span.intraday().expect("inside a day");
        let price = Price::from_units(1_000_000).expect("a price");
        let mut bars = Vec::new();
        let mut day = next_trading_day(date);
        for _ in 0..days {
            let mut start = day.open();
            while start < day.close() {
                bars.push(Bar::of_print(start, price, 0));
                start += length;
            }
            day = next_trading_day(day.date);
        }
        bars
    }

    proptest! {
        /// Over sessions, half days and changes of the clock: a word says the New York time of its
        /// own bar, a round one, or the day that begins with it, and none is crowded.
        #[test]
        fn words_tell_the_time_of_their_bars(
            from in prop::sample::select(vec![
                "2021-03-11", "2021-11-04", "2023-07-02", "2024-03-07", "2024-10-31",
                "2024-11-27", "2024-12-22", "2025-12-30",
            ]),
            days in 1..8_usize,
            span in prop::sample::select(vec![
                BarSpan::M1, BarSpan::M5, BarSpan::M15, BarSpan::M30, BarSpan::H1,
            ]),
            spacing in 0.05..40.0_f64,
        ) {
            let bars = sessions(from.parse().expect("a date"), days, span);
            let words = words(&bars, 0..bars.len(), span, spacing);
            for pair in words.windows(2) {
                let apart = (pair[1].place - pair[0].place) as f64 * spacing;
                prop_assert!(GAP <= apart, "{pair:?} are {apart} apart");
            }
            let step = minute_step(span, spacing);
            for word in words {
                let wall = bars[word.place].start.wall_time();
                let minutes = wall.since_midnight.whole_seconds() / 60;
                if word.is_major {
                    let (year, _, day) = wall.date.year_month_day();
                    let begins = [year.to_string(), format!("{day} ")];
                    prop_assert!(begins.iter().any(|begin| word.text.starts_with(begin.as_str())));
                } else {
                    let text = format!("{:02}:{:02}", minutes / 60, minutes % 60);
                    prop_assert_eq!(&word.text, &text);
                    prop_assert!(step.is_some_and(|step| minutes % step == 0));
                    prop_assert!((570..960).contains(&minutes), "{}", word.text);
                }
            }
        }
    }
}
