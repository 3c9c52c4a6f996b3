//! The style guide: every primitive of the screens in each of its states, with made-up prices that
//! never move. What the browser tests photograph, and where a change of style is looked at first.

mod charting;
mod frame;
mod lists;
mod opened;

use api::SymbolView;
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};
use market::{BarSpan, Freshness, Moment, Span, Symbol, TapeId};

use crate::components::{
    DepthSwitch, FeedBadge, Found, MarketClock, Menu, Notices, Pane, SpanBar, SymbolSearch, TabBar,
    ThemeSwitch, Toast, ToastText, figure, loaded, notice_list, offline_note, offline_words,
    own_color, term,
};
use crate::contexts::{Density, Depth, Preferences, preferences, provide_in_place, provide_other};
use crate::erased::{Erase, derived, erased, follow, heard, part};
use crate::live::Link;
use crate::page_title::page_title;

/// Tokens of colour, and what each is for.
const COLORS: [(&str, &str); 19] = [
    ("bg", "ground"),
    ("panel", "panes"),
    ("chip", "what is chosen or pointed at"),
    ("line", "lines between"),
    ("text", "words and prices"),
    ("dim", "words that matter less"),
    ("faint", "scales, hints"),
    ("accent", "the last price, what can be pressed"),
    ("up", "rising, support"),
    ("down", "falling, resistance"),
    ("pivot", "pivots, closes"),
    ("vwap", "VWAP, practice"),
    ("session", "hours outside the session"),
    ("study-1", "studies, groups of levels"),
    ("study-2", ""),
    ("study-3", ""),
    ("study-4", ""),
    ("study-5", ""),
    ("study-6", ""),
];

/// Tokens of type, smallest first.
const SIZES: [&str; 6] = ["note", "small", "body", "head", "field", "title"];

/// Tokens of space, smallest first: between what belongs together, round it, rows and targets.
const SPACES: [&str; 7] = ["space-1", "radius", "space-2", "space-3", "space-4", "row", "target"];

/// 2024-02-27 10:30:00 in New York.
const NOW: Moment = Moment(1_709_047_800_000_000);

/// The style guide; its code is loaded when somebody goes there.
pub(crate) struct StyleguidePage;

#[lazy_route]
impl LazyRoute for StyleguidePage {
    fn data() -> Self {
        Self
    }

    fn view(_page: Self) -> AnyView {
        page_title(|| "Style guide · Volaris".to_owned());
        view! {
            <main class="styleguide">
                <a href="/chart/SPX">"← Back to the desk"</a>
                <h1>"Style guide"</h1>
                <p>
                    "Every piece of the screens in each of its states. The prices here are made up \
                     and stand still."
                </p>
                {looks()}
                {colors()}
                {sizes()}
                {spaces()}
                {words()}
                {buttons()}
                {fields()}
                {feeds()}
                {clocks()}
                {figures()}
                {messages()}
                {lists::lists()}
                {charting::charting()}
                {frame::frame()}
                {opened::opened()}
            </main>
        }
        .into_any()
    }
}

fn section(name: &'static str, content: AnyView) -> AnyView {
    view! {
        <section class="styleguide__section">
            <h2>{name}</h2>
            {content}
        </section>
    }
    .erase()
}

/// Theme and density of this very page.
fn looks() -> AnyView {
    let theme = derived(move || preferences().read().theme);
    let density = Density::ALL.map(|density| {
        let is_chosen = move || (preferences().read().density == density).to_string();
        let choose = move |_: leptos::ev::MouseEvent| {
            preferences().update(|chosen| chosen.density = density);
        };
        view! {
            <button type="button" aria-pressed=erased(is_chosen) on:click=heard(choose)>
                {density.as_str()}
            </button>
        }
        .erase()
    });
    let content = view! {
        <div class="styleguide__row">
            <ThemeSwitch
                theme
                on_choose=move |theme| preferences().update(|chosen| chosen.theme = theme)
            />
            {density}
        </div>
    };
    section("Theme and density", content.erase())
}

fn colors() -> AnyView {
    let swatch = |(token, used): (&'static str, &'static str)| {
        view! {
            <li>
                <span class="styleguide__swatch" data-color=token></span>
                <b>{token}</b>
                <span>{used}</span>
            </li>
        }
        .erase()
    };
    let list = COLORS.map(swatch).collect_view();
    section("Colours", view! { <ul class="styleguide__colors">{list}</ul> }.erase())
}

