//! Above a planned position: how it is written, where strategies begin, what it costs and may
//! bring.

use leptos::ev::{Event, FocusEvent, SubmitEvent};
use leptos::prelude::*;
use market::{Moment, Price, Series, format};
use plan::{
    Extreme, Leg, LegValue, Outlook, Position, PositionValue, Scenario, Stage, Stand, Strategy,
    WorstMove,
};
use quant::options::Wander;

use super::figure::figure;
use super::held_text::HeldText;
use super::menu::{Menu, choice};
use super::plan_compare::{Compared, compare_menu};
use super::plan_decay::plan_decay;
use super::plan_order::order_menu;
use super::plan_size::size_menu;
use super::plan_strip::{extreme, price as cost};
use super::positions_table::amount;
use crate::erased::{Erase, derived, erased, follow, heard, memo, part};

/// A position as it stands, and what is needed to see it elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PlanNow {
    /// What is planned.
    pub(crate) position: Position,
    /// Its shape.
    pub(crate) strategy: Strategy,
    /// What is known of each leg.
    pub(crate) legs: Vec<LegValue>,
    /// Their sum.
    pub(crate) value: PositionValue,
    /// Dollars that go out for it, or less than nothing where they come in: as told, else the
    /// middle.
    pub(crate) paid: Option<f64>,
    /// Whether the trader told.
    pub(crate) is_paid_told: bool,
    /// What it may bring; nothing where that is not known.
    pub(crate) outlook: Option<Outlook>,
    /// What it would be worth elsewhere, or the leg that has no volatility.
    pub(crate) scenario: Result<Scenario, String>,
    /// How the underlying wanders until the first option ends.
    pub(crate) wander: Option<Wander>,
    /// The chance of a profit by other ways than its outlook's.
    pub(crate) odds: OtherOdds,
    /// The underlying's price.
    pub(crate) spot: f64,
    /// The tape's time.
    pub(crate) at: Moment,
}

impl PlanNow {
    /// What a move now loses at most; nothing where a leg has no volatility.
    pub(crate) fn worst(&self) -> Option<WorstMove> {
        let stand = Stand { spot: self.spot, at: self.at, shift: 0.0 };
        Some(WorstMove::of(self.scenario.as_ref().ok()?, &stand))
    }

    /// The chance of a profit by deltas at the break-evens.
    fn delta_odds(&self) -> Option<f64> {
        let wander = self.wander?;
        self.outlook.as_ref()?.odds(|level| wander.delta_above(level))
    }
}

/// The chance of a profit by other ways than one volatility for all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct OtherOdds {
    /// By the smile of what ends first.
    pub(crate) smile: Option<f64>,
    /// By what the underlying did before over as many trading days, and how often that was.
    pub(crate) history: Option<(f64, usize)>,
}

/// What a plan shows and does.
#[derive(Clone, Copy)]
pub(crate) struct PlanControls {
    /// The position as it stands; nothing until every quote came.
    pub(crate) now: RwSignal<Option<PlanNow>>,
    /// The legs as they are written.
    pub(crate) legs: Memo<Vec<Leg>>,
    /// The position as traders write it.
    pub(crate) text: Memo<String>,
    /// The series that there are, soonest first.
    pub(crate) series: Signal<Vec<Series>>,
    /// The one that strategies begin in.
    pub(crate) base: Signal<Option<Series>>,
    /// The strikes of a series; none until it came.
    pub(crate) strikes: Callback<Series, Vec<Price>>,
    /// Levels that traders watch: their names and prices.
    pub(crate) levels: Memo<Vec<(String, f64)>>,
    /// Called with other legs.
    pub(crate) on_legs: Callback<Vec<Leg>>,
    /// Called with a position as traders write it; answers what is wrong with it.
    pub(crate) on_write: Callback<String, Result<(), String>>,
    /// Called with the dollars that were paid, or nothing for the middle.
    pub(crate) on_paid: Callback<Option<f64>>,
    /// Called with the series that strategies should begin in.
    pub(crate) on_base: Callback<Series>,
    /// Called with a strategy to begin.
    pub(crate) on_begin: Callback<Strategy>,
    /// How much of the time until the first option ends has passed, from 0 to 1.
    pub(crate) passed: RwSignal<f64>,
    /// What is added to every volatility, in vol points.
    pub(crate) shift: RwSignal<f64>,
    /// The price under the pointer.
    pub(crate) pointed: RwSignal<Option<f64>>,
    /// Called with a name, which may be empty, to keep the position, as planned or as open.
    pub(crate) on_keep: Callback<(String, Stage)>,
    /// What is kept on this underlying, to compare with.
    pub(crate) compared: RwSignal<Vec<Compared>>,
    /// Called with the identity of one that should stand beside, or no more.
    pub(crate) on_compare: Callback<String>,
    /// Called to ask for what is kept.
    pub(crate) on_ask: Callback<()>,
    /// Called with a text to copy.
    pub(crate) on_copy: Callback<String>,
    /// Called with a file's name and its text.
    pub(crate) on_save: Callback<(String, String)>,
}

