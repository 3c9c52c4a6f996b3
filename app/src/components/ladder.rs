//! The ladder: price in the middle, what stands above and below it, nearest innermost.

use super::change::{change_text, direction};
use super::glossary::term;
use crate::contexts::preferences;
use crate::erased::{Erase, derived, erased, heard, memo, part};
use crate::level_choices::LevelOrder;
use api::{LastView, LevelView, LevelsView};
use leptos::prelude::*;
use market::format;
use quant::levels::{LevelGroup, LevelId, LevelRole, LevelSource, Standing, Touches};

/// The ladder of levels.
#[component]
pub(crate) fn Ladder(
    /// The levels that are shown, highest first.
    #[prop(into)]
    view: Signal<Option<LevelsView>>,
    /// Decimals of prices.
    #[prop(into)]
    decimals: Signal<usize>,
    /// The name of the level under the pointer, here or on the chart.
    pointed: RwSignal<Option<String>>,
    /// Called with the name and price of a level that a trader wants to see on the chart.
    #[prop(into)]
    on_show: Callback<(String, f64)>,
    /// Called when a trader asks how a level is computed.
    #[prop(into)]
    on_ask: Callback<LevelId>,
    /// The word that was asked about.
    asked_term: RwSignal<Option<&'static str>>,
) -> impl IntoView {
    let heading =
        |name: &'static str, shown: &'static str| term(name, shown.into_any(), asked_term);
    let order = memo(|| preferences().read().levels.order);
    let levels = memo(move || view.with(|view| split(view.as_ref(), order.get())));
    let rungs = move |section: Section| {
        let ids = memo(move || section.ids(&levels.read()));
        view! {
            <For each=move || ids.get() key=|id| *id let:id>
                <Rung
                    level=memo(move || find(&levels.read(), id))
                    color=memo(move || preferences().read().levels.color(id.group()))
                    decimals
                    pointed
                    on_show
                    on_ask=move |()| on_ask.run(id)
                />
            </For>
        }
        .erase()
    };
    let sections = memo(move || match order.get() {
        LevelOrder::Group => Section::groups(&levels.read()),
        _ => vec![Section::Below],
    });
    // A group is a body of its own, so that its heading is said with its levels.
    let body = move |section: Section| {
        view! { <tbody>{section.heading()}{rungs(section)}</tbody> }.erase()
    };
    view! {
        <div class="ladder">
            <table class="ladder__table">
                <caption class="visually-hidden">
                    "Levels, "{part(move || order.get().name())}
                </caption>
                <thead>
                    <tr>
                        <th scope="col">"level"</th>
                        <th scope="col">"price"</th>
                        <th scope="col">{heading("Points", "points")}</th>
                        <th scope="col">"%"</th>
                        <th scope="col">{heading("ATR", "ATR")}</th>
                        <th scope="col">{heading("σ", "σ")}</th>
                        <th scope="col">{heading("Odds", "odds")}</th>
                        <th scope="col">{heading("Touched", "hit")}</th>
                    </tr>
                </thead>
                <tbody>{rungs(Section::Above)}</tbody>
                <tbody>
                    <tr class="ladder__last">
                        <td colspan="8">
                            <LastPrice
                                symbol=derived(move || {
                                    view.with(|v| v.as_ref().map(|v| v.symbol.to_string()))
                                })
                                last=derived(move || {
                                    view.with(|v| v.as_ref().and_then(|v| v.last))
                                })
                                decimals
                            />
                        </td>
                    </tr>
                </tbody>
                {part(move || sections.get().into_iter().map(body).collect_view())}
            </table>
            {absent_levels(view)}
        </div>
    }
    .erase()
}

