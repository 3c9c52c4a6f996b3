//! What a planned position brings, by where the underlying goes: now, on a chosen day, and when the
//! first of its options ends. Strikes are dragged under the drawing.

use leptos::ev::PointerEvent;
use leptos::html;
use leptos::prelude::*;
use market::{Moment, Price, Span, format, strike_text};
use plan::{Instrument, Leg, Stand};
use wasm_bindgen::JsCast;

use super::plan_compare::Compared;
use super::plan_head::{PlanControls, PlanNow};
use super::plan_legs::free_strikes;
use crate::erased::{Erase, erased, heard, memo, part};

/// The drawing's own units; it is stretched to the room there is.
const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 300.0;
/// Kept free above and below the lines.
const MARGIN: f64 = 14.0;
/// Spots at which each line is worked out, beside the strikes.
const STEPS: usize = 160;
/// The middle of the drawing moves in steps of this part of the price, so that it stands while the
/// underlying ticks.
const MIDDLE_STEP: f64 = 0.002;

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
struct Drawing {
    low: f64,
    high: f64,
    most: f64,
    least: f64,
    now: Vec<(f64, f64)>,
    /// Nothing where it is as now.
    chosen: Option<Vec<(f64, f64)>>,
    end: Vec<(f64, f64)>,
    /// What stands beside it, at the end of each.
    others: Vec<Vec<(f64, f64)>>,
    /// Deviations below and above, two and one.
    bands: Option<[(f64, f64); 2]>,
    break_evens: Vec<f64>,
    /// Levels in sight, and whether there is room for the name.
    levels: Vec<(String, f64, bool)>,
    spot: f64,
}

/// When the chosen day is, and when the first option ends.
pub(super) fn days(now: &PlanNow, passed: f64) -> Option<(Moment, Moment)> {
    let end = now.position.ends_at()?;
    #[expect(clippy::cast_possible_truncation, reason = "a part of a span")]
    let passed = Span((passed * (end - now.at).0 as f64) as i64);
    Some((now.at + passed, end))
}

/// The prices that are looked at: three deviations and every strike, at least one per cent.
pub(super) fn reach(now: &PlanNow) -> (f64, f64) {
    let step = (quant::math::ln(now.spot) / MIDDLE_STEP).round();
    let middle = quant::math::exp(step * MIDDLE_STEP);
    let deviation = now.wander.map_or(0.02, |wander| wander.deviation());
    let strikes = now.position.options().map(|one| one.strike.to_f64());
    let strikes = strikes.map(|strike| 1.25 * (strike - middle).abs());
    // A third of a per cent steps, for the same reason.
    let away = strikes.fold((3.0 * deviation * middle).max(0.01 * middle), f64::max);
    let away = (away / middle / 0.003_3).ceil() * 0.003_3 * middle;
    ((middle - away).max(0.02 * middle), middle + away)
}

impl Drawing {
    fn of(
        now: &PlanNow,
        (passed, shift): (f64, f64),
        levels: &[(String, f64)],
        compared: &[Compared],
    ) -> Option<Self> {
        let (scenario, paid) = (now.scenario.as_ref().ok()?, now.paid?);
        let (low, high) = reach(now);
        let (day, end) = days(now, passed).unwrap_or((now.at, now.at));
        let line = |at: Moment, shift: f64| {
            let stand = Stand { spot: now.spot, at, shift };
            scenario.profits(paid, (low, high), STEPS, &stand)
        };
        let is_chosen = 0.0 < passed || shift != 0.0;
        let shift = 0.01 * shift;
        let (here, chosen, last) =
            (line(now.at, 0.0), is_chosen.then(|| line(day, shift)), line(end, shift));
        let beside = compared.iter().filter(|one| one.is_chosen);
        let others: Vec<Vec<(f64, f64)>> = beside
            .filter_map(|one| {
                let one = one.now.as_ref()?;
                let at = one.position.ends_at()?;
                let stand = Stand { spot: now.spot, at, shift };
                Some(one.scenario.as_ref().ok()?.profits(one.paid?, (low, high), STEPS, &stand))
            })
            .collect();
        let all = || {
            let own = here.iter().chain(&last).chain(chosen.iter().flatten());
            own.chain(others.iter().flatten())
        };
        let most = all().map(|(_, one)| *one).fold(0.0, f64::max);
        let least = all().map(|(_, one)| *one).fold(0.0, f64::min);
        let bands = now.wander.map(|wander| {
            [2.0, 1.0].map(|times| {
                let width = quant::math::exp(times * wander.deviation());
                (wander.forward / width, wander.forward * width)
            })
        });
        let outlook = now.outlook.as_ref();
        (least < most).then(|| Self {
            low,
            high,
            most,
            least,
            now: here,
            chosen,
            end: last,
            others,
            bands,
            break_evens: outlook.map(|one| one.break_evens.clone()).unwrap_or_default(),
            levels: in_sight(levels, (low, high)),
            spot: now.spot,
        })
    }

