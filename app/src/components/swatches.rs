//! A row of colours, one of which is chosen.

use canvas::property;
use chart::Ink;
use leptos::prelude::*;

use crate::erased::{Erase, erased, heard};

/// The colours, by their place among `inks`.
pub(super) fn swatches(
    inks: &[Ink],
    chosen: impl Fn() -> Option<u8> + Copy + Send + Sync + 'static,
    choose: impl Fn(u8) + Copy + 'static,
) -> AnyView {
    let swatch = |(place, ink): (u8, &Ink)| {
        view! {
            <button
                type="button"
                class="swatch"
                aria-label=format!("Colour {}", place + 1)
                aria-pressed=erased(move || (chosen() == Some(place)).to_string())
                style:color=format!("var({})", property(*ink))
                on:click=heard(move |_| choose(place))
            >
                "●"
            </button>
        }
        .erase()
    };
    (0_u8..).zip(inks).map(swatch).collect_view().into_any()
}

/// The colours that tell studies apart.
const OWN: [Ink; Ink::STUDIES as usize] =
    [Ink::Study(0), Ink::Study(1), Ink::Study(2), Ink::Study(3), Ink::Study(4), Ink::Study(5)];

/// A colour of its own for something that has one anyway.
pub(crate) fn own_color(
    label: &'static str,
    chosen: impl Fn() -> Option<u8> + Copy + Send + Sync + 'static,
    choose: impl Fn(Option<u8>) + Copy + 'static,
) -> AnyView {
    view! {
        <div class="menu__choices" role="group" aria-label=label>
            {super::menu::choice("Usual", move || chosen().is_none(), move || choose(None))}
            {swatches(&OWN, chosen, move |color| choose(Some(color)))}
        </div>
    }
    .erase()
}
