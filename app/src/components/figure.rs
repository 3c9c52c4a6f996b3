//! A figure under its name, as they stand in a row above chains, exposure, plans and smiles.

use leptos::prelude::*;

use crate::erased::{Erase, part};

/// A figure; what it means is told to whoever rests on it.
pub(crate) fn figure(name: &'static str, title: &'static str, value: Memo<String>) -> AnyView {
    view! {
        <div title=title>
            <dt>{name}</dt>
            <dd>{part(move || value.get())}</dd>
        </div>
    }
    .erase()
}
