//! Bars in each of their styles, their volume, the other symbol beside them, and the tint of
//! extended hours behind.

use market::{Moment, Phase, session_clock};

use crate::scale::PriceScale;
use crate::series::Column;
use crate::state::ChartState;
use crate::studies::ChartStyle;
use crate::{Ink, Shape, Study};

/// The part of the prices' height that volume takes.
const VOLUME_PART: f64 = 0.16;

/// Extended hours are tinted, down through every pane.
pub(super) fn sessions(state: &ChartState, bottom: f64, shapes: &mut Vec<Shape>) {
    let is_long = state.subject.span.intraday().is_none();
    // Where a day is a few pixels wide, tints would be noise.
    if is_long || state.time.spacing * 390.0 < 60.0 {
        return;
    }
    let half = state.time.spacing / 2.0;
    let mut boxes: Vec<[f64; 4]> = Vec::new();
    let (mut until, mut is_regular, mut was_regular) = (Moment(i64::MIN), true, true);
    for place in state.visible() {
        let start = state.series.bars()[place].start;
        if until <= start {
            let clock = session_clock(start);
            until = clock.ends;
            is_regular = clock.phase == Phase::Regular;
        }
        let x = state.time.x(place as f64) - half;
        match boxes.last_mut() {
            _ if is_regular => {}
            Some(tint) if !was_regular => tint[2] = x + 2.0 * half - tint[0],
            _ => boxes.push([x, 0.0, 2.0 * half, bottom]),
        }
        was_regular = is_regular;
    }
    if !boxes.is_empty() {
        shapes.push(Shape::Fills { boxes, ink: Ink::Session, opacity: 1.0 });
    }
}

fn columns(state: &ChartState) -> Vec<Column> {
    state.drawn().columns(state.visible(), state.per_column())
}

/// Pixels from column to column.
fn step(state: &ChartState) -> f64 {
    state.time.spacing * state.per_column() as f64
}

fn is_down(column: &Column) -> bool {
    column.close < column.open
}

pub(super) fn volume(state: &ChartState, prices: &PriceScale, shapes: &mut Vec<Shape>) {
    if !state.studies.iter().any(|lines| lines.study == Study::Volume) {
        return;
    }
    let most = state.series.volume_max(state.visible());
    if most <= 0 {
        return;
    }
    let room = (prices.bottom - prices.top) * VOLUME_PART;
    let width = (step(state) * 0.7).max(1.0);
    let (mut up, mut down) = (Vec::new(), Vec::new());
    for column in columns(state) {
        let height = column.volume as f64 / most as f64 * room;
        let left = state.time.x(column.place) - width / 2.0;
        let side = if is_down(&column) { &mut down } else { &mut up };
        side.push([left, prices.bottom - height, width, height]);
    }
    shapes.push(Shape::Fills { boxes: up, ink: Ink::Up, opacity: 0.32 });
    shapes.push(Shape::Fills { boxes: down, ink: Ink::Down, opacity: 0.32 });
}

pub(super) fn candles(state: &ChartState, prices: &PriceScale, shapes: &mut Vec<Shape>) {
    let columns = columns(state);
    match state.setup.style {
        ChartStyle::Line => {
            let points = closes(state, prices, &columns);
            shapes.push(Shape::Path { points, ink: Ink::Accent, width: 1.5, is_dashed: false });
        }
        ChartStyle::Area => {
            let points = closes(state, prices, &columns);
            let base = prices.bottom;
            shapes.push(Shape::Area {
                points: points.clone(),
                base,
                ink: Ink::Accent,
                opacity: 0.14,
            });
            shapes.push(Shape::Path { points, ink: Ink::Accent, width: 1.5, is_dashed: false });
        }
        style => {
            let (down, up): (Vec<Column>, Vec<Column>) = columns.into_iter().partition(is_down);
            for (columns, ink) in [(up, Ink::Up), (down, Ink::Down)] {
                if !columns.is_empty() {
                    one_direction(state, prices, style, &columns, ink, shapes);
                }
            }
        }
    }
}

fn closes(state: &ChartState, prices: &PriceScale, columns: &[Column]) -> Vec<(f64, f64)> {
    columns.iter().map(|one| (state.time.x(one.place), prices.y(one.close))).collect()
}

