//! Drawings on a chart: their words among the other labels, and keys that move their points.

use market::Span;
use proptest::prelude::*;
use quant::levels::LevelRole;

use super::{Tag, tags};
use crate::drawings::shapes::{PARTS, View, retraced};
use crate::labels::do_overlap;
use crate::layers::levels;
use crate::state::tests::{MINUTES, bars};
use crate::{
    Action, Anchor, ChartLevel, ChartSetup, ChartState, Drawing, DrawingChange, Drawings, Ink,
    Pressed, ScaleMode, Shape, Tool,
};

fn chart(width: f64, height: f64) -> ChartState {
    let mut state = ChartState::default();
    state.apply(Action::Resize { width, height });
    state.apply(Action::SetBars { bars: bars(300), subject: MINUTES });
    state
}

fn level(name: &str, price: f64) -> ChartLevel {
    ChartLevel {
        name: name.to_owned(),
        price,
        role: LevelRole::Resistance,
        is_computed: false,
        points: Some(price - 5_005.0),
        color: None,
    }
}

/// A drawing by places and prices.
fn drawing(state: &ChartState, id: u64, tool: Tool, points: &[(f64, f64)]) -> Drawing {
    let anchor = |&(place, price): &(f64, f64)| Anchor { at: state.moment_at(place), price };
    Drawing::new(id, tool, points.iter().take(tool.points()).map(anchor).collect())
}

/// The labels at the right, and the words on drawings.
fn labels(state: &ChartState) -> (Vec<[f64; 4]>, Vec<Tag>) {
    let prices = state.prices();
    let taken = levels(state, &prices, &mut Vec::new());
    (taken.0.clone(), tags(&View { state, prices: &prices }, taken))
}

/// The last price's tag on the axis.
fn last_tag(state: &ChartState) -> Option<[f64; 4]> {
    state.shapes().into_iter().find_map(|shape| match shape {
        Shape::Fills { boxes, ink: Ink::Accent, .. } if boxes[0][0] == state.time.edge => {
            Some(boxes[0])
        }
        _ => None,
    })
}

/// Lines that lead from somewhere.
fn leaders(shapes: &[Shape], from: (f64, f64)) -> Vec<(f64, f64)> {
    let ends = |shape: &Shape| match shape {
        Shape::Strokes { lines, .. } => {
            let is_from = |line: &&[f64; 4]| (line[0], line[1]) == from;
            lines.iter().filter(is_from).map(|line| (line[2], line[3])).collect()
        }
        _ => Vec::new(),
    };
    shapes.iter().flat_map(ends).collect()
}

