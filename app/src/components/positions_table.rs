//! Positions that are kept: a row each, and what can be done with one below it.

use api::KeptPositionView;
use leptos::ev::{MouseEvent, SubmitEvent};
use leptos::prelude::*;
use market::{Moment, format, strike_text};
use plan::{Attribution, Instrument, LegValue, Position, PositionValue, Stage};

use super::positions_head::PositionsControls;
use crate::erased::{Erase, erased, follow, heard, memo, part};

/// A position that is kept, as it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PositionRow {
    /// As it is kept.
    pub(crate) kept: KeptPositionView,
    /// What it is called.
    pub(crate) name: String,
    /// How far it has come.
    pub(crate) stage: Stage,
    /// Its legs; nothing where they cannot be read.
    pub(crate) position: Option<Position>,
    /// What it is worth, or why that is not known.
    pub(crate) value: Result<RowValue, String>,
    /// What made its profit since a moment: the previous close, or when it was opened.
    pub(crate) since: Option<(Moment, Attribution)>,
}

/// What a position is worth.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RowValue {
    /// Its legs.
    pub(crate) legs: Vec<LegValue>,
    /// Their sum.
    pub(crate) value: PositionValue,
    /// The underlying's price.
    pub(crate) spot: f64,
}

/// What should become of a position.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PositionWish {
    /// It is opened in the builder.
    Plan,
    /// It is planned once more.
    Duplicate,
    /// It is deleted.
    Remove,
    /// It is kept like this.
    Write(KeptPositionView),
    /// It is held from now on, for dollars.
    Open {
        /// What went out for it.
        paid: f64,
        /// To brokers and exchanges.
        fees: f64,
    },
    /// So many of its units are closed.
    Close {
        /// How many.
        units: i64,
        /// What came in.
        received: f64,
        /// To brokers and exchanges.
        fees: f64,
    },
}

impl PositionRow {
    /// What it has brought in dollars, fees taken off; of what is closed, what it brought.
    pub(crate) fn profit(&self) -> Option<f64> {
        let worth = match self.stage {
            Stage::Closed => self.kept.received?,
            _ => self.value.as_ref().ok()?.value.mid?,
        };
        Some(worth - self.kept.paid? - self.kept.fees)
    }

    fn greek(&self, of: fn(&plan::PositionGreeks) -> f64) -> Option<f64> {
        self.value.as_ref().ok()?.value.greeks.as_ref().map(of)
    }
}

/// A cell: its words, and which way its number points.
type Cell = (String, f64);

/// A column: its name, what it means, what it shows.
type Column = (&'static str, &'static str, fn(&PositionRow, Option<Moment>) -> Option<Cell>);

fn plain(text: String) -> Option<Cell> {
    Some((text, 0.0))
}

fn coloured(dollars: f64) -> Option<Cell> {
    Some((format::money(dollars), dollars))
}

const PAID: Column = ("Paid", "What opening it cost, db, or brought, cr", |row, _| {
    let paid = row.kept.paid?;
    let side = if paid < 0.0 { "cr" } else { "db" };
    let dollars = format::money(paid.abs());
    plain(format!("{} {side}", dollars.trim_start_matches('+')))
});
const PROFIT: Column = ("Profit", "Less what was paid and fees", |row, _| coloured(row.profit()?));
const ENDS: Column =
    ("Ends in", "Until the first of its options ends", |row, now| plain(ends_in(row, now)?));
const MARK: Column = ("Mark", "At the middle of every leg", |row, _| {
    plain(format::money(row.value.as_ref().ok()?.value.mid?))
});
const DELTA: Column = ("Delta", "As many shares it is like", |row, _| {
    plain(format::signed(row.greek(|greeks| greeks.delta)?, 1))
});
const THETA: Column = ("Theta", "Dollars for each calendar day", |row, _| {
    plain(format::money(row.greek(|greeks| greeks.theta)?))
});
const VEGA: Column = ("Vega", "Dollars for each vol point", |row, _| {
    plain(format::money(row.greek(|greeks| greeks.vega)?))
});
const GAMMA: Column = ("Gamma", "Delta for each point", |row, _| {
    plain(format::signed(row.greek(|greeks| greeks.gamma)?, 3))
});
const TODAY: Column = ("Today", "Since the previous close, or since it was opened", |row, _| {
    coloured(row.since?.1.whole)
});
const RETURN: Column = ("Return", "Profit ÷ what was paid or came in", |row, _| {
    let part = row.profit()? / row.kept.paid.filter(|paid| *paid != 0.0)?.abs();
    Some((format::percent(100.0 * part), part))
});
const FEES: Column =
    ("Fees", "To brokers and exchanges", |row, _| plain(format!("{:.2}", row.kept.fees)));
