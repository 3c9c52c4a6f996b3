//! The chart under its actions.

use super::*;
use crate::{Align, Anchor, Drawing, DrawingChange, Ink, Pressed, Shape};
use market::{Price, Span};
use proptest::prelude::*;

pub(crate) fn bars(count: i64) -> Vec<Bar> {
    let price = |n: i64| Price::from_units(50_000_000 + 10_000 * (n % 17)).expect("a price");
    (0..count)
        .map(|n| Bar {
            start: Moment(1_700_000_000_000_000) + Span::minutes(n),
            open: price(n),
            high: price(n + 3).max(price(n)),
            low: price(n + 5).min(price(n)),
            close: price(n + 3).max(price(n)),
            volume: n,
        })
        .collect()
}

pub(crate) const MINUTES: Subject = Subject { span: BarSpan::M1, has_volume: true };

fn every_study() -> ChartSetup {
    let mut setup = ChartSetup::default();
    for study in Study::OFFERED {
        setup.add(study);
    }
    setup
}

pub(super) fn chart(count: i64) -> ChartState {
    let mut state = ChartState::default();
    state.apply(Action::Resize { width: 1_000.0, height: 600.0 });
    state.apply(Action::SetBars { bars: bars(count), subject: MINUTES });
    state
}

#[test]
fn the_newest_bar_is_followed_until_the_reader_pans_away() {
    let mut state = chart(500);
    let right = state.time.x(499.0);
    state.apply(Action::Extend(bars(501).split_off(499)));
    assert!((state.time.x(500.0) - right).abs() < 1e-9);
    state.apply(Action::Pan { x: 300.0, y: 0.0 });
    assert!(!state.follows());
    let place = state.time.place(100.0);
    state.apply(Action::Extend(bars(502).split_off(500)));
    assert!((state.time.place(100.0) - place).abs() < 1e-9, "the view stays");
    state.apply(Action::Latest);
    assert!((state.time.x(501.0) - right).abs() < 1e-9);
}

#[test]
fn levels_and_studies_have_the_colour_that_was_chosen() {
    let mut state = chart(500);
    let level = |color| ChartLevel {
        name: "PDH".to_owned(),
        price: 5_001.0,
        role: quant::levels::LevelRole::Resistance,
        is_computed: false,
        points: None,
        color,
    };
    let inks = |state: &ChartState| -> Vec<Ink> {
        let ink = |shape: &Shape| match shape {
            Shape::Text { text, ink, .. } if text == "PDH" => Some(*ink),
            _ => None,
        };
        state.shapes().iter().filter_map(ink).collect()
    };
    state.apply(Action::SetLevels(vec![level(None)]));
    assert_eq!(inks(&state), [Ink::Down]);
    state.apply(Action::SetLevels(vec![level(Some(3))]));
    assert_eq!(inks(&state), [Ink::Study(3)]);
    let mut setup = every_study();
    for study in Study::OFFERED {
        setup.paint(study, Some(2));
    }
    state.apply(Action::SetUp(setup));
    for legend in state.legends() {
        let is_own = legend.study.has_color();
        let first = legend.values.first().map(|value| value.ink);
        assert_eq!(first == Some(Ink::Study(2)), is_own && first.is_some(), "{:?}", legend.study);
    }
}

#[test]
fn odd_charts_have_no_nan() {
    let price = |units| Price::from_units(units).expect("a price");
    let flat = |units| vec![Bar::of_print(Moment(0), price(units), 0)];
    let steep = {
        let mut bars = bars(2);
        (bars[0].low, bars[1].high) = (price(1), price(1_000_000_000));
        bars
    };
    let charts = [bars(0), bars(1), bars(2), bars(500), flat(1), flat(1_000_000_000), steep];
    for bars in charts {
        for (style, scale) in ChartStyle::ALL.into_iter().zip(ScaleMode::ALL.into_iter().cycle()) {
            let mut state = chart(0);
            state.apply(Action::SetBars { bars: bars.clone(), subject: MINUTES });
            state.apply(Action::SetUp(ChartSetup { style, scale, ..every_study() }));
            state.apply(Action::Point(Some((400.0, 200.0))));
            for factor in [1e-9, 1.0, 1e9] {
                state.apply(Action::Zoom { x: 500.0, factor });
                for shape in state.shapes() {
                    let text = format!("{shape:?}");
                    assert!(!text.contains("NaN") && !text.contains("inf"), "{style:?}: {text}");
                }
                let scale = state.prices();
                assert!(scale.low < scale.high, "{scale:?}");
            }
        }
    }
}

