//! What options said of volatility, day by day: of thirty days, or puts against calls.

use api::{ApiError, VolatilityDaysView};
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use market::TradingDate;
use wasm_bindgen::JsCast;

use crate::erased::{Erase, erased, heard, memo, part};

/// What the server told; nothing until it did.
pub(crate) type VolatilityDaysSignal = RwSignal<Option<Result<VolatilityDaysView, ApiError>>>;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DayFigure {
    /// The volatility at the money of thirty days.
    Iv,
    /// The skew of thirty days.
    Skew,
}

/// The drawing's own units; it is stretched to the room there is.
const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 260.0;
/// Dates below it.
const TICKS: usize = 6;

impl DayFigure {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Iv => "IV30 by day",
            Self::Skew => "Skew by day",
        }
    }

    /// What stands beside its name.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::Iv => "At the money, of thirty days, at the close of each day, and now",
            Self::Skew => {
                "Of thirty days: (put − call) ÷ at the money, at deltas of 25 %; close of each day"
            }
        }
    }
}

/// Days and parts, oldest first; the last is now.
#[derive(Clone, Debug, Default, PartialEq)]
struct Line {
    points: Vec<(Option<TradingDate>, f64)>,
    low: f64,
    high: f64,
}

impl Line {
    fn of(view: &VolatilityDaysView, figure: DayFigure) -> Option<Self> {
        let past = view.days.iter().filter_map(|day| match figure {
            DayFigure::Iv => Some((Some(day.day), day.iv30)),
            DayFigure::Skew => Some((Some(day.day), day.skew30?)),
        });
        let now = match figure {
            DayFigure::Iv => view.iv30,
            DayFigure::Skew => view.skew30,
        };
        let points: Vec<_> = past.chain(now.map(|now| (None, now))).collect();
        let ends = |(low, high): (f64, f64), (_, one): &(_, f64)| (low.min(*one), high.max(*one));
        let (low, high) = points.iter().fold((f64::MAX, f64::MIN), ends);
        (2 <= points.len() && low < high).then_some(Self { points, low, high })
    }

    fn x(&self, place: usize) -> f64 {
        place as f64 / (self.points.len() - 1) as f64
    }

    fn y(&self, value: f64) -> f64 {
        0.06 + 0.88 * (self.high - value) / (self.high - self.low)
    }

    fn told(&self, place: usize) -> Option<String> {
        let (day, value) = self.points.get(place)?;
        let day = day.map_or_else(|| "now".to_owned(), |day| day.to_string());
        Some(format!("{day}: {:.2} %", 100.0 * value))
    }
}

/// The line of a figure, with a mark that pointer and arrow keys move.
pub(super) fn volatility_days(days: VolatilityDaysSignal, figure: DayFigure) -> AnyView {
    let line = memo(move || match days.read().as_ref() {
        Some(Ok(view)) => Line::of(view, figure),
        _ => None,
    });
    let is_there = memo(move || line.read().is_some());
    let complaint = memo(move || match days.read().as_ref() {
        None => "Earlier days are on their way.".to_owned(),
        Some(Err(error)) => error.to_string(),
        Some(Ok(view)) if 0 < view.missing => "Earlier days are worked out.".to_owned(),
        Some(Ok(_)) => "No earlier day with options is known on this tape. A recorded day is \
                        compared with those whose chains were imported, too."
            .to_owned(),
    });
    part(move || match is_there.get() {
        true => drawing(days, line, figure),
        false => {
            let why = move || complaint.get();
            view! { <p class="volatility-curves__none">{part(why)}</p> }.erase()
        }
    })
}

