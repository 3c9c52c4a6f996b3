//! What all plain documents have in common: they are written by the server, work before any code of
//! ours came and without it, and password managers know their forms.

use leptos::prelude::*;
use market::{Moment, format};

use crate::contexts::Preferences;
use crate::erased::Erase;
use crate::shell::PageFiles;

/// What the word of an address says of what was tried.
fn told(problem: &str) -> Option<&'static str> {
    Some(match problem {
        "wrong" => {
            "This e-mail address and this password do not belong together, or the code of the \
             second factor is missing or was used."
        }
        "present" => "That is not your password.",
        "code" => "That is not the app's code of now. Is the clock of the phone right?",
        "token" => "That is not the set-up token of this desk.",
        "wait" => "Too many tries. Wait a minute, then try once more.",
        "email" => "An e-mail address has a name, an @ and a place, as in ada@example.com.",
        "short" => "A password has at least 8 characters. Three or four words are good.",
        "long" => "A password has at most 128 characters.",
        "common" => {
            "That password is among the first that anybody would try. Three or four unrelated \
             words are better."
        }
        "breached" => {
            "That password was found in a breach of some other place, so that others know it. \
             Choose one that is used nowhere else."
        }
        "unchecked" => {
            "The list of breached passwords cannot be read, so that no password can be chosen now. \
             Whoever runs this desk finds why in its log."
        }
        "here" => "There is an account of this e-mail address already.",
        "taken" => "That e-mail address is in use on this desk: write another.",
        "stale" => {
            "This account has no password to prove who you are by, so that you must have signed \
             in within the last ten minutes. Sign out, sign in again, and do it then."
        }
        "no-password" => {
            "This account has no password to prove who you are by. Set a first one, under Security."
        }
        "name" => "A name has at most 60 letters, and no @.",
        "late" => "That cannot be taken back any more: it was changed again, or too long ago.",
        "key-name" => "A key has a name of 1 to 60 characters: that of the program.",
        "keys" => "This account has 20 keys: end one that nobody uses.",
        "owner" => {
            "Others are on this desk, and you own it: it cannot be left to nobody. Hand it over \
             to one of them first, on the page of people."
        }
        "gone" => "That was changed meanwhile: this is how it stands now.",
        "announcement" => "An announcement has 1 to 400 letters.",
        "key-limit" => {
            "Your tier has no room for another key: end one, or ask who leads this desk for \
             another tier."
        }
        "invitation" => {
            "That code is not one for this e-mail address, was used, or has ended. Ask whoever \
             invited you for another."
        }
        "sent" => {
            "If there is an account of that address, a code is on its way to it: look into your \
             mail, and write it here within half an hour."
        }
        "reset-code" => {
            "That is not the code of the newest mail to this address, it was used, or half an \
             hour is over. Have another one sent."
        }
        "reset" => {
            "The password is set anew, and every browser was signed out. Sign in with the new one."
        }
        "password" => "The password is changed. Every other browser was signed out.",
        other => {
            return crate::pages::identity::told(other)
                .or_else(|| crate::pages::passkeys::told(other));
        }
    })
}

/// A whole document. `said` is a word of what was tried before.
pub(super) fn document(
    files: &PageFiles,
    preferences: &Preferences,
    title: &'static str,
    said: &str,
    body: AnyView,
) -> String {
    let main = view! {
        <main class="account">
            <p class="account__brand">
                "Vol"<b>"aris"</b>
            </p>
            <h1>{title}</h1>
            {said_before(said)}
            {body}
        </main>
    };
    around(files, preferences, title, main.erase())
}

/// What the word of an address says, where it says anything.
pub(super) fn said_before(said: &str) -> Option<AnyView> {
    let is_good = matches!(said, "password" | "sent" | "reset");
    told(said).map(|text| {
        view! {
            <p
                class="account__said"
                id="said"
                data-good=is_good.then_some("true")
                role=if is_good { "status" } else { "alert" }
            >
                {text}
            </p>
        }
        .erase()
    })
}

/// The document around the main part of a page.
pub(super) fn around(
    files: &PageFiles,
    preferences: &Preferences,
    title: &str,
    main: AnyView,
) -> String {
    let document = view! {
        <html
            lang="en"
            data-theme=preferences.theme.as_str()
            data-colors=preferences.colors.as_str()
            data-density=preferences.density.as_str()
        >
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="dark light" />
                <meta name="theme-color" content=preferences.theme.color() />
                <title>{format!("{title} · Volaris")}</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=files.style.clone() />
                <link rel="stylesheet" href=files.document_style.clone() />
            </head>
            <body>{main}</body>
        </html>
    };
    format!("<!DOCTYPE html>{}", document.to_html())
}

/// The e-mail address that somebody typed into a form that was refused; the server puts it into the
/// context of the page that shows the form again.
#[derive(Clone, Debug)]
pub struct TypedEmail(pub String);

/// A field that must be filled.
pub(super) fn field(
    name: &'static str,
    label: &'static str,
    autocomplete: &'static str,
) -> AnyView {
    let is_new = autocomplete == "new-password";
    let kind = match name {
        "email" => "email",
        "token" | "code" => "text",
        _ => "password",
    };
    let typed = (autocomplete == "username").then(use_context::<TypedEmail>).flatten();
    view! {
        <label class="account__field">
            <span>{label}</span>
            <input
                type=kind
                name=name
                value=typed.map(|TypedEmail(email)| email)
                autocomplete=autocomplete
                required=true
                minlength=is_new.then_some("8")
                maxlength=if name == "email" { "254" } else { "128" }
            />
        </label>
    }
    .erase()
}

/// `2026-11-26 10:30 ET`.
pub(super) fn moment(at: Moment) -> String {
    format!("{} {} ET", at.wall_time().date, format::minute(at))
}
/// What plain http from another machine means, and the two ways out.
pub(super) fn plain(is_plain: bool) -> AnyView {
    is_plain
        .then(|| {
            view! {
                <p class="account__said" role="note">
                    "This page came over plain http: who is on the way can read what you type, and \
                     the desk cannot be installed, work offline or copy to the clipboard. Put a \
                     reverse proxy with https in front and set " <code>"address"</code>
                    ", or come by a tunnel: " <code>"ssh -L 3000:127.0.0.1:3000 THE-MACHINE"</code>
                    "."
                </p>
            }
            .erase()
        })
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_is_said() {
        let html = |word| {
            let body = ().into_any();
            document(&PageFiles::default(), &Preferences::default(), "Account", word, body)
        };
        for word in [
            "wrong",
            "present",
            "code",
            "wait",
            "token",
            "email",
            "short",
            "long",
            "common",
            "breached",
            "unchecked",
            "password",
            "here",
            "taken",
            "name",
            "late",
            "gone",
            "invitation",
            "key-name",
            "keys",
            "owner",
            "announcement",
            "key-limit",
            "sent",
            "reset-code",
            "reset",
        ] {
            assert!(html(word).contains("account__said"), "{word}");
        }
        assert!(!html("nonsense").contains("account__said"));
    }
}
