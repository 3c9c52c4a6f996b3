//! The price chart, as data: bars, levels and a trader's wishes come in, shapes come out. Pure: no
//! canvas, clock or page is known here, so that everything is tested without a browser.
//!
//! `series` keeps bars and sums them up for a far view; `scale` and `panes` say where things lie;
//! `studies` computes indicators bar by bar; `drawings` is what a trader
//! draws; `layers` turns all of it into shapes, and `damage` says which parts of them are news;
//! `state` is the chart itself, moved by `Action`s; `layout` is several of them.

mod damage;
mod drawings;
mod labels;
mod layers;
mod layout;
mod panes;
mod scale;
mod series;
mod setup;
mod shape;
mod sparkline;
mod state;
mod studies;
mod time_axis;

pub use damage::{Edges, damage, do_meet, reach_of_box, reach_of_line};
pub use drawings::{Anchor, BadDrawing, Drawing, DrawingChange, Drawings, Pressed, Tool};
pub use layout::{Layout, LayoutChart, Links};
pub use scale::ScaleMode;
pub use setup::{BadSetup, ChartSetup, ShownStudy};
pub use shape::{Align, Ink, Shape};
pub use sparkline::Sparkline;
pub use state::{
    Action, ChartLevel, ChartState, CompareSeries, Fingers, Legend, LegendValue, LinkedPoint,
    PaneEdge, Region, SessionVwap, Subject,
};
pub use studies::{BadStudy, ChartStyle, Study};

/// Decides a level's colour.
pub use quant::levels::LevelRole;
