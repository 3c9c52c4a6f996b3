//! Where a moment lies among the bars, and when a place is: among those that are loaded, and before
//! and after them, so that what is drawn stays with its bars when they come.

use market::{BarCalendar, BarHours, Moment, Phase, session_clock};

use super::ChartState;

/// So many bars tell which hours there are: at least two days.
const TELLING: usize = 2_000;

impl ChartState {
    /// Where a moment lies, counted in bars. Beyond those that are loaded, the calendar's count.
    pub(crate) fn place_of(&self, at: Moment) -> f64 {
        let bars = self.series.bars();
        let (Some(first), Some(last)) = (bars.first(), bars.last()) else { return 0.0 };
        if at < first.start {
            self.calendar.bars_between(first.start, at) as f64
        } else if last.start < at {
            self.newest() + self.calendar.bars_between(last.start, at) as f64
        } else {
            self.series.place_of(at) as f64
        }
    }

    /// When the bar of a place begins; beyond those that are loaded, by the calendar.
    pub(crate) fn moment_at(&self, place: f64) -> Moment {
        let bars = self.series.bars();
        let (Some(first), Some(last)) = (bars.first(), bars.last()) else { return Moment(0) };
        #[expect(clippy::cast_possible_truncation, reason = "a place on a chart")]
        let place = place.round() as i64;
        let beyond = place.saturating_sub(bars.len() as i64 - 1);
        match usize::try_from(place) {
            Ok(_) if 0 < beyond => self.calendar.bar_after(last.start, beyond),
            Ok(place) => bars.get(place).unwrap_or(last).start,
            Err(_) => self.calendar.bar_after(first.start, place),
        }
    }

    /// A record of a fund may have no bars outside the regular session.
    pub(super) fn know_hours(&mut self) {
        let span = self.subject.span;
        let is_around = span.intraday().is_some()
            && self
                .series
                .bars()
                .iter()
                .rev()
                .take(TELLING)
                .any(|bar| !matches!(session_clock(bar.start).phase, Phase::Regular));
        let hours = if is_around { BarHours::Extended } else { BarHours::Regular };
        self.calendar = BarCalendar { span, hours };
    }
}

#[cfg(test)]
mod tests {
    use market::{Bar, BarSpan, Price, Span, fold_bars, next_trading_day};
    use proptest::prelude::*;

    use super::super::tests::MINUTES;
    use super::*;
    use crate::{Action, Anchor, Drawing, Drawings, Subject, Tool};

    /// Bars of the days over which clocks go forward, with a holiday and a half day.
    fn bars(span: BarSpan, hours: BarHours) -> Vec<Bar> {
        let mut minutes = Vec::new();
        for (date, days) in [("2024-03-06", 4), ("2024-03-27", 3), ("2024-07-01", 4)] {
            let mut day = next_trading_day(date.parse().expect("a date"));
            for _ in 0..days {
                let mut start = day.pre_market_open();
                while start < day.after_hours_close() {
                    let price = Price::from_units(50_000_000 + start.0 / 60_000_000 % 97 * 100);
                    minutes.push(Bar::of_print(start, price.expect("a price"), 1));
                    start += Span::minutes(1);
                }
                day = next_trading_day(day.date);
            }
        }
        fold_bars(&minutes, span, hours)
    }

    fn chart(bars: &[Bar], span: BarSpan) -> ChartState {
        let mut chart = ChartState::default();
        chart.apply(Action::Resize { width: 900.0, height: 600.0 });
        let subject = Subject { span, ..MINUTES };
        chart.apply(Action::SetBars { bars: bars.to_vec(), subject });
        chart
    }

    /// What reaches beyond the bars stays where it is when they come, on both sides.
    #[test]
    fn a_drawing_stays_with_its_bars_when_they_are_loaded() {
        let kinds = [
            (BarSpan::M5, BarHours::Extended),
            (BarSpan::M30, BarHours::Regular),
            (BarSpan::H4, BarHours::Regular),
        ];
        for (span, hours) in kinds {
            // Four days without a hole: the calendar has what is missing.
            let hole = "2024-03-13".parse().expect("a date");
            let mut all = bars(span, hours);
            all.retain(|bar| bar.start.wall_time().date < hole);
            let count = all.len();
            let mut chart = chart(&all[count / 3..count / 2], span);
            let point = |place: usize| Anchor { at: all[place].start, price: 5_000.0 };
            let ends = vec![point(2), point(count - 2)];
            let book = Drawings::new(vec![Drawing::new(1, Tool::Ray, ends)]);
            chart.follow_drawings(Some(&book));
            let places = |chart: &ChartState| {
                let first = count as f64 - 4.0;
                let ends = chart.drawings()[0].points.iter().map(|point| chart.place_of(point.at));
                let [from, to] = ends.collect::<Vec<_>>()[..] else { panic!("two points") };
                assert_eq!(to - from, first, "{span}");
                from
            };
            assert_eq!(places(&chart), 2.0 - (count / 3) as f64, "{span}");
            chart.apply(Action::Extend(all[count / 2 - 1..].to_vec()));
            assert_eq!(places(&chart), 2.0 - (count / 3) as f64, "{span}");
            chart.apply(Action::Prepend(all[..count / 3].to_vec()));
            assert_eq!(places(&chart), 2.0, "{span}");
        }
    }

    #[test]
    fn five_days_after_a_friday_is_the_next_friday() {
        let all = bars(BarSpan::Day, BarHours::Regular);
        let friday =
            all.iter().position(|bar| bar.start.wall_time().date.to_string() == "2024-03-08");
        let chart = chart(&all[..=friday.expect("a Friday")], BarSpan::Day);
        let at = chart.moment_at(chart.newest() + 5.0);
        assert_eq!(at.wall_time().date.to_string(), "2024-03-15");
    }

    #[test]
    fn a_record_of_regular_sessions_goes_on_as_one() {
        for (hours, next) in [(BarHours::Regular, 570), (BarHours::Extended, 240)] {
            let chart = chart(&bars(BarSpan::M1, hours), BarSpan::M1);
            let at = chart.moment_at(chart.newest() + 1.0).wall_time();
            assert_eq!(at.since_midnight, Span::minutes(next), "{hours:?}");
        }
    }

    proptest! {
        #[test]
        fn a_place_has_a_moment_that_has_the_place(
            span in 0..BarSpan::ALL.len(), place in -1_000..400_i64,
        ) {
            let span = BarSpan::ALL[span];
            let chart = chart(&bars(span, BarHours::Extended), span);
            let at = chart.moment_at(place as f64);
            prop_assert_eq!(chart.place_of(at), place as f64);
        }
    }
}