/// Where strategies begin, and what else can be done; stands in the bar above.
pub(crate) fn plan_tools(controls: PlanControls) -> AnyView {
    let PlanControls { series, base, on_base, on_begin, .. } = controls;
    let (are_series_open, are_strategies_open) = (RwSignal::new(false), RwSignal::new(false));
    let one_series = move |one: Series| {
        let act = move || {
            are_series_open.set(false);
            on_base.run(one);
        };
        choice(one.to_string(), move || base.get() == Some(one), act)
    };
    let one_strategy = move |one: Strategy| {
        let act = move || {
            are_strategies_open.set(false);
            on_begin.run(one);
        };
        choice(one.name(), || false, act)
    };
    view! {
        <div class="chain-head__tools">
            <Menu
                id="plan-series"
                label=derived(move || {
                    base.get().map_or_else(|| "Expiry".to_owned(), |one| one.to_string())
                })
                icon="M2.5 3.5h11v10h-11zM2.5 6.5h11M5 2v3M11 2v3"
                title="Expiry in which strategies begin"
                is_open=are_series_open
            >
                {move || view! {
                    <div class="menu__choices exposure__scopes">
                        {series.get().into_iter().map(one_series).collect_view()}
                    </div>
                }.erase()}
            </Menu>
            <Menu
                id="plan-strategies"
                label="Strategies"
                icon="M1.5 11h5l5-6.5h3M1.5 14h13"
                title="Strategies"
                is_open=are_strategies_open
            >
                {move || view! {
                    <div class="menu__choices exposure__scopes">
                        {Strategy::OFFERED.map(one_strategy).collect_view()}
                    </div>
                }.erase()}
            </Menu>
            {position_tools(controls)}
        </div>
    }
    .erase()
}

/// What can be done with all of the position.
fn position_tools(controls: PlanControls) -> AnyView {
    let PlanControls { on_legs, legs, .. } = controls;
    let is_empty = memo(move || legs.read().is_empty());
    let turn = move |_: leptos::ev::MouseEvent| {
        let turned = |leg: Leg| Leg { quantity: -leg.quantity, ..leg };
        on_legs.run(legs.get_untracked().into_iter().map(turned).collect());
    };
    view! {
            {keep_menu(controls, is_empty)} {compare_menu(controls)} {size_menu(controls)}
            {order_menu(controls)}
            <button
                type="button"
                title="Buy what is sold, and sell what is bought"
                disabled=erased(move || is_empty.get())
                on:click=heard(turn)
            >
                "Turn"
            </button>
            <button
                type="button"
                title="Begin anew"
                disabled=erased(move || is_empty.get())
                on:click=heard(move |_| on_legs.run(Vec::new()))
            >
                "Clear"
            </button>
    }
    .into_any()
}