const RECEIVED: Column =
    ("Received", "What closing it brought", |row, _| plain(format::money(row.kept.received?)));
const OPENED: Column = ("Opened", "In the tape's time", |row, _| moment(row.kept.opened_at));
const CLOSED: Column = ("Closed", "In the tape's time", |row, _| moment(row.kept.closed_at));

fn moment(at: Option<Moment>) -> Option<Cell> {
    let at = at?;
    plain(format!("{} {}", at.wall_time().date, format::minute(at)))
}

/// `2 d 4 h`: until the first of its options ends.
pub(super) fn ends_in(row: &PositionRow, now: Option<Moment>) -> Option<String> {
    let (ends_at, now) = (row.position.as_ref()?.ends_at()?, now?);
    Some(if ends_at <= now { "over".to_owned() } else { format::countdown(ends_at - now) })
}

fn columns(stage: Stage) -> &'static [Column] {
    match stage {
        Stage::Open => &[ENDS, PAID, MARK, PROFIT, RETURN, TODAY, DELTA, GAMMA, THETA, VEGA],
        Stage::Planned => &[ENDS, MARK, DELTA, GAMMA, THETA, VEGA],
        Stage::Closed => &[OPENED, CLOSED, PAID, RECEIVED, FEES, PROFIT, RETURN],
    }
}

/// The identities of the positions of a stage; what was kept last is looked for first.
pub(super) fn ids_of(
    rows: RwSignal<Vec<PositionRow>>,
    stage: impl Fn() -> Stage + Send + Sync + 'static,
) -> Memo<Vec<String>> {
    memo(move || {
        let (rows, stage) = (rows.read(), stage());
        let own = rows.iter().filter(|row| row.stage == stage);
        own.rev().map(|row| row.kept.id.clone()).collect()
    })
}

/// One of the positions, as long as it is there.
pub(super) fn row_of(rows: RwSignal<Vec<PositionRow>>, id: String) -> Memo<Option<PositionRow>> {
    memo(move || rows.read().iter().find(|row| row.kept.id == id).cloned())
}

/// Which way a number points.
pub(super) fn tone(number: f64) -> &'static str {
    match number {
        one if 0.0 < one => "up",
        one if one < 0.0 => "down",
        _ => "",
    }
}

/// The positions of the stage that is chosen.
pub(crate) fn positions_table(controls: PositionsControls) -> AnyView {
    let PositionsControls { rows, stage, on_new, .. } = controls;
    let ids = ids_of(rows, move || stage.get());
    let listed = memo(move || stage.get());
    let table = move || {
        let (stage, ids) = (listed.get(), ids.get());
        if ids.is_empty() {
            return nothing(stage, on_new);
        }
        let head =
            |column: &Column| view! { <th scope="col" title=column.1>{column.0}</th> }.erase();
        view! {
            <div class="positions-table figures-table" tabindex="0" role="region" aria-label="Kept">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Position"</th>
                            {columns(stage).iter().map(head).collect_view()}
                        </tr>
                    </thead>
                    <tbody>
                        {ids.into_iter().map(|id| one_row(controls, stage, id)).collect_view()}
                    </tbody>
                </table>
            </div>
        }
        .erase()
    };
    part(table)
}

/// `28FEB24 −1 5050P +1 5025P`: its legs, with a root or an expiry said once for those that share
/// it.
pub(super) fn short_legs(row: &PositionRow) -> String {
    let Some(position) = &row.position else { return row.kept.position.clone() };
    let mut text = String::new();
    let mut before = None;
    for leg in position.legs() {
        let quantity = format::signed(leg.quantity as f64, 0);
        let (series, what) = match leg.instrument {
            Instrument::Option(one) => {
                let strike = strike_text(one.strike);
                (Some(one.series), format!("{quantity} {strike}{}", one.right.letter()))
            }
            Instrument::Shares(symbol) => (None, format!("{quantity} {symbol}")),
        };
        if let Some(series) = series.filter(|_| before != series) {
            text += &format!("{series} ");
        }
        before = series.or(before);
        text += &format!("{what} ");
    }
    text.trim_end().to_owned()
}

