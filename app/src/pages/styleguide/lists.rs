//! Lists of a desk: levels, and symbols that are watched.

use api::{AbsentView, LastView, LevelView, LevelsView};
use chart::Sparkline;
use leptos::prelude::*;
use market::{Symbol, TapeId};
use quant::levels::{LevelId, LevelRole, LevelSource, Periods, Standing, Touches};

use super::{NOW, section, with_choices};
use crate::components::{Ladder, WatchControls, WatchRow, Watchlist};
use crate::contexts::{Colors, Preferences, WatchColumn};
use crate::erased::{Erase, derived};

/// Ladders and watchlists.
pub(super) fn lists() -> AnyView {
    [levels(), watchlists(), colors()].collect_view().into_any()
}

/// Levels as everybody sees them.
fn made_up() -> LevelsView {
    let last = LastView { price: 5_091.63, at: NOW, change: Some(9.1), change_percent: Some(0.18) };
    let level = |id: LevelId, price: f64, role, standing, source, count| LevelView {
        id,
        name: id.name(),
        role,
        price,
        standing,
        source,
        as_of: NOW,
        touches: Touches { count, last_at: (0 < count).then_some(NOW) },
        points: Some(price - last.price),
        percent: Some(100.0 * (price - last.price) / last.price),
        atrs: Some((price - last.price).abs() / 82.84),
        deviations: Some((price - last.price) / 33.1),
        touch_odds: Some(0.34),
    };
    let via = LevelSource::Via { proxy: Symbol::SPY, ratio: 10.0, band: Some(0.6) };
    let (own, settled) = (LevelSource::Own, Standing::Final);
    let (high, low) = (LevelRole::Resistance, LevelRole::Support);
    LevelsView {
        tape: TapeId::Practice { seed: 1 },
        symbol: Symbol::SPX,
        as_of: NOW,
        last: Some(last),
        atr: Some(82.84),
        atr_used: Some(0.23),
        levels: vec![
            level(LevelId::PriorHigh(Periods::Day), 5_132.88, high, settled, own, 2),
            level(LevelId::Pivot(Periods::Day, 0), 5_096.67, LevelRole::Pivot, settled, own, 0),
            level(LevelId::HighOfDay, 5_094.55, high, Standing::Forming, own, 0),
            level(LevelId::PreMarketHigh, 5_085.53, high, settled, via, 0),
            level(LevelId::Vwap(0), 5_084.46, LevelRole::Vwap, Standing::Forming, via, 11),
            level(LevelId::PriorLow(Periods::Day), 5_074.59, low, settled, own, 0),
        ],
        absent: vec![AbsentView {
            name: "ONH".to_owned(),
            why: "No prints of last night are known.".to_owned(),
        }],
    }
}

fn ladder((view, is_stale): (Option<LevelsView>, bool)) -> AnyView {
    view! {
        <div class="styleguide__pane" data-stale=is_stale>
            <Ladder
                view=derived(move || view.clone())
                decimals=derived(|| 2)
                pointed=RwSignal::new(None)
                on_show=|_| {}
                on_ask=|_| {}
                asked_term=RwSignal::new(None)
            />
        </div>
    }
    .erase()
}

fn levels() -> AnyView {
    let ladders = [(Some(made_up()), false), (Some(made_up()), true), (None, false)].map(ladder);
    section("Levels: live, stale, and a ladder that waits", ladders.collect_view().into_any())
}

/// What a row tells of a symbol.
fn row(symbol: Symbol) -> WatchRow {
    let (last, nearest, atr_used) = match symbol {
        Symbol::SPX => (Some((5_091.63, Some((9.1, 0.18)))), Some(("ORH 15", -2.3)), Some(0.23)),
        Symbol::VIX => (Some((19.83, Some((-0.55, -2.7)))), Some(("P", -0.03)), None),
        _ => (None, None, None),
    };
    WatchRow {
        symbol,
        name: market::instrument(symbol).name.to_owned(),
        last,
        nearest: nearest.map(|(name, points)| (name.to_owned(), points)),
        atr_used,
    }
}

/// A day that falls to its close, and one that rises.
fn day((symbol, _): (Symbol, usize)) -> Option<Sparkline> {
    let heights = match symbol {
        Symbol::SPX => [0.1, 0.35, 0.2, 0.5, 0.45, 0.8, 0.7, 0.95],
        Symbol::VIX => [0.9, 0.7, 0.75, 0.4, 0.5, 0.3, 0.1, 0.15],
        _ => return None,
    };
    let points =
        (0_i32..).zip(heights).map(|(place, height)| (f64::from(place) / 9.0, 1.0 - height));
    Some(Sparkline { points: points.collect(), base: Some(0.6) })
}

fn list(symbols: Vec<Symbol>) -> AnyView {
    let symbols = RwSignal::new(symbols);
    let controls = WatchControls {
        symbols: Memo::new(move |_| symbols.get()),
        row: Callback::new(row),
        day: Callback::new(day),
        shown: Memo::new(|_| Symbol::SPX),
        on_choose: Callback::new(|_| {}),
        on_remove: Callback::new(move |gone| symbols.update(|all| all.retain(|it| *it != gone))),
        on_move: Callback::new(|_| {}),
    };
    view! { <div class="styleguide__pane"><Watchlist controls /></div> }.erase()
}

const WATCHED: [Symbol; 3] = [Symbol::SPX, Symbol::VIX, Symbol::QQQ];

fn watchlists() -> AnyView {
    let all = Preferences { watch_columns: WatchColumn::ALL.to_vec(), ..Preferences::default() };
    let full = with_choices(all, || list(WATCHED.to_vec()));
    let content = view! { {list(WATCHED.to_vec())} {full} {list(Vec::new())} };
    let name = "Watchlists: as chosen, with every column, and an empty one";
    section(name, content.into_any())
}

/// The other colours, whichever a trader chose.
fn colors() -> AnyView {
    let choices = Preferences { colors: Colors::BlueOrange, ..Preferences::default() };
    let content = with_choices(choices, || {
        view! { {list(WATCHED.to_vec())} {ladder((Some(made_up()), false))} }.into_any()
    });
    let content = view! { <div data-colors=Colors::BlueOrange.as_str()>{content}</div> };
    section("Rising and falling in blue and orange", content.erase())
}