    fn x(&self, spot: f64) -> f64 {
        WIDTH * (spot - self.low) / (self.high - self.low)
    }

    fn y(&self, profit: f64) -> f64 {
        let part = (self.most - profit) / (self.most - self.least);
        MARGIN + (HEIGHT - 2.0 * MARGIN) * part
    }

    fn left(&self, spot: f64) -> String {
        format!("{:.2}%", 100.0 * (spot - self.low) / (self.high - self.low))
    }

    fn holds(&self, spot: f64) -> bool {
        self.low < spot && spot < self.high
    }
}

/// The levels between two prices, lowest first; a name that would cover the one before is left out.
fn in_sight(levels: &[(String, f64)], (low, high): (f64, f64)) -> Vec<(String, f64, bool)> {
    let mut found: Vec<(String, f64)> =
        levels.iter().filter(|(_, price)| low < *price && *price < high).cloned().collect();
    found.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut free_from = low;
    let placed = found.into_iter().map(|(name, price)| {
        let has_room = free_from <= price;
        if has_room {
            free_from = price + NAME_PART * (high - low);
        }
        (name, price, has_room)
    });
    placed.collect()
}

/// The width of a level's name, as a part of the drawing's.
const NAME_PART: f64 = 0.09;

/// The drawing, its sliders and what they say.
pub(crate) fn plan_payoff(controls: PlanControls) -> AnyView {
    let PlanControls { now, passed, shift, pointed, .. } = controls;
    let place = NodeRef::<html::Div>::new();
    let dragged = RwSignal::new(None::<usize>);
    let drawing = memo(move || {
        let (levels, compared) = (controls.levels.read(), controls.compared.read());
        Drawing::of(now.read().as_ref()?, (passed.get(), shift.get()), &levels, &compared)
    });
    let range = memo(move || drawing.read().as_ref().map(|drawing| (drawing.low, drawing.high)));
    let price_at = move |event: &PointerEvent| {
        let (low, high) = range.get_untracked()?;
        let bounds = place.get_untracked()?.get_bounding_client_rect();
        let part = (f64::from(event.client_x()) - bounds.left()) / bounds.width().max(1.0);
        (0.0..=1.0).contains(&part).then_some(low + part * (high - low))
    };
    let moved = move |event: PointerEvent| {
        let price = price_at(&event);
        match (dragged.get_untracked(), price) {
            (Some(leg), Some(price)) => drag(controls, leg, price, event.shift_key()),
            (None, price) => pointed.set(price),
            (Some(_), None) => {}
        }
    };
    let begun = move |event: PointerEvent| {
        let handle = event.target().and_then(|one| one.dyn_into::<web_sys::Element>().ok());
        let leg = handle.and_then(|one| one.get_attribute("data-leg")?.parse().ok());
        dragged.set(leg);
        if let (Some(_), Some(place)) = (leg, place.get_untracked()) {
            event.prevent_default();
            let _ = place.set_pointer_capture(event.pointer_id());
        }
    };
    let ended = move |_: PointerEvent| dragged.set(None);
    let why = move || {
        let now = now.read();
        let now = now.as_ref()?;
        match (&now.scenario, now.paid) {
            (Err(leg), _) => Some(format!("{leg} has no volatility: nothing can be drawn.")),
            (_, None) => Some("A leg has no middle price: say above what was paid.".to_owned()),
            _ => None,
        }
    };
    view! {
        <div class="plan-payoff">
            {part(move || why().map(|why| view! { <p class="plan__refusal">{why}</p> }))}
            <div
                class="plan-payoff__place"
                node_ref=place
                data-dragged=erased(move || dragged.get().is_some().to_string())
                on:pointermove=heard(moved)
                on:pointerdown=heard(begun)
                on:pointerup=heard(ended)
                on:pointercancel=heard(ended)
                on:pointerleave=heard(move |_: PointerEvent| pointed.set(None))
            >
                {part(move || drawing.read().as_ref().map(lines))}
                {handles(controls, range)}
                {crosshair(controls, range)}
            </div>
            {readout(controls)}
            {sliders(controls, range)}
        </div>
    }
    .erase()
}

