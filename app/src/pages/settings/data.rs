//! Taking everything along, and having it deleted.

use leptos::prelude::*;

use crate::erased::Erase;
use crate::pages::document::field;
use crate::pages::restore::offer;

/// Whose data it is.
#[derive(Clone, Copy, Debug)]
pub struct ShownData {
    /// Whether there is an account that can be deleted.
    pub has_account: bool,
    /// Whether a backup can come through the browser.
    pub may_restore: bool,
}

pub(super) fn data(shown: ShownData) -> AnyView {
    let delete = shown.has_account.then(deletion);
    let restore = shown.may_restore.then(|| offer(false));
    view! {
        <section aria-labelledby="export">
            <h2 id="export">"Take it along"</h2>
            <p>
                "Positions, layouts, drawings, lists, settings and imported prices, as CSV and \
                 JSON in one archive."
            </p>
            <p>
                <a href="/account/export" download="">"Download all of it"</a>
            </p>
        </section>
        {restore}
        {delete}
    }
    .erase()
}

fn deletion() -> AnyView {
    view! {
        <section aria-labelledby="delete">
            <h2 id="delete">"Delete"</h2>
            <details>
                <summary>"Delete the account and all of it"</summary>
                <form class="account__form" method="post" action="/account/delete">
                    <p>
                        "This cannot be undone. What was written down of the account in the audit \
                         log stays, without its name and its e-mail address."
                    </p>
                    {field("present", "Password, to delete everything", "current-password")}
                    <button>"Delete everything"</button>
                </form>
            </details>
        </section>
    }
    .into_any()
}
