//! Above a chain: its expiries, what it expects of the underlying, and how it is looked at.

use leptos::html;
use leptos::prelude::*;
use market::{ExerciseStyle, Moment, Series, Settlement, Span, format};
use quant::options::ChainBook;
use wasm_bindgen::JsCast;

use super::chain_table::ChainControls;
use super::figure::figure;
use super::menu::{Menu, choice};
use crate::chain_columns::ChainColumn;
use crate::erased::{Erase, derived, erased, follow, heard, memo, part};

/// Which strikes of a chain are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum StrikeFilter {
    /// Every one.
    #[default]
    All,
    /// So many on each side of the money.
    Near(usize),
    /// Within so many deviations of the expected move.
    Deviations(u8),
    /// Whose call has a delta between 5 and 95 %.
    Deltas,
}

impl StrikeFilter {
    /// Every filter.
    const ALL: [Self; 6] = [
        Self::All,
        Self::Near(10),
        Self::Near(25),
        Self::Deviations(1),
        Self::Deviations(2),
        Self::Deltas,
    ];

    fn name(self) -> String {
        match self {
            Self::All => "All strikes".to_owned(),
            Self::Near(count) => format!("{count} each side"),
            Self::Deviations(count) => format!("Within ±{count}σ"),
            Self::Deltas => "Delta 0.05–0.95".to_owned(),
        }
    }

    /// The first place that it shows, and the one behind the last.
    pub(crate) fn range(self, book: &ChainBook) -> (usize, usize) {
        let count = book.strike_count();
        let money = book.money_place();
        let between = |low: f64, high: f64| {
            let place = |price: f64| {
                let strikes = &book.quotes().strikes;
                strikes.partition_point(|strike| strike.strike.to_f64() < price)
            };
            (place(low), place(high))
        };
        let (from, until) = match self {
            Self::All => (0, count),
            Self::Near(each) => (money.saturating_sub(each), (money + each).min(count)),
            Self::Deviations(times) => match book.expected_move() {
                Some(expected) => {
                    let reach = f64::from(times) * expected.deviation;
                    between(book.spot() - reach, book.spot() + reach)
                }
                None => (0, count),
            },
            Self::Deltas => {
                let is_shown = |place: &usize| {
                    let call = book.option(*place, market::Right::Call).greeks;
                    call.is_some_and(|greeks| (0.05..=0.95).contains(&greeks.delta))
                };
                let first = (0..count).find(is_shown);
                let last = (0..count).rev().find(is_shown);
                first.zip(last).map_or((0, count), |(first, last)| (first, last + 1))
            }
        };
        if until <= from { (0, count) } else { (from, until) }
    }
}

/// What the head shows and does, besides what the table does.
#[derive(Clone, Copy)]
pub(crate) struct ChainHeadControls {
    /// The table's.
    pub(crate) table: ChainControls,
    /// The series that there are, soonest first.
    pub(crate) series: Signal<Vec<Series>>,
    /// The one that is shown.
    pub(crate) shown: Memo<Option<Series>>,
    /// Called with another.
    pub(crate) on_series: Callback<Series>,
    /// The tape's time.
    pub(crate) now: Signal<Option<Moment>>,
    /// Which strikes are shown.
    pub(crate) filter: RwSignal<StrikeFilter>,
    /// Whether what is shown stands still.
    pub(crate) is_paused: Signal<bool>,
    /// Holds it still, or lets it go on.
    pub(crate) on_pause: Callback<()>,
    /// Called with other columns.
    pub(crate) on_columns: Callback<Vec<ChainColumn>>,
    /// Saves the chain as a table.
    pub(crate) on_save: Callback<()>,
}

/// The head of a chain.
pub(crate) fn chain_head(controls: ChainHeadControls) -> AnyView {
    view! {
        <div class="chain-head">
            {expiry_tabs(controls)}
            {figures(controls)}
        </div>
    }
    .erase()
}

