//! The smile of a series: every volatility out of the money, the curve through them, and what
//! stands too far from it.

use leptos::prelude::*;
use market::{Right, format};
use quant::options::Smile;

use crate::erased::{Erase, part};

/// The drawing's own units; it is stretched to the room there is.
const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 260.0;
/// Deviations on each side that are drawn.
const REACH: f64 = 4.0;
/// Steps of the curve.
const STEPS: i32 = 120;

/// The drawing; nothing without a smile.
pub(super) fn volatility_smile(smile: Memo<Option<Smile>>) -> AnyView {
    part(move || Some(drawing(smile.read().as_ref()?)))
}

/// Where volatilities stand in the drawing.
#[derive(Clone, Copy)]
struct Frame {
    low: f64,
    high: f64,
}

impl Frame {
    fn of(smile: &Smile) -> Self {
        let near = smile.points.iter().filter(|one| one.away.abs() <= REACH && !one.is_outlier);
        let ivs = near.map(|one| one.iv).chain([smile.at_the_money]);
        let (low, high) =
            ivs.fold((f64::MAX, 0.0_f64), |(low, high), iv| (low.min(iv), high.max(iv)));
        let spare = (0.08 * (high - low)).max(0.005);
        Self { low: (low - spare).max(0.0), high: high + spare }
    }

    fn x(away: f64) -> f64 {
        WIDTH * (away + REACH) / (2.0 * REACH)
    }

    fn y(self, iv: f64) -> f64 {
        HEIGHT * (self.high - iv) / (self.high - self.low)
    }
}

fn percent(part: f64) -> String {
    format!("{part:.2}%")
}

fn drawing(smile: &Smile) -> AnyView {
    let frame = Frame::of(smile);
    let curve = smile.curve.map(|_| {
        let point = |step: i32| {
            let away = -REACH + 2.0 * REACH * f64::from(step) / f64::from(STEPS);
            let iv = smile.iv(smile.strike_at(away))?;
            Some(format!("{:.1},{:.1}", Frame::x(away), frame.y(iv)))
        };
        let points: Vec<String> = (0..=STEPS).filter_map(point).collect();
        view! { <path class="volatility-smile__curve" d=format!("M{}", points.join("L")) /> }
    });
    let dots = dots(smile, frame);
    let ticks = [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0].map(|away: f64| {
        let strike = format::price(smile.strike_at(away), 0);
        let name = if away == 0.0 {
            format!("{strike} forward")
        } else {
            format!("{strike} {}σ", format::signed(away, 0))
        };
        let left = percent(100.0 * Frame::x(away) / WIDTH);
        view! { <span style:left=left>{name}</span> }.erase()
    });
    let middle = format!("{:.1}", Frame::x(0.0));
    view! {
        <div class="volatility-smile">
            <div class="volatility-smile__place">
                <svg
                    viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                    preserveAspectRatio="none"
                    role="img"
                    aria-label="Volatility by strike"
                >
                    <line
                        class="volatility-smile__money"
                        x1=middle.clone()
                        x2=middle
                        y1="0"
                        y2=HEIGHT
                    />
                    {curve}
                </svg>
                {dots}
                <span class="volatility-smile__scale" data-end="high">
                    {format!("{:.1} %", 100.0 * frame.high)}
                </span>
                <span class="volatility-smile__scale" data-end="low">
                    {format!("{:.1} %", 100.0 * frame.low)}
                </span>
            </div>
            <div class="volatility-smile__axis" aria-hidden="true">{ticks.collect_view()}</div>
        </div>
    }
    .erase()
}

/// Every volatility as a dot, and what the feed says of it as a dash. Not in the drawing, which is
/// stretched: a dot stays round.
fn dots(smile: &Smile, frame: Frame) -> AnyView {
    let dots = smile.points.iter().filter(|one| one.away.abs() <= REACH).map(|one| {
        let kind = match (one.is_outlier, one.right) {
            (true, _) => "outlier",
            (false, Right::Put) => "put",
            (false, Right::Call) => "call",
        };
        let (left, top) = (100.0 * Frame::x(one.away) / WIDTH, 100.0 * frame.y(one.iv) / HEIGHT);
        let mut title = format!("{} {}: {:.2} %", one.strike, one.right.letter(), 100.0 * one.iv);
        if let Some(iv) = one.vendor_iv {
            title += &format!(", the feed says {:.2} %", 100.0 * iv);
        }
        view! {
            <i
                data-kind=kind
                title=title
                style:left=percent(left)
                style:top=percent(top.clamp(0.0, 100.0))
            ></i>
        }
        .erase()
    });
    let feeds = smile.points.iter().filter(|one| one.away.abs() <= REACH).filter_map(|one| {
        let top = 100.0 * frame.y(one.vendor_iv?) / HEIGHT;
        let (left, top) = (percent(100.0 * Frame::x(one.away) / WIDTH), percent(top));
        let is_seen = (0.0..=frame.high).contains(&one.vendor_iv?);
        is_seen.then(|| view! { <i data-kind="vendor" style:left=left style:top=top></i> }.erase())
    });
    view! { {feeds.collect_view()} {dots.collect_view()} }.into_any()
}
