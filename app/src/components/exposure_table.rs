//! Gamma of dealers by strike, highest first as on a chart, with the price between.

use leptos::html;
use leptos::prelude::*;
use market::format;
use quant::options::StrikeExposure;

use super::exposure_head::ExposureNow;
use crate::erased::{Erase, follow, part};

/// A strike belongs to the table when it has this part of the greatest gamma, or lies between two
/// that have.
const PART_MIN: f64 = 0.004;

/// The strikes that matter, lowest first.
fn shown(now: &ExposureNow) -> &[StrikeExposure] {
    let strikes = &now.exposure.strikes;
    let greatest = greatest(strikes);
    let matters = |one: &StrikeExposure| PART_MIN * greatest < reach(one);
    let first = strikes.iter().position(matters);
    let last = strikes.iter().rposition(matters);
    first.zip(last).map_or(&[], |(first, last)| &strikes[first..=last])
}

/// The longer of a strike's two bars, in dollars.
fn reach(one: &StrikeExposure) -> f64 {
    let side = |sign: f64| one.gamma.iter().map(|part| (sign * part).max(0.0)).sum::<f64>();
    side(1.0).max(side(-1.0))
}

fn greatest(strikes: &[StrikeExposure]) -> f64 {
    strikes.iter().map(reach).fold(0.0, f64::max)
}

/// The table.
pub(crate) fn exposure_table(now: RwSignal<Option<ExposureNow>>) -> AnyView {
    let place = NodeRef::<html::Div>::new();
    let is_centred = StoredValue::new(false);
    follow(move || {
        if now.read().is_none() || is_centred.get_value() {
            return;
        }
        is_centred.set_value(true);
        request_animation_frame(move || {
            let Some(place) = place.try_get_untracked().flatten() else { return };
            if let Ok(Some(money)) = place.query_selector("[data-money]") {
                let money = money.get_bounding_client_rect();
                let own = place.get_bounding_client_rect();
                let middle = money.top() - own.top() - 0.5 * own.height();
                #[expect(clippy::cast_possible_truncation, reason = "pixels of a screen")]
                place.set_scroll_top(place.scroll_top() + middle as i32);
            }
        });
    });
    view! {
        <div
            class="exposure-table"
            tabindex="0"
            role="region"
            aria-label="Gamma by strike"
            node_ref=place
        >
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Strike"</th>
                        <th scope="col">"Puts"</th>
                        <th scope="col" class="exposure-table__bars">"Short − + long"</th>
                        <th scope="col">"Calls"</th>
                        <th scope="col">"Net"</th>
                        <th scope="col">"OI calls"</th>
                        <th scope="col">"OI puts"</th>
                    </tr>
                </thead>
                <tbody>{part(move || rows(now.read().as_ref()?))}</tbody>
            </table>
        </div>
    }
    .erase()
}

fn rows(now: &ExposureNow) -> Option<Vec<AnyView>> {
    let strikes = shown(now);
    let greatest = greatest(strikes);
    let mut rows = Vec::with_capacity(strikes.len() + 1);
    let mut is_above = true;
    for one in strikes.iter().rev() {
        if is_above && one.strike <= now.spot {
            rows.push(money(now.spot));
            is_above = false;
        }
        rows.push(row(one, now, greatest));
    }
    if is_above {
        rows.push(money(now.spot));
    }
    Some(rows)
}

fn row(one: &StrikeExposure, now: &ExposureNow, greatest: f64) -> AnyView {
    let mark = match (now.exposure.call_wall, now.exposure.put_wall) {
        (Some(call), Some(put)) if call == one.strike && put == one.strike => Some("both walls"),
        (Some(call), _) if call == one.strike => Some("call wall"),
        (_, Some(put)) if put == one.strike => Some("put wall"),
        _ => None,
    };
    let decimals = if one.strike.fract() == 0.0 { 0 } else { 2 };
    view! {
        <tr data-wall=mark>
            <th scope="row">
                {format::price(one.strike, decimals)}
                {mark.map(|mark| view! { <small>{mark}</small> })}
            </th>
            <td>{format::dollars(one.gamma[1])}</td>
            <td class="exposure-table__bars">{bars(one, greatest)}</td>
            <td>{format::dollars(one.gamma[0])}</td>
            <td class="exposure-table__net">{format::dollars(one.gamma[0] + one.gamma[1])}</td>
            <td>{format::price(one.open_interest[0] as f64, 0)}</td>
            <td>{format::price(one.open_interest[1] as f64, 0)}</td>
        </tr>
    }
    .erase()
}

/// Calls and puts from the middle outwards, one behind the other where they point the same way.
fn bars(one: &StrikeExposure, greatest: f64) -> AnyView {
    let mut ends = [0.0, 0.0];
    let bar = |(part, kind): (f64, &'static str)| {
        let end = &mut ends[usize::from(part < 0.0)];
        let width = 50.0 * part.abs() / greatest;
        let left = if part < 0.0 { 50.0 - *end - width } else { 50.0 + *end };
        *end += width;
        view! {
            <i
                data-kind=kind
                style:left=format!("{left:.2}%")
                style:width=format!("{width:.2}%")
            ></i>
        }
        .erase()
    };
    let bars = [(one.gamma[0], "call"), (one.gamma[1], "put")].map(bar);
    view! { <div class="exposure-table__bar" aria-hidden="true">{bars.collect_view()}</div> }
        .erase()
}

fn money(spot: f64) -> AnyView {
    view! {
        <tr data-money="true">
            <th scope="row">{format::price(spot, 2)}</th>
            <td colspan="6"></td>
        </tr>
    }
    .erase()
}