#[test]
fn what_is_painted_depends_on_the_room_and_not_on_the_bars() {
    let count = |bars: i64| {
        let mut state = chart(bars);
        state.apply(Action::SetUp(every_study()));
        state.apply(Action::ZoomMiddle(1e-9));
        assert_eq!(state.visible(), 0..usize::try_from(bars).expect("few"), "all in sight");
        let points = |shape: &Shape| match shape {
            Shape::Fills { boxes, .. } | Shape::Frames { boxes, .. } => boxes.len(),
            Shape::Strokes { lines, .. } => lines.len(),
            Shape::Path { points, .. } | Shape::Area { points, .. } => points.len(),
            Shape::Text { .. } | Shape::Clip(_) => 1,
        };
        state.shapes().iter().map(points).sum::<usize>()
    };
    assert!(count(200_000) < 40_000, "{}", count(200_000));
    // Between one and two bars a column, by the distance to the next power of two.
    assert!(count(200_000) <= 2 * count(20_000) + 200);
}

#[test]
fn a_pulled_axis_is_let_go_by_fitting() {
    let mut state = chart(100);
    let fitted = state.prices();
    state.apply(Action::Stretch(3.0));
    assert!(fitted.high < state.prices().high);
    state.apply(Action::Fit);
    assert_eq!(state.prices(), fitted);
}

#[test]
fn older_bars_come_without_a_jump() {
    let mut state = chart(0);
    let all = bars(900);
    state.apply(Action::SetBars { bars: all[400..].to_vec(), subject: MINUTES });
    state.apply(Action::SetUp(every_study()));
    state.apply(Action::Pan { x: 2_000.0, y: 0.0 });
    let (at, price) = state.at(300.0, 200.0).expect("a bar");
    let before = state.point_of(at, price);
    state.apply(Action::Prepend(all[..400].to_vec()));
    let after = state.point_of(at, price);
    assert!((before.0 - after.0).abs() < 1e-6 && (before.1 - after.1).abs() < 1e-6);
    assert_eq!(state.bars(), all);
    // Averages know the older bars as if they had always been there.
    let mut whole = chart(900);
    whole.apply(Action::SetUp(every_study()));
    let values = |state: &ChartState| {
        let told = |legend: &Legend| legend.values.clone();
        state.legends().iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(values(&state), values(&whole));
}

/// Minutes of a day from 09:00 on.
fn morning() -> Vec<Bar> {
    let at = Moment::new_york("2024-02-27".parse().expect("a date"), Span::minutes(540));
    let minute = |(n, bar): (i64, Bar)| Bar { start: at + Span::minutes(n), ..bar };
    (0..).zip(bars(360)).map(minute).collect()
}

/// What is told of a study on a chart that begins with these minutes and gets the older ones, page
/// by page: why not, or the newest values.
fn told_of(study: Study, first: &[Bar], older: &[&[Bar]]) -> Result<Vec<String>, &'static str> {
    let mut state = chart(0);
    state.apply(Action::SetBars { bars: first.to_vec(), subject: MINUTES });
    let mut setup = ChartSetup::default();
    setup.studies.clear();
    setup.add(study);
    state.apply(Action::SetUp(setup));
    for page in older {
        state.apply(Action::Prepend(page.to_vec()));
    }
    // The newest bar comes as the tape brings it.
    let last = *first.last().expect("bars");
    let next = Bar { start: last.start + Span::minutes(1), ..last };
    state.apply(Action::Extend(vec![last, next]));
    let legend = state.legends().remove(0);
    let text = |value: LegendValue| value.text;
    legend.refusal.map_or(Ok(legend.values.into_iter().map(text).collect()), Err)
}

#[test]
fn an_anchored_vwap_counts_every_bar_since_its_anchor_or_says_that_it_cannot() {
    let all = morning();
    let study = Study::AnchoredVwap(all[100].start);
    let whole = told_of(study, &all, &[]);
    let next = told_of(Study::AnchoredVwap(all[101].start), &all, &[]);
    assert!(whole.as_ref().is_ok_and(|values| values.len() == 1));
    assert_ne!(whole, next, "the anchor's own volume");
    let lacks = Err("needs older bars");
    for (first, older, told) in [
        (&all[100..], &[] as &[&[Bar]], &whole),
        (&all[101..], &[], &lacks),
        (&all[200..], &[&all[150..200]], &lacks),
        (&all[200..], &[&all[150..200], &all[50..150]], &whole),
        // A recording that begins later has no more to tell: what is left is another average.
        (&all[101..], &[&[]], &lacks),
    ] {
        assert_eq!(told_of(study, first, older), *told, "{} {}", first.len(), older.len());
    }
}

