//! The chain of a series: calls left, puts right, strikes in the middle. Only the rows in sight are
//! in the document; each is worked out anew when the chain moves, and a cell is written only when
//! its text changed.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use market::{Right, strike_text};
use quant::options::ChainBook;
use wasm_bindgen::JsCast;

use crate::chain_columns::{ChainColumn, ChainContract};
use crate::erased::{Erase, erased, follow, heard, memo, part};

/// What the table shows and does.
#[derive(Clone, Copy)]
pub(crate) struct ChainControls {
    /// Moves when anything in the chain did, at most once a drawn frame.
    pub(crate) version: Signal<u64>,
    /// The chain; nothing until it came.
    pub(crate) book: StoredValue<Option<ChainBook>>,
    /// The columns of calls, from the outside to the strike.
    pub(crate) columns: Signal<Vec<ChainColumn>>,
    /// The first place that is shown, and the one behind the last.
    pub(crate) range: Memo<(usize, usize)>,
    /// The place that was chosen.
    pub(crate) chosen: RwSignal<Option<usize>>,
    /// Whether the money is kept in the middle.
    pub(crate) is_centred: RwSignal<bool>,
    /// Called with −1 or 1 for the series before or behind this one.
    pub(crate) on_turn: Callback<isize>,
    /// Contracts that are planned in this series, bought or sold.
    pub(crate) held: Signal<Vec<Trade>>,
    /// Those that positions which are open hold.
    pub(crate) open: Signal<Vec<Trade>>,
    /// Levels beside the strikes that they are nearest to: a place, short names, and all of them
    /// with their prices.
    pub(crate) levels: Memo<Vec<(usize, String, String)>>,
    /// Called with one that is pressed: its bid is sold at, its ask is bought at.
    pub(crate) on_trade: Callback<Trade>,
}

/// So many of a contract, less than nothing where they are sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trade {
    /// The place of its strike.
    pub(crate) place: usize,
    /// Call or put.
    pub(crate) right: Right,
    /// How many.
    pub(crate) quantity: i64,
}

/// What the keys do.
const LABEL: &str = "Option chain: arrows choose a strike, left and right another expiry; \
                     C buys its call, P its put, with Shift they are sold";

/// Rows beyond those in sight, on each side, so that a quick wheel finds them there.
const SPARE_ROWS: usize = 6;
/// A row's height until it was measured.
const ROW_PX: f64 = 26.0;
/// The height of the head, which stays in sight; the style sheet knows it too.
const HEAD_PX: f64 = 48.0;

/// What a row is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// The underlying's price, between the strikes round it.
    Money,
    /// The strike of a place.
    Strike(usize),
}

impl Line {
    /// The line of a row, when the first strike is `from` and the money stands in row `money`.
    fn of(row: usize, from: usize, money: Option<usize>) -> Self {
        match money {
            Some(money) if row == money => Self::Money,
            Some(money) if money < row => Self::Strike(from + row - 1),
            _ => Self::Strike(from + row),
        }
    }
}

/// What stands in a row.
#[derive(Clone, Debug, Default, PartialEq)]
struct Row {
    strike: String,
    is_money: bool,
    /// Whether the call and the put would be exercised.
    inside: [bool; 2],
    /// Whether the expected move ends between this strike and the next one outwards.
    edge: Option<&'static str>,
    calls: Vec<Cell>,
    puts: Vec<Cell>,
}

#[derive(Clone, Debug, PartialEq)]
struct Cell {
    text: String,
    /// Why there is none.
    why: Option<String>,
    /// What a press of it does.
    trade: Option<&'static str>,
}

/// Where the table is scrolled to.
#[derive(Clone, Copy)]
struct Sight {
    scroller: NodeRef<html::Div>,
    top_px: RwSignal<f64>,
    height_px: RwSignal<f64>,
    row_px: RwSignal<f64>,
}

impl Sight {
    fn new() -> Self {
        Self {
            scroller: NodeRef::new(),
            top_px: RwSignal::new(0.0),
            height_px: RwSignal::new(800.0),
            row_px: RwSignal::new(ROW_PX),
        }
    }