/// `0.0,1.0L2.0,3.0`: a line in the drawing's units.
fn path_of(drawing: &Drawing, line: &[(f64, f64)]) -> String {
    let point =
        |(spot, profit): &(f64, f64)| format!("{:.1},{:.1}", drawing.x(*spot), drawing.y(*profit));
    line.iter().map(point).collect::<Vec<_>>().join("L")
}

/// What stands beside the plan, each at its end.
fn beside(drawing: &Drawing) -> AnyView {
    let one = |(place, line): (usize, &Vec<(f64, f64)>)| {
        let (place, line) = (place.to_string(), format!("M{}", path_of(drawing, line)));
        view! { <path class="plan-payoff__other" data-place=place d=line /> }
    };
    drawing.others.iter().enumerate().map(one).collect_view().into_any()
}

fn lines(drawing: &Drawing) -> AnyView {
    let path = |line: &[(f64, f64)]| path_of(drawing, line);
    let zero = drawing.y(0.0);
    let flat = format!("{zero:.1}");
    let end = path(&drawing.end);
    let area = format!("M0,{flat}L{end}L{WIDTH},{flat}Z");
    let band = |(low, high): &(f64, f64)| {
        let from = drawing.x(low.max(drawing.low));
        let until = drawing.x(high.min(drawing.high));
        view! {
            <rect
                class="plan-payoff__band"
                x=format!("{from:.1}")
                width=format!("{:.1}", (until - from).max(0.0))
                y="0"
                height=HEIGHT
            />
        }
    };
    let upright = |class: &'static str, spot: f64| {
        let x = format!("{:.1}", drawing.x(spot));
        view! { <line class=class x1=x.clone() x2=x y1="0" y2=HEIGHT /> }
    };
    let levels = drawing.levels.iter().map(|(_, price, _)| *price);
    let names = drawing.levels.iter().filter(|(.., has_room)| *has_room);
    let turns = drawing.break_evens.iter().copied().filter(|one| drawing.holds(*one));
    let label = |kind: &'static str, spot: f64, text: String| {
        let left = drawing.left(spot);
        view! { <span class="plan-payoff__label" data-kind=kind style:left=left>{text}</span> }
    };
    let size = format!("0 0 {WIDTH} {HEIGHT}");
    view! {
        <svg
            viewBox=size
            preserveAspectRatio="none"
            role="img"
            aria-label="Profit by where the underlying goes"
        >
            <clipPath id="plan-above">
                <rect x="0" y="0" width=WIDTH height=flat.clone() />
            </clipPath>
            <clipPath id="plan-below">
                <rect x="0" y=flat.clone() width=WIDTH height=HEIGHT />
            </clipPath>
            {drawing.bands.iter().flatten().map(band).collect_view()}
            <path class="plan-payoff__profit" d=area.clone() />
            <path class="plan-payoff__loss" d=area />
            <line class="plan-payoff__zero" x1="0" x2=WIDTH y1=flat.clone() y2=flat />
            {levels.map(|one| upright("plan-payoff__level", one)).collect_view()}
            {upright("plan-payoff__spot", drawing.spot)}
            {turns.clone().map(|one| upright("plan-payoff__turn", one)).collect_view()}
            {beside(drawing)}
            <path class="plan-payoff__end" d=format!("M{end}") />
            <path class="plan-payoff__now" d=format!("M{}", path(&drawing.now)) />
            {drawing.chosen.as_ref().map(|line| view! {
                <path class="plan-payoff__chosen" d=format!("M{}", path(line)) />
            })}
        </svg>
        {label("spot", drawing.spot, format::price(drawing.spot, 2))}
        {turns.map(|one| label("turn", one, format::price(one, 2))).collect_view()}
        {names.map(|(name, price, _)| label("level", *price, name.clone())).collect_view()}
        <span class="plan-payoff__scale" data-end="most">{format::money(drawing.most)}</span>
        <span class="plan-payoff__scale" data-end="least">{format::money(drawing.least)}</span>
    }
    .into_any()
}