fn expiry_tabs(controls: ChainHeadControls) -> AnyView {
    let ChainHeadControls { series, shown, on_series, now, .. } = controls;
    let strip = NodeRef::<html::Div>::new();
    follow(move || {
        // The chosen one is in sight, whoever chose it.
        let _ = (shown.get(), series.read().len());
        request_animation_frame(move || {
            // Whoever looks elsewhere by now has no strip.
            let Some(strip) = strip.try_get_untracked().flatten() else { return };
            let chosen = strip.query_selector("[aria-pressed=true]").ok().flatten();
            let Some(chosen) = chosen.and_then(|one| one.dyn_into::<web_sys::HtmlElement>().ok())
            else {
                return;
            };
            let middle = chosen.offset_left() + chosen.offset_width() / 2;
            strip.set_scroll_left(middle - strip.client_width() / 2);
        });
    });
    let day = memo(move || now.get().map(|now| now.wall_time().date));
    let tab = move |one: Series| {
        let terms = one.terms();
        let text = one.to_string();
        let (root, date) = text.split_once(' ').unwrap_or(("", &text));
        let left = move || match day.get() {
            Some(today) => format!("{}d", (one.expires.epoch_days() - today.epoch_days()).max(0)),
            None => String::new(),
        };
        let title = match terms.settlement {
            Settlement::Am => "Settled by the opening quotation of that morning",
            Settlement::Pm => "Settled by the close of that day",
        };
        view! {
            <button
                type="button"
                class="expiry"
                title=title
                data-settlement=terms.settlement.to_string()
                aria-pressed=erased(move || (shown.get() == Some(one)).to_string())
                on:click=heard(move |_| on_series.run(one))
            >
                <b>{date.to_owned()}</b>
                <span>{part(left)} " " {format!("{root} {}", terms.settlement)}</span>
            </button>
        }
        .erase()
    };
    view! {
        <div class="chain-head__expiries" role="group" aria-label="Expiries" node_ref=strip>
            {part(move || series.get().into_iter().map(tab).collect_view())}
        </div>
    }
    .erase()
}

/// What the chain expects.
fn figures(controls: ChainHeadControls) -> AnyView {
    let ChainHeadControls { table, shown, now, .. } = controls;
    let told = move |figure: fn(&ChainBook) -> Option<String>| {
        memo(move || {
            table.version.get();
            let told = table.book.with_value(|book| figure(book.as_ref()?));
            told.unwrap_or_else(|| "–".to_owned())
        })
    };
    let left = memo(move || {
        let left = shown.get().zip(now.get()).map(|(series, now)| series.expires_at() - now);
        match left {
            Some(left) if Span::ZERO < left => format::countdown(left),
            Some(_) => "expired".to_owned(),
            None => "–".to_owned(),
        }
    });
    let straddle = told(|book| Some(reach(book, book.expected_move()?.straddle)));
    let deviation = told(|book| Some(reach(book, book.expected_move()?.deviation)));
    let trading_iv = told(|book| book.iv_by_trading_time().map(|iv| format!("{:.2}%", 100.0 * iv)));
    // Near the end calendar time says little: nights pass without a price.
    let is_short = memo(move || trading_iv.get() != "–");
    let dividends = told(|book| Some(dividends(book)));
    let is_early = memo(move || {
        shown.get().is_some_and(|series| series.terms().style == ExerciseStyle::American)
    });
    let rate = told(|book| Some(format!("{:.2}%", 100.0 * book.rate())));
    view! {
        <div class="chain-head__figures" tabindex="0" role="group" aria-label="What it expects">
        <dl>
            {figure("Left", "Calendar time until what it is worth is decided", left)}
            {figure(
                "Forward",
                "The underlying for delivery at expiry: from put–call parity on the five strikes \
                 nearest the money, or, where options may be exercised early, its price with \
                 interest and without dividends",
                told(|book| book.forward().map(|forward| format::price(forward, 2))),
            )}
            {figure(
                "IV at the money",
                "Between the two strikes round the forward, calls and puts alike, by calendar days",
                told(|book| book.iv_at_the_money().map(|iv| format!("{:.2}%", 100.0 * iv))),
            )}
            {part(move || {
                let title = "The same by trading time: 390 minutes a day, 252 days a year";
                is_short.get().then(|| figure("IV, trading clock", title, trading_iv))
            })}
            {figure("Expected move", "0.85 × the straddle at the money, until expiry", straddle)}
            {figure(
                "1σ",
                "Underlying × IV at the money × √years, until expiry",
                deviation,
            )}
            {part(move || {
                let title = "What the fund pays until expiry: options may be exercised for it";
                is_early.get().then(|| figure("Dividends", title, dividends))
            })}
            {figure("Rate", "What money is taken to earn: one rate for every expiry", rate)}
        </dl>
        </div>
    }
    .erase()
}