/// Keeps the position: as planned, or as open at the price above.
fn keep_menu(controls: PlanControls, is_empty: Memo<bool>) -> AnyView {
    let PlanControls { now, on_keep, .. } = controls;
    let is_open = RwSignal::new(false);
    let name = RwSignal::new(String::new());
    let keep = move |stage: Stage| {
        move |_: leptos::ev::MouseEvent| {
            on_keep.run((name.get_untracked(), stage));
            name.set(String::new());
            is_open.set(false);
        }
    };
    let price = memo(move || {
        let now = now.read();
        now.as_ref().and_then(|now| now.paid).map(cost)
    });
    let shape = memo(move || now.read().as_ref().map_or("Name", |now| now.strategy.name()));
    let panel = move || {
        if is_empty.get() {
            return view! { <p class="menu__note">"There is nothing to keep yet."</p> }.erase();
        }
        view! {
            <label class="menu__form">
                <span class="visually-hidden">"Name"</span>
                <input
                    type="text"
                    maxlength="60"
                    autocomplete="off"
                    placeholder=erased(move || shape.get())
                    prop:value=name
                    on:input=heard(move |event| name.set(event_target_value(&event)))
                />
            </label>
            <div class="menu__choices">
                <button type="button" on:click=heard(keep(Stage::Planned))>
                    "Keep as planned"
                </button>
                <button
                    type="button"
                    disabled=erased(move || price.read().is_none())
                    on:click=heard(keep(Stage::Open))
                >
                    "Keep as open at " {part(move || price.get())}
                </button>
            </div>
            <p class="menu__note">"It stands under Risk, with what it is worth."</p>
        }
        .erase()
    };
    view! {
        <Menu
            id="plan-keep"
            label="Keep"
            icon="M3.5 2h9v12L8 10.5 3.5 14z"
            title="Keep this position"
            is_open
        >
            {part(panel)}
        </Menu>
    }
    .erase()
}

/// Every strategy, where nothing is planned yet.
pub(crate) fn plan_beginning(controls: PlanControls) -> AnyView {
    let begin = move |one: Strategy| {
        view! {
            <button type="button" on:click=heard(move |_| controls.on_begin.run(one))>
                {one.name()}
            </button>
        }
        .erase()
    };
    view! {
        <div class="plan-beginning">
            <p>
                "Begin with a strategy at its usual deltas, write a position above, or press a bid \
                 or an ask in the chain."
            </p>
            <div>{Strategy::OFFERED.map(begin).collect_view()}</div>
        </div>
    }
    .erase()
}

/// The position as traders write it; Enter plans what was written.
pub(crate) fn plan_notation(controls: PlanControls) -> AnyView {
    let PlanControls { text, on_write, .. } = controls;
    let typed = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<String>);
    follow(move || {
        typed.set(text.get());
        wrong.set(None);
    });
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        wrong.set(on_write.run(typed.get_untracked()).err());
    };
    view! {
        <form class="plan-notation" on:submit=heard(send)>
            <label>
                <span class="visually-hidden">"Position"</span>
                <input
                    type="text"
                    spellcheck="false"
                    autocomplete="off"
                    maxlength="500"
                    placeholder="-2 SPXW 20NOV26 5900/5890P @1.25"
                    aria-invalid=erased(move || wrong.read().is_some().to_string())
                    aria-describedby="plan-wrong"
                    prop:value=typed
                    on:input=heard(move |event| typed.set(event_target_value(&event)))
                />
            </label>
            <button type="submit">"Plan it"</button>
            <p id="plan-wrong" role="alert" hidden=erased(move || wrong.read().is_none())>
                {part(move || wrong.get().map(|why| format!("{why}.")))}
            </p>
        </form>
    }
    .erase()
}

/// A figure: its name, what it means, what it tells of a position.
type Figure = (&'static str, &'static str, fn(&PlanNow) -> Option<String>);

const COSTS: [Figure; 2] = [
    ("Natural", "What opening it at once would cost, each leg at the worse side", |now| {
        Some(cost(natural(now)?))
    }),
    (
        "Expected fill",
        "A third of the way from the middle to the natural price: an assumption",
        |now| {
            let mid = now.value.mid?;
            Some(cost(mid + (natural(now)? - mid) / 3.0))
        },
    ),
];

