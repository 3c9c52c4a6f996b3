//! How often somebody may try what is secret: nobody guesses it, and nobody shuts others out by
//! guessing.

use desk::{Account, Quota};
use market::Span;

use crate::accounts::Accounts;
use crate::clock::now;
use crate::device::Device;
use crate::rest::Problem;

/// Tries that are free from one network, and the time after which there is another.
const TRIES: Quota = Quota { burst: 10, every: Span::minutes(1) };
/// Those at one account from all networks together. More than one network has: whoever tries from
/// one for ever leaves enough to its person.
const TRIES_OF_ALL: Quota = Quota { burst: 100, every: Span::seconds(6) };

impl Accounts {
    /// Whether somebody may try to sign in to an account once more, on whichever server.
    pub(crate) async fn may_try(&self, email: &str, device: &Device) -> Result<bool, Problem> {
        self.may_try_at(&format!("account {email}"), device).await
    }

    /// Whether who is signed in may prove it once more. Strangers, who know the address, take none
    /// of these away: whoever is signed in can shut them out.
    pub(crate) async fn may_prove(
        &self,
        account: &Account,
        device: &Device,
    ) -> Result<bool, Problem> {
        self.may_try_at(&format!("here {}", account.id), device).await
    }

    /// Whether somebody may try once more at something: counted for it from their network, for
    /// their network, and for it from everywhere.
    pub(crate) async fn may_try_at(&self, place: &str, device: &Device) -> Result<bool, Problem> {
        let network = format!("network {}", device.network);
        let names = [
            (format!("{place} {network}"), TRIES),
            (network, TRIES),
            (place.to_owned(), TRIES_OF_ALL),
        ];
        Ok(self.doors.store.try_once(&names, now()).await?)
    }

    /// Whether a code of a second factor may be tried once more, wherever it comes from: six digits
    /// are soon found from many networks. Nobody takes these away who does not know the password.
    pub(crate) async fn may_try_code(&self, account: &Account) -> Result<bool, Problem> {
        let names = [(format!("code {}", account.id), TRIES)];
        Ok(self.doors.store.try_once(&names, now()).await?)
    }

    /// Whether somebody may try the set-up token once more. Nobody guesses it: counted for all, the
    /// tries of a stranger would be the owner's.
    pub(crate) async fn may_try_token(&self, device: &Device) -> Result<bool, Problem> {
        let names = [(format!("network {}", device.network), TRIES)];
        Ok(self.doors.store.try_once(&names, now()).await?)
    }
}