/// What is paid until the series ends: `1.67 on 03-15` and how many follow.
fn dividends(book: &ChainBook) -> String {
    let Some(dividends) = &book.quotes().dividends else { return "not known".to_owned() };
    let Some(next) = dividends.first() else { return "none".to_owned() };
    let (_, month, day) = next.ex_date.year_month_day();
    let next = format!("{} on {month:02}-{day:02}", format::price(next.amount.to_f64(), 2));
    match dividends.len() - 1 {
        0 => next,
        more => format!("{next}, {more} more"),
    }
}

/// A way in points, up or down, and as a part of the underlying.
fn reach(book: &ChainBook, points: f64) -> String {
    format!("±{} · {:.2}%", format::price(points, 2), 100.0 * points / book.spot())
}

/// How the chain is looked at; stands in the bar above it.
pub(crate) fn chain_tools(controls: ChainHeadControls) -> AnyView {
    let ChainHeadControls { table, filter, is_paused, on_pause, on_columns, on_save, .. } =
        controls;
    let (are_strikes_open, are_columns_open) = (RwSignal::new(false), RwSignal::new(false));
    let columns = table.columns;
    let pause = move || if is_paused.get() { "Resume" } else { "Pause" };
    view! {
        <div class="chain-head__tools">
        <button
            type="button"
            aria-pressed=erased(move || table.is_centred.get().to_string())
            title="Keep the money in the middle"
            on:click=heard(move |_| table.is_centred.update(|is_so| *is_so = !*is_so))
        >
            "Centre"
        </button>
        <button
            type="button"
            aria-pressed=erased(move || is_paused.get().to_string())
            title="Hold the chain still; it goes on behind"
            on:click=heard(move |_| on_pause.run(()))
        >
            {part(pause)}
        </button>
        <Menu
            id="strike-menu"
            label=derived(move || filter.get().name())
            icon="M2 4h12M4 8h8M6 12h4"
            title="Strikes"
            is_open=are_strikes_open
        >
            {move || strike_menu(filter)}
        </Menu>
        <Menu
            id="column-menu"
            label=derived(|| "Columns".to_owned())
            icon="M3 2v12M8 2v12M13 2v12"
            title="Columns"
            is_open=are_columns_open
        >
            {move || column_menu(columns, on_columns)}
        </Menu>
        <button
            type="button"
            title="Save what is shown as a table, with every column"
            on:click=heard(move |_| on_save.run(()))
        >
            "CSV"
        </button>
        </div>
    }
    .erase()
}

fn strike_menu(filter: RwSignal<StrikeFilter>) -> AnyView {
    let one = move |of: StrikeFilter| {
        choice(of.name(), move || filter.get() == of, move || filter.set(of))
    };
    view! { <div class="menu__choices">{StrikeFilter::ALL.map(one).collect_view()}</div> }.erase()
}

/// Which columns, and in which order.
fn column_menu(
    columns: Signal<Vec<ChainColumn>>,
    on_columns: Callback<Vec<ChainColumn>>,
) -> AnyView {
    let change = move |change: &dyn Fn(&mut Vec<ChainColumn>)| {
        let mut chosen = columns.get_untracked();
        change(&mut chosen);
        on_columns.run(chosen);
    };
    let row = move |column: ChainColumn| {
        let is_shown = move || columns.read().contains(&column);
        let toggle = move || {
            change(&|chosen| match chosen.iter().position(|one| *one == column) {
                Some(place) => {
                    chosen.remove(place);
                }
                None => chosen.insert(0, column),
            });
        };
        let step = move |by: isize| {
            change(&|chosen| {
                let Some(place) = chosen.iter().position(|one| *one == column) else { return };
                let to = place.saturating_add_signed(by);
                if to < chosen.len() {
                    chosen.swap(place, to);
                }
            });
        };
        let arrow = move |by: isize, sign: &'static str, words: &'static str| {
            let label = format!("{} {words}", column.name());
            view! {
                <button
                    type="button"
                    aria-label=label
                    hidden=erased(move || !is_shown())
                    on:click=heard(move |_| step(by))
                >
                    {sign}
                </button>
            }
            .erase()
        };
        view! {
            <li class="chain-head__column">
                {choice(column.name(), is_shown, toggle)}
                {arrow(-1, "←", "further out")}
                {arrow(1, "→", "nearer to the strike")}
            </li>
        }
        .erase()
    };
    view! { <ul class="chain-head__columns">{ChainColumn::ALL.map(row).collect_view()}</ul> }
        .erase()
}
