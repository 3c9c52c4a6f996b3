//! The chart alone in a browser: bars go in, one of them changes, a frame is painted. Timed beside
//! other charts on the same bars; never part of the product.

use canvas::Painter;
use chart::{
    Action, ChartLevel, ChartSetup, ChartState, ChartStyle, LevelRole, Study, Subject, Tool,
};
use market::{Bar, BarSpan, Moment, Price, Span};
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlCanvasElement;

/// A chart on a canvas.
#[wasm_bindgen]
#[derive(Debug)]
pub struct FrameRun {
    state: ChartState,
    painter: Painter,
}

#[expect(clippy::cast_possible_truncation, reason = "seconds since 1970")]
fn moment(seconds: f64) -> Moment {
    Moment(0) + Span::seconds(seconds as i64)
}

fn price(value: f64) -> Price {
    Price::from_f64(value).expect("a price")
}

#[wasm_bindgen]
impl FrameRun {
    /// Minute bars from `first` on, in seconds; four prices a bar.
    #[wasm_bindgen(constructor)]
    pub fn new(canvas: HtmlCanvasElement, first: f64, prices: &[f64]) -> Self {
        let first = moment(first);
        let bars = prices.as_chunks::<4>().0.iter().zip(0..);
        let bars = bars.map(|([open, high, low, close], minute)| Bar {
            start: first + Span::minutes(minute),
            open: price(*open),
            high: price(*high),
            low: price(*low),
            close: price(*close),
            volume: 1_000,
        });
        let mut state = ChartState::default();
        let (width, height) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
        state.apply(Action::Resize { width, height });
        let subject = Subject { span: BarSpan::M1, has_volume: true };
        let studies = Vec::new();
        state.apply(Action::SetUp(ChartSetup { studies, ..ChartSetup::default() }));
        state.apply(Action::SetBars { bars: bars.collect(), subject });
        let painter = Painter::new(canvas).expect("a canvas");
        Self { state, painter }
    }

    /// Every offered study is computed and drawn, too.
    pub fn add_studies(&mut self) {
        let mut setup = self.state.setup().clone();
        for study in Study::OFFERED {
            setup.add(study);
        }
        self.state.apply(Action::SetUp(setup));
    }

    /// Averages of closes, as every chart has them.
    pub fn add_averages(&mut self) {
        let mut setup = self.state.setup().clone();
        for bars in [9, 20, 50] {
            setup.add(Study::Ema(bars));
        }
        self.state.apply(Action::SetUp(setup));
    }

    /// All bars come in sight.
    pub fn show_all(&mut self) {
        self.state.apply(Action::ZoomMiddle(1e-9));
    }

    /// A print changes the newest bar.
    pub fn tick(&mut self, close: f64) {
        let Some(mut last) = self.state.bars().last().copied() else { return };
        last.absorb(&Bar::of_print(last.start, price(close), 10));
        self.state.apply(Action::Extend(vec![last]));
    }

    /// Paints a frame.
    pub fn paint(&mut self, density: f64) {
        self.painter.paint(self.state.shapes(), self.state.size(), density);
    }

    /// The next frame is painted whole.
    pub fn forget(&mut self) {
        self.painter.forget();
    }

    /// The pointer is somewhere, or keys put the crosshair away.
    pub fn point(&mut self, at: Option<Vec<f64>>) {
        self.state.apply(Action::Point(at.map(|at| (at[0], at[1]))));
    }

    /// The tape's time, in seconds since 1970.
    pub fn set_now(&mut self, seconds: f64) {
        self.state.apply(Action::SetNow(Some(moment(seconds))));
    }

    /// The last price, with its line and tag.
    pub fn set_last(&mut self, price: f64) {
        self.state.apply(Action::SetLast(Some((price, true))));
    }

    /// Levels at those prices, the last of them pulsing as strongly as said.
    pub fn set_levels(&mut self, prices: &[f64], last: f64, pulse: f64) {
        let level = |(place, price): (usize, &f64)| ChartLevel {
            name: format!("L{place}"),
            price: *price,
            role: [LevelRole::Support, LevelRole::Resistance, LevelRole::Pivot][place % 3],
            is_computed: place % 2 == 0,
            points: Some(price - last),
            color: None,
        };
        let levels: Vec<_> = prices.iter().enumerate().map(level).collect();
        let pulsing = levels.last().map(|level| (level.name.clone(), pulse));
        self.state.apply(Action::SetLevels(levels));
        self.state.apply(Action::Pulse(pulsing));
    }

    /// Prices are pulled to there, whatever is seen.
    pub fn set_prices(&mut self, low: f64, high: f64) {
        self.state.apply(Action::Prices { low, high });
    }

    /// Bars in another style.
    pub fn set_style(&mut self, place: usize) {
        let mut setup = self.state.setup().clone();
        setup.style = ChartStyle::ALL[place % ChartStyle::ALL.len()];
        self.state.apply(Action::SetUp(setup));
    }

    /// Bars come nearer, or go away.
    pub fn zoom(&mut self, x: f64, factor: f64) {
        self.state.apply(Action::Zoom { x, factor });
    }

    /// A hand draws something from one place to another.
    pub fn draw(&mut self, tool: usize, from: &[f64], to: &[f64]) {
        let id = self.state.drawings().len() as u64 + 1;
        self.state.take_tool(Some(Tool::ALL[tool % Tool::ALL.len()]));
        self.state.press(from[0], from[1], id);
        self.state.drag(to[0], to[1]);
        self.state.release(to[0], to[1]);
        self.state.change_drawing(id, |one| {
            if one.tool == Tool::Note {
                one.text = "Buy above −3 σ → 5,000".to_owned();
            }
        });
    }

    /// A hand moves what it finds there.
    pub fn drag(&mut self, from: &[f64], to: &[f64]) {
        self.state.press(from[0], from[1], u64::MAX);
        self.state.drag(to[0], to[1]);
        self.state.release(to[0], to[1]);
    }

    /// The view moves by pixels.
    pub fn pan(&mut self, x: f64, y: f64) {
        self.state.apply(Action::Pan { x, y });
    }
}

/// How much memory the module has taken, in bytes.
#[wasm_bindgen]
#[must_use]
pub fn memory_bytes() -> f64 {
    #[cfg(target_arch = "wasm32")]
    let pages = core::arch::wasm32::memory_size::<0>();
    #[cfg(not(target_arch = "wasm32"))]
    let pages = 0_usize;
    pages as f64 * 65_536.0
}