    /// Rows above the first one in the document, and how many are in it.
    fn window(self, count: usize) -> (usize, usize) {
        let row_px = self.row_px.get();
        #[expect(clippy::cast_possible_truncation, reason = "some thousand rows at most")]
        #[expect(clippy::cast_sign_loss, reason = "not negative")]
        let rows = |pixels: f64| (pixels.max(0.0) / row_px) as usize;
        let shown = (rows(self.height_px.get()) + 2 * SPARE_ROWS + 1).min(count);
        let above = rows(self.top_px.get()).saturating_sub(SPARE_ROWS).min(count - shown);
        (above, shown)
    }

    /// What is scrolled; nothing any more when another series took the table's place meanwhile.
    fn place(self) -> Option<web_sys::HtmlDivElement> {
        self.scroller.try_get_untracked().flatten()
    }

    fn measure(self) {
        let Some(scroller) = self.place() else { return };
        self.height_px.set(f64::from(scroller.client_height()));
        self.top_px.set(f64::from(scroller.scroll_top()));
        if let Ok(Some(row)) = scroller.query_selector(".chain-row") {
            let height = row.get_bounding_client_rect().height();
            if 1.0 < height {
                self.row_px.set(height);
            }
        }
    }

    /// Brings a row to the middle, and the strikes.
    fn centre(self, row: usize) {
        let Some(scroller) = self.place() else { return };
        let row_px = self.row_px.get_untracked();
        // The head covers the first rows.
        let height = self.height_px.get_untracked() - HEAD_PX;
        let top = (row as f64 + 0.5) * row_px - height / 2.0;
        #[expect(clippy::cast_possible_truncation, reason = "a table is far smaller")]
        scroller.set_scroll_top(top.round() as i32);
        scroller.set_scroll_left((scroller.scroll_width() - scroller.client_width()) / 2);
    }

    /// Brings a row into sight.
    fn reveal(self, row: usize) {
        let Some(scroller) = self.place() else { return };
        let (row_px, height) = (self.row_px.get_untracked(), self.height_px.get_untracked());
        let (from, top) = (row as f64 * row_px, f64::from(scroller.scroll_top()));
        let to = if from < top {
            from
        } else if top + height - HEAD_PX < from + row_px {
            from + row_px - height + HEAD_PX
        } else {
            return;
        };
        #[expect(clippy::cast_possible_truncation, reason = "a table is far smaller")]
        scroller.set_scroll_top(to.round() as i32);
    }
}

/// The chain of a series.
pub(crate) fn chain_table(controls: ChainControls) -> AnyView {
    let ChainControls { range, columns, version, book, chosen, is_centred, .. } = controls;
    let sight = Sight::new();
    let money = memo(move || {
        version.get();
        let (from, until) = range.get();
        let place = book.with_value(|book| book.as_ref().map(ChainBook::money_place));
        place.map(|place| place.clamp(from, until) - from)
    });
    // A line for each strike, and one for the money.
    let count = memo(move || {
        let (from, until) = range.get();
        until - from + usize::from(money.get().is_some())
    });
    let window = memo(move || sight.window(count.get()));
    follow(move || {
        let (Some(money), true) = (money.get(), is_centred.get()) else { return };
        let _ = (window.get().1, sight.row_px.get(), columns.read().len());
        request_animation_frame(move || {
            sight.measure();
            sight.centre(money);
        });
    });
    let resized = window_event_listener(leptos::ev::resize, move |_| sight.measure());
    on_cleanup(move || resized.remove());
    let keys = move |event: KeyboardEvent| hear_key(controls, sight, &event);
    let let_go = move || is_centred.set(false);
    view! {
        <div
            class="chain-table"
            node_ref=sight.scroller
            on:scroll=heard(move |_: leptos::ev::Event| sight.measure())
            on:wheel=heard(move |_: leptos::ev::WheelEvent| let_go())
            on:touchmove=heard(move |_: leptos::ev::TouchEvent| let_go())
        >
            <table
                role="grid"
                tabindex="0"
                aria-label=LABEL
                aria-rowcount=erased(move || (count.get() + 2).to_string())
                aria-activedescendant=erased(move || {
                    chosen.get().map(|place| format!("strike-{place}"))
                })
                on:keydown=heard(keys)
            >
                {part(move || heads(&columns.get()))}
                {rows(controls, sight, Lines { window, count, money })}
            </table>
        </div>
    }
    .erase()
}

