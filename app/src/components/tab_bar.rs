//! On a phone: which pane is on the screen.

use crate::erased::{Erase, erased, heard};
use leptos::prelude::*;

/// A pane of the desk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Pane {
    /// The chart.
    #[default]
    Chart,
    /// An option chain, in the chart's place.
    Chain,
    /// A position that is planned, in the chart's place.
    Plan,
    /// Smile and surface, in the chart's place; too seldom asked for to have a tab.
    Volatility,
    /// What dealers are taken to hold, in the chart's place.
    Exposure,
    /// Positions that are kept, in the chart's place.
    Positions,
    /// The ladder of levels.
    Levels,
    /// The watchlist.
    Watch,
}

impl Pane {
    const ALL: [Self; 7] = [
        Self::Chart,
        Self::Chain,
        Self::Plan,
        Self::Positions,
        Self::Exposure,
        Self::Levels,
        Self::Watch,
    ];

    /// The name in the document.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Chart => "chart",
            Self::Chain => "chain",
            Self::Plan => "plan",
            Self::Volatility => "volatility",
            Self::Exposure => "exposure",
            Self::Positions => "positions",
            Self::Levels => "levels",
            Self::Watch => "watch",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Chart => "Chart",
            Self::Chain => "Chain",
            Self::Plan => "Plan",
            Self::Volatility => "Smile",
            Self::Exposure => "GEX",
            Self::Positions => "Risk",
            Self::Levels => "Levels",
            Self::Watch => "Watch",
        }
    }

    pub(super) fn icon(self) -> &'static str {
        match self {
            Self::Chart => "M2 2v12h12M4 10l3-3 2 2 4-5",
            Self::Chain => "M2 3h4M10 3h4M2 8h4M10 8h4M2 13h4M10 13h4M8 1.5v13",
            Self::Plan => "M1.5 11h5l5-6.5h3M1.5 14h13",
            Self::Volatility => "M1.5 3c2.5 10 10.5 10 13 2.5M1.5 14h13",
            Self::Exposure => "M8 1.5v13M8 3h5v2H8M8 7H3v2h5M8 11h3v2H8",
            Self::Positions => "M2 5h12v8.5H2zM5.5 5V2.5h5V5M2 9h12",
            Self::Levels => "M2 4h12M2 8h8M2 12h12M12 6v4",
            Self::Watch => "M1 8s3-5 7-5 7 5 7 5-3 5-7 5-7-5-7-5zM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
        }
    }
}

/// On a phone: which pane is on the screen.
#[component]
pub(crate) fn TabBar(
    /// The pane that is shown.
    #[prop(into)]
    pane: Signal<Pane>,
    /// Called with another one.
    #[prop(into)]
    on_choose: Callback<Pane>,
) -> impl IntoView {
    let tab = move |one: Pane| {
        view! {
            <button
                type="button"
                class="tab-bar__tab"
                aria-pressed=erased(move || (pane.get() == one).to_string())
                on:click=heard(move |_| on_choose.run(one))
            >
                <svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true">
                    <path
                        d=one.icon()
                        fill="none"
                        stroke="currentColor"
                        stroke-width="1.4"
                        stroke-linejoin="round"
                        stroke-linecap="round"
                    />
                </svg>
                <span>{one.label()}</span>
            </button>
        }
        .erase()
    };
    view! {
        <nav class="tab-bar" aria-label="Panes">
            {Pane::ALL.map(tab).collect_view()}
        </nav>
    }
    .erase()
}
