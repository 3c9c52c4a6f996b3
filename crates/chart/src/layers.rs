//! The chart's layers, from the back to the front: sessions, grid, volume, studies, candles, last
//! price, levels and their labels, drawings, panes, crosshair.

mod axes;
mod bars;
mod levels;
mod studies;

use crate::Shape;
use crate::panes::PRICE_AXIS;
use crate::state::ChartState;

pub(crate) use levels::levels;
pub(crate) use studies::line_ink;

/// Everything to paint.
pub(crate) fn shapes(state: &ChartState) -> Vec<Shape> {
    let prices = state.prices();
    let pane = state.price_pane();
    let mut shapes = Vec::with_capacity(256);
    let plot = state.width - PRICE_AXIS;
    let bottom = state.panes().last().map_or(0.0, |pane| pane.bottom);
    shapes.push(Shape::Clip(Some([0.0, 0.0, plot, bottom])));
    bars::sessions(state, bottom, &mut shapes);
    shapes.push(Shape::Clip(None));
    axes::grid(state, &prices, bottom, &mut shapes);
    shapes.push(Shape::Clip(Some([0.0, pane.top, plot, pane.bottom - pane.top])));
    bars::volume(state, &prices, &mut shapes);
    studies::profile(state, &prices, &mut shapes);
    bars::candles(state, &prices, &mut shapes);
    bars::compare(state, &prices, &mut shapes);
    studies::overlays(state, &prices, &mut shapes);
    shapes.push(Shape::Clip(None));
    axes::last(state, &prices, &mut shapes);
    let taken = levels::levels(state, &prices, &mut shapes);
    shapes.push(Shape::Clip(Some([0.0, 0.0, plot, pane.bottom])));
    crate::drawings::shapes(state, &prices, taken, &mut shapes);
    shapes.push(Shape::Clip(None));
    studies::panes(state, &mut shapes);
    axes::crosshair(state, &prices, bottom, &mut shapes);
    shapes
}