#[test]
fn older_bars_are_wanted_up_to_an_anchor_within_reach() {
    let all = morning();
    let mut state = chart(0);
    state.apply(Action::SetBars { bars: all[200..].to_vec(), subject: MINUTES });
    assert!(!state.lacks_older(10_000));
    let mut setup = ChartSetup::default();
    setup.add(Study::AnchoredVwap(all[100].start));
    state.apply(Action::SetUp(setup.clone()));
    // 160 bars are there, 100 are missing.
    assert!(state.lacks_older(270));
    assert!(!state.lacks_older(250), "it would not be reached");
    state.apply(Action::Prepend(all[100..200].to_vec()));
    assert!(!state.lacks_older(10_000));
    // Other bars lack it again, unless it is hidden.
    state.apply(Action::SetBars { bars: all[200..].to_vec(), subject: MINUTES });
    assert!(state.lacks_older(10_000));
    setup.toggle(Study::AnchoredVwap(all[100].start));
    state.apply(Action::SetUp(setup));
    assert!(!state.lacks_older(10_000));
}

#[test]
fn a_session_whose_first_bars_are_not_there_has_no_vwap_and_no_opening_range() {
    let all = morning();
    for study in [Study::Vwap, Study::VwapBands, Study::OpeningRange(15), Study::InitialBalance] {
        let whole = told_of(study, &all, &[]);
        assert!(whole.as_ref().is_ok_and(|values| !values.is_empty()), "{study}");
        // From the open on, nothing of it is missing.
        assert_eq!(told_of(study, &all[30..], &[]), whole, "{study}");
        assert_eq!(told_of(study, &all[31..], &[]), Ok(Vec::new()), "{study}");
        assert_eq!(told_of(study, &all[31..], &[&all[..31]]), whole, "{study}");
        // There are no others: what was traded is told.
        let late = told_of(study, &all[31..], &[&[]]);
        assert!(late.is_ok_and(|values| !values.is_empty()), "{study}");
    }
}

#[test]
fn panes_have_regions_and_heights() {
    let mut state = chart(300);
    state.apply(Action::SetUp(every_study()));
    let panes = state.panes();
    assert_eq!(state.region(500.0, 50.0), Region::Prices);
    assert_eq!(state.region(960.0, 50.0), Region::PriceAxis);
    assert_eq!(state.region(500.0, 595.0), Region::TimeAxis);
    assert_eq!(state.region(500.0, panes[1].top + 1.0), Region::Edge(Study::Rsi(14)));
    assert_eq!(state.region(500.0, panes[2].top + 20.0), Region::Pane(Study::Macd(12, 26, 9)));
    assert_eq!(state.pane_percent(Study::Atr(14), panes[3].bottom - 574.0 * 0.4), Some(40));
    assert_eq!(state.pane_percent(Study::Ema(9), 10.0), None);
}

#[test]
fn a_magnet_pulls_to_what_was_traded() {
    let mut state = chart(300);
    let bar = *state.bars().last().expect("bars");
    let (x, y) = state.point_of(bar.start, bar.high.to_f64());
    let (_, price) = state.at(x, y - 3.0).expect("a bar");
    assert!(price != bar.high.to_f64());
    state.apply(Action::SetUp(ChartSetup { is_magnetic: true, ..ChartSetup::default() }));
    assert_eq!(state.at(x, y - 3.0), Some((bar.start, bar.high.to_f64())));
}

#[test]
fn compared_symbols_start_together_and_are_told_in_percent() {
    let mut state = chart(300);
    let double = |bar: &Bar| {
        let price = |price: Price| Price::from_units(price.units() * 2).expect("a price");
        Bar {
            open: price(bar.open),
            high: price(bar.high),
            low: price(bar.low),
            close: price(bar.close),
            ..*bar
        }
    };
    let other = bars(300).iter().map(double).collect();
    state.apply(Action::Compare(Some(CompareSeries { symbol: Symbol::QQQ, bars: other })));
    let visible = state.visible();
    let prices = state.prices();
    let (series, factor) = state.compare_factor(visible.clone(), prices.base).expect("another");
    assert!((factor - 0.5).abs() < 1e-12);
    let theirs = series.bars()[visible.start].close.to_f64() * factor;
    assert_eq!(prices.word(theirs, 2), "0.00%");
    // A print of the other symbol leaves a pulled axis where it is.
    state.apply(Action::Stretch(2.0));
    let pulled = state.prices();
    let newer = state.bars()[299..].iter().map(double).collect();
    state.apply(Action::ExtendCompare(newer));
    assert_eq!(state.prices(), pulled);
    assert_eq!(state.compare.as_ref().map(|(_, other)| other.len()), Some(300));
}