/// Where there are none, what to do about it.
fn nothing(stage: Stage, on_new: Callback<()>) -> AnyView {
    let words = match stage {
        Stage::Open => {
            "Nothing is open. Plan a position and press Keep there: as planned, or as open at the \
             price that you got."
        }
        Stage::Planned => "Nothing is planned. What you keep in the builder stands here.",
        Stage::Closed => "Nothing was closed yet. What you close stands here with what it brought.",
    };
    view! {
        <div class="positions-nothing">
            <p>{words}</p>
            <button type="button" on:click=heard(move |_| on_new.run(()))>
                "Plan a position"
            </button>
        </div>
    }
    .erase()
}

fn one_row(controls: PositionsControls, stage: Stage, id: String) -> AnyView {
    let PositionsControls { rows, opened, now, .. } = controls;
    let row = row_of(rows, id.clone());
    let own = id.clone();
    let is_opened = memo(move || opened.read().as_deref() == Some(own.as_str()));
    let toggle = move |_: MouseEvent| {
        let next = (!is_opened.get_untracked()).then(|| id.clone());
        opened.set(next);
    };
    // The clock moves by the second, what ends by the minute.
    let cell = move |column: &'static Column| {
        let cell = memo(move || {
            let row = row.read();
            row.as_ref().and_then(|row| column.2(row, now.get()))
        });
        let way = move || tone(cell.get().map_or(0.0, |cell| cell.1));
        view! {
            <td data-tone=erased(way) data-label=column.0>
                {part(move || cell.get().map_or_else(|| "–".to_owned(), |cell| cell.0))}
            </td>
        }
        .erase()
    };
    let name = memo(move || row.read().as_ref().map(|row| row.name.clone()).unwrap_or_default());
    let legs = memo(move || row.read().as_ref().map(short_legs).unwrap_or_default());
    let absence = memo(move || {
        let row = row.read();
        let row = row.as_ref().filter(|row| row.stage != Stage::Closed)?;
        row.value.as_ref().err().cloned()
    });
    let detail = move || {
        let row = is_opened.get().then(|| row.get_untracked()).flatten()?;
        let count = columns(stage).len() + 1;
        Some(
            view! {
                <tr class="position-detail">
                    <td colspan=count.to_string()>{details(controls, row)}</td>
                </tr>
            }
            .erase(),
        )
    };
    view! {
        <tr class="position">
            <th scope="row">
                <button
                    type="button"
                    class="position__name"
                    aria-expanded=erased(move || is_opened.get().to_string())
                    on:click=heard(toggle)
                >
                    <b>{part(move || name.get())}</b>
                    <small title=erased(move || legs.get())>{part(move || legs.get())}</small>
                </button>
                {part(move || absence.get().map(|why| {
                    view! { <small class="position__absence">{why}</small> }
                }))}
            </th>
            {columns(stage).iter().map(cell).collect_view()}
        </tr>
        {part(detail)}
    }
    .into_any()
}

/// What made its profit, and what can be done with it.
fn details(controls: PositionsControls, row: PositionRow) -> AnyView {
    let wish = {
        let id = row.kept.id.clone();
        move |wish: PositionWish| controls.on_wish.run((id.clone(), wish))
    };
    let acts: Vec<AnyView> = match row.stage {
        Stage::Planned => vec![open_form(&row, wish.clone())],
        Stage::Open => vec![made_by(controls, &row), close_form(&row, wish.clone())],
        Stage::Closed => Vec::new(),
    };
    let (plan, twice, remove) = (wish.clone(), wish.clone(), wish.clone());
    view! {
        <div class="position-detail__parts">
            {acts}
            {edit_form(&row, wish)}
            <div class="position-detail__acts">
                <button
                    type="button"
                    on:click=heard(move |_: MouseEvent| plan(PositionWish::Plan))
                >
                    "Open in the builder"
                </button>
                <button
                    type="button"
                    title="Plan it once more"
                    on:click=heard(move |_: MouseEvent| twice(PositionWish::Duplicate))
                >
                    "Duplicate"
                </button>
                <button
                    type="button"
                    on:click=heard(move |_: MouseEvent| remove(PositionWish::Remove))
                >
                    "Delete"
                </button>
            </div>
        </div>
    }
    .erase()
}

