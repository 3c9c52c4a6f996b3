//! The form that changes a password, or gives an account its first one.

use leptos::prelude::*;

use crate::erased::Erase;
use crate::pages::document::field;

pub(super) fn section(email: String, has_password: bool) -> AnyView {
    if !has_password {
        return view! {
            <section aria-labelledby="password">
                <h2 id="password">"A first password"</h2>
                {first_password()}
            </section>
        }
        .erase();
    }
    view! {
        <section aria-labelledby="password">
            <h2 id="password">"Another password"</h2>
            <form class="account__form" method="post" action="/account/password">
                // A password manager wants to know whose it is.
                <input
                    type="text"
                    name="email"
                    value=email
                    autocomplete="username"
                    hidden=true
                />
                {field("present", "Present password", "current-password")}
                {field("password", "New password, 8 characters or more", "new-password")}
                <button class="account__go">"Change the password"</button>
            </form>
        </section>
    }
    .erase()
}

/// For who joined by an issuer: some things ask for a password.
pub(in crate::pages) fn first_password() -> AnyView {
    view! {
        <p>
            "This account has no password. With one you can sign in when the other place is away, \
             set a second factor up, and delete the account. It can be set within ten minutes of \
             signing in."
        </p>
        <form class="account__form" method="post" action="/account/first-password">
            {field("password", "A password, 8 characters or more", "new-password")}
            <button>"Set a password"</button>
        </form>
    }
    .erase()
}
