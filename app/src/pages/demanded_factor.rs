//! Setting a second factor up where a desk asks everybody for one: nothing else is shown before.

use leptos::prelude::*;

use crate::erased::Erase;
use crate::pages::document::field;
use crate::pages::settings::first_password;

/// The form that begins it.
pub(super) fn factor_demanded(email: String, has_password: bool) -> AnyView {
    if !has_password {
        return view! {
            <p>
                "This desk asks everybody for a second factor, which is set up beside a password."
            </p>
            {first_password()}
            {leave()}
        }
        .erase();
    }
    view! {
        <p>
            "This desk asks everybody for a second factor, and this account (" {email.clone()}
            ") has none yet. With one, a sign-in takes a code from an app on your phone besides \
             the password."
        </p>
        <form class="account__form" method="post" action="/account/second-factor/begin">
            // A password manager wants to know whose it is.
            <input type="text" name="email" value=email autocomplete="username" hidden=true />
            {field("present", "Your password", "current-password")}
            <button class="account__go">"Set a second factor up"</button>
        </form>
        {leave()}
    }
    .erase()
}

/// The way out of setting one up.
pub(super) fn not_now(is_demanded: bool) -> AnyView {
    if is_demanded {
        return leave();
    }
    view! {
        <p class="account__note">
            <a href="/account">"Not now"</a>
        </p>
    }
    .erase()
}

fn leave() -> AnyView {
    view! {
        <form method="post" action="/account/sign-out">
            <button>"Sign out"</button>
        </form>
    }
    .erase()
}
