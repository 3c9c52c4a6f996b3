//! Where a moment lies among the bars, and when a place is: among those that are loaded, and before
//! and after them, so that what is drawn stays with its bars when they come.

use market::{Bar, BarCalendar, BarHours, Moment, Phase, Span, session_clock};

use super::ChartState;

/// So many bars tell which hours there are: at least two days.
const TELLING: usize = 2_000;
/// From the last bar of a day to the first of the next at least: 20:00 to 04:00.
const NIGHT: Span = Span::hours(8);

impl ChartState {
    /// Where a moment lies, counted in bars. Beyond those that are loaded, the calendar's count.
    pub(crate) fn place_of(&self, at: Moment) -> f64 {
        let bars = self.series.bars();
        let (Some(first), Some(last)) = (bars.first(), bars.last()) else { return 0.0 };
        let beyond = |from| (self.calendar.bars_between(from, at) as f64 * self.share).round();
        if at < first.start {
            beyond(first.start)
        } else if last.start < at {
            self.newest() + beyond(last.start)
        } else {
            self.series.place_of(at) as f64
        }
    }

    /// When the bar of a place begins; beyond those that are loaded, by the calendar.
    pub(crate) fn moment_at(&self, place: f64) -> Moment {
        let bars = self.series.bars();
        let (Some(first), Some(last)) = (bars.first(), bars.last()) else { return Moment(0) };
        let (place, newest) = (place.round(), self.newest());
        #[expect(clippy::cast_possible_truncation, reason = "places on a chart")]
        #[expect(clippy::cast_sign_loss, reason = "within the bars")]
        let (bar, after) = (
            place.clamp(0.0, newest) as usize,
            ((place - place.clamp(0.0, newest)) / self.share).round() as i64,
        );
        match after {
            0 => bars.get(bar).unwrap_or(last).start,
            after if 0 < after => self.calendar.bar_after(last.start, after),
            after => self.calendar.bar_after(first.start, after),
        }
    }

    /// A record of a fund may have no bars outside the regular session but a last one, and one of
    /// a share that is seldom traded has fewer a day than there could be: beyond it there are as
    /// few.
    pub(super) fn know_hours(&mut self) {
        let (span, bars) = (self.subject.span, self.series.bars());
        (self.calendar, self.share) = (BarCalendar { span, hours: BarHours::Regular }, 1.0);
        let Some(length) = span.intraday() else { return };
        let telling = &bars[bars.len().saturating_sub(TELLING)..];
        let is_outside = |bar: &&Bar| session_clock(bar.start).phase != Phase::Regular;
        if telling.len() < 10 * telling.iter().filter(is_outside).count() {
            self.calendar.hours = BarHours::Extended;
        }
        let (mut bars, mut possible) = (0, 0);
        for pair in telling.windows(2) {
            let apart = pair[1].start - pair[0].start;
            if apart < NIGHT {
                // The last bar of a part of the day may be short.
                (bars, possible) = (bars + 1, possible + (apart.0 / length.0).max(1));
            }
        }
        if 0 < bars {
            self.share = f64::from(bars) / possible as f64;
        }
    }
}

#[cfg(test)]
mod tests {
    use market::{BarSpan, Price, fold_bars, next_trading_day};
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

    /// Of a share that hardly trades outside the session, a day that is not loaded has as many bars
    /// as those that are.
    #[test]
    fn a_seldom_traded_share_has_fewer_bars_a_day() {
        let mut all = bars(BarSpan::M1, BarHours::Extended);
        let outside = |bar: &Bar| session_clock(bar.start).phase != Phase::Regular;
        all.retain(|bar| !outside(bar) || bar.start.0 / 60_000_000 % 9 == 0);
        let days = ["2024-03-11", "2024-03-13"].map(|date| date.parse().expect("a date"));
        let from = |date| all.partition_point(|bar| bar.start.wall_time().date < date);
        let (first, end) = (from(days[0]), from(days[1]));
        let chart = chart(&all[first..end], BarSpan::M1);
        let place = chart.place_of(all[0].start);
        assert!((place + first as f64).abs() < 0.03 * first as f64, "{place} is not -{first}");
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