proptest! {
    #[test]
    fn what_lies_under_the_pointer_stays_there(
        x in 0.0..900.0_f64, factor in 0.5..2.0_f64, pan in 50.0..2_000.0_f64,
        scale in prop::sample::select(ScaleMode::ALL.to_vec()),
    ) {
        let mut state = chart(2_000);
        state.apply(Action::SetUp(ChartSetup { scale, ..ChartSetup::default() }));
        state.apply(Action::Pan { x: pan, y: 0.0 });
        let place = state.time.place(x);
        state.apply(Action::Zoom { x, factor });
        prop_assert!((state.time.place(x) - place).abs() < 1e-6);
    }
}

/// Draws with a press, a drag and a release.
fn draw(state: &mut ChartState, tool: Tool, from: (f64, f64), to: (f64, f64), id: u64) {
    state.take_tool(Some(tool));
    assert_eq!(state.press(from.0, from.1, id).0, Pressed::Held);
    state.drag(to.0, to.1);
    state.release(to.0, to.1);
}

#[test]
fn every_tool_draws_moves_and_is_taken_back() {
    for (id, tool) in (1..).zip(Tool::ALL) {
        let mut state = chart(300);
        state.apply(Action::Pan { x: 400.0, y: 0.0 });
        draw(&mut state, tool, (300.0, 200.0), (420.0, 150.0), id);
        let drawn = state.selected().cloned().unwrap_or_else(|| panic!("{tool:?} was not drawn"));
        assert_eq!((drawn.tool, drawn.points.len(), state.tool()), (tool, tool.points(), None));
        let at = (state.place_of(drawn.points[0].at), state.prices().y(drawn.points[0].price));
        assert!((state.time.x(at.0) - 300.0).abs() < 4.0 && (at.1 - 200.0).abs() < 1e-6);
        assert!(!state.shapes().is_empty());
        // Taken by its line, dragged, and put back.
        let from = match tool {
            Tool::Horizontal => (700.0, 200.0),
            Tool::Vertical => (300.0, 400.0),
            Tool::Note => (310.0, 200.0),
            Tool::Trend | Tool::Ray | Tool::Measure => (360.0, 175.0),
            Tool::Rectangle => (300.0, 175.0),
            Tool::Fibonacci => (360.0, 150.0),
            Tool::Long | Tool::Short => (360.0, 200.0),
        };
        state.select(None);
        assert_eq!(state.press(from.0, from.1, 0), (Pressed::Held, vec![]), "{tool:?}");
        state.drag(from.0 + 70.0, from.1 + 30.0);
        let changes = state.release(from.0 + 70.0, from.1 + 30.0);
        assert_eq!(changes.len(), 1, "{tool:?}");
        let moved = &state.drawings()[0];
        if tool != Tool::Vertical {
            let y = state.prices().y(moved.points[0].price);
            assert!((y - 230.0).abs() < 1e-6, "{tool:?}: {y}");
        }
        assert_eq!(state.undo(), [DrawingChange::Put(drawn.clone())]);
        assert_eq!(state.drawings(), [drawn]);
        assert_eq!(state.undo(), [DrawingChange::Gone(id)]);
        assert!(state.drawings().is_empty());
        assert_eq!(state.redo().len() + state.redo().len(), 2);
        assert_eq!(state.steps(), (true, false));
    }
}

#[test]
fn two_clicks_draw_as_one_drag_does() {
    let mut state = chart(300);
    state.take_tool(Some(Tool::Trend));
    assert_eq!(state.press(300.0, 200.0, 7).1, []);
    assert_eq!(state.release(300.0, 200.0), []);
    state.drag(500.0, 100.0);
    assert_eq!(state.press(500.0, 100.0, 8).1.len(), 1);
    assert_eq!(state.release(500.0, 100.0), []);
    let drawn = &state.drawings()[0];
    assert_eq!(drawn.id, 7);
    assert!(drawn.points[0].at < drawn.points[1].at);
}