fn sizes() -> AnyView {
    let line = |size: &'static str| {
        view! {
            <p class="styleguide__type" data-size=size>
                {size} " 5,091.63 +0.18%"
            </p>
        }
        .erase()
    };
    section("Sizes", SIZES.map(line).collect_view().into_any())
}

fn spaces() -> AnyView {
    let line = |space: &'static str| {
        view! {
            <p class="styleguide__space">
                <span data-space=space></span>
                {space}
            </p>
        }
        .erase()
    };
    section("Space", SPACES.map(line).collect_view().into_any())
}

fn words() -> AnyView {
    let asked = RwSignal::new(None);
    let content = view! {
        <p class="styleguide__large">"5,091.63 is the last price"</p>
        <p>"Words of a screen, and figures that stand under one another:"</p>
        <p class="styleguide__figures">"5,247.15" <br /> "1,118.74" <br /> "+155.52"</p>
        <p class="styleguide__dim">
            "What matters less, and a word that explains itself: "
            {term("ATR", "ATR".into_any(), asked)}
        </p>
        <crate::components::Glossary asked />
    };
    section("Words and figures", content.into_any())
}

fn buttons() -> AnyView {
    let depth = RwSignal::new(Depth::Key);
    let span = RwSignal::new(BarSpan::Day);
    let is_open = RwSignal::new(true);
    let color = RwSignal::new(Some(2));
    let pane = RwSignal::new(Pane::Levels);
    let menu = in_browser(move || {
        provide_in_place();
        view! {
            <Menu
                id="styleguide-menu"
                label=derived(|| "A menu".to_owned())
                icon="M2 4h12M2 8h12M2 12h12"
                title="A menu"
                is_open
            >
                <h2>"What is in it"</h2>
                <p class="menu__note">"A line that explains."</p>
                <p class="menu__complaint">"A line that complains."</p>
            </Menu>
        }
        .erase()
    });
    let content = view! {
        <div class="styleguide__row">
            <button type="button">"Rest"</button>
            <button type="button" class="styleguide__pointed">
                "Pointed at"
            </button>
            <button type="button" class="styleguide__focused">
                "Focused"
            </button>
            <button type="button" aria-pressed="true">
                "Chosen"
            </button>
            <button type="button" disabled>
                "Not now"
            </button>
            <a href="/chart/SPX">"A way elsewhere"</a>
        </div>
        <div class="styleguide__row">
            <DepthSwitch depth on_choose=move |one| depth.set(one) />
        </div>
        <div class="styleguide__row">
            <SpanBar span on_choose=move |one| span.set(one) />
        </div>
        {in_browser(move || own_color("Colour", move || color.get(), move |one| color.set(one)))}
        <TabBar pane on_choose=move |one| pane.set(one) />
        <div class="styleguide__row styleguide__menu">{menu}</div>
    };
    section("Buttons, choices, menus", content.into_any())
}

fn fields() -> AnyView {
    let symbols = derived(|| [Symbol::SPX, Symbol::SPY].map(SymbolView::from).to_vec());
    let content = view! {
        <div class="styleguide__row">
            <SymbolSearch id="styleguide-search" label="Search symbol" symbols on_choose=|_| {} />
            <input type="text" aria-label="Filled" value="A name" />
            <input type="text" aria-label="Focused" value="Focused" class="styleguide__focused" />
            <input type="text" aria-label="Wrong" value="12 lots" aria-invalid="true" />
            <input type="text" aria-label="Closed" value="Not now" disabled />
        </div>
        <p class="menu__complaint">"A line that complains."</p>
        <div class="styleguide__found">
            <Found
                id="styleguide-found"
                label="Found"
                found=Memo::new(move |_| symbols.get())
                marked=RwSignal::new(1)
                is_listed=derived(|| true)
                on_choose=|_| {}
            />
        </div>
        <div class="styleguide__row">
            <select aria-label="Group">
                <option>"VWAP"</option>
                <option>"ATR"</option>
            </select>
            <input type="range" aria-label="Price" min="0" max="10" value="4" />
            <input type="range" aria-label="Closed" min="0" max="10" value="4" disabled />
        </div>
    };
    section("Fields", content.into_any())
}

