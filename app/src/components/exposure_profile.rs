//! All gamma of dealers over where the underlying may go, with the price, the flip and the walls.

use leptos::prelude::*;
use market::format;

use super::exposure_head::ExposureNow;
use crate::erased::{Erase, part};

/// The drawing's own units; it is stretched to the room there is.
const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 100.0;
/// Kept free above and below the line.
const MARGIN: f64 = 6.0;

/// The curve.
pub(crate) fn exposure_profile(now: RwSignal<Option<ExposureNow>>) -> AnyView {
    part(move || Some(curve(now.read().as_ref()?)))
}

/// Where things stand in the drawing.
struct Frame {
    from: f64,
    until: f64,
    greatest: f64,
    least: f64,
}

impl Frame {
    fn of(profile: &[(f64, f64)]) -> Option<Self> {
        let ((from, _), (until, _)) = (profile.first()?, profile.last()?);
        let gammas = || profile.iter().map(|(_, gamma)| *gamma);
        let (greatest, least) = (gammas().fold(0.0, f64::max), gammas().fold(0.0, f64::min));
        (least < greatest).then_some(Self { from: *from, until: *until, greatest, least })
    }

    fn x(&self, spot: f64) -> f64 {
        WIDTH * (spot - self.from) / (self.until - self.from)
    }

    fn y(&self, gamma: f64) -> f64 {
        let part = (self.greatest - gamma) / (self.greatest - self.least);
        MARGIN + (HEIGHT - 2.0 * MARGIN) * part
    }
}

/// A price that the drawing names: what it is, and where.
type Mark = (&'static str, f64);

fn marks(now: &ExposureNow, frame: &Frame) -> Vec<Mark> {
    let marks = [
        ("spot", Some(now.spot)),
        ("call", now.exposure.call_wall),
        ("put", now.exposure.put_wall),
        ("flip", now.flips.first().copied()),
    ];
    let marks = marks.into_iter().filter_map(|(kind, price)| Some((kind, price?)));
    marks.filter(|(_, price)| frame.from < *price && *price < frame.until).collect()
}

fn label((kind, price): &Mark, frame: &Frame) -> AnyView {
    let decimals = if price.fract() == 0.0 { 0 } else { 2 };
    let price_text = format::price(*price, decimals);
    let text = match *kind {
        "spot" => price_text,
        "call" => format!("call wall {price_text}"),
        "put" => format!("put wall {price_text}"),
        other => format!("{other} {price_text}"),
    };
    let left = format!("{:.2}%", 100.0 * frame.x(*price) / WIDTH);
    view! { <span data-kind=*kind style:left=left>{text}</span> }.erase()
}

/// How far the underlying went, below the drawing.
fn ticks(now: &ExposureNow, frame: &Frame) -> AnyView {
    let tick = |percent: i32| {
        let price = now.spot * (1.0 + f64::from(percent) / 100.0);
        let left = format!("{:.2}%", 100.0 * frame.x(price) / WIDTH);
        let text = format::signed(f64::from(percent), 0);
        view! { <span style:left=left>{format!("{text}%")}</span> }.erase()
    };
    let ticks = [-8, -6, -4, -2, 0, 2, 4, 6, 8].map(tick);
    view! {
        <div class="exposure-profile__axis" aria-hidden="true">{ticks.collect_view()}</div>
    }
    .erase()
}

fn curve(now: &ExposureNow) -> Option<AnyView> {
    let frame = Frame::of(&now.profile)?;
    let marks = marks(now, &frame);
    let labels: Vec<AnyView> = marks.iter().map(|mark| label(mark, &frame)).collect();
    let words = match now.flips.first() {
        Some(flip) => format!("Gamma by where the underlying goes, flip at {flip:.2}"),
        None => "Gamma by where the underlying goes, no flip".to_owned(),
    };
    let view = view! {
        <div class="exposure-profile">
            <div class="exposure-profile__labels">{labels}</div>
            {drawing(now, &frame, &marks, words)}
            {ticks(now, &frame)}
            <p class="exposure-profile__scale" aria-hidden="true">
                {format::dollars(frame.greatest)} " to " {format::dollars(frame.least)}
                " per 1 %, while the underlying moves up to 10 %"
            </p>
        </div>
    };
    Some(view.erase())
}

fn drawing(now: &ExposureNow, frame: &Frame, marks: &[Mark], words: String) -> AnyView {
    let point =
        |(spot, gamma): &(f64, f64)| format!("{:.1},{:.2}", frame.x(*spot), frame.y(*gamma));
    let points: Vec<String> = now.profile.iter().map(point).collect();
    let points = points.join("L");
    let zero = frame.y(0.0);
    let area = format!("M0,{zero:.2}L{points}L{WIDTH},{zero:.2}Z");
    let flat = zero.to_string();
    let upright = |(kind, price): &Mark| {
        let x = format!("{:.1}", frame.x(*price));
        view! {
            <line
                class="exposure-profile__mark"
                data-kind=*kind
                x1=x.clone()
                x2=x
                y1="0"
                y2=HEIGHT
            />
        }
    };
    view! {
        <svg
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            preserveAspectRatio="none"
            role="img"
            aria-label=words
        >
            <clipPath id="exposure-above">
                <rect x="0" y="0" width=WIDTH height=flat.clone() />
            </clipPath>
            <clipPath id="exposure-below">
                <rect x="0" y=flat.clone() width=WIDTH height=HEIGHT />
            </clipPath>
            <path class="exposure-profile__long" d=area.clone() />
            <path class="exposure-profile__short" d=area />
            <line
                class="exposure-profile__zero"
                x1="0"
                x2=WIDTH
                y1=flat.clone()
                y2=flat
            />
            {marks.iter().map(upright).collect_view()}
            <path class="exposure-profile__line" d=format!("M{points}") />
        </svg>
    }
    .erase()
}
