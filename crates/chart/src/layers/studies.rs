//! Studies over the prices, and those in panes of their own.

use market::format;

use crate::panes::{PRICE_AXIS, Pane};
use crate::scale::{PriceScale, ScaleMode};
use crate::state::ChartState;
use crate::studies::StudyLines;
use crate::{Align, Ink, Shape, Study};

/// Rows of a volume profile.
const ROWS: usize = 96;
/// The part of the plot's width that its longest row takes.
const PROFILE_PART: f64 = 0.22;

/// The colour of a study's line.
pub(crate) fn line_ink(state: &ChartState, study: Study, line: usize) -> Ink {
    let place = state.setup.studies.iter().position(|one| one.study == study).unwrap_or(0);
    let own = Ink::Study(u8::try_from(place).unwrap_or(0) % Ink::STUDIES);
    match (study, line, state.setup.color(study)) {
        // The signal line and the bars keep apart from the colour of choice.
        (Study::Macd(..), 1, _) => Ink::Study(3),
        (Study::Macd(..), 2.., _) => Ink::Dim,
        (_, _, Some(color)) => Ink::Study(color),
        (Study::Vwap | Study::VwapBands, 0, None) => Ink::Vwap,
        (Study::VwapBands, _, None) => Ink::Pivot,
        (Study::Macd(..) | Study::Rsi(_), _, None) => Ink::Study(0),
        (Study::Atr(_), _, None) => Ink::Study(1),
        _ => own,
    }
}

/// The stretches of a line that are known, in pixels.
fn stretches(
    state: &ChartState,
    lines: &StudyLines,
    line: usize,
    y: impl Fn(f64) -> f64,
) -> Vec<Vec<(f64, f64)>> {
    let (visible, per) = (state.visible(), state.per_column());
    let mut stretches: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    let mut place = (visible.start / per * per).saturating_sub(per);
    while place < visible.end + per {
        // A column ends with its last bar.
        let last = (place + per - 1).min(state.series.len().saturating_sub(1));
        match (lines.value(line, last), stretches.last_mut()) {
            (Some(value), Some(points)) => points.push((state.time.x(last as f64), y(value))),
            (None, Some(points)) if !points.is_empty() => stretches.push(Vec::new()),
            _ => {}
        }
        if last + 1 == state.series.len() {
            break;
        }
        place += per;
    }
    stretches.retain(|points| 1 < points.len());
    stretches
}

/// Lines over the prices.
pub(super) fn overlays(state: &ChartState, prices: &PriceScale, shapes: &mut Vec<Shape>) {
    for lines in state.studies.iter().filter(|lines| !lines.study.has_pane()) {
        for line in 0..lines.lines().len() {
            let ink = line_ink(state, lines.study, line);
            let is_dashed = match lines.study {
                Study::Bollinger(..) => line == 0,
                Study::VwapBands => 0 < line,
                _ => false,
            };
            for points in stretches(state, lines, line, |value| prices.y(value)) {
                shapes.push(Shape::Path { points, ink, width: 1.0, is_dashed });
            }
        }
    }
}

/// Volume by price of the bars in sight: each bar's volume is spread evenly over its range.
pub(super) fn profile(state: &ChartState, prices: &PriceScale, shapes: &mut Vec<Shape>) {
    if !state.studies.iter().any(|lines| lines.study == Study::Profile) {
        return;
    }
    let bars = &state.series.bars()[state.visible()];
    let Some((least, most)) = state.series.extremes(state.visible()) else { return };
    let row_height = ((most - least) / ROWS as f64).max(1e-9);
    let mut rows = [0.0_f64; ROWS];
    let row_of = |price: f64| {
        #[expect(clippy::cast_possible_truncation, reason = "a place among the rows")]
        #[expect(clippy::cast_sign_loss, reason = "no price lies under the least")]
        let row = ((price - least) / row_height).max(0.0) as usize;
        row.min(ROWS - 1)
    };
    for bar in bars {
        let (low, high) = (row_of(bar.low.to_f64()), row_of(bar.high.to_f64()));
        let each = bar.volume as f64 / (high - low + 1) as f64;
        for row in &mut rows[low..=high] {
            *row += each;
        }
    }
    let longest = rows.iter().copied().fold(0.0, f64::max);
    if longest <= 0.0 {
        return;
    }
    let mut boxes = Vec::with_capacity(ROWS);
    let mut greatest = None;
    for (n, volume) in rows.into_iter().enumerate().filter(|(_, volume)| 0.0 < *volume) {
        let from = prices.y(least + n as f64 * row_height);
        let to = prices.y(least + (n + 1) as f64 * row_height);
        let width = volume / longest * (state.time.edge * PROFILE_PART);
        let row = [0.0, from.min(to), width, (from - to).abs().max(1.0)];
        if volume < longest { boxes.push(row) } else { greatest = Some(row) }
    }
    shapes.push(Shape::Fills { boxes, ink: Ink::Pivot, opacity: 0.22 });
    shapes.push(Shape::Fills {
        boxes: greatest.into_iter().collect(),
        ink: Ink::Vwap,
        opacity: 0.4,
    });
}