const OUTLOOK: [Figure; 5] = [
    ("Most", "The most that it can bring when the first of its options ends", |now| {
        Some(extreme(now.outlook.as_ref()?.most))
    }),
    ("Least", "The least: a loss where it is below nothing", |now| {
        Some(extreme(now.outlook.as_ref()?.least))
    }),
    ("Reward ÷ risk", "The most for each dollar of the least", reward),
    (
        "Break-even",
        "Where profit turns into loss or back when the first of its options ends",
        break_evens,
    ),
    (
        "Odds of profit",
        "By the volatility at the money of what ends first: what options cost, not a forecast",
        profit_odds,
    ),
];

const MOVERS: [Figure; 7] = [
    (
        "Worst −8…+6%",
        "What is lost at most if the underlying moved so far now, as portfolio margin asks",
        |now| Some(format::money(-now.worst()?.loss)),
    ),
    ("Profit now", "At the middle, less what was paid", |now| {
        Some(format::money(now.value.mid? - now.paid?))
    }),
    ("Delta", "As many shares it is like", |now| Some(format::signed(now.value.greeks?.delta, 1))),
    ("Delta $", "Dollars of the underlying that it is like", |now| {
        Some(format::money(now.spot * now.value.greeks?.delta))
    }),
    ("Gamma", "Delta for each point", |now| Some(format::signed(now.value.greeks?.gamma, 3))),
    ("Gamma $ 1%", "What delta $ gains when the underlying gains 1 %", |now| {
        Some(format::money(0.01 * now.spot * now.spot * now.value.greeks?.gamma))
    }),
    ("Theta", "Dollars for each calendar day that passes", |now| {
        Some(format::money(now.value.greeks?.theta))
    }),
];

const VEGA: Figure =
    ("Vega", "Dollars for each vol point", |now| Some(format::money(now.value.greeks?.vega)));

/// What the position costs and may bring.
pub(crate) fn plan_head(controls: PlanControls) -> AnyView {
    let PlanControls { now, .. } = controls;
    let one = move |(name, title, of): Figure| {
        let text = memo(move || {
            let told = now.read().as_ref().and_then(of);
            told.unwrap_or_else(|| "–".to_owned())
        });
        figure(name, title, text)
    };
    let strategy = |now: &PlanNow| Some(now.strategy.name().to_owned());
    view! {
        <div class="chain-head__figures plan-head" tabindex="0" role="group" aria-label="Outlook">
            <dl>
                {one(("Strategy", "Its shape", strategy))} {price(controls)}
                {COSTS.map(one).collect_view()} {OUTLOOK.map(one).collect_view()}
                {other_odds(controls)} {MOVERS.map(one).collect_view()}
                {plan_decay(controls)} {one(VEGA)}
            </dl>
        </div>
    }
    .erase()
}

/// The chance of a profit by other ways.
fn other_odds(controls: PlanControls) -> AnyView {
    let PlanControls { now, .. } = controls;
    let told = move |of: fn(&PlanNow) -> Option<f64>| {
        memo(move || {
            let now = now.read();
            let odds = now.as_ref().and_then(of);
            odds.map_or("–".to_owned(), |odds| format!("{:.0}%", 100.0 * odds))
        })
    };
    let history = memo(move || {
        let now = now.read();
        let odds = now.as_ref().and_then(|now| now.odds.history);
        odds.map_or("–".to_owned(), |(odds, count)| format!("{:.0}% of {count}", 100.0 * odds))
    });
    view! {
        {figure(
            "by smile",
            "By the fitted smile of what ends first: what options at each strike cost",
            told(|now| now.odds.smile),
        )}
        {figure(
            "by delta",
            "By deltas at the break-evens, as traders read them off a chain: a little more",
            told(PlanNow::delta_odds),
        )}
        {figure(
            "by history",
            "How often the underlying's past moves over as many trading days would have brought a \
             profit; not told under a day",
            history,
        )}
    }
    .into_any()
}

