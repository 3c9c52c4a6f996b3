//! The form that makes the first account of a desk.

use leptos::prelude::*;

use crate::erased::Erase;
use crate::pages::document::field;

pub(super) fn protect() -> AnyView {
    view! {
        <p>
            "This desk has no account. It answers to this machine alone, and to whoever sits at \
             it. With an account everybody signs in first, here too. Nothing that you keep is \
             lost."
        </p>
        <section aria-label="First account">
            <form class="account__form" method="post" action="/account/protect">
                {field("email", "E-mail", "username")}
                {field("password", "Password, 8 characters or more", "new-password")}
                <button class="account__go">"Protect this desk"</button>
            </form>
        </section>
    }
    .erase()
}
