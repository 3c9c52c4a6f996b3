//! What whoever makes the first account must know, where that may be somebody from elsewhere: it
//! was printed at the start, stands in a file that only the desk's user can read, or was given.

use std::path::PathBuf;

use anyhow::Context;
use sha2::{Digest, Sha256};

use crate::commands::say;
use crate::configuration::Configuration;
use crate::{passwords, private_file};

/// The token, and where it is written.
pub(crate) struct SetupToken {
    token: String,
    file: PathBuf,
}

impl SetupToken {
    /// Makes one, or takes the one that was given, and tells where it is.
    pub(super) fn make(configuration: &Configuration) -> anyhow::Result<Self> {
        let given = configuration.setup_token.clone();
        let file = configuration.data.join("setup-token");
        let is_given = given.is_some();
        let made = Self { token: given.unwrap_or_else(passwords::fresh), file };
        if !is_given {
            made.write().with_context(|| {
                format!("the set-up token cannot be written to {}", made.file.display())
            })?;
            say(&format!(
                "This desk has no account yet, and others can reach it. To make the first one, \
                 open /set-up\n  with the token  {}\n  which also stands in {}",
                made.token,
                made.file.display()
            ));
        }
        Ok(made)
    }

    fn write(&self) -> std::io::Result<()> {
        // One of an earlier start is worth nothing.
        self.forget();
        private_file::write(&self.file, &self.token)
    }

    /// Whether somebody knows it; takes as long whatever was given.
    pub(crate) fn is(&self, given: &str) -> bool {
        Sha256::digest(given.trim()) == Sha256::digest(&self.token)
    }

    /// Takes the file away.
    pub(super) fn forget(&self) {
        // There may be none.
        let _ = std::fs::remove_file(&self.file);
    }
}