fn feeds() -> AnyView {
    let practice = || Some(TapeId::Practice { seed: 1 });
    let recording =
        Some(TapeId::Replay { owner: "local".to_owned(), recording: "2013-10-07".to_owned() });
    let live = Some(TapeId::Live { vendor: "a vendor".to_owned() });
    let stale = Some(Freshness::Stale { age: Span::seconds(12) });
    let closed = Some(Freshness::Closed { since: NOW });
    let states = [
        (None, Link::Starting, None, (1, false)),
        (practice(), Link::Open, Some(Freshness::Live), (1, false)),
        (practice(), Link::Open, Some(Freshness::Live), (10, true)),
        (recording, Link::Open, Some(Freshness::Live), (60, false)),
        (live.clone(), Link::Open, Some(Freshness::Live), (1, false)),
        (live.clone(), Link::Open, stale, (1, false)),
        (live.clone(), Link::Open, closed, (1, false)),
        (live.clone(), Link::Lost, stale, (1, false)),
        (live, Link::Outdated, stale, (1, false)),
    ];
    let badge = |(tape, link, freshness, pace): (Option<TapeId>, Link, Option<Freshness>, _)| {
        view! {
            <div class="styleguide__row">
                <FeedBadge
                    tape=derived(move || tape.clone())
                    pace=derived(move || pace)
                    link=derived(move || link)
                    freshness=derived(move || freshness)
                    heard_age=derived(|| Some(Span::seconds(12)))
                    print_age=derived(|| Some(Span::millis(400)))
                    panel_id=""
                />
            </div>
        }
        .erase()
    };
    let offline = offline_note(|| true, || Some(offline_words(Span::minutes(42))));
    let content = view! { {states.map(badge).collect_view()} {offline} };
    section("Where prices come from", content.into_any())
}

fn clocks() -> AnyView {
    let clock = |hours: i64| {
        let now = Moment(NOW.0 + hours * 3_600_000_000);
        view! { <div class="styleguide__row"><MarketClock now=derived(move || Some(now)) /></div> }
            .erase()
    };
    let unknown =
        view! { <div class="styleguide__row"><MarketClock now=derived(|| None) /></div> }.erase();
    let clocks = [-3, 0, 7, 12].map(clock).collect_view();
    section("The exchange's clock", view! { {unknown} {clocks} }.into_any())
}

/// What only a browser makes, here as on the desk: its code comes when it is asked for, and a
/// page of the server's may not give things a style of their own.
fn in_browser(content: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    let is_here = RwSignal::new(false);
    follow(move || is_here.set(true));
    part(move || is_here.get().then(&content))
}

/// The same, where what follows somebody's choices follows other ones: it is the same for
/// everybody, and what is pressed changes no desk.
fn with_choices(
    choices: Preferences,
    content: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    in_browser(move || {
        provide_other(choices.clone());
        content()
    })
}

fn figures() -> AnyView {
    let known = figure("IV rank", "", Memo::new(|_| "62".to_owned()));
    let unknown = figure("Max pain", "", Memo::new(|_| "–".to_owned()));
    let row = |(name, value): (&'static str, &'static str)| {
        view! { <tr><th scope="row">{name}</th><td>{value}</td></tr> }.erase()
    };
    let rows = [("Delta", "\u{2212}12.40"), ("Gamma", "+0.08"), ("Theta", "–")].map(row);
    let content = view! {
        <div class="chain-head__figures">
            <dl>{known} {unknown}</dl>
        </div>
        <div class="styleguide__pane figures-table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"level"</th>
                        <th scope="col">"value"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    };
    section("Figures", content.erase())
}

fn messages() -> AnyView {
    let plain = ToastText { text: "5 levels were copied.".to_owned(), answer: None };
    let undone = ToastText::with_undo("VIX is off the watchlist.".to_owned(), || {});
    let toast = |said: ToastText| {
        let said = RwSignal::new(Some(said));
        view! { <Toast text=said on_close=move |()| said.set(None) /> }.erase()
    };
    // One where something was said, and one where nothing was.
    let lists = [true, false].map(|is_said| {
        let notices = Notices::new();
        if is_said {
            notices.add(Some(NOW), ToastText { text: "It is copied.".to_owned(), answer: None });
        }
        let list = in_browser(move || loaded(move || notice_list(notices)));
        view! { <div class="styleguide__notices">{list}</div> }.erase()
    });
    let lists = lists.collect_view();
    let content = view! {
        <div class="styleguide__toasts">{[plain, undone].map(toast).collect_view()}</div>
        <p class="desk__complaint">"What went wrong, and what to do."</p>
        <p class="menu__note">"Loading…"</p>
        <div class="styleguide__row">{lists}</div>
        <div class="skeleton styleguide__skeleton"></div>
    };
    section("Messages", content.into_any())
}