/// What made the profit since a moment.
fn made_by(controls: PositionsControls, row: &PositionRow) -> AnyView {
    let id = row.kept.id.clone();
    let since = memo(move || {
        controls.rows.read().iter().find(|row| row.kept.id == id).and_then(|row| row.since)
    });
    let told = move || {
        let (at, made) = since.get()?;
        let entry = |name: &'static str, dollars: f64| {
            view! { <div><dt>{name}</dt><dd>{format::money(dollars)}</dd></div> }.erase()
        };
        Some(
            view! {
                <dl class="position-detail__made">
                    {entry("Delta", made.delta)} {entry("Gamma", made.gamma)}
                    {entry("Theta", made.theta)} {entry("Vega", made.vega)}
                    {entry("The rest", made.rest)}
                    <div>
                        <dt>"Together"</dt>
                        <dd>
                            {format::money(made.whole)}
                            <small>
                                {format!(" since {} {}", at.wall_time().date, format::minute(at))}
                            </small>
                        </dd>
                    </div>
                </dl>
            }
            .erase(),
        )
    };
    part(told)
}

/// An amount as somebody types it: with or without $, commas and a typographic minus.
pub(super) fn amount(text: &str) -> Option<f64> {
    let plain: String = text.trim().replace('\u{2212}', "-").replace(['$', ',', ' '], "");
    plain.parse().ok().filter(|amount: &f64| amount.is_finite())
}

fn amount_text(amount: Option<f64>) -> String {
    amount.map(|amount| format!("{amount:.2}")).unwrap_or_default()
}

/// A field of a form and what stands in it.
fn field(label: &'static str, text: RwSignal<String>, is_number: bool) -> AnyView {
    let mode = if is_number { "decimal" } else { "text" };
    let is_wrong = move || is_number && amount(&text.read()).is_none();
    view! {
        <label>
            <span>{label}</span>
            <input
                type="text"
                inputmode=mode
                maxlength="60"
                autocomplete="off"
                aria-invalid=erased(move || is_wrong().to_string())
                prop:value=text
                on:input=heard(move |event| text.set(event_target_value(&event)))
            />
        </label>
    }
    .erase()
}

fn form(
    name: &'static str,
    act: &'static str,
    fields: Vec<AnyView>,
    send: impl Fn() + 'static,
) -> AnyView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send();
    };
    view! {
        <form class="position-detail__form" aria-label=name on:submit=heard(submit)>
            {fields}
            <button type="submit">{act}</button>
        </form>
    }
    .erase()
}

fn open_form(row: &PositionRow, wish: impl Fn(PositionWish) + 'static) -> AnyView {
    let mid = row.value.as_ref().ok().and_then(|value| value.value.mid);
    let paid = RwSignal::new(amount_text(row.kept.paid.or(mid)));
    let fees = RwSignal::new(amount_text(Some(row.kept.fees)));
    let send = move || {
        if let (Some(paid), Some(fees)) =
            (amount(&paid.get_untracked()), amount(&fees.get_untracked()))
        {
            wish(PositionWish::Open { paid, fees });
        }
    };
    let fields = vec![field("Paid, $", paid, true), field("Fees, $", fees, true)];
    form("It was opened", "It was opened", fields, send)
}

fn close_form(row: &PositionRow, wish: impl Fn(PositionWish) + 'static) -> AnyView {
    let whole = row.position.as_ref().map_or(1, Position::units);
    let natural = row.value.as_ref().ok().and_then(|value| value.value.natural);
    let all = row.position.clone().zip(natural);
    let received = RwSignal::new(natural_text(all.as_ref(), whole));
    let fees = RwSignal::new("0.00".to_owned());
    let units = RwSignal::new(whole.to_string());
    let before = std::cell::Cell::new(whole);
    follow(move || {
        let Some(units) = units_of(&units.read(), whole) else { return };
        let (shown, turn) = (received.get_untracked(), [before.replace(units), units]);
        received.set(received_text(shown, all.as_ref(), turn));
    });
    let send = move || {
        let units = units_of(&units.read_untracked(), whole);
        let amounts = (amount(&received.get_untracked()), amount(&fees.get_untracked()));
        if let (Some(units), (Some(received), Some(fees))) = (units, amounts) {
            wish(PositionWish::Close { units, received, fees });
        }
    };
    let mut fields = vec![field("Received, $", received, true), field("Fees, $", fees, true)];
    if 1 < whole {
        fields.insert(0, field("Units", units, true));
    }
    form("Close", "Close", fields, send)
}

