//! Places labels beside the levels they name: never over each other, never lying about where the
//! level is. Crowded neighbours share a label; levels off the chart are told at its edge. The words
//! of drawings take what room is left.

/// A level that wants a label.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wanted {
    /// Where its line is.
    pub(crate) y: f64,
    /// Which of the chart's levels it is.
    pub(crate) level: usize,
}

/// A label that has its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placed {
    /// The middle of the label.
    pub(crate) y: f64,
    /// The levels it names, with their lines, top first.
    pub(crate) levels: Vec<Wanted>,
}

/// What labels stand in already, each `[x, y, width, height]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Taken(pub(crate) Vec<[f64; 4]>);

impl Taken {
    /// The first of several places where a label covers no other; it is taken from then on.
    pub(crate) fn first_free(
        &mut self,
        places: impl IntoIterator<Item = [f64; 4]>,
    ) -> Option<[f64; 4]> {
        let is_free = |place: &[f64; 4]| self.0.iter().all(|other| !do_overlap(place, other));
        let place = places.into_iter().find(is_free)?;
        self.0.push(place);
        Some(place)
    }
}

/// Whether two boxes have anything in common.
pub(crate) fn do_overlap(a: &[f64; 4], b: &[f64; 4]) -> bool {
    a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3]
}

/// Places labels of `height` between `top` and `bottom`. Every level is in exactly one label; their
/// order is that of their lines.
pub(crate) fn place(mut wanted: Vec<Wanted>, height: f64, top: f64, bottom: f64) -> Vec<Placed> {
    wanted.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.level.cmp(&b.level)));
    let mut labels: Vec<Placed> =
        wanted.into_iter().map(|one| Placed { y: one.y, levels: vec![one] }).collect();
    #[expect(clippy::cast_possible_truncation, reason = "a screen has room for hundreds at most")]
    #[expect(clippy::cast_sign_loss, reason = "negative room is no room")]
    let room = ((bottom - top) / height).floor().max(1.0) as usize;
    merge(&mut labels, room, height);
    spread(&mut labels, height, top, bottom);
    labels
}

/// Joins neighbours that lie nearly upon each other, and as many more as there is no room for.
fn merge(labels: &mut Vec<Placed>, room: usize, height: f64) {
    let middle = |label: &Placed| {
        label.levels.iter().map(|one| one.y).sum::<f64>() / label.levels.len() as f64
    };
    loop {
        let nearest = labels
            .windows(2)
            .enumerate()
            .map(|(place, pair)| (place, pair[1].y - pair[0].y))
            .min_by(|a, b| a.1.total_cmp(&b.1));
        let Some((place, apart)) = nearest else { return };
        if labels.len() <= room && height * 0.12 < apart {
            return;
        }
        let lower = labels.remove(place + 1);
        labels[place].levels.extend(lower.levels);
        labels[place].y = middle(&labels[place]);
    }
}

/// Pushes labels apart, as little as can be: those that touch form a block that is centred on what
/// its members wanted.
fn spread(labels: &mut [Placed], height: f64, top: f64, bottom: f64) {
    // Each block: where its first label is, and which labels are in it.
    let mut blocks: Vec<(f64, std::ops::Range<usize>)> = Vec::with_capacity(labels.len());
    for place in 0..labels.len() {
        let mut block = (fit(labels, &(place..place + 1), height, top, bottom), place..place + 1);
        while let Some((first, members)) = blocks.last() {
            if first + members.len() as f64 * height <= block.0 {
                break;
            }
            let joined = members.start..block.1.end;
            blocks.pop();
            block = (fit(labels, &joined, height, top, bottom), joined);
        }
        blocks.push(block);
    }
    for (first, members) in blocks {
        for (n, label) in labels[members].iter_mut().enumerate() {
            label.y = first + (n as f64 + 0.5) * height;
        }
    }
}

/// The top of a block that lies best for its members and inside the chart.
fn fit(
    labels: &[Placed],
    members: &std::ops::Range<usize>,
    height: f64,
    top: f64,
    bottom: f64,
) -> f64 {
    let count = members.len() as f64;
    let wish: f64 = labels[members.clone()]
        .iter()
        .enumerate()
        .map(|(n, label)| label.y - (n as f64 + 0.5) * height)
        .sum::<f64>()
        / count;
    wish.min(bottom - count * height).max(top)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn labels_keep_their_order_and_their_room(
            lines in prop::collection::vec(0.0..600.0_f64, 0..90),
            bottom in 40.0..600.0_f64,
        ) {
            let one = |(level, y): (usize, &f64)| Wanted { y: y.min(bottom), level };
            let wanted: Vec<Wanted> = lines.iter().enumerate().map(one).collect();
            let labels = place(wanted, 18.0, 0.0, bottom);
            let mut named: Vec<usize> =
                labels.iter().flat_map(|label| label.levels.iter().map(|one| one.level)).collect();
            named.sort_unstable();
            prop_assert_eq!(named, (0..lines.len()).collect::<Vec<_>>());
            for label in &labels {
                prop_assert!(9.0 - 1e-6 <= label.y && label.y <= bottom - 9.0 + 1e-6);
            }
            for pair in labels.windows(2) {
                prop_assert!(18.0 - 1e-6 <= pair[1].y - pair[0].y);
                let last = pair[0].levels.last().map(|one| one.y);
                let first = pair[1].levels.first().map(|one| one.y);
                prop_assert!(last <= first);
            }
        }
    }

    #[test]
    fn a_lonely_label_stays_at_its_line() {
        let labels = place(vec![Wanted { y: 100.0, level: 0 }], 18.0, 0.0, 400.0);
        assert!((labels[0].y - 100.0).abs() < 1e-9);
    }
}
