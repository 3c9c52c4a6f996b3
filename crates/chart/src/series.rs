//! Bars, with sums over eight, sixty-four, … of them beside, so that a far view of half a million
//! bars costs as little as a near one.

use std::ops::Range;

use market::{Bar, Price, Volume};

/// Bars that one node sums up; and nodes that one node of the floor above does.
const FAN: usize = 8;

/// Bars and sums over them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Series {
    bars: Vec<Bar>,
    /// `floors[k]` has one node for every 8^(k+1) bars.
    floors: Vec<Vec<Node>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Node {
    high: Price,
    low: Price,
    volume: Volume,
}

/// What one column of pixels shows: one bar, or all that share it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Column {
    /// The middle, counted in bars.
    pub(crate) place: f64,
    /// The first price.
    pub(crate) open: f64,
    /// The greatest price.
    pub(crate) high: f64,
    /// The least price.
    pub(crate) low: f64,
    /// The last price.
    pub(crate) close: f64,
    /// The greatest volume of one bar.
    pub(crate) volume: Volume,
}

impl Node {
    fn of_bar(bar: &Bar) -> Self {
        Self { high: bar.high, low: bar.low, volume: bar.volume }
    }

    fn join(self, other: Self) -> Self {
        Self {
            high: self.high.max(other.high),
            low: self.low.min(other.low),
            volume: self.volume.max(other.volume),
        }
    }
}

impl Series {
    pub(crate) fn new(bars: Vec<Bar>) -> Self {
        let mut series = Self { bars, floors: Vec::new() };
        series.sum_up(0);
        series
    }

    pub(crate) fn bars(&self) -> &[Bar] {
        &self.bars
    }

    pub(crate) fn len(&self) -> usize {
        self.bars.len()
    }

    /// The first of `newer` replaces the bar of its start, the others follow. Gives the place from
    /// which on bars changed; what came again as it was did not.
    pub(crate) fn extend(&mut self, newer: &[Bar]) -> usize {
        let Some(first) = newer.first() else { return self.bars.len() };
        let place = self.bars.partition_point(|bar| bar.start < first.start);
        let known = self.bars[place..].iter().zip(newer).take_while(|(old, new)| old == new);
        let known = known.count();
        let place = place + known;
        self.bars.truncate(place);
        self.bars.extend_from_slice(&newer[known..]);
        self.sum_up(place);
        place
    }

    /// Puts older bars in front; those that are not older are left out. Gives how many came.
    pub(crate) fn prepend(&mut self, older: &[Bar]) -> usize {
        let count = match self.bars.first() {
            Some(first) => older.partition_point(|bar| bar.start < first.start),
            None => older.len(),
        };
        self.bars.splice(0..0, older[..count].iter().copied());
        self.sum_up(0);
        count
    }

    /// Where the bar that holds `at` lies: the last that starts no later.
    pub(crate) fn place_of(&self, at: market::Moment) -> usize {
        self.bars.partition_point(|bar| bar.start <= at).saturating_sub(1)
    }

    fn sum_up(&mut self, from: usize) {
        let mut from = from / FAN;
        let (mut floor, mut below) = (0, self.bars.len());
        while FAN < below {
            if self.floors.len() <= floor {
                // A floor that was not there has to hold everything.
                self.floors.push(Vec::new());
                from = 0;
            }
            let (done, rest) = self.floors.split_at_mut(floor);
            let nodes = &mut rest[0];
            nodes.truncate(from);
            for start in (from * FAN..below).step_by(FAN) {
                let range = start..(start + FAN).min(below);
                let node = match done.last() {
                    Some(lower) => lower[range].iter().copied().reduce(Node::join),
                    None => self.bars[range].iter().map(Node::of_bar).reduce(Node::join),
                };
                nodes.extend(node);
            }
            (below, from, floor) = (nodes.len(), from / FAN, floor + 1);
        }
        self.floors.truncate(floor);
    }