/// What is paid for one unit, in points: the middle until somebody tells.
fn price(controls: PlanControls) -> AnyView {
    let PlanControls { now, legs, on_paid, .. } = controls;
    let shown = memo(move || {
        let now = now.read();
        let points = now.as_ref().and_then(|now| Some(now.paid? / now.position.dollars_a_point()));
        points.map_or_else(|| "–".to_owned(), |points| format!("{points:.2}"))
    });
    let is_told = memo(move || now.read().as_ref().is_some_and(|now| now.is_paid_told));
    let side = memo(move || {
        let paid = now.read().as_ref().and_then(|now| now.paid);
        match paid {
            Some(paid) if paid < 0.0 && is_told.get() => "Credit",
            Some(paid) if paid < 0.0 => "Credit, mid",
            _ if is_told.get() => "Debit",
            _ => "Debit, mid",
        }
    });
    let held = HeldText::new();
    // Nothing is the middle again; what is no number is marked and changes nothing.
    let is_wrong = move || {
        let typed = held.typed();
        typed.is_some_and(|text| !has_no_price(&text) && amount(&text).is_none()).to_string()
    };
    let change = move |event: Event| {
        let text = event_target_value(&event);
        let points = amount(&text);
        if points.is_none() && !has_no_price(&text) {
            return;
        }
        // Of what is written: its quotes may be on their way.
        let position = Position::new(legs.get_untracked(), None);
        let unit = position.map_or(100.0, |position| position.dollars_a_point());
        held.release();
        on_paid.run(points.map(|points| unit * points));
    };
    view! {
        <div title="What goes out for one of it, in points; less than nothing comes in">
            <dt>{part(move || side.get())}</dt>
            <dd>
                <input
                    type="text"
                    class="plan-head__price"
                    inputmode="decimal"
                    aria-label="Price of one in points, less than nothing for a credit"
                    aria-invalid=erased(is_wrong)
                    prop:value=erased(move || held.typed().unwrap_or_else(|| shown.get()))
                    on:focus=heard(move |event: FocusEvent| held.hold(&event))
                    on:input=heard(move |event| held.hold(&event))
                    on:blur=heard(move |_| held.release())
                    on:change=heard(change)
                />
            </dd>
        </div>
    }
    .erase()
}

/// Whether nothing is typed in a field, or what stands there for no price.
fn has_no_price(text: &str) -> bool {
    matches!(text.trim(), "" | "–")
}

/// What opening all of it at once would cost: bought at the ask, sold at the bid.
pub(super) fn natural(now: &PlanNow) -> Option<f64> {
    now.position.legs().iter().zip(&now.legs).try_fold(0.0, |sum, (leg, known)| {
        let dollars = leg.quantity as f64 * leg.instrument.multiplier();
        // Nobody bids: what is sold brings nothing.
        let points = if 0 < leg.quantity { known.ask? } else { known.bid.unwrap_or(0.0) };
        Some(sum + dollars * points)
    })
}

pub(super) fn reward(now: &PlanNow) -> Option<String> {
    let outlook = now.outlook.as_ref()?;
    match (outlook.most, outlook.least) {
        (Extreme::Dollars(most), Extreme::Dollars(least)) if 0.0 < most && least < 0.0 => {
            Some(format!("{:.2}", most / -least))
        }
        _ => None,
    }
}

pub(super) fn profit_odds(now: &PlanNow) -> Option<String> {
    Some(format!("{:.0}%", 100.0 * now.outlook.as_ref()?.profit_odds?))
}

pub(super) fn break_evens(now: &PlanNow) -> Option<String> {
    let found = &now.outlook.as_ref()?.break_evens;
    if found.is_empty() {
        return Some("none".to_owned());
    }
    let texts: Vec<String> = found.iter().map(|one| format::price(*one, 2)).collect();
    Some(texts.join(" · "))
}
