//! What a sign-in takes besides the password.

use leptos::prelude::*;

use crate::erased::Erase;
use crate::pages::document::field;

pub(super) fn section(recovery_left: Option<u64>, has_password: bool) -> AnyView {
    let state = match recovery_left {
        None if !has_password => view! { <p>"It is set up beside a password."</p> }.into_any(),
        None => off(),
        Some(left) => on(left),
    };
    view! {
        <section aria-labelledby="factor">
            <h2 id="factor">"Second factor"</h2>
            {state}
        </section>
    }
    .erase()
}

fn off() -> AnyView {
    view! {
        <p>"With one, a sign-in takes a code from an app on your phone besides the password."</p>
        <form class="account__form" method="post" action="/account/second-factor/begin">
            {field("present", "Password, to set it up", "current-password")}
            <button>"Set a second factor up"</button>
        </form>
    }
    .into_any()
}

fn on(left: u64) -> AnyView {
    view! {
        <p>{format!("A sign-in takes a code. Recovery codes left: {left}.")}</p>
        <form class="account__form" method="post" action="/account/second-factor/remove">
            {field("present", "Password, to turn it off", "current-password")}
            <button>"Turn the second factor off"</button>
        </form>
    }
    .into_any()
}
