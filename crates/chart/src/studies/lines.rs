//! A study's lines over the bars of a chart.

use market::{Bar, Moment};
use quant::indicators::VwapValue;

use super::Study;
use super::engine::{Engine, Known, LINES_MAX, vwap_values};

/// A study and its values for every bar. A value that is not known is NaN and is not drawn.
#[derive(Clone, Debug)]
pub(crate) struct StudyLines {
    pub(crate) study: Study,
    /// What has taken in all bars but the last.
    engine: Engine,
    /// How many bars the engine has taken in.
    done: usize,
    /// A value for each bar, line by line.
    lines: Vec<Vec<f64>>,
}

/// The least and greatest value of a stretch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl StudyLines {
    pub(crate) fn new(study: Study, bars: &[Bar], known: Known) -> Self {
        let engine = Engine::new(study, known);
        let lines = vec![Vec::with_capacity(bars.len()); engine.lines()];
        let mut lines = Self { study, engine, done: 0, lines };
        lines.follow(bars, 0, known);
        lines
    }

    /// The start of an older bar that it cannot do without, and that is not there.
    pub(crate) fn lacks(&self) -> Option<Moment> {
        match self.engine {
            Engine::Cut(start) => Some(start),
            _ => None,
        }
    }

    pub(crate) fn lines(&self) -> &[Vec<f64>] {
        &self.lines
    }

    /// The value of a line at a bar.
    pub(crate) fn value(&self, line: usize, place: usize) -> Option<f64> {
        let value = *self.lines.get(line)?.get(place)?;
        value.is_finite().then_some(value)
    }

    /// Bars changed from `place` on; the last one may still be forming.
    pub(crate) fn follow(&mut self, bars: &[Bar], place: usize, known: Known) {
        if self.lines.is_empty() {
            return;
        }
        if place < self.done || self.done == 0 {
            // What was taken for finished was not: older bars came, or another day.
            self.engine = Engine::new(self.study, known);
            self.done = 0;
        }
        let finished = bars.len().saturating_sub(1);
        self.cut(self.done);
        for bar in &bars[self.done..finished] {
            let values = self.engine.handle_bar(bar);
            self.push(&values);
        }
        self.done = finished;
        if let Some(forming) = bars.last() {
            let values = self.engine.clone().handle_bar(forming);
            self.push(&values);
        }
    }

    /// Today's VWAP as it was traded print by print: better than what bars tell. `path` says from
    /// which minute on it was what.
    pub(crate) fn put_vwap(&mut self, bars: &[Bar], path: &[(Moment, VwapValue)]) {
        if !matches!(self.study, Study::Vwap | Study::VwapBands) {
            return;
        }
        let Some((first, _)) = path.first() else { return };
        let from = bars.partition_point(|bar| bar.start < *first);
        let mut known = 0;
        for place in from..bars.len() {
            // A bar shows the average as it stood at its end.
            let end = bars.get(place + 1).map_or(Moment(i64::MAX), |bar| bar.start);
            while path.get(known).is_some_and(|(at, _)| *at < end) {
                known += 1;
            }
            let Some((_, value)) = known.checked_sub(1).and_then(|last| path.get(last)) else {
                continue;
            };
            for (line, value) in self.lines.iter_mut().zip(vwap_values(*value)) {
                if let Some(old) = line.get_mut(place) {
                    *old = value;
                }
            }
        }
    }

    /// The least and greatest value of the bars `[from, to)`, looked at every `per` bars.
    pub(crate) fn range(&self, from: usize, to: usize, per: usize) -> Option<Range> {
        let values = self.lines.iter().flat_map(|line| {
            let to = to.min(line.len());
            line[from.min(to)..to].iter().step_by(per)
        });
        values.copied().filter(|value| value.is_finite()).fold(None, |range, value| {
            let Range { low, high } = range.unwrap_or(Range { low: value, high: value });
            Some(Range { low: low.min(value), high: high.max(value) })
        })
    }

    fn cut(&mut self, count: usize) {
        for line in &mut self.lines {
            line.truncate(count);
        }
    }

    fn push(&mut self, values: &[f64; LINES_MAX]) {
        for (line, value) in self.lines.iter_mut().zip(values) {
            line.push(*value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use market::{BarSpan, Price, Span};
    use proptest::prelude::*;

    const MINUTES: Known =
        Known { span: BarSpan::M1, first: Moment(i64::MIN), since: Moment(i64::MIN) };

    fn bars(closes: &[i64]) -> Vec<Bar> {
        let open = Moment::new_york("2024-02-26".parse().expect("a date"), Span::minutes(565));
        let bar = |(n, close): (usize, &i64)| {
            let price = |units| Price::from_units(units).expect("a price");
            let mut bar = Bar::of_print(open + Span::minutes(n as i64), price(*close), 100);
            bar.absorb(&Bar::of_print(bar.start, price(close + 300), 7));
            bar
        };
        closes.iter().enumerate().map(bar).collect()
    }

    proptest! {
        #[test]
        fn streaming_gives_the_bits_of_a_batch(
            closes in prop::collection::vec(10_000_i64..9_000_000, 2..90),
            study in prop::sample::select(Study::OFFERED.to_vec()),
        ) {
            let bars = bars(&closes);
            let batch = StudyLines::new(study, &bars, MINUTES);
            let mut stream = StudyLines::new(study, &bars[..1], MINUTES);
            for count in 2..=bars.len() {
                // The forming bar is seen half done first.
                let mut half = bars[..count].to_vec();
                half[count - 1].close = half[count - 1].open;
                stream.follow(&half, count - 1, MINUTES);
                stream.follow(&bars[..count], count - 1, MINUTES);
            }
            prop_assert_eq!(batch.lines.len(), stream.lines.len());
            for (batch, stream) in batch.lines.iter().zip(&stream.lines) {
                let bits = |line: &[f64]| line.iter().map(|one| one.to_bits()).collect::<Vec<_>>();
                prop_assert_eq!(bits(batch), bits(stream));
                prop_assert_eq!(batch.len(), bars.len());
            }
        }
    }

    #[test]
    fn an_opening_range_is_that_of_its_minutes() {
        // From 09:25: the range counts from the sixth bar to the tenth.
        let closes: Vec<i64> = (0..40).map(|n| 100_000 + 1_000 * n).collect();
        let lines = StudyLines::new(Study::OpeningRange(5), &bars(&closes), MINUTES);
        assert_eq!(lines.value(0, 4), None);
        assert_eq!(lines.value(1, 39), Some(10.5));
        assert_eq!(lines.value(0, 39), Some(10.93));
        assert_eq!(lines.value(0, 6), Some(10.63));
    }

    #[test]
    fn prints_know_the_days_vwap_better_than_bars() {
        let bars = bars(&[100_000; 20]);
        let mut lines = StudyLines::new(Study::VwapBands, &bars, MINUTES);
        let path = [(bars[8].start, VwapValue { vwap: 12.0, deviation: 0.5 })];
        lines.put_vwap(&bars, &path);
        assert_eq!(lines.value(0, 19), Some(12.0));
        assert_eq!(lines.value(4, 19), Some(11.0));
        assert_ne!(lines.value(0, 7), Some(12.0));
    }
}