/// A handle under each strike.
fn handles(controls: PlanControls, range: Memo<Option<(f64, f64)>>) -> AnyView {
    let shown = move || {
        let (low, high) = range.get()?;
        let mut rows = HandleRows::default();
        let handle = |(place, leg): (usize, Leg)| {
            let Instrument::Option(contract) = leg.instrument else { return None };
            let part = 100.0 * (contract.strike.to_f64() - low) / (high - low);
            if !(0.0..=100.0).contains(&part) {
                return None;
            }
            let is_sold = leg.quantity < 0;
            let handle = view! {
                <span
                    class="plan-payoff__handle"
                    data-side=if is_sold { "sold" } else { "bought" }
                    data-row=rows.take(part, is_sold).to_string()
                    data-leg=place.to_string()
                    title="Drag to another strike; with Shift every leg moves"
                    style:left=format!("{part:.2}%")
                >
                    {strike_text(contract.strike)} {contract.right.letter().to_string()}
                </span>
            };
            Some(handle.erase())
        };
        let legs = controls.legs.get();
        Some(legs.into_iter().enumerate().filter_map(handle).collect_view())
    };
    part(shown)
}

/// Where handles stand already, by their row from below.
#[derive(Default)]
struct HandleRows([Vec<f64>; 4]);

impl HandleRows {
    /// So much of the width does a handle take, in hundredths.
    const WIDE: f64 = 7.0;

    /// The row for another one: sold legs stand above bought ones, and none covers another unless
    /// all rows are full.
    fn take(&mut self, part: f64, is_sold: bool) -> usize {
        let order = if is_sold { [1, 2, 3, 0] } else { [0, 2, 3, 1] };
        let is_free = |row: &usize| self.0[*row].iter().all(|one| Self::WIDE < (one - part).abs());
        let row = order.into_iter().find(is_free).unwrap_or(order[0]);
        self.0[row].push(part);
        row
    }
}

/// Moves a leg to the listed strike nearest to a price, or every leg by as much.
fn drag(controls: PlanControls, place: usize, price: f64, every: bool) {
    let mut legs = controls.legs.get_untracked();
    let Some(Leg { instrument: Instrument::Option(held), .. }) = legs.get(place).copied() else {
        return;
    };
    let nearest = |strikes: Vec<Price>, points: f64| -> Option<Price> {
        let away = |one: &Price| (one.to_f64() - points).abs();
        strikes.into_iter().min_by(|a, b| away(a).total_cmp(&away(b)))
    };
    // Past another leg, not onto it: together they would be one, or nothing.
    let listed = controls.strikes.run(held.series);
    let free = if every { listed } else { free_strikes(&legs, place, listed) };
    let Some(there) = nearest(free, price).filter(|there| *there != held.strike) else {
        return;
    };
    let by = there.to_f64() - held.strike.to_f64();
    for (other, leg) in legs.iter_mut().enumerate() {
        let Instrument::Option(contract) = &mut leg.instrument else { continue };
        if other == place {
            contract.strike = there;
        } else if every {
            let listed = controls.strikes.run(contract.series);
            let moved = nearest(listed, contract.strike.to_f64() + by);
            contract.strike = moved.unwrap_or(contract.strike);
        }
    }
    if plan::joined(&legs).is_none() {
        controls.on_legs.run(legs);
    }
}

fn crosshair(controls: PlanControls, range: Memo<Option<(f64, f64)>>) -> AnyView {
    part(move || {
        let ((low, high), price) = (range.get()?, controls.pointed.get()?);
        let left = format!("{:.2}%", 100.0 * (price - low) / (high - low));
        Some(view! { <span class="plan-payoff__crosshair" style:left=left></span> }.erase())
    })
}

/// What it brings at the price under the pointer, else at the underlying's.
fn readout(controls: PlanControls) -> AnyView {
    let PlanControls { now, passed, shift, pointed, .. } = controls;
    let turns = memo(move || {
        let now = now.read();
        let told = now.as_ref().and_then(|now| break_evens(now, (passed.get(), shift.get())));
        told.unwrap_or_default()
    });
    let told = memo(move || {
        let now = now.read();
        let now = now.as_ref()?;
        let (scenario, paid) = (now.scenario.as_ref().ok()?, now.paid?);
        let spot = pointed.get().unwrap_or(now.spot);
        let (day, end) = days(now, passed.get())?;
        let profit = |at: Moment, shift: f64| {
            format::money(scenario.worth(&Stand { spot, at, shift: 0.01 * shift }) - paid)
        };
        let away = format::percent(100.0 * (spot / now.spot - 1.0));
        let is_chosen = 0.0 < passed.get() || shift.get() != 0.0;
        Some([
            format!("{} {away}", format::price(spot, 2)),
            profit(now.at, 0.0),
            if is_chosen { profit(day, shift.get()) } else { String::new() },
            profit(end, shift.get()),
            turns.get(),
        ])
    });
    let text = move |place: usize| memo(move || told.get().map(|told| told[place].clone()));
    let entry = move |kind: &'static str, name: &'static str, place: usize| {
        let text = text(place);
        let is_hidden = move || text.read().as_ref().is_none_or(String::is_empty);
        view! {
            <span data-kind=kind hidden=erased(is_hidden)>
                {name} " " <b>{part(move || text.get())}</b>
            </span>
        }
        .erase()
    };
    view! {
        <p class="plan-payoff__readout">
            {entry("price", "at", 0)} {entry("now", "now", 1)} {entry("chosen", "then", 2)}
            {entry("end", "at expiry", 3)} {entry("turns", "break-even then", 4)}
        </p>
    }
    .erase()
}

