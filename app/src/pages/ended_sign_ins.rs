//! Ending other sign-ins, for who knows the password: whoever only found the browser open signs
//! nobody out.

use leptos::prelude::*;

use crate::erased::Erase;
use crate::pages::document::field;

/// The form that the buttons of single browsers belong to.
const FORM: &str = "ending";

/// The password, and the button that ends all others; nothing where there are none.
pub(super) fn end_others(others: usize) -> AnyView {
    (0 < others)
        .then(|| {
            view! {
                <form
                    id=FORM
                    class="account__form"
                    method="post"
                    action="/account/sign-out-others"
                >
                    {field("present", "Password, to sign other browsers out", "current-password")}
                    <button>"Sign out everywhere else"</button>
                </form>
            }
            .erase()
        })
        .into_any()
}

/// The button that ends one, by the password of the same form.
pub(super) fn end_one(device: &str, hash: String) -> AnyView {
    let name = format!("Sign out {device}");
    view! {
        <button form=FORM formaction="/account/end" name="hash" value=hash aria-label=name>
            "Sign out"
        </button>
    }
    .erase()
}