/// So many units as somebody types them, of `whole`.
fn units_of(text: &str, whole: i64) -> Option<i64> {
    let units = amount(text).filter(|one| one.fract() == 0.0)?;
    #[expect(clippy::cast_possible_truncation, reason = "a whole number up to `whole`")]
    (1.0..=whole as f64).contains(&units).then_some(units as i64)
}

/// What closing so many units would bring, of a position and the dollars that closing all of it
/// would.
fn natural_text(all: Option<&(Position, f64)>, units: i64) -> String {
    amount_text(all.map(|(position, natural)| position.share_of(*natural, units)))
}

/// What stands for the dollars that came in when other units are to be closed: what closing these
/// would bring, unless the trader wrote something else than that of the units before.
fn received_text(
    shown: String,
    all: Option<&(Position, f64)>,
    [before, units]: [i64; 2],
) -> String {
    if shown == natural_text(all, before) { natural_text(all, units) } else { shown }
}

fn edit_form(row: &PositionRow, wish: impl Fn(PositionWish) + 'static) -> AnyView {
    let kept = row.kept.clone();
    let name = RwSignal::new(kept.name.clone());
    let paid = RwSignal::new(amount_text(kept.paid));
    let received = RwSignal::new(amount_text(kept.received));
    let fees = RwSignal::new(amount_text(Some(kept.fees)));
    let stage = row.stage;
    let mut fields = vec![field("Name", name, false)];
    if stage != Stage::Planned {
        fields.extend([field("Paid, $", paid, true), field("Fees, $", fees, true)]);
    }
    if stage == Stage::Closed {
        fields.push(field("Received, $", received, true));
    }
    let send = move || {
        let number = |text: RwSignal<String>| amount(&text.get_untracked());
        let mut view = KeptPositionView { name: name.get_untracked(), ..kept.clone() };
        if stage != Stage::Planned {
            let (Some(paid), Some(fees)) = (number(paid), number(fees)) else { return };
            (view.paid, view.fees) = (Some(paid), fees);
        }
        if stage == Stage::Closed {
            let Some(received) = number(received) else { return };
            view.received = Some(received);
        }
        wish(PositionWish::Write(view));
    };
    form("Change", "Save", fields, send)
}

#[cfg(test)]
mod tests {
    use plan::read_position;

    use super::{amount, received_text, units_of};

    #[test]
    fn a_part_is_closed_for_its_part_of_the_money() {
        let position = read_position("-3 SPXW 15MAR24 5000/4950P").expect("a position");
        let all = Some((position, -600.0));
        for (shown, units, expected) in [
            ("-600.00", [3, 1], "-200.00"),
            ("-200.00", [1, 2], "-400.00"),
            ("-400.00", [2, 3], "-600.00"),
            // What the trader wrote stays, also nothing.
            ("-150", [3, 1], "-150"),
            ("", [3, 1], ""),
            ("-600.00", [1, 2], "-600.00"),
        ] {
            let told = received_text(shown.to_owned(), all.as_ref(), units);
            assert_eq!(told, expected, "{shown} {units:?}");
        }
        assert_eq!(received_text(String::new(), None, [3, 1]), "", "no quotes");
        assert_eq!(received_text("-90".to_owned(), None, [3, 1]), "-90");
    }

    #[test]
    fn units_are_whole_and_as_many_as_there_are() {
        assert_eq!([1, 3].map(|units| units_of(&format!(" {units} "), 3)), [Some(1), Some(3)]);
        for text in ["0", "4", "1.5", "-1", "two", ""] {
            assert_eq!(units_of(text, 3), None, "{text}");
        }
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, expected) in [
            ("1,250.50", Some(1_250.5)),
            (" −$840 ", Some(-840.0)),
            ("-3", Some(-3.0)),
            ("", None),
            ("much", None),
            ("inf", None),
            ("NaN", None),
        ] {
            assert_eq!(amount(text), expected, "{text}");
        }
    }
}
