//! A password that was forgotten: asking for a code by mail, and setting it anew with that code.

use leptos::prelude::*;

use crate::contexts::Preferences;
use crate::erased::Erase;
use crate::pages::document::{document, field, plain};
use crate::shell::PageFiles;

/// What one of the pages shows.
#[derive(Clone, Copy, Debug)]
pub enum ResetPage {
    /// The form that has a code sent.
    Forgot {
        /// Whether what is typed can be read on the way.
        is_plain: bool,
    },
    /// The form that takes it.
    Reset {
        /// Whether what is typed can be read on the way.
        is_plain: bool,
    },
}

/// One of the pages as a whole document. `said` is a word of what was tried before.
pub fn password_reset_document(
    files: &PageFiles,
    preferences: &Preferences,
    page: ResetPage,
    said: &str,
) -> String {
    let (title, is_plain, form) = match page {
        ResetPage::Forgot { is_plain } => ("Forgotten password", is_plain, forgot()),
        ResetPage::Reset { is_plain } => ("New password", is_plain, reset()),
    };
    let body = view! { {plain(is_plain)} {form} }.into_any();
    document(files, preferences, title, said, body)
}

/// What to do about a forgotten password, under the sign-in.
pub(super) fn forgotten(has_mail: bool) -> AnyView {
    if has_mail {
        return view! {
            <p class="account__note">
                <a href="/forgot">"Forgotten?"</a>
            </p>
        }
        .erase();
    }
    on_the_machine("Forgotten? On the machine that the desk runs on: ")
}

fn on_the_machine(words: &'static str) -> AnyView {
    view! {
        <p class="account__note">
            {words} <code>"volaris account reset you@example.com"</code>
        </p>
    }
    .erase()
}

fn forgot() -> AnyView {
    view! {
        <p>
            "Write the e-mail address that you sign in with. A code comes to it, with which you \
             set a new password; a second factor stays as it is."
        </p>
        <form class="account__form" method="post" action="/account/forgot">
            {field("email", "E-mail", "username")}
            <button class="account__go">"Send a code"</button>
        </form>
        <p class="account__note">
            <a href="/reset">"I have a code"</a> " · " <a href="/sign-in">"Sign in"</a>
        </p>
        {on_the_machine("No mail comes? On the machine that the desk runs on: ")}
    }
    .erase()
}

fn reset() -> AnyView {
    view! {
        <form class="account__form" method="post" action="/account/reset">
            {field("email", "E-mail", "username")}
            {field("code", "Code from the mail", "one-time-code")}
            {field("password", "New password, 8 characters or more", "new-password")}
            <button class="account__go">"Set the password anew"</button>
        </form>
        <p class="account__note">
            <a href="/forgot">"Send another code"</a> " · " <a href="/sign-in">"Sign in"</a>
        </p>
    }
    .erase()
}