/// The panes under the prices.
pub(super) fn panes(state: &ChartState, shapes: &mut Vec<Shape>) {
    for (pane, shown) in state.panes().iter().skip(1).zip(state.pane_studies()) {
        shapes.push(Shape::stroke((0.0, pane.top), (state.width, pane.top), Ink::Line, false));
        if let Some(lines) = state.studies.iter().find(|lines| lines.study == shown.study) {
            let clip = [0.0, pane.top, state.width, pane.bottom - pane.top];
            shapes.push(Shape::Clip(Some(clip)));
            study_pane(state, pane, lines, shapes);
            shapes.push(Shape::Clip(None));
        }
    }
}

/// The values of a pane as heights.
pub(super) fn pane_scale(
    state: &ChartState,
    pane: &Pane,
    lines: &StudyLines,
) -> Option<PriceScale> {
    let visible = state.visible();
    let range = lines.range(visible.start, visible.end, state.per_column());
    let (low, high) = match (lines.study, range) {
        (Study::Rsi(_), _) => (0.0, 100.0),
        (_, None) => return None,
        (Study::Macd(..), Some(range)) => {
            let most = range.low.abs().max(range.high.abs());
            (-most, most)
        }
        (_, Some(range)) => (range.low.min(range.high * 0.98), range.high),
    };
    let spare = ((high - low) * 0.08).max(1e-6);
    Some(PriceScale {
        low: low - spare,
        high: high + spare,
        top: pane.top + 2.0,
        bottom: pane.bottom - 2.0,
        mode: ScaleMode::Linear,
        is_inverted: false,
        base: 1.0,
    })
}

fn study_pane(state: &ChartState, pane: &Pane, lines: &StudyLines, shapes: &mut Vec<Shape>) {
    let Some(scale) = pane_scale(state, pane, lines) else { return };
    let edge = state.time.edge;
    let ticks = match lines.study {
        Study::Rsi(_) => [30.0, 50.0, 70.0].map(|tick| (tick, format!("{tick:.0}"))).to_vec(),
        _ => scale.ticks(34.0),
    };
    let last = state.series.len().checked_sub(1).and_then(|place| lines.value(0, place));
    let last_y = last.map(|value| scale.y(value));
    for (tick, words) in ticks {
        let y = scale.y(tick);
        let is_guide = matches!(lines.study, Study::Rsi(_)) && tick != 50.0;
        let ink = if is_guide { Ink::Faint } else { Ink::Line };
        shapes.push(Shape::stroke((0.0, y), (edge, y), ink, is_guide));
        // Half a number over the value's tag reads as another number.
        let is_clear = last_y.is_none_or(|last| 14.0 < (last - y).abs());
        if is_clear && pane.top + 8.0 < y && y < pane.bottom - 8.0 {
            shapes.push(Shape::text(edge + 8.0, y, words, Ink::Faint, Align::Left));
        }
    }
    if let Study::Macd(..) = lines.study {
        histogram(state, &scale, lines, shapes);
    }
    let drawn = if matches!(lines.study, Study::Macd(..)) { 2 } else { lines.lines().len() };
    for line in 0..drawn {
        let ink = line_ink(state, lines.study, line);
        for points in stretches(state, lines, line, |value| scale.y(value)) {
            shapes.push(Shape::Path { points, ink, width: 1.0, is_dashed: false });
        }
    }
    if let Some((value, y)) = last.zip(last_y) {
        let ink = line_ink(state, lines.study, 0);
        let y = y.clamp(pane.top + 9.0, (pane.bottom - 9.0).max(pane.top + 9.0));
        shapes.push(Shape::fill(edge, y - 8.0, PRICE_AXIS, 16.0, Ink::Chip, 1.0));
        let words = format::price(value, state.decimals_of(lines.study));
        shapes.push(Shape::text(edge + 8.0, y, words, ink, Align::Left));
    }
}

