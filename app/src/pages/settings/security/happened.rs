//! What happened to an account.

use leptos::prelude::*;
use market::Moment;

use crate::erased::Erase;
use crate::pages::document::moment;

/// Something that happened to an account.
#[derive(Clone, Debug)]
pub struct Happened {
    /// When.
    pub at: Moment,
    /// What.
    pub what: &'static str,
    /// What the browser calls itself; empty where there was none.
    pub device: String,
    /// Where it came from; empty for the machine itself.
    pub network: String,
}

pub(super) fn section(happened: Vec<Happened>) -> AnyView {
    view! {
        <section aria-labelledby="happened">
            <h2 id="happened">"What happened"</h2>
            <ol class="account__happened">{happened.into_iter().map(entry).collect_view()}</ol>
        </section>
    }
    .erase()
}

fn entry(one: Happened) -> AnyView {
    let from = [one.device, one.network].into_iter().filter(|part| !part.is_empty());
    let from = from.collect::<Vec<_>>().join(", ");
    view! {
        <li>
            {one.what} <br /> <small>{moment(one.at)} " " {from}</small>
        </li>
    }
    .erase()
}
