//! A planned position as an order that a trader takes to a broker: written, copied or saved, never
//! sent.

use leptos::prelude::*;
use plan::OrderFormat;

use super::menu::{Menu, choice};
use super::plan_head::{PlanControls, PlanNow};
use crate::erased::{Erase, erased, heard, memo, part};

/// The menu of orders.
pub(super) fn order_menu(controls: PlanControls) -> AnyView {
    let is_open = RwSignal::new(false);
    view! {
        <Menu
            id="plan-order"
            label="Order"
            icon="M3 2.5h10v11H3zM5.5 6h5M5.5 9h5"
            title="This position as an order"
            is_open
        >
            {move || panel(controls)}
        </Menu>
    }
    .erase()
}

fn panel(controls: PlanControls) -> AnyView {
    let PlanControls { now, on_copy, on_save, .. } = controls;
    let format = RwSignal::new(OrderFormat::Thinkorswim);
    let written = memo(move || Some(order(now.read().as_ref()?, format.get())));
    let text = memo(move || match written.get() {
        Some(Ok(text)) => text,
        _ => String::new(),
    });
    let refusal = memo(move || match written.get() {
        None => Some("There is nothing to write yet.".to_owned()),
        Some(Err(why)) => Some(format!("{why}.")),
        Some(Ok(_)) => None,
    });
    let is_empty = memo(move || text.read().is_empty());
    let one = move |one: OrderFormat| {
        choice(one.name(), move || format.get() == one, move || format.set(one))
    };
    let name = move || match format.get_untracked() {
        OrderFormat::InteractiveBrokers => "volaris-order.csv",
        OrderFormat::Json | OrderFormat::Tastytrade => "volaris-order.json",
        OrderFormat::Occ | OrderFormat::Thinkorswim => "volaris-order.txt",
    };
    view! {
        <div class="menu__choices" role="group" aria-label="Format">
            {OrderFormat::ALL.map(one).collect_view()}
        </div>
        <p
            class="plan-order__refusal"
            role="status"
            hidden=erased(move || refusal.read().is_none())
        >
            {part(move || refusal.get())}
        </p>
        <textarea
            class="plan-order__text"
            aria-label="Order"
            readonly
            rows="7"
            spellcheck="false"
            hidden=erased(move || is_empty.get())
            prop:value=text
        ></textarea>
        <div class="plan-order__acts">
            <button
                type="button"
                disabled=erased(move || is_empty.get())
                on:click=heard(move |_| on_copy.run(text.get_untracked()))
            >
                "Copy"
            </button>
            <button
                type="button"
                disabled=erased(move || is_empty.get())
                on:click=heard(move |_| on_save.run((name().to_owned(), text.get_untracked())))
            >
                "Save"
            </button>
        </div>
        <p class="menu__note">
            "A limit for the day at the price above; a basket has a limit at each leg's middle. \
             Nothing is sent anywhere: read it at your broker before you trade."
        </p>
    }
    .into_any()
}

/// The order of a position at what is paid.
fn order(now: &PlanNow, format: OrderFormat) -> Result<String, plan::BadOrder> {
    let mut position = now.position.clone();
    position.paid = now.paid;
    format.write(&position, &now.legs)
}