#[test]
fn what_is_locked_or_hidden_stays() {
    let mut state = chart(300);
    draw(&mut state, Tool::Horizontal, (300.0, 200.0), (300.0, 200.0), 1);
    state.change_drawing(1, |one| one.is_locked = true);
    state.press(500.0, 200.0, 0);
    state.drag(500.0, 300.0);
    assert_eq!(state.release(500.0, 300.0), []);
    assert_eq!(state.delete_drawing(1), []);
    assert_eq!(state.delete_all_drawings(), []);
    state.change_drawing(1, |one| (one.is_locked, one.spans) = (false, vec![BarSpan::Day]));
    state.select(None);
    assert_eq!(state.press(500.0, 200.0, 0).0, Pressed::Chart, "not on this timeframe");
    assert_eq!(state.delete_drawing(1).len(), 1);
}

#[test]
fn drawings_keep_their_moment_where_bars_are_not() {
    let mut state = chart(300);
    let first = state.bars()[0].start;
    let last = state.bars()[299].start;
    for place in [-40.0, 0.0, 150.0, 299.0, 320.0] {
        let at = state.moment_at(place);
        assert!((state.place_of(at) - place).abs() <= 1.0, "{place}: {}", state.place_of(at));
    }
    assert!(state.moment_at(-40.0) < first && last < state.moment_at(320.0));
    // On another timeframe the same moment is another place.
    let point = Anchor { at: last, price: 5_000.0 };
    let book = Drawings::new(vec![Drawing::new(1, Tool::Vertical, vec![point])]);
    state.follow_drawings(Some(&book));
    state.apply(Action::SetBars {
        bars: bars(300).into_iter().step_by(5).collect(),
        subject: Subject { span: BarSpan::M5, ..MINUTES },
    });
    assert_eq!(state.place_of(state.drawings()[0].points[0].at), 59.0);
}

#[test]
fn two_thousand_drawings_are_drawn_and_no_more_are_taken() {
    let mut state = chart(2_000);
    let drawing = |n: usize| {
        let point =
            |n: usize| Anchor { at: state.bars()[n % 2_000].start, price: 5_000.0 + n as f64 };
        let tool = Tool::ALL[n % Tool::ALL.len()];
        Drawing::new(n as u64, tool, (0..tool.points()).map(|k| point(n + 9 * k)).collect())
    };
    let all: Vec<Drawing> = (0..Drawing::COUNT_MAX).map(drawing).collect();
    state.follow_drawings(Some(&Drawings::new(all)));
    assert!(!format!("{:?}", state.shapes()).contains("NaN"));
    state.take_tool(Some(Tool::Horizontal));
    assert_eq!(state.press(300.0, 200.0, 9_999).1, []);
    assert_eq!(state.drawings().len(), Drawing::COUNT_MAX);
}

proptest! {
    #[test]
    fn prices_of_lines_cover_neither_each_other_nor_labels_of_levels(
        lines in prop::collection::vec(4_980.0..5_040.0_f64, 1..40),
        levels in prop::collection::vec(4_980.0..5_040.0_f64, 0..30),
        selected in 0..40_usize,
    ) {
        let mut state = chart(500);
        let level = |price: &f64| ChartLevel {
            name: "PDH".to_owned(),
            price: *price,
            role: quant::levels::LevelRole::Resistance,
            points: None,
            is_computed: true,
            color: None,
        };
        state.apply(Action::SetLevels(levels.iter().map(level).collect()));
        let line = |(n, price): (usize, &f64)| {
            let point = Anchor { at: state.bars()[0].start, price: *price };
            Drawing::new(n as u64, Tool::Horizontal, vec![point])
        };
        let all = lines.iter().enumerate().map(line).collect();
        state.follow_drawings(Some(&Drawings::new(all)));
        state.select(Some(selected as u64));
        let right = state.label_left() - 14.0;
        let told: Vec<(f64, String)> = state.shapes().into_iter().filter_map(|shape| match shape {
            Shape::Text { x, y, text, align: Align::Right, .. } if x == right => Some((y, text)),
            _ => None,
        }).collect();
        let prices = state.prices();
        let in_sight = |price: f64| {
            let y = prices.y(price) - 8.0;
            prices.top <= y && y <= prices.bottom
        };
        prop_assert_eq!(told.is_empty(), !lines.iter().any(|price| in_sight(*price)));
        for (n, (y, words)) in told.iter().enumerate() {
            prop_assert!(told[..n].iter().all(|(other, _)| 13.0 <= (other - y).abs()));
            let price: f64 = words.replace(',', "").parse().expect("a price");
            // Eight pixels above its own line, to a hundredth of a point.
            prop_assert!((prices.y(price) - 8.0 - y).abs() < 0.5, "{} at {}", words, y);
        }
        if let Some(price) = lines.get(selected).filter(|price| in_sight(**price)) {
            let y = prices.y(*price) - 8.0;
            prop_assert!(told.iter().any(|(at, _)| (at - y).abs() < 1e-9), "what is selected");
        }
    }
}