/// Levels that cannot be computed, and why.
fn absent_levels(view: Signal<Option<LevelsView>>) -> AnyView {
    let absent =
        move || view.with(|view| view.as_ref().map(|view| view.absent.clone()).unwrap_or_default());
    view! {
        <details class="ladder__absent" hidden=erased(move || absent().is_empty())>
            <summary>"Not available (" {part(move || absent().len())} ")"</summary>
            <dl>
                {part(move || absent().into_iter().map(|one| view! {
                    <div><dt>{one.name}</dt><dd>{one.why}</dd></div>
                }.erase()).collect_view())}
            </dl>
        </details>
    }
    .erase()
}

type Sides = (Vec<LevelView>, Vec<LevelView>);

/// A part of the ladder.
#[derive(Clone, Copy, PartialEq)]
enum Section {
    /// What stands above the last price.
    Above,
    /// What stands below it.
    Below,
    /// One group, where they are in order of groups.
    Group(LevelGroup),
}

impl Section {
    /// A section for each group that there is, in the groups' order.
    fn groups(levels: &Sides) -> Vec<Self> {
        let mut groups: Vec<Self> =
            levels.1.iter().map(|level| Self::Group(level.id.group())).collect();
        groups.dedup();
        groups
    }

    /// The levels that are in it.
    fn ids(self, levels: &Sides) -> Vec<LevelId> {
        let side = if self == Self::Above { &levels.0 } else { &levels.1 };
        let ids = side.iter().map(|level| level.id);
        match self {
            Self::Group(group) => ids.filter(|id| id.group() == group).collect(),
            Self::Above | Self::Below => ids.collect(),
        }
    }

    fn heading(self) -> Option<AnyView> {
        let Self::Group(group) = self else { return None };
        let name = group.name();
        Some(
            view! {
                <tr class="ladder__group">
                    <th colspan="8" scope="rowgroup">{name}</th>
                </tr>
            }
            .erase(),
        )
    }
}

/// What stands above the last price, and what below it.
fn split(view: Option<&LevelsView>, order: LevelOrder) -> Sides {
    let mut levels = view.map(|view| view.levels.clone()).unwrap_or_default();
    if order == LevelOrder::Price {
        return levels.into_iter().partition(|one| one.points.is_none_or(|points| 0.0 < points));
    }
    order.sort(&mut levels);
    (Vec::new(), levels)
}

fn find(levels: &Sides, id: LevelId) -> Option<LevelView> {
    levels.0.iter().chain(&levels.1).find(|level| level.id == id).cloned()
}

/// The last price, in the middle of the ladder.
#[component]
fn LastPrice(
    symbol: Signal<Option<String>>,
    last: Signal<Option<LastView>>,
    decimals: Signal<usize>,
) -> impl IntoView {
    let price =
        move || last.get().map_or("–".to_owned(), |l| format::price(l.price, decimals.get()));
    let percent = move || Some(format::percent(last.get()?.change_percent?));
    let way = move || direction(&percent().unwrap_or_default());
    let change = move || {
        let points = format::signed(last.get()?.change?, decimals.get());
        change_text(way(), [Some(points), Some(percent()?)])
    };
    view! {
        <div class="last-price">
            <span class="last-price__symbol">{part(move || symbol.get())}</span>
            <b class="last-price__price">{part(price)}</b>
            <span class="last-price__change" data-direction=erased(way)>{part(change)}</span>
        </div>
    }
    .erase()
}

