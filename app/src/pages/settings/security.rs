//! What a sign-in takes, where somebody is signed in, and what happened. Each section is a function
//! in a file of its own.

mod browsers;
mod elsewhere;
mod factor;
mod happened;
mod password;

use leptos::prelude::*;

use crate::erased::Erase;
use crate::pages::passkeys::{self, ShownPasskeys};
pub use browsers::SignedIn;
pub use elsewhere::ShownElsewhere;
pub use happened::Happened;
pub(in crate::pages) use password::first_password;

/// How safe an account is.
#[derive(Clone, Debug)]
pub struct ShownSecurity {
    /// Whose it is, for a password manager.
    pub email: String,
    /// Whether a password opens it: who joined by an issuer has none at first.
    pub has_password: bool,
    /// Recovery codes that are left; nothing without a second factor.
    pub recovery_left: Option<u64>,
    /// Who it is elsewhere, where that can be said.
    pub elsewhere: Option<ShownElsewhere>,
    /// Its passkeys, where it may have some.
    pub passkeys: Option<ShownPasskeys>,
    /// Where it is signed in.
    pub sign_ins: Vec<SignedIn>,
    /// What happened to it, the newest first.
    pub happened: Vec<Happened>,
}

pub(super) fn security(shown: ShownSecurity) -> AnyView {
    let ShownSecurity {
        email,
        has_password,
        recovery_left,
        elsewhere,
        passkeys,
        sign_ins,
        happened,
    } = shown;
    view! {
        {browsers::section(sign_ins)}
        {password::section(email, has_password)}
        {factor::section(recovery_left, has_password)}
        {passkeys.map(passkeys::section)}
        {elsewhere.map(elsewhere::section)}
        {happened::section(happened)}
    }
    .erase()
}
