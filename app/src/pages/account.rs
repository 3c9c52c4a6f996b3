//! Signing in, and what is shown once of an account. Plain documents that the server writes: they
//! work before any code of ours came, and without it; password managers know their forms.

use leptos::prelude::*;

use crate::contexts::Preferences;
use crate::erased::Erase;
use crate::pages::demanded_factor::{factor_demanded, not_now};
use crate::pages::document::{document, field, plain};
use crate::pages::identity;
use crate::pages::passkeys::{self, PasskeyDoor};
use crate::pages::password_reset::forgotten;
use crate::pages::restore::offer;
use crate::shell::PageFiles;

/// What one of the pages shows.
#[derive(Clone, Debug)]
pub enum AccountPage {
    /// The form to sign in; afterwards it leads to `next`.
    SignIn {
        /// An address of the desk.
        next: String,
        /// Where else somebody may sign in, as they know it.
        issuer: Option<String>,
        /// Whether a passkey signs in as well.
        passkey: Option<PasskeyDoor>,
        /// Whether what is typed can be read on the way.
        is_plain: bool,
        /// Whether a forgotten password can be set anew by mail.
        has_mail: bool,
    },
    /// The form that makes the first account from elsewhere.
    SetUp {
        /// Whether what is typed can be read on the way.
        is_plain: bool,
        /// Whether a backup can come this way.
        may_restore: bool,
    },
    /// What is said to whoever asks too often without being signed in.
    TooFast,
    /// Why somebody gets no page.
    Refused {
        /// In words.
        why: String,
        /// Whether it is the desk's fault.
        is_ours: bool,
    },
    /// A secret that an app takes, and the form that proves it.
    SecondFactor {
        /// In letters and digits, to type.
        secret: String,
        /// To press on the device that has the app.
        link: String,
        /// How many modules the square has in a row.
        width: usize,
        /// The path of its dark ones.
        modules: String,
        /// Whether nothing else is answered before.
        is_demanded: bool,
    },
    /// The form that begins it, where nothing else is answered before.
    FactorDemanded {
        /// Whose.
        email: String,
        /// Whether a password opens it: without one that comes first.
        has_password: bool,
    },
    /// A key for programs, which is shown once.
    Key {
        /// The key.
        key: String,
        /// A command that asks with it.
        example: String,
    },
    /// Recovery codes, which are shown once.
    RecoveryCodes {
        /// The codes.
        codes: Vec<String>,
    },
}

impl AccountPage {
    fn title(&self) -> &'static str {
        match self {
            Self::SignIn { .. } => "Sign in",
            Self::SetUp { .. } => "Set up this desk",
            Self::TooFast => "One moment",
            Self::Refused { is_ours: true, .. } => "The desk could not answer",
            Self::Refused { .. } => "This cannot be shown",
            Self::SecondFactor { .. } | Self::FactorDemanded { .. } => "Second factor",
            Self::Key { .. } => "Key for programs",
            Self::RecoveryCodes { .. } => "Recovery codes",
        }
    }
}

/// One of the pages as a whole document. `said` is a word of what was tried before.
pub fn account_document(
    files: &PageFiles,
    preferences: &Preferences,
    page: AccountPage,
    said: &str,
) -> String {
    let title = page.title();
    let body = match page {
        AccountPage::SignIn { next, is_plain, issuer, passkey, has_mail } => {
            let not_here = passkey.as_ref().and_then(passkeys::not_here);
            let passkey =
                passkey.map(|door| passkeys::button(door, next.clone(), issuer.is_none()));
            let elsewhere = issuer.map(|name| identity::button(name, next.clone()));
            view! {
                {plain(is_plain)} {passkey} {elsewhere} {sign_in(next)} {forgotten(has_mail)}
                {not_here}
            }
            .into_any()
        }
        AccountPage::SetUp { is_plain, may_restore } => {
            let restore = may_restore.then(|| offer(true));
            view! { {plain(is_plain)} {set_up(may_restore)} {restore} }.into_any()
        }
        AccountPage::TooFast => too_fast(),
        AccountPage::Refused { why, .. } => refused(why),
        AccountPage::Key { key, example } => made_key(key, example),
        AccountPage::SecondFactor { secret, link, width, modules, is_demanded } => {
            let square = second_factor(secret, link, (width, modules));
            view! { {square} {not_now(is_demanded)} }.into_any()
        }
        AccountPage::FactorDemanded { email, has_password } => factor_demanded(email, has_password),
        AccountPage::RecoveryCodes { codes } => recovery_codes(codes),
    };
    document(files, preferences, title, said, body)
}