fn check_labels(state: &ChartState) -> Result<(), TestCaseError> {
    let (column, tags) = labels(state);
    let mut areas = column.clone();
    areas.extend(tags.iter().map(|tag| tag.area));
    areas.extend(last_tag(state));
    for (n, a) in areas.iter().enumerate() {
        for b in &areas[n + 1..] {
            // Labels that touch do not overlap.
            let a = [a[0], a[1] + 1e-6, a[2] - 1e-6, a[3] - 2e-6];
            prop_assert!(!do_overlap(&a, b), "{a:?} covers {b:?}");
        }
    }
    let prices = state.prices();
    let mut shapes = Vec::new();
    levels(state, &prices, &mut shapes);
    // Every level in sight leads to a label at the right.
    for price in state.levels.iter().map(|level| level.price) {
        let y = prices.y(price);
        if (prices.top..=prices.bottom).contains(&y) {
            let ends = leaders(&shapes, (state.label_left() - 10.0, y));
            let leads = |area: &[f64; 4], end: &(f64, f64)| {
                area[0] == end.0 && area[1] < end.1 && end.1 < area[1] + area[3]
            };
            let is_led = ends.iter().any(|end| column.iter().any(|area| leads(area, end)));
            prop_assert!(is_led, "{price} leads nowhere: {ends:?}");
        }
    }
    // Every other word is at a price of its drawing, or a line leads there.
    for tag in tags {
        let one = state.drawings().iter().find(|one| one.id == tag.id).expect("drawn");
        let mut told: Vec<f64> = one.points.iter().map(|point| point.price).collect();
        if one.tool == Tool::Fibonacci {
            told.extend(PARTS.map(|part| retraced(one, part)));
        }
        let (x, y) = tag.of;
        prop_assert!(told.iter().any(|price| (prices.y(*price) - y).abs() < 1e-9));
        let [left, top, width, height] = tag.area;
        let nearest = (x.clamp(left, left + width), y.clamp(top, top + height));
        let apart = (nearest.0 - x).hypot(nearest.1 - y);
        let mut shapes = Vec::new();
        tag.push(&mut shapes);
        let is_led = !leaders(&shapes, (x, y)).is_empty();
        let off = match one.tool {
            Tool::Horizontal => 8.0,
            Tool::Fibonacci => 7.0,
            _ => f64::NAN,
        };
        let is_on_line = (top + height / 2.0 + off - y).abs() < 1e-9;
        prop_assert!(apart <= 8.0 || is_led || is_on_line, "{:?}: {apart} px apart", one.tool);
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_label_covers_another_and_each_is_at_what_it_names(
        prices in prop::collection::vec(4_990.0..5_030.0_f64, 0..60),
        drawn in prop::collection::vec((
            prop::sample::select(Tool::ALL.to_vec()),
            prop::collection::vec((150.0..330.0_f64, 4_990.0..5_030.0_f64), 3),
            "[a-zé]{0,60}",
        ), 0..40),
        (width, height) in (280.0..1_700.0_f64, 160.0..900.0_f64),
        (last, selected) in (4_995.0..5_020.0_f64, 0_u64..40),
        scale in prop::sample::select(ScaleMode::ALL.to_vec()),
        is_inverted: bool,
    ) {
        let mut state = chart(width, height);
        state.apply(Action::SetUp(ChartSetup { scale, is_inverted, ..ChartSetup::default() }));
        state.apply(Action::SetLevels(prices.iter().map(|price| level("PDH", *price)).collect()));
        state.apply(Action::SetLast(Some((last, true))));
        let all = (0..).zip(&drawn).map(|(id, (tool, points, text))| {
            Drawing { text: text.clone(), ..drawing(&state, id, *tool, points) }
        });
        let book = Drawings::new(all.collect());
        state.follow_drawings(Some(&book));
        state.select(Some(selected));
        check_labels(&state)?;
    }
}

#[test]
fn a_line_ends_where_the_labels_of_levels_begin() {
    let mut state = chart(1_000.0, 600.0);
    let line = drawing(&state, 1, Tool::Horizontal, &[(200.0, 5_004.25)]);
    state.follow_drawings(Some(&Drawings::new(vec![line])));
    let end = |state: &ChartState| {
        let right = |shape: &Shape| match shape {
            Shape::Path { points, ink: Ink::Accent, .. } => Some(points[1].0),
            _ => None,
        };
        state.shapes().iter().find_map(right)
    };
    assert_eq!(end(&state), Some(state.time.edge));
    state.apply(Action::SetLevels(vec![level("PDH", 5_004.25)]));
    assert_eq!(end(&state), Some(state.label_left() - 10.0));
    let (column, tags) = labels(&state);
    assert_eq!((column.len(), tags.len()), (1, 1), "each has its own");
}

#[test]
fn words_make_way_for_the_labels_of_levels() {
    let mut state = chart(1_000.0, 600.0);
    let (_, high) = state.prices().ends();
    state.apply(Action::SetLevels(vec![level("PDH", high)]));
    // At the newest bar, where the labels of levels begin soon.
    let note = Drawing {
        text: "Watch this high".to_owned(),
        ..drawing(&state, 1, Tool::Note, &[(298.0, high)])
    };
    state.follow_drawings(Some(&Drawings::new(vec![note])));
    let (column, tags) = labels(&state);
    let (x, y) = tags[0].of;
    let [left, top, width, height] = tags[0].area;
    assert_eq!((left + width, top + height / 2.0), (x, y), "to the left of its point");
    assert!(tags[0].area[0] + width <= column[0][0]);
    // Taken by its words, where they are.
    assert_eq!(state.press(left + 20.0, y, 0).0, Pressed::Held);
    state.select(None);
    assert_eq!(state.press(x + 40.0, y, 0).0, Pressed::Chart);
}

#[test]
fn what_is_in_the_hand_keeps_its_words() {
    let mut state = chart(1_000.0, 600.0);
    let one = |id| drawing(&state, id, Tool::Measure, &[(250.0, 5_001.0), (270.0, 5_006.0)]);
    let all = Drawings::new((0..40).map(one).collect());
    state.follow_drawings(Some(&all));
    let told = |state: &ChartState| labels(state).1.iter().map(|tag| tag.id).collect::<Vec<_>>();
    assert_eq!(told(&state).first(), Some(&39), "the newest");
    assert!(told(&state).len() < 40, "there is no room for all");
    state.select(Some(3));
    assert_eq!(told(&state).first(), Some(&3));
}

#[test]
fn keys_move_all_of_a_drawing_or_one_of_its_points() {
    for (id, tool) in (1..).zip(Tool::ALL) {
        let mut state = chart(1_000.0, 600.0);
        let points = [(250.0, 5_004.0), (270.0, 5_008.0), (270.0, 5_002.0)];
        let sign = if tool == Tool::Short { -1.0 } else { 1.0 };
        let points = points.map(|(place, price)| (place, 5_004.0 + sign * (price - 5_004.0)));
        let before = drawing(&state, id, tool, &points);
        state.follow_drawings(Some(&Drawings::new(vec![before.clone()])));
        assert_eq!(state.nudge(1.0, 8.0), [], "nothing is selected");
        state.select(Some(id));
        let count = if tool.points() == 1 { 0 } else { tool.points() };
        for point in std::iter::once(None).chain((0..count).map(Some)) {
            assert_eq!(state.chosen_point(), point, "{tool:?}");
            let changes = state.nudge(1.0, 8.0);
            assert_eq!(changes.len(), 1, "{tool:?} {point:?}");
            let after = state.drawings()[0].clone();
            for (n, (old, new)) in before.points.iter().zip(&after.points).enumerate() {
                let is_moved = point.is_none_or(|point| point == n);
                // The target and the stop of a risk box end together.
                let goes_along = is_moved || (tool.points() == 3 && 0 < n && point != Some(0));
                let bars = if goes_along { 1.0 } else { 0.0 };
                let at = state.place_of(new.at) - state.place_of(old.at);
                assert_eq!(at, bars, "{tool:?} {point:?}: time of {n}");
                let up = state.prices().y(old.price) - state.prices().y(new.price);
                let by = if is_moved { 8.0 } else { 0.0 };
                assert!((up - by).abs() < 1e-6, "{tool:?} {point:?}: price of {n}: {up}");
            }
            assert_eq!(state.undo(), [DrawingChange::Put(before.clone())]);
            // The step back lets go; as it was chosen it is chosen again.
            state.select(Some(id));
            (0..=point.map_or(0, |point| point + 1)).for_each(|_| state.choose_point(true));
        }
        assert_eq!(state.chosen_point(), None, "round to all of it");
        state.choose_point(false);
        assert_eq!(state.chosen_point(), count.checked_sub(1), "and back to the last");
    }
}

#[test]
fn prices_of_a_retracement_go_off_with_their_lines() {
    let mut state = chart(1_000.0, 600.0);
    let one = drawing(&state, 1, Tool::Fibonacci, &[(200.0, 5_004.0), (220.0, 5_008.0)]);
    state.follow_drawings(Some(&Drawings::new(vec![one])));
    assert_eq!(labels(&state).1.len(), PARTS.len());
    state.select(Some(1));
    // Its right end is a pixel to the left of the chart.
    let x = state.time.x(220.0);
    state.apply(Action::Pan { x: -x - 1.0, y: 0.0 });
    assert!((state.time.x(220.0) + 1.0).abs() < 1e-6, "{}", state.time.x(220.0));
    assert_eq!(labels(&state).1, []);
}

#[test]
fn a_key_up_or_down_leaves_the_moment_to_the_second() {
    let mut state = chart(1_000.0, 600.0);
    let mut line = drawing(&state, 1, Tool::Trend, &[(250.0, 5_004.0), (270.0, 5_008.0)]);
    line.points[1].at += Span::seconds(17);
    state.follow_drawings(Some(&Drawings::new(vec![line.clone()])));
    state.select(Some(1));
    (0..2).for_each(|_| state.choose_point(true));
    state.nudge(0.0, 8.0);
    assert_eq!(state.drawings()[0].points[1].at, line.points[1].at);
    assert_eq!(state.drawings()[0].points[0], line.points[0]);
    state.nudge(1.0, 0.0);
    assert_eq!(state.drawings()[0].points[1].at, state.moment_at(271.0));
}

#[test]
fn a_locked_drawing_is_not_moved_by_keys() {
    let mut state = chart(1_000.0, 600.0);
    let line = drawing(&state, 1, Tool::Trend, &[(250.0, 5_004.0), (270.0, 5_008.0)]);
    let line = Drawing { is_locked: true, ..line };
    state.follow_drawings(Some(&Drawings::new(vec![line])));
    state.select(Some(1));
    state.choose_point(true);
    assert_eq!(state.nudge(1.0, 8.0), []);
}

#[test]
fn what_is_one_too_many_is_refused_and_told() {
    let mut state = chart(1_000.0, 600.0);
    let one = |id| drawing(&state, id, Tool::Horizontal, &[(250.0, 5_004.0)]);
    let all: Vec<Drawing> = (0..Drawing::COUNT_MAX as u64).map(one).collect();
    state.follow_drawings(Some(&Drawings::new(all.clone())));
    state.take_tool(Some(Tool::Horizontal));
    assert_eq!(state.press(300.0, 200.0, 9_999), (Pressed::Full, Vec::new()));
    assert_eq!((state.tool(), state.drawings().len()), (None, Drawing::COUNT_MAX));
    // After one is gone there is room for one, and all come back as they were.
    assert_eq!(state.delete_drawing(0).len(), 1);
    state.take_tool(Some(Tool::Horizontal));
    assert_eq!(state.press(300.0, 200.0, 9_999).0, Pressed::Held);
    assert_eq!((state.undo().len(), state.undo().len()), (1, 1));
    assert_eq!(state.delete_all_drawings().len(), Drawing::COUNT_MAX);
    assert_eq!(state.drawings(), []);
    assert_eq!(state.undo().len(), Drawing::COUNT_MAX);
    let mut back = state.drawings().to_vec();
    back.sort_by_key(|one| one.id);
    assert_eq!(back, all);
}