#[test]
fn a_linked_crosshair_tells_the_bar_that_holds_the_moment() {
    let mut state = chart(500);
    let bar = state.series.bars()[430];
    let texts = |state: &ChartState| {
        let text = |shape: Shape| match shape {
            Shape::Text { text, .. } => Some(text),
            _ => None,
        };
        state.shapes().into_iter().filter_map(text).collect::<Vec<_>>()
    };
    let linked = |at, price| Action::PointLinked(Some(LinkedPoint { at, price }));
    state.apply(linked(bar.start + Span::seconds(20), Some(bar.high.to_f64() + 0.25)));
    assert_eq!(state.told().map(|(bar, _)| bar), Some(bar));
    assert_eq!(state.pointed_at(), None, "what is linked is not pointed at here");
    let price = market::format::price(bar.high.to_f64() + 0.25, 2);
    assert!(texts(&state).contains(&price), "{price}");
    // Another symbol's price says nothing here, and a moment without a bar is none.
    state.apply(linked(bar.start, None));
    assert!(!texts(&state).contains(&price));
    state.apply(linked(bar.start + Span::hours(100), None));
    assert_eq!(state.told().map(|(bar, _)| bar), state.series.bars().last().copied());
    // The own pointer counts more.
    state.apply(linked(bar.start, None));
    let x = state.time.x(480.0);
    state.apply(Action::Point(Some((x, 200.0))));
    assert_eq!(state.told().map(|(bar, _)| bar), Some(state.series.bars()[480]));
}

#[test]
fn the_countdown_tells_what_is_left_of_the_newest_bar() {
    let told = |span: BarSpan, begins: &str, since: i64| {
        let mut state = chart(0);
        let (date, minutes) = begins.split_once(' ').expect("a date and minutes");
        let minutes = Span::minutes(minutes.parse().expect("minutes"));
        let start = Moment::new_york(date.parse().expect("a date"), minutes);
        let bars = vec![Bar { start, ..bars(1)[0] }];
        state.apply(Action::SetBars { bars, subject: Subject { span, ..MINUTES } });
        state.apply(Action::SetLast(Some((5_000.0, true))));
        state.apply(Action::SetNow(Some(start + Span::seconds(since))));
        let clock = |shape: Shape| match shape {
            Shape::Text { text, ink: Ink::OnAccent, is_bold: false, .. } => Some(text),
            _ => None,
        };
        state.shapes().into_iter().find_map(clock)
    };
    let (open, late, half_day) = ("2024-02-06 570", "2024-02-06 930", "2023-07-03 570");
    for (span, begins, since, clock) in [
        (BarSpan::M1, open, 0, Some("01:00")),
        (BarSpan::M1, open, 1, Some("00:59")),
        (BarSpan::M1, open, 59, Some("00:01")),
        // The next bar is not there yet, or the tape was set back.
        (BarSpan::M1, open, 60, None),
        (BarSpan::M1, open, -1, None),
        (BarSpan::M5, open, 61, Some("03:59")),
        (BarSpan::H4, open, 1, Some("3:59:59")),
        // What the close or the open cuts off ends with it.
        (BarSpan::H1, late, 600, Some("20:00")),
        (BarSpan::H1, "2024-02-06 540", 600, Some("20:00")),
        (BarSpan::H4, "2024-02-06 810", 1_800, Some("2:00:00")),
        (BarSpan::H4, half_day, 1_800, Some("3:00:00")),
        (BarSpan::Day, open, 1, Some("6:29:59")),
        (BarSpan::Day, open, 390 * 60, None),
        (BarSpan::Week, "2024-02-05 570", 1_800, Some("4d 6h")),
    ] {
        assert_eq!(told(span, begins, since).as_deref(), clock, "{span} {begins} {since}");
    }
}