/// MACD's bars from zero: above up, below down.
fn histogram(state: &ChartState, scale: &PriceScale, lines: &StudyLines, shapes: &mut Vec<Shape>) {
    let (visible, per) = (state.visible(), state.per_column());
    let width = (state.time.spacing * per as f64 * 0.6).max(1.0);
    let zero = scale.y(0.0);
    let (mut up, mut down) = (Vec::new(), Vec::new());
    for place in (visible.start / per * per..visible.end).step_by(per) {
        let Some(value) = lines.value(2, (place + per - 1).min(state.series.len() - 1)) else {
            continue;
        };
        let (x, y) = (state.time.x(place as f64) - width / 2.0, scale.y(value));
        let side = if value < 0.0 { &mut down } else { &mut up };
        side.push([x, y.min(zero), width, (y - zero).abs()]);
    }
    shapes.push(Shape::Fills { boxes: up, ink: Ink::Up, opacity: 0.45 });
    shapes.push(Shape::Fills { boxes: down, ink: Ink::Down, opacity: 0.45 });
}

#[cfg(test)]
mod tests {
    use market::{Bar, Price};

    use super::{PROFILE_PART, ROWS};
    use crate::state::tests::{MINUTES, bars};
    use crate::{Action, ChartSetup, ChartState, Ink, Shape, Study};

    #[test]
    fn a_profile_is_as_wide_as_the_volume_at_its_prices() {
        let mut state = ChartState::default();
        state.apply(Action::Resize { width: 1_000.0, height: 600.0 });
        let mut setup = ChartSetup::default();
        setup.add(Study::Profile);
        state.apply(Action::SetUp(setup));
        let price = |dollars: i64| Price::from_units(10_000 * dollars).expect("a price");
        let bar = |n: usize, low: i64, high: i64, volume: i64| Bar {
            start: bars(3)[n].start,
            open: price(low),
            high: price(high),
            low: price(low),
            close: price(high),
            volume,
        };
        // One is spread over all rows, a share each; the others lie in one row.
        let bars = vec![bar(0, 100, 100, 30), bar(1, 110, 110, 10), bar(2, 100, 120, ROWS as i64)];
        state.apply(Action::SetBars { bars, subject: MINUTES });
        let rows = |wanted: Ink| {
            let of = |shape: Shape| match shape {
                Shape::Fills { boxes, ink, opacity } if ink == wanted && opacity < 1.0 => {
                    Some(boxes)
                }
                _ => None,
            };
            state.shapes().into_iter().find_map(of).expect("rows")
        };
        let (most, others) = (rows(Ink::Vwap), rows(Ink::Pivot));
        let widest = state.time.edge * PROFILE_PART;
        let [greatest] = most[..] else { panic!("{} rows", most.len()) };
        assert!((greatest[2] - widest).abs() < 1e-9, "{}", greatest[2]);
        let prices = state.prices();
        let holds = |row: &[f64; 4], price: f64| {
            let y = prices.y(price);
            row[1] - 1e-6 <= y && y <= row[1] + row[3] + 1e-6
        };
        assert!(holds(&greatest, 100.0), "{greatest:?}");
        assert_eq!(others.len(), ROWS - 1);
        let shares = |row: &[f64; 4]| (row[2] / widest * 31.0 * 1e6).round() / 1e6;
        for row in &others {
            let expected = if holds(row, 110.1) { 11.0 } else { 1.0 };
            assert_eq!(shares(row), expected, "{row:?}");
        }
    }
}
