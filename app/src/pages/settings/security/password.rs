//! The form that changes a password.

use leptos::prelude::*;

use crate::erased::Erase;
use crate::pages::document::field;

pub(super) fn section(email: String) -> AnyView {
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
