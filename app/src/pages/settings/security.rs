//! What a sign-in takes, where somebody is signed in, and what happened. Each section is a function
//! in a file of its own.

mod browsers;
mod factor;
mod happened;
mod password;

use leptos::prelude::*;

use crate::erased::Erase;
pub use browsers::SignedIn;
pub use happened::Happened;

/// How safe an account is.
#[derive(Clone, Debug)]
pub struct ShownSecurity {
    /// Whose it is, for a password manager.
    pub email: String,
    /// Recovery codes that are left; nothing without a second factor.
    pub recovery_left: Option<u64>,
    /// Where it is signed in.
    pub sign_ins: Vec<SignedIn>,
    /// What happened to it, the newest first.
    pub happened: Vec<Happened>,
}

pub(super) fn security(shown: ShownSecurity) -> AnyView {
    let ShownSecurity { email, recovery_left, sign_ins, happened } = shown;
    view! {
        {browsers::section(sign_ins)}
        {password::section(email)}
        {factor::section(recovery_left)}
        {happened::section(happened)}
    }
    .erase()
}
