//! Signing in at an issuer: the way there, and the code that an account may ask for.

use leptos::prelude::*;

use crate::contexts::Preferences;
use crate::erased::Erase;
use crate::pages::document::document;
use crate::shell::PageFiles;

/// The page that leads to an issuer.
#[derive(Clone, Debug)]
pub struct LeavingPage {
    /// As people know it.
    pub name: String,
    /// Its page.
    pub address: String,
}

/// The page that asks for a code.
#[derive(Clone, Debug)]
pub struct CodePage {
    /// The issuer that they came from.
    pub name: String,
}

/// What the word of an address says of what was tried at an issuer.
pub(super) fn told(problem: &str) -> Option<&'static str> {
    Some(match problem {
        "issuer-away" => {
            "The place where you sign in does not answer. Try again in a moment, or sign in with \
             your password. Nothing was changed."
        }
        "issuer-given-up" => {
            "You were sent back without being signed in: it was given up there, or this desk is \
             not allowed to ask. Begin once more, or sign in with your password."
        }
        "issuer-untrusted" => {
            "What came back cannot be trusted, and was refused. Begin once more; if it happens \
             again, whoever runs this desk finds the reason in its log."
        }
        "issuer-again" => {
            "That took longer than ten minutes, was used before, or began in another browser or \
             at another address of this desk. Begin once more."
        }
        "issuer-unverified" => {
            "Your e-mail address is not verified there. Verify it there, then sign in again."
        }
        "issuer-stranger" => {
            "Nobody of that e-mail address is on this desk. Ask whoever runs it to invite that \
             very address."
        }
        "issuer-connect" => {
            "There is an account of that e-mail address, and it was not connected. Sign in with \
             its password once, then connect it under Security in the settings."
        }
        "issuer-taken" => {
            "It was not connected: that sign-in belongs to another account of this desk, or this \
             account is connected with another one there. Take that away first."
        }
        "issuer-last" => {
            "Nothing else opens this account. Give it a password first, then take this away."
        }
        "issuer-ask" => {
            "There is an account of that e-mail address, and whoever you are there is not whom it \
             is connected with. Ask whoever runs this desk."
        }
        "code-again" => "That code is not right, or was used. Wait for the app's next one.",
        _ => return None,
    })
}

/// The way to an issuer, above the form of the password.
pub(super) fn button(name: String, next: String) -> AnyView {
    view! {
        <form class="account__form" method="post" action="/sign-in/issuer">
            <input type="hidden" name="next" value=next />
            <button class="account__elsewhere">{format!("Sign in with {name}")}</button>
        </form>
        {or_with_password()}
    }
    .erase()
}

/// What stands between the other ways and the form of the password.
pub(super) fn or_with_password() -> AnyView {
    view! { <p class="account__or">"or with a password"</p> }.into_any()
}

/// Leads to an issuer: a browser goes there by itself, and the link is for where it does not.
pub fn leaving_document(
    files: &PageFiles,
    preferences: &Preferences,
    LeavingPage { name, address }: LeavingPage,
) -> String {
    let body = view! {
        <p>
            {format!("You are being led to {name}, and come back when you have signed in there.")}
        </p>
        <p>
            <a href=address>{format!("Go on to {name}")}</a>
        </p>
        <p class="account__note">
            <a href="/sign-in">"Back to the sign-in"</a>
        </p>
    };
    document(files, preferences, "Sign in", "", body.into_any())
}

/// Asks who came back from an issuer for the code of the second factor.
pub fn code_document(
    files: &PageFiles,
    preferences: &Preferences,
    CodePage { name }: CodePage,
    said: &str,
) -> String {
    let body = view! {
        <p>{format!("{name} knows you. This account asks for a code as well.")}</p>
        <form class="account__form" method="post" action="/account/sign-in/code">
            <label class="account__field">
                <span>"Code of the app, or a recovery code"</span>
                <input
                    type="text"
                    name="code"
                    autocomplete="one-time-code"
                    required=true
                    maxlength="32"
                />
            </label>
            <button class="account__go">"Sign in"</button>
        </form>
        <p class="account__note">
            <a href="/sign-in">"Back to the sign-in"</a>
        </p>
    };
    document(files, preferences, "Second factor", said, body.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_at_an_issuer_is_said() {
        for word in [
            "away",
            "given-up",
            "untrusted",
            "again",
            "unverified",
            "stranger",
            "connect",
            "taken",
            "last",
            "ask",
        ] {
            assert!(told(&format!("issuer-{word}")).is_some(), "{word}");
        }
        assert!(told("code-again").is_some() && told("issuer").is_none());
    }

    #[test]
    fn what_an_issuer_is_called_is_text() {
        let evil = "\"><script>alert(1)</script>".to_owned();
        let (files, preferences) = (PageFiles::default(), Preferences::default());
        let page = LeavingPage { name: evil.clone(), address: evil.clone() };
        let html = leaving_document(&files, &preferences, page);
        assert!(!html.contains("<script"), "{html}");
        let html = code_document(&files, &preferences, CodePage { name: evil.clone() }, &evil);
        assert!(!html.contains("<script"), "{html}");
    }
}