/// The lines of a table.
#[derive(Clone, Copy)]
struct Lines {
    /// How many are above the first that is in the document, and how many are in it.
    window: Memo<(usize, usize)>,
    count: Memo<usize>,
    /// Which one the money has.
    money: Memo<Option<usize>>,
}

/// The rows in sight, and the space of the others. They stay as the chain moves under them.
fn rows(controls: ChainControls, sight: Sight, lines: Lines) -> AnyView {
    let range = controls.range;
    let Lines { window, count, money } = lines;
    let shown = memo(move || window.get().1);
    // Once a frame, not once a row.
    let edges = memo(move || {
        controls.version.get();
        let edges = controls.book.with_value(|book| book.as_ref().map(Edges::of));
        edges.unwrap_or_default()
    });
    let line_at = move |slot: usize| {
        memo(move || {
            let row = window.get().0 + slot;
            (slot < shown.get()).then(|| Line::of(row, range.get().0, money.get()))
        })
    };
    let space = move |rows: Memo<usize>| {
        let height = move || format!("{}px", rows.get() as f64 * sight.row_px.get());
        let is_none = move || rows.get() == 0;
        view! {
            <tr class="chain-table__space" aria-hidden="true" hidden=erased(is_none)>
                <td style:height=erased(height)></td>
            </tr>
        }
        .erase()
    };
    let rows = move || {
        (0..shown.get()).map(|slot| chain_row(controls, line_at(slot), edges)).collect_view()
    };
    view! {
        <tbody>
            {space(memo(move || window.get().0))} {part(rows)}
            {space(memo(move || count.get() - window.get().0 - window.get().1))}
        </tbody>
    }
    .erase()
}

/// The names of the columns, and whose they are.
fn heads(columns: &[ChainColumn]) -> AnyView {
    let head = |column: ChainColumn| {
        view! { <th scope="col" title=column.meaning()>{column.name()}</th> }.erase()
    };
    let width = columns.len().to_string();
    view! {
        <thead>
            <tr>
                <th scope="colgroup" colspan=width.clone()>"Calls"</th>
                <td></td>
                <th scope="colgroup" colspan=width>"Puts"</th>
            </tr>
            <tr>
                {columns.iter().copied().map(head).collect_view()}
                <th scope="col" class="chain-table__strike">
                    "Strike"
                </th>
                {ChainColumn::mirrored(columns).into_iter().map(head).collect_view()}
            </tr>
        </thead>
    }
    .erase()
}

fn chain_row(controls: ChainControls, line: Memo<Option<Line>>, edges: Memo<Edges>) -> AnyView {
    let ChainControls { version, book, columns, chosen, .. } = controls;
    let row = memo(move || {
        version.get();
        let row = book.with_value(|book| {
            Some(row_of(book.as_ref()?, line.get()?, &columns.read(), edges.get()))
        });
        row.unwrap_or_default()
    });
    let place = memo(move || match line.get() {
        Some(Line::Strike(place)) => Some(place),
        Some(Line::Money) | None => None,
    });
    let cells = move |is_put: bool| {
        (0..columns.get().len()).map(|at| chain_cell(row, is_put, at)).collect_view()
    };
    let choose = move |event: leptos::ev::MouseEvent| {
        if let Some(place) = place.get_untracked() {
            if let Some((right, quantity)) = pressed(&event) {
                controls.on_trade.run(Trade { place, right, quantity });
                return;
            }
            let is_same = chosen.get_untracked() == Some(place);
            chosen.set((!is_same).then_some(place));
        }
    };
    let is_chosen = move || (place.get().is_some() && chosen.get() == place.get()).to_string();
    view! {
        <tr
            class="chain-row"
            id=erased(move || place.get().map(|place| format!("strike-{place}")))
            data-money=erased(move || row.with(|row| row.is_money).then_some("true"))
            data-edge=erased(move || row.with(|row| row.edge))
            aria-selected=erased(is_chosen)
            on:click=heard(choose)
        >
            {part(move || cells(false))}
            <th scope="row">
                <span class="chain-row__middle">
                    <span>
                        {held_mark(controls.open, place, (Right::Call, "open"))}
                        {held_mark(controls.held, place, (Right::Call, "planned"))}
                    </span>
                    <b class="chain-row__strike">
                        {part(move || row.with(|row| row.strike.clone()))}
                    </b>
                    <span>
                        {held_mark(controls.held, place, (Right::Put, "planned"))}
                        {held_mark(controls.open, place, (Right::Put, "open"))}
                        {level_mark(controls, place)}
                    </span>
                </span>
            </th>
            {part(move || cells(true))}
        </tr>
    }
    .erase()
}