    /// High, low and greatest volume of a stretch.
    fn over(&self, range: Range<usize>) -> Option<Node> {
        let mut sum: Option<Node> = None;
        let mut at = range.start;
        while at < range.end {
            let (mut wide, mut node) = (1, None);
            for nodes in &self.floors {
                let wider = wide * FAN;
                if !at.is_multiple_of(wider) || range.end < at + wider {
                    break;
                }
                (wide, node) = (wider, nodes.get(at / wider).copied());
            }
            let node = node.or_else(|| self.bars.get(at).map(Node::of_bar))?;
            sum = Some(sum.map_or(node, |sum| sum.join(node)));
            at += wide;
        }
        sum
    }

    /// The greatest high and the least low of a stretch.
    pub(crate) fn extremes(&self, range: Range<usize>) -> Option<(f64, f64)> {
        self.over(range).map(|node| (node.low.to_f64(), node.high.to_f64()))
    }

    /// The greatest volume of one bar in a stretch.
    pub(crate) fn volume_max(&self, range: Range<usize>) -> Volume {
        self.over(range).map_or(0, |node| node.volume)
    }

    /// A stretch in columns of `per` bars each. Their edges are multiples of `per`, so that panning
    /// moves columns and never reshapes them.
    pub(crate) fn columns(&self, range: Range<usize>, per: usize) -> Vec<Column> {
        let mut columns = Vec::with_capacity(range.len() / per + 2);
        let mut at = range.start / per * per;
        while at < range.end {
            let end = (at + per).min(self.bars.len());
            if let (Some(node), Some(last)) = (self.over(at..end), self.bars.get(end - 1)) {
                columns.push(Column {
                    place: (at + end - 1) as f64 / 2.0,
                    open: self.bars[at].open.to_f64(),
                    high: node.high.to_f64(),
                    low: node.low.to_f64(),
                    close: last.close.to_f64(),
                    volume: node.volume,
                });
            }
            at += per;
        }
        columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use market::{Moment, Span};
    use proptest::prelude::*;

    fn bar(n: usize, units: i64) -> Bar {
        let start = Moment(0) + Span::minutes(n as i64);
        let mut bar = Bar::of_print(start, Price::from_units(units).expect("a price"), units);
        bar.absorb(&Bar::of_print(start, Price::from_units(units + 7).expect("a price"), 0));
        bar
    }

    fn plain(bars: &[Bar]) -> Option<(f64, f64)> {
        let low = bars.iter().map(|bar| bar.low.to_f64()).reduce(f64::min)?;
        Some((low, bars.iter().map(|bar| bar.high.to_f64()).reduce(f64::max)?))
    }

    proptest! {
        #[test]
        fn sums_are_those_of_the_bars(
            units in prop::collection::vec(1_i64..1_000_000, 1..700),
            (from, to) in (0_usize..1_000, 0_usize..1_000),
            cut in 0_usize..700,
        ) {
            let bars = units.iter().enumerate().map(|(n, units)| bar(n, *units));
            let bars: Vec<Bar> = bars.collect();
            let (from, to) = (from % (bars.len() + 1), to % (bars.len() + 1));
            let range = from.min(to)..from.max(to);
            let series = Series::new(bars.clone());
            prop_assert_eq!(series.extremes(range.clone()), plain(&bars[range.clone()]));
            // However the bars came in.
            let cut = cut.min(bars.len());
            let mut grown = Series::new(bars[..cut].to_vec());
            for one in &bars[cut.saturating_sub(1)..] {
                grown.extend(std::slice::from_ref(one));
            }
            prop_assert!(grown.floors == series.floors);
            let mut filled = Series::new(bars[cut..].to_vec());
            prop_assert_eq!(filled.prepend(&bars), cut);
            prop_assert!(filled.floors == series.floors);
        }

        #[test]
        fn columns_hold_every_bar_once(count in 1_usize..300, per in 1_usize..40) {
            let bars: Vec<Bar> = (0..count).map(|n| bar(n, 1 + n as i64)).collect();
            let series = Series::new(bars);
            let columns = series.columns(0..count, per);
            prop_assert_eq!(columns.len(), count.div_ceil(per));
            for pair in columns.windows(2) {
                prop_assert!(pair[0].place < pair[1].place);
                prop_assert!(pair[0].high <= pair[1].high);
            }
        }
    }
}