fn sign_in(next: String) -> AnyView {
    view! {
        <form class="account__form" method="post" action="/account/sign-in">
            {field("email", "E-mail", "username")}
            {field("password", "Password", "current-password")}
            <label class="account__field">
                <span>"Code, if the account has a second factor"</span>
                <input type="text" name="code" autocomplete="one-time-code" maxlength="32" />
            </label>
            <input type="hidden" name="next" value=next />
            <button class="account__go">"Sign in"</button>
        </form>
    }
    .erase()
}

fn set_up(may_restore: bool) -> AnyView {
    let elsewhere = (!may_restore).then(|| {
        view! { " You have a backup? Stop it and run " <code>"volaris restore FILE"</code> "." }
            .into_any()
    });
    view! {
        <p>
            "This desk has no account yet. Whoever makes the first one proves that the machine is \
             theirs by a token: the desk printed it there, and it stands in the file "
            <code>"setup-token"</code> " in its data folder." {elsewhere}
        </p>
        <form class="account__form" method="post" action="/account/set-up">
            {field("token", "Set-up token", "off")} {field("email", "E-mail", "username")}
            {field("password", "Password, 8 characters or more", "new-password")}
            <button class="account__go">"Set up this desk"</button>
        </form>
    }
    .erase()
}

fn too_fast() -> AnyView {
    view! {
        <p>
            "Too much was asked from your network by people who are not signed in. Wait ten \
             seconds, and load this page again."
        </p>
    }
    .erase()
}

fn refused(why: String) -> AnyView {
    view! {
        <p>{why}</p>
        <p>
            <a href="/">"Back to the desk"</a>
        </p>
    }
    .into_any()
}

fn made_key(key: String, example: String) -> AnyView {
    view! {
        <p>
            "Give it to the program. It is shown this one time; whoever has it can do what you \
             allowed, until you end it in your settings."
        </p>
        <p>
            <code class="account__secret">{key}</code>
        </p>
        <p class="account__note">
            "Try it: " <code>{example}</code>
        </p>
        <p class="account__note">
            <a href="/settings/programs">"I have kept it"</a>
        </p>
    }
    .erase()
}

fn second_factor(secret: String, link: String, (width, modules): (usize, String)) -> AnyView {
    // The margin that cameras need.
    let frame = format!("-4 -4 {0} {0}", width + 8);
    // In fours, as it is typed.
    let letters: Vec<char> = secret.chars().collect();
    let typed: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
    view! {
        <p>
            "Read this with an authenticator app (Aegis, 1Password, Google Authenticator, …), then \
             write the code that it shows."
        </p>
        <svg class="account__square" viewBox=frame role="img" aria-label="Square to be read">
            <path d=modules></path>
        </svg>
        <p>
            <a href=link>"Open the app on this device"</a>
            ", or type the secret: "
            <code class="account__secret">{typed.join(" ")}</code>
        </p>
        <form class="account__form" method="post" action="/account/second-factor/confirm">
            {field("code", "Code that the app shows", "one-time-code")}
            <button class="account__go">"Turn the second factor on"</button>
        </form>
    }
    .erase()
}

fn recovery_codes(codes: Vec<String>) -> AnyView {
    let codes = codes.into_iter().map(|code| {
        let (left, right) = code.split_at(code.len() / 2);
        let written = format!("{left}-{right}");
        view! { <li><code>{written}</code></li> }.erase()
    });
    view! {
        <p>
            "A sign-in takes a code from now on. Each of these takes its place once, should the \
             app be lost. They are shown this one time: print them, or keep them with your \
             passwords."
        </p>
        <ol class="account__codes">{codes.collect_view()}</ol>
        <p class="account__note">
            <a href="/settings/security">"I have kept them"</a>
        </p>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(page: AccountPage, said: &str) -> String {
        account_document(&PageFiles::default(), &Preferences::default(), page, said)
    }

    #[test]
    fn what_others_wrote_is_text() {
        let evil = "\"><script>alert(1)</script>".to_owned();
        for page in [
            AccountPage::Key { key: evil.clone(), example: evil.clone() },
            AccountPage::SignIn {
                next: evil.clone(),
                is_plain: true,
                issuer: Some(evil.clone()),
                passkey: Some(PasskeyDoor::Elsewhere { origin: evil.clone() }),
                has_mail: true,
            },
            AccountPage::FactorDemanded { email: evil.clone(), has_password: true },
            AccountPage::SecondFactor {
                secret: evil.clone(),
                link: evil.clone(),
                width: 1,
                modules: evil.clone(),
                is_demanded: true,
            },
        ] {
            let html = document(page, &evil);
            assert!(!html.contains("<script"), "{html}");
        }
    }
}
