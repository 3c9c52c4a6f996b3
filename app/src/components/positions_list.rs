//! At the side: what is open, a row each with its profit, and what all of it comes to.

use leptos::prelude::*;
use market::{Moment, format};
use plan::Stage;

use super::positions_head::PositionsSum;
use super::positions_table::{PositionRow, ends_in, ids_of, row_of, short_legs, tone};
use crate::erased::{Erase, erased, heard, memo, part};

/// What the list shows and does.
#[derive(Clone, Copy)]
pub(crate) struct ListControls {
    /// Every position that is kept, the oldest first.
    pub(crate) rows: RwSignal<Vec<PositionRow>>,
    /// What those that are open come to.
    pub(crate) sum: RwSignal<PositionsSum>,
    /// The tape's time.
    pub(crate) now: RwSignal<Option<Moment>>,
    /// Only the sum is seen.
    pub(crate) is_folded: Memo<bool>,
    /// Called to see the rows, or only the sum.
    pub(crate) on_fold: Callback<()>,
    /// Called with the identity of one that should be seen whole.
    pub(crate) on_choose: Callback<String>,
}

/// The list.
pub(crate) fn positions_list(controls: ListControls) -> AnyView {
    let ListControls { rows, sum, is_folded, on_fold, .. } = controls;
    let ids = ids_of(rows, || Stage::Open);
    let total = |name: &'static str, title: &'static str, of: fn(&PositionsSum) -> (f64, usize)| {
        let dollars = memo(move || {
            let (dollars, count) = of(&sum.read());
            (0 < count).then_some(dollars)
        });
        let is_part = memo(move || {
            let sum = sum.read();
            let (_, count) = of(&sum);
            (0 < count && count < sum.open).then(|| format!(" {count} of {}", sum.open))
        });
        view! {
            <div title=title>
                <dt>{name} {part(move || is_part.get())}</dt>
                <dd data-tone=erased(move || tone(dollars.get().unwrap_or(0.0)))>
                    {part(move || told(dollars.get()))}
                </dd>
            </div>
        }
        .erase()
    };
    let list = move || {
        (!is_folded.get()).then(|| {
            let ids = ids.get().into_iter();
            view! { <ul>{ids.map(|id| one_row(controls, id)).collect_view()}</ul> }.erase()
        })
    };
    view! {
        <section class="positions-list" aria-label="Open positions">
            <header class="desk__head">
                <button
                    type="button"
                    class="positions-list__fold"
                    aria-expanded=erased(move || (!is_folded.get()).to_string())
                    on:click=heard(move |_| on_fold.run(()))
                >
                    <h2>"Positions"</h2>
                    <small>{part(move || ids.read().len().to_string())}</small>
                </button>
                <dl>
                    {total("Today", "Since the previous close, or since it was opened", |sum| {
                        (sum.today.whole, sum.with_day)
                    })}
                    {total("Profit", "At the middle, less what was paid and fees", |sum| {
                        (sum.profit, sum.with_profit)
                    })}
                </dl>
            </header>
            {part(list)}
        </section>
    }
    .into_any()
}

fn told(dollars: Option<f64>) -> String {
    dollars.map_or_else(|| "–".to_owned(), format::money)
}

fn one_row(controls: ListControls, id: String) -> AnyView {
    let ListControls { rows, now, on_choose, .. } = controls;
    let row = row_of(rows, id.clone());
    let text = |of: fn(&PositionRow) -> String| {
        let text = memo(move || row.read().as_ref().map(of).unwrap_or_default());
        move || text.get()
    };
    let dollars = |of: fn(&PositionRow) -> Option<f64>| {
        let dollars = memo(move || row.read().as_ref().and_then(of));
        view! {
            <span data-tone=erased(move || tone(dollars.get().unwrap_or(0.0)))>
                {part(move || told(dollars.get()))}
            </span>
        }
        .erase()
    };
    let ends = memo(move || row.read().as_ref().and_then(|row| ends_in(row, now.get())));
    let absence =
        memo(move || row.read().as_ref().and_then(|row| row.value.as_ref().err().cloned()));
    let legs = text(short_legs);
    view! {
        <li>
            <button
                type="button"
                class="positions-list__row"
                data-absent=erased(move || absence.read().is_some().to_string())
                title=erased(legs)
                on:click=heard(move |_| on_choose.run(id.clone()))
            >
                <b>{part(text(|row| row.name.clone()))}</b>
                <small>{part(move || ends.get())}</small>
                {dollars(|row| row.profit())}
                <small>{part(move || absence.get().unwrap_or_else(legs))}</small>
                {dollars(|row| row.since.map(|(_, day)| day.whole))}
            </button>
        </li>
    }
    .into_any()
}