fn chain_cell(row: Memo<Row>, is_put: bool, at: usize) -> AnyView {
    let of = move |row: &Row| {
        let cells = if is_put { &row.puts } else { &row.calls };
        cells.get(at).cloned()
    };
    let text = memo(move || row.with(of).map_or(String::new(), |cell| cell.text));
    let why = memo(move || row.with(of).and_then(|cell| cell.why));
    let is_inside = move || row.with(|row| row.inside[usize::from(is_put)]).to_string();
    let trade = memo(move || row.with(of).and_then(|cell| cell.trade));
    let title = move || why.get().or(trade.get().map(|trade| format!("Press to {trade}")));
    view! {
        <td
            data-inside=erased(is_inside)
            data-trade=erased(move || trade.get())
            data-put=is_put.then_some("true")
            title=erased(title)
        >
            {part(move || text.get())}
        </td>
    }
    .erase()
}

/// How many of a contract are planned or held, beside its strike.
fn held_mark(
    held: Signal<Vec<Trade>>,
    place: Memo<Option<usize>>,
    (right, stage): (Right, &'static str),
) -> AnyView {
    let held = memo(move || {
        let at = place.get()?;
        let held = held.read();
        held.iter().find(|one| one.place == at && one.right == right).map(|one| one.quantity)
    });
    part(move || {
        let held = held.get()?;
        let side = if held < 0 { "sold" } else { "bought" };
        let text = market::format::signed(held as f64, 0);
        let title =
            format!("{} {text}, {stage}", if right == Right::Call { "call" } else { "put" });
        Some(view! {
            <i class="chain-row__held" data-side=side data-stage=stage title=title>{text}</i>
        })
    })
}

/// The levels that a strike is nearest to.
fn level_mark(controls: ChainControls, place: Memo<Option<usize>>) -> AnyView {
    let level = memo(move || {
        let at = place.get()?;
        let levels = controls.levels.read();
        levels
            .iter()
            .find(|(place, ..)| *place == at)
            .map(|(_, name, all)| (name.clone(), all.clone()))
    });
    part(move || {
        let (name, all) = level.get()?;
        Some(view! { <small class="chain-row__level" title=all>{name}</small> })
    })
}

/// What a press on a bid or an ask buys or sells.
fn pressed(event: &leptos::ev::MouseEvent) -> Option<(Right, i64)> {
    let cell = event.target()?.dyn_into::<web_sys::Element>().ok()?.closest("td").ok()??;
    let quantity = match cell.get_attribute("data-trade")?.as_str() {
        "sell" => -1,
        _ => 1,
    };
    let right = if cell.has_attribute("data-put") { Right::Put } else { Right::Call };
    Some((right, quantity))
}

/// What stands in a row.
fn row_of(book: &ChainBook, line: Line, columns: &[ChainColumn], edges: Edges) -> Row {
    let place = match line {
        Line::Strike(place) => place,
        Line::Money => {
            let strike = market::format::price(book.spot(), 2);
            return Row { strike, is_money: true, ..Row::default() };
        }
    };
    let Some(quotes) = book.quotes().strikes.get(place) else { return Row::default() };
    let (strike, spot) = (quotes.strike.to_f64(), book.spot());
    let cells = |right: Right, columns: &[ChainColumn]| {
        let contract = ChainContract::of(book, place, right);
        let cell = |column: &ChainColumn| Cell {
            text: column.text(&contract),
            why: column.absence(&contract.option),
            trade: column.trade(&contract.option),
        };
        columns.iter().map(cell).collect()
    };
    Row {
        is_money: false,
        strike: strike_text(quotes.strike),
        inside: [strike < spot, spot < strike],
        edge: edges.at(place),
        calls: cells(Right::Call, columns),
        puts: cells(Right::Put, &ChainColumn::mirrored(columns)),
    }
}

/// The places of the strikes just inside the ends of the expected move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Edges {
    down: Option<usize>,
    up: Option<usize>,
}

