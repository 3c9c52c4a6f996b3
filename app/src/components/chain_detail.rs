//! Under a chain: everything that is known of the call and the put at the strike that was chosen,
//! and why what is not known is not.

use leptos::prelude::*;
use market::{Right, format};
use quant::options::ChainBook;

use super::chain_table::ChainControls;
use crate::chain_columns::{ChainColumn, ChainContract};
use crate::erased::{Erase, heard, part};

/// The two contracts at the chosen strike; nothing while none is.
pub(crate) fn chain_detail(controls: ChainControls) -> AnyView {
    let ChainControls { version, book, chosen, .. } = controls;
    part(move || {
        version.get();
        let place = chosen.get()?;
        let sides = book.with_value(|book| {
            let book = book.as_ref()?;
            book.quotes().strikes.get(place)?;
            Some(Right::ALL.map(|right| contract(book, place, right)))
        })?;
        Some(view! {
            <aside class="chain-detail" aria-label="Contracts at this strike">
                {sides.collect_view()}
                <button
                    type="button"
                    class="chain-detail__close"
                    aria-label="Close"
                    on:click=heard(move |_| chosen.set(None))
                >
                    "×"
                </button>
            </aside>
        })
    })
}

fn contract(book: &ChainBook, place: usize, right: Right) -> AnyView {
    let own = ChainContract::of(book, place, right);
    let option = &own.option;
    let name = book.quotes().contract(place, right).map(|contract| contract.to_string());
    let figure = |column: &ChainColumn| {
        view! {
            <div title=column.meaning()>
                <dt>{column.name()}</dt>
                <dd>{column.text(&own)}</dd>
            </div>
        }
        .erase()
    };
    let age = option
        .quote
        .at
        .map(|at| format!("Quoted {} ago, at {}.", format::age(book.at() - at), format::clock(at)));
    let open_interest = format!("Open interest is of {}.", book.quotes().open_interest_of);
    let early = book.exercise_reason(place, right).map(|why| format!("Early exercise: {why}."));
    let absence = ChainColumn::Iv.absence(option);
    view! {
        <section class="chain-detail__contract">
            <h2>{name}</h2>
            <dl>{ChainColumn::ALL.iter().rev().map(figure).collect_view()}</dl>
            <p>{age} " " {open_interest} " " {absence.map(|why| format!("IV: {why}."))}</p>
            {early.map(|early| view! { <p class="chain-detail__early">{early}</p> })}
        </section>
    }
    .erase()
}