/// One rung of the ladder.
#[component]
fn Rung(
    #[prop(into)] level: Signal<Option<LevelView>>,
    color: Memo<Option<u8>>,
    decimals: Signal<usize>,
    pointed: RwSignal<Option<String>>,
    on_show: Callback<(String, f64)>,
    #[prop(into)] on_ask: Callback<()>,
) -> impl IntoView {
    let show = move |text: fn(&LevelView, usize) -> String| {
        move || level.with(|level| level.as_ref().map(|level| text(level, decimals.get())))
    };
    let role = move || level.with(|level| level.as_ref().map(|level| role_name(level.role)));
    let standing = move || {
        level.with(|level| {
            level.as_ref().map(|level| match level.standing {
                Standing::Final => "final",
                Standing::Forming => "forming",
            })
        })
    };
    let source = move || level.with(|level| level.as_ref().and_then(|level| via(level.source)));
    let name = move || level.with(|level| level.as_ref().map(|level| level.name.clone()));
    let is_pointed = move || (pointed.read().is_some() && pointed.get() == name()).to_string();
    let show_level = move |_: leptos::ev::MouseEvent| {
        let told = level
            .with_untracked(|level| level.as_ref().map(|level| (level.name.clone(), level.price)));
        if let Some(told) = told {
            on_show.run(told);
        }
    };
    let touched = move || level.with(|level| touched_text(level.as_ref()?.touches));
    view! {
        <tr
            class="rung"
            data-role=erased(role)
            data-color=erased(move || color.get().map(|color| color.to_string()))
            data-standing=erased(standing)
            data-pointed=erased(is_pointed)
            on:click=heard(show_level)
            on:pointerenter=heard(move |_| pointed.set(untrack(name)))
            on:pointerleave=heard(move |_| pointed.set(None))
        >
            <th scope="row">
                <button
                    type="button"
                    class="rung__name"
                    title="How is this computed?"
                    on:click=heard(move |event: leptos::ev::MouseEvent| {
                        // The row itself shows the level on the chart.
                        event.stop_propagation();
                        on_ask.run(());
                    })
                >
                    {show(|level, _| level.name.clone())}
                    <span class="rung__source">{part(move || source().or_else(|| {
                        (standing() == Some("forming")).then(|| "forming".to_owned())
                    }))}</span>
                </button>
            </th>
            <td class="rung__price">
                // For programs and tests, to the last bit.
                <data value=show(|level, _| level.price.to_string())>
                    {show(|level, decimals| format::price(level.price, decimals))}
                </data>
            </td>
            <td>{show(|level, decimals| {
                level.points.map_or(String::new(), |points| format::signed(points, decimals))
            })}</td>
            <td>{show(|level, _| level.percent.map_or(String::new(), format::percent))}</td>
            <td>{show(|level, _| {
                level.atrs.map_or(String::new(), |atrs| format!("{:.2}", atrs.abs()))
            })}</td>
            <td class="rung__deviations">{show(|level, _| {
                level.deviations.map_or(String::new(), |away| format!("{:.2}", away.abs()))
            })}</td>
            <td>{show(|level, _| level.touch_odds.map_or(String::new(), odds_text))}</td>
            <td class="rung__touches" title=erased(touched)>{show(touch_count)}</td>
        </tr>
    }
    .erase()
}

/// `34%`, `<1%`, `>99%`.
fn odds_text(odds: f64) -> String {
    match 100.0 * odds {
        percent if percent < 1.0 => "<1%".to_owned(),
        percent if 99.0 < percent && percent < 100.0 => ">99%".to_owned(),
        percent => format!("{percent:.0}%"),
    }
}

/// `touched 3× today, last 10:42`; nothing when the level was not touched.
pub(super) fn touched_text(touches: Touches) -> Option<String> {
    let at = format::minute(touches.last_at?);
    Some(format!("touched {}× today, last {at}", touches.count))
}

/// `3×`; nothing when the level was not touched.
fn touch_count(level: &LevelView, _decimals: usize) -> String {
    match level.touches.count {
        0 => String::new(),
        count => format!("{count}×"),
    }
}

/// The word that style sheets know a role by.
pub(crate) fn role_name(role: LevelRole) -> &'static str {
    match role {
        LevelRole::Resistance => "resistance",
        LevelRole::Support => "support",
        LevelRole::Pivot => "pivot",
        LevelRole::Vwap => "vwap",
    }
}

/// `via SPY ±1.8`.
pub(crate) fn via(source: LevelSource) -> Option<String> {
    match source {
        LevelSource::Own => None,
        LevelSource::Via { proxy, band: Some(band), .. } => Some(format!("via {proxy} ±{band:.1}")),
        LevelSource::Via { proxy, band: None, .. } => Some(format!("via {proxy}")),
    }
}