impl Edges {
    fn of(book: &ChainBook) -> Self {
        let Some(expected) = book.expected_move() else { return Self::default() };
        let strikes = &book.quotes().strikes;
        let (low, high) = (book.spot() - expected.deviation, book.spot() + expected.deviation);
        let first = strikes.partition_point(|strike| strike.strike.to_f64() < low);
        let behind = strikes.partition_point(|strike| strike.strike.to_f64() <= high);
        // An end beyond the last strike lies between no two.
        let is_between = |place: &usize| (1..strikes.len()).contains(place);
        Self {
            down: Some(first).filter(is_between),
            up: Some(behind).filter(is_between).map(|behind| behind - 1),
        }
    }

    /// What a place is, if it is one of them.
    fn at(self, place: usize) -> Option<&'static str> {
        if self.up == Some(place) {
            Some("up")
        } else if self.down == Some(place) {
            Some("down")
        } else {
            None
        }
    }
}

fn hear_key(controls: ChainControls, sight: Sight, event: &KeyboardEvent) {
    let ChainControls { range, chosen, is_centred, book, on_turn, .. } = controls;
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let (from, until) = range.get_untracked();
    if until <= from {
        return;
    }
    let page = sight.window(1 + until - from).1.saturating_sub(2 * SPARE_ROWS).max(1);
    let money = book.with_value(|book| book.as_ref().map(ChainBook::money_place));
    let first = money.unwrap_or(from).clamp(from, until - 1);
    let at = chosen.get_untracked();
    let step = |by: isize| at.map_or(first, |at| at.saturating_add_signed(by));
    let page = isize::try_from(page).unwrap_or(1);
    let next = match event.key().as_str() {
        "ArrowDown" => step(1),
        "ArrowUp" => step(-1),
        "PageDown" => step(page),
        "PageUp" => step(-page),
        "Home" => from,
        "End" => until - 1,
        "c" | "C" | "p" | "P" if at.is_some() => {
            event.prevent_default();
            event.stop_propagation();
            let is_put = event.key().eq_ignore_ascii_case("p");
            let right = if is_put { Right::Put } else { Right::Call };
            let quantity = if event.shift_key() { -1 } else { 1 };
            controls.on_trade.run(Trade { place: at.unwrap_or(first), right, quantity });
            return;
        }
        "Escape" if at.is_some() => {
            event.stop_propagation();
            chosen.set(None);
            return;
        }
        "ArrowLeft" | "ArrowRight" => {
            event.prevent_default();
            event.stop_propagation();
            on_turn.run(if event.key() == "ArrowLeft" { -1 } else { 1 });
            return;
        }
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    let next = next.clamp(from, until - 1);
    is_centred.set(false);
    chosen.set(Some(next));
    let money = money.map(|money| money.clamp(from, until) - from);
    let row = next - from;
    // The money's own line comes before those above it.
    let line = row + usize::from(money.is_some_and(|money| money <= row));
    // What is told of the strike may come up below and leave the table less room.
    request_animation_frame(move || {
        sight.measure();
        sight.reveal(line);
    });
}