/// All that rose, or all that fell: one colour, set once.
fn one_direction(
    state: &ChartState,
    prices: &PriceScale,
    style: ChartStyle,
    columns: &[Column],
    ink: Ink,
    shapes: &mut Vec<Shape>,
) {
    let width = (step(state) * 0.66).floor().max(1.0);
    let may_be_hollow =
        matches!(style, ChartStyle::Hollow | ChartStyle::HeikinAshi) && ink == Ink::Up;
    let mut lines = Vec::with_capacity(2 * columns.len());
    let (mut hollow, mut filled) = (Vec::new(), Vec::new());
    for column in columns {
        let x = state.time.x(column.place);
        let (high, low) = (prices.y(column.high), prices.y(column.low));
        let (high, low) = (high.min(low), high.max(low));
        let (open, close) = (prices.y(column.open), prices.y(column.close));
        if width < 3.0 {
            lines.push([x, high, x, low.max(high + 1.0)]);
        } else if style == ChartStyle::Bars {
            lines.push([x, high, x, low.max(high + 1.0)]);
            lines.push([x - width / 2.0, open, x, open]);
            lines.push([x, close, x + width / 2.0, close]);
        } else {
            let (top, bottom) = (open.min(close), open.max(close));
            let mut wick = |from: f64, to: f64| {
                if from < to {
                    lines.push([x, from, x, to]);
                }
            };
            let one = [x - width / 2.0, top, width, (bottom - top).max(1.0)];
            // A box of one pixel has no inside that could be hollow.
            if may_be_hollow && 1.0 < bottom - top {
                wick(high, top);
                wick(bottom, low);
                hollow.push(one);
            } else {
                // The box covers what of its line is behind it.
                wick(high, low);
                filled.push(one);
            }
        }
    }
    shapes.push(Shape::Strokes { lines, ink, is_dashed: false });
    if !hollow.is_empty() {
        shapes.push(Shape::Frames { boxes: hollow, ink });
    }
    if !filled.is_empty() {
        shapes.push(Shape::Fills { boxes: filled, ink, opacity: 1.0 });
    }
}

/// The other symbol's closes, scaled so that both start together at the left edge.
pub(super) fn compare(state: &ChartState, prices: &PriceScale, shapes: &mut Vec<Shape>) {
    let visible = state.visible();
    let Some((other, factor)) = state.compare_factor(visible.clone(), prices.base) else { return };
    let bars = state.series.bars();
    let mut points = Vec::new();
    for place in visible.step_by(state.per_column()) {
        let known = other.bars().get(other.place_of(bars[place].start));
        let known = known.filter(|bar| bar.start <= bars[place].start);
        points.extend(
            known.map(|bar| (state.time.x(place as f64), prices.y(bar.close.to_f64() * factor))),
        );
    }
    shapes.push(Shape::Path { points, ink: ChartState::COMPARE_INK, width: 1.5, is_dashed: false });
}

#[cfg(test)]
mod tests {
    use market::{Bar, Span};

    use crate::state::tests::{MINUTES, bars};
    use crate::{Action, ChartState, Ink, Shape};

    #[test]
    fn a_bar_has_no_line_where_its_prices_go_no_further() {
        use crate::{ChartSetup, ChartStyle};
        let mut state = ChartState::default();
        state.apply(Action::Resize { width: 1_000.0, height: 600.0 });
        let price = |value: f64| market::Price::from_f64(value).expect("a price");
        let bar = |(place, [open, high, low, close]): (usize, [f64; 4])| Bar {
            start: bars(5)[place].start,
            open: price(open),
            high: price(high),
            low: price(low),
            close: price(close),
            volume: 1,
        };
        // Up without a line below, without one above, with both, with neither, and flat.
        let prices = [
            [10.0, 13.0, 10.0, 12.0],
            [10.0, 12.0, 9.0, 12.0],
            [10.0, 13.0, 9.0, 12.0],
            [10.0, 12.0, 10.0, 12.0],
            [10.0, 10.0, 10.0, 10.0],
        ];
        let bars = prices.into_iter().enumerate().map(bar).collect();
        state.apply(Action::SetBars { bars, subject: MINUTES });
        for (style, expected) in [(ChartStyle::Hollow, 4), (ChartStyle::Candles, 4)] {
            state.apply(Action::SetUp(ChartSetup { style, ..ChartSetup::default() }));
            let lines: Vec<_> = state
                .shapes()
                .into_iter()
                .filter_map(|shape| match shape {
                    Shape::Strokes { lines, ink: Ink::Up, .. } => Some(lines),
                    _ => None,
                })
                .flatten()
                .collect();
            assert_eq!(lines.len(), expected, "{style:?}");
            assert!(lines.iter().all(|[.., from, _, to]| from < to), "{lines:?}");
        }
    }

    #[test]
    fn hours_before_the_open_and_after_the_close_are_tinted() {
        let mut state = ChartState::default();
        state.apply(Action::Resize { width: 5_000.0, height: 600.0 });
        let date = "2024-02-06".parse().expect("a date");
        let first = market::Moment::new_york(date, Span::hours(8));
        let at = |n: i64| Bar { start: first + Span::minutes(n), ..bars(1)[0] };
        state.apply(Action::SetBars { bars: (0..510).map(at).collect(), subject: MINUTES });
        let tinted = |shape: Shape| match shape {
            Shape::Fills { boxes, ink: Ink::Session, .. } => Some(boxes),
            _ => None,
        };
        let boxes = state.shapes().into_iter().find_map(tinted).expect("tints");
        let side = |place: f64| state.time.x(place) - state.time.spacing / 2.0;
        // From 08:00 to 09:30, and from 16:00 to 16:30.
        let expected = [(side(0.0), side(90.0)), (side(480.0), side(510.0))];
        assert_eq!(boxes.len(), 2);
        for ([x, top, width, height], (from, to)) in boxes.into_iter().zip(expected) {
            assert!((x - from).abs() < 1e-9 && (x + width - to).abs() < 1e-9, "{x} {width}");
            assert!(top == 0.0 && 500.0 < height, "down through every pane");
        }
    }
}