fn drawing(days: VolatilityDaysSignal, line: Memo<Option<Line>>, figure: DayFigure) -> AnyView {
    let chosen = RwSignal::new(None::<usize>);
    let last = memo(move || line.read().as_ref().map_or(0, |line| line.points.len() - 1));
    let place = memo(move || chosen.get().unwrap_or(last.get()).min(last.get()));
    let moved = move |event: PointerEvent| {
        let frame = event.current_target().and_then(|it| it.dyn_into::<web_sys::Element>().ok());
        let Some(frame) = frame.map(|it| it.get_bounding_client_rect()) else { return };
        let part = (f64::from(event.client_x()) - frame.left()) / frame.width().max(1.0);
        #[expect(clippy::cast_possible_truncation, reason = "a place of some hundred")]
        #[expect(clippy::cast_sign_loss, reason = "clamped")]
        let at = (part.clamp(0.0, 1.0) * last.get_untracked() as f64).round() as usize;
        chosen.set(Some(at));
    };
    let handle_key = move |event: KeyboardEvent| {
        let now = place.get_untracked();
        let to = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => now.saturating_sub(1),
            "ArrowRight" | "ArrowUp" => (now + 1).min(last.get_untracked()),
            "Home" => 0,
            "End" => last.get_untracked(),
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        chosen.set(Some(to));
    };
    let told = memo(move || line.read().as_ref().and_then(|line| line.told(place.get())));
    let known = memo(move || match days.read().as_ref() {
        Some(Ok(view)) if 0 < view.missing => {
            format!("{} of {} days are worked out", view.days.len(), view.days.len() + view.missing)
        }
        Some(Ok(view)) => format!("{} days", view.days.len()),
        _ => String::new(),
    });
    view! {
        <div class="volatility-smile volatility-days">
            <div
                class="volatility-smile__place"
                role="slider"
                tabindex="0"
                aria-label=figure.name()
                aria-valuemin="0"
                aria-valuemax=erased(move || last.get().to_string())
                aria-valuenow=erased(move || place.get().to_string())
                aria-valuetext=erased(move || told.get())
                on:pointermove=heard(moved)
                on:pointerleave=heard(move |_: PointerEvent| chosen.set(None))
                on:keydown=heard(handle_key)
            >
                {lines(line, place)}
                <p class="volatility-days__told">
                    <b>{part(move || told.get())}</b> " " {part(move || known.get())}
                </p>
            </div>
            {dates(line)}
        </div>
    }
    .into_any()
}

/// The days' line, that of now, and the mark.
fn lines(line: Memo<Option<Line>>, place: Memo<usize>) -> AnyView {
    let of = move |of: fn(&Line, usize) -> String| {
        let text = memo(move || line.read().as_ref().map(|line| of(line, place.get())));
        move || text.get().unwrap_or_default()
    };
    let path = of(|line, _| {
        let point = |(place, (_, value)): (usize, &(_, f64))| {
            format!("{:.1},{:.1}", WIDTH * line.x(place), HEIGHT * line.y(*value))
        };
        let points: Vec<String> = line.points.iter().enumerate().map(point).collect();
        format!("M{}", points.join("L"))
    });
    let now = of(|line, _| {
        let y = line.points.last().map_or(0.0, |(_, value)| HEIGHT * line.y(*value));
        format!("M0,{y:.1}H{WIDTH}")
    });
    let mark = of(|line, place| format!("M{:.1},0V{HEIGHT}", WIDTH * line.x(place)));
    let high = of(|line, _| format!("{:.1} %", 100.0 * line.high));
    let low = of(|line, _| format!("{:.1} %", 100.0 * line.low));
    view! {
        <svg
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            preserveAspectRatio="none"
            aria-hidden="true"
        >
            <path class="volatility-days__now" d=erased(now) />
            <path class="volatility-smile__curve" d=erased(path) />
            <path class="volatility-days__mark" d=erased(mark) />
        </svg>
        <span class="volatility-smile__scale" data-end="high">{part(high)}</span>
        <span class="volatility-smile__scale" data-end="low">{part(low)}</span>
    }
    .into_any()
}

fn dates(line: Memo<Option<Line>>) -> AnyView {
    let ticks = move || {
        let line = line.read();
        let line = line.as_ref()?;
        let last = line.points.len() - 1;
        let tick = |tick: usize| {
            let place = last * tick / TICKS;
            let name = line.points[place].0?.to_string();
            let left = format!("{:.2}%", 100.0 * line.x(place));
            Some(view! { <span style:left=left>{name}</span> }.erase())
        };
        Some((0..TICKS).filter_map(tick).collect_view())
    };
    view! { <div class="volatility-smile__axis" aria-hidden="true">{part(ticks)}</div> }.erase()
}