/// Where profit turns into loss or back on the chosen day; nothing where none is chosen.
fn break_evens(now: &PlanNow, (passed, shift): (f64, f64)) -> Option<String> {
    let (scenario, paid) = (now.scenario.as_ref().ok()?, now.paid?);
    if passed == 0.0 && shift == 0.0 {
        return None;
    }
    let (at, _) = days(now, passed)?;
    let stand = Stand { spot: now.spot, at, shift: 0.01 * shift };
    let found = scenario.break_evens(paid, (0.4 * now.spot, 2.0 * now.spot), &stand);
    let texts: Vec<String> = found.iter().map(|one| format::price(*one, 2)).collect();
    Some(if texts.is_empty() { "none".to_owned() } else { texts.join(" · ") })
}

/// Price, day and volatility.
fn sliders(controls: PlanControls, range: Memo<Option<(f64, f64)>>) -> AnyView {
    let PlanControls { now, passed, shift, pointed, .. } = controls;
    let number = |event: leptos::ev::Event| event_target_value(&event).parse::<f64>().ok();
    let spot = memo(move || now.read().as_ref().map_or(0.0, |now| now.spot));
    let price = move || pointed.get().unwrap_or_else(|| spot.get());
    let day = memo(move || {
        let now = now.read();
        let now = now.as_ref()?;
        let (day, end) = days(now, passed.get())?;
        let left = left_text(end - day);
        Some(match passed.get() {
            0.0 => format!("now, {left} left"),
            _ => format!("{} {}, {left} left", day.wall_time().date, format::minute(day)),
        })
    });
    let slider = |name: &'static str, text: AnyView, input: AnyView| {
        view! { <label><span>{name} " " <b>{text}</b></span>{input}</label> }.erase()
    };
    let prices = view! {
        <input
            type="range"
            min=erased(move || range.get().map_or(0.0, |(low, _)| low).to_string())
            max=erased(move || range.get().map_or(1.0, |(_, high)| high).to_string())
            step="any"
            prop:value=erased(move || price().to_string())
            on:input=heard(move |event| pointed.set(number(event)))
        />
    };
    let days = view! {
        <input
            type="range"
            min="0"
            max="1"
            step="0.01"
            prop:value=erased(move || passed.get().to_string())
            on:input=heard(move |event| passed.set(number(event).unwrap_or(0.0)))
        />
    };
    let volatilities = view! {
        <input
            type="range"
            min="-15"
            max="30"
            step="0.5"
            prop:value=erased(move || shift.get().to_string())
            on:input=heard(move |event| shift.set(number(event).unwrap_or(0.0)))
        />
    };
    let points = move || format!("{} points", format::signed(shift.get(), 1));
    let reset = move |_: leptos::ev::MouseEvent| {
        passed.set(0.0);
        shift.set(0.0);
        pointed.set(None);
    };
    view! {
        <div class="plan-payoff__sliders">
            {slider("Price", part(move || format::price(price(), 2)).into_any(), prices.into_any())}
            {slider("Day", part(move || day.get()).into_any(), days.into_any())}
            {slider("Volatility", part(points).into_any(), volatilities.into_any())}
            <button type="button" on:click=heard(reset)>
                "Reset"
            </button>
        </div>
    }
    .erase()
}

/// `3 d 4 h`, `5 h 20 m`.
fn left_text(left: Span) -> String {
    let minutes = left.whole_seconds() / 60;
    let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    if 0 < days { format!("{days} d {hours} h") } else { format!("{hours} h {minutes} m") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_handle_covers_another() {
        let mut rows = HandleRows::default();
        let taken = [(50.0, true), (50.0, true), (47.0, false), (53.0, false), (60.0, true)]
            .map(|(part, is_sold)| rows.take(part, is_sold));
        assert_eq!(taken, [1, 2, 0, 3, 1]);
        assert_eq!(rows.take(50.0, true), 1, "all are full");
    }
}
