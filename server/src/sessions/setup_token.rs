//! What whoever makes the first account from elsewhere must know: it was printed, at the start or
//! when the first of them came, stands in a file that only the desk's user can read, or was given.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use sha2::{Digest, Sha256};

use crate::commands::say;
use crate::configuration::Configuration;
use crate::{passwords, private_file};

/// The token, and where it is written.
pub(crate) struct SetupToken {
    given: Option<String>,
    file: PathBuf,
    /// Nothing before it is offered, and as long as somebody has an account.
    token: Mutex<Option<String>>,
}

impl SetupToken {
    /// It opens nothing before it is offered.
    pub(super) fn new(configuration: &Configuration) -> Self {
        let file = configuration.data.join("setup-token");
        Self { given: configuration.setup_token.clone(), file, token: Mutex::default() }
    }

    /// Makes one, or takes the one that was given, and tells where it is: once until it is
    /// forgotten, and none where somebody has an account.
    pub(super) fn offer(&self, has_accounts: &AtomicBool) -> anyhow::Result<()> {
        let mut token = self.locked();
        // Whoever makes an account meanwhile waits for this to end, and forgets it.
        if token.is_some() || has_accounts.load(Ordering::Acquire) {
            return Ok(());
        }
        if let Some(given) = &self.given {
            *token = Some(given.clone());
            return Ok(());
        }
        let made = passwords::fresh();
        self.write(&made).with_context(|| {
            format!("the set-up token cannot be written to {}", self.file.display())
        })?;
        say(&format!(
            "This desk has no account yet, and others can reach it. To make the first one, \
             open /set-up\n  with the token  {made}\n  which also stands in {}",
            self.file.display()
        ));
        *token = Some(made);
        Ok(())
    }

    fn write(&self, token: &str) -> std::io::Result<()> {
        // One of an earlier time is worth nothing.
        self.take_file_away();
        private_file::write(&self.file, token)
    }

    /// Whether there is one.
    pub(crate) fn is_offered(&self) -> bool {
        self.locked().is_some()
    }

    /// Whether somebody knows it; takes as long whatever was given.
    pub(crate) fn is(&self, given: &str) -> bool {
        let token = self.locked();
        token.as_ref().is_some_and(|token| Sha256::digest(given.trim()) == Sha256::digest(token))
    }

    /// It opens nothing any more.
    pub(super) fn forget(&self) {
        *self.locked() = None;
        self.take_file_away();
    }

    fn take_file_away(&self) {
        // There may be none.
        let _ = std::fs::remove_file(&self.file);
    }

    fn locked(&self) -> MutexGuard<'_, Option<String>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::Settings;

    #[test]
    fn of_many_who_come_at_once_one_has_it_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = Settings { data: Some(folder.path().to_owned()), ..Settings::default() };
        let setup = SetupToken::new(&Configuration::load(&settings).expect("a configuration"));
        let file = folder.path().join("setup-token");
        let has_accounts = AtomicBool::new(true);
        setup.offer(&has_accounts).expect("nothing to do");
        assert!(!setup.is_offered() && !file.exists(), "somebody has an account");
        has_accounts.store(false, Ordering::Release);
        let told: Vec<String> = std::thread::scope(|scope| {
            let come = || {
                setup.offer(&has_accounts).expect("offered");
                std::fs::read_to_string(&file).expect("a token")
            };
            let strangers: Vec<_> = (0..8).map(|_| scope.spawn(come)).collect();
            strangers.into_iter().map(|one| one.join().expect("no panic")).collect()
        });
        assert!(told.iter().all(|token| *token == told[0] && setup.is(token)));
    }
}
