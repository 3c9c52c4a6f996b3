//! What something of an account was before a change, on its way through the address of the page
//! that offers to take the change back: sealed, so that nobody reads a name or an address there,
//! and good for the browser that made the change, for a while.

use market::{Moment, Span};

use crate::accounts::Accounts;
use crate::clock::now;
use crate::sessions::Here;

/// How long a change can be taken back.
const GOOD_FOR: Span = Span::minutes(10);

/// Seals what was there before what `changed` names.
pub(super) fn seal(
    accounts: &Accounts,
    here: &Here,
    changed: &str,
    was: &str,
) -> anyhow::Result<String> {
    let told = format!("{} {was}", now().0);
    accounts.vault.seal(&about(here, changed), told.as_bytes())
}

/// What was there before, if this browser changed it a moment ago.
pub(super) fn unseal(
    accounts: &Accounts,
    here: &Here,
    changed: &str,
    sealed: &str,
) -> Option<String> {
    let told = accounts.vault.unseal(&about(here, changed), sealed).ok()?;
    was_before(now(), &String::from_utf8(told).ok()?)
}

fn was_before(now: Moment, told: &str) -> Option<String> {
    let (at, was) = told.split_once(' ')?;
    let at = Moment(at.parse().ok()?);
    (now - at <= GOOD_FOR).then(|| was.to_owned())
}

/// Of whom, in which browser, and what.
fn about(Here { account, hash }: &Here, changed: &str) -> String {
    format!("{} {hash} {changed} before", account.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_long_ago_is_not_taken_back() {
        let told = format!("{} Ada Lovelace", 5_000_000);
        let at = |seconds| was_before(Moment(5_000_000) + Span::seconds(seconds), &told);
        assert_eq!(at(0).as_deref(), Some("Ada Lovelace"));
        assert_eq!(at(600).as_deref(), Some("Ada Lovelace"));
        assert_eq!(at(601), None);
        assert_eq!(was_before(Moment(0), "0 "), Some(String::new()), "nothing was there");
        for damaged in ["", "Ada", "x Ada"] {
            assert_eq!(was_before(Moment(0), damaged), None, "{damaged}");
        }
    }
}
