//! Secrets that must be read again, sealed: whoever has the database alone cannot open them.

mod rotation;

use std::path::PathBuf;

use anyhow::Context;
use chacha20poly1305::aead::{Aead, Generate, Key, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};

use desk::Store;

use crate::configuration::Configuration;
use crate::{private_file, second_factor};
pub(crate) use rotation::rotate;

/// Seals and opens by the desk's key.
pub(crate) struct Vault {
    /// The one that seals stands last; before it, while a rotation is cut short, the one before.
    ciphers: Vec<XChaCha20Poly1305>,
}

/// How a secret is sealed; another way would be another number.
const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;
/// What is sealed to tell which key is the desk's.
const DESK: &str = "desk";

impl Vault {
    /// Takes the key that was given, or that of the data folder; makes one where there is none.
    pub(crate) fn open(configuration: &Configuration) -> anyhow::Result<Self> {
        if let Some(text) = &configuration.key {
            return Self::with_key(text);
        }
        let file = key_file(configuration);
        if !file.exists() {
            private_file::write_whole(&file, &fresh_key())
                .with_context(|| format!("a key cannot be kept in {}", file.display()))?;
        }
        let mut ciphers = Vec::new();
        for path in [&file, &rotation::next_file(&file)].into_iter().filter(|path| path.exists()) {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("the key in {} cannot be read", path.display()))?;
            ciphers.extend(Self::with_key(&text)?.ciphers);
        }
        Ok(Self { ciphers })
    }

    /// Seals and opens by this key alone: 64 hexadecimal digits.
    fn with_key(text: &str) -> anyhow::Result<Self> {
        let key = hex::decode(text.trim()).ok();
        let key = key.and_then(|bytes| Key::<XChaCha20Poly1305>::try_from(bytes.as_slice()).ok());
        let key = key.context("the desk's key is no 64 hexadecimal digits: restore volaris.key")?;
        Ok(Self { ciphers: vec![XChaCha20Poly1305::new(&key)] })
    }

    /// Whether the desk's secrets are sealed with this key; the first one that asks decides it.
    pub(crate) async fn is_the_desks(&self, store: &dyn Store) -> anyhow::Result<bool> {
        let mut sealed = store.desk_facts().await?.key_check;
        if sealed.is_empty() {
            // What was sealed before anybody asked tells it as well.
            if let Some((account, secret)) = store.second_factor_secrets().await?.first()
                && self.unseal(&second_factor::about(account), secret).is_err()
            {
                return Ok(false);
            }
            let own = self.seal(DESK, DESK.as_bytes())?;
            if store.write_key_check("", &own).await? {
                return Ok(true);
            }
            sealed = store.desk_facts().await?.key_check;
        }
        Ok(self.unseal(DESK, &sealed).is_ok())
    }

    /// Seals a secret of what `about` names: nothing else opens it.
    pub(crate) fn seal(&self, about: &str, secret: &[u8]) -> anyhow::Result<String> {
        let nonce = XNonce::generate();
        let aad = aad(about);
        let last = self.ciphers.last().context("the vault has no key")?;
        let sealed = last.encrypt(&nonce, Payload { msg: secret, aad: &aad });
        let sealed = sealed.map_err(|_| anyhow::anyhow!("a secret cannot be sealed"))?;
        Ok(hex::encode([&[VERSION], nonce.as_slice(), &sealed].concat()))
    }

    /// Opens it again.
    pub(crate) fn unseal(&self, about: &str, sealed: &str) -> anyhow::Result<Vec<u8>> {
        let bytes = hex::decode(sealed).unwrap_or_default();
        let opened = bytes
            .strip_prefix(&[VERSION])
            .and_then(|rest| rest.split_at_checked(NONCE_BYTES))
            .and_then(|(nonce, msg)| {
                let nonce = XNonce::try_from(nonce).ok()?;
                let aad = aad(about);
                let open =
                    |one: &XChaCha20Poly1305| one.decrypt(&nonce, Payload { msg, aad: &aad }).ok();
                self.ciphers.iter().rev().find_map(open)
            });
        opened.with_context(|| {
            format!("the secret of {about} was sealed with another key: restore volaris.key")
        })
    }
}

/// Where the key is kept, if it was not given.
fn key_file(configuration: &Configuration) -> PathBuf {
    configuration.data.join("volaris.key")
}

fn fresh_key() -> String {
    hex::encode(Key::<XChaCha20Poly1305>::generate())
}

fn aad(about: &str) -> Vec<u8> {
    [&[VERSION], about.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::Settings;

    fn vault(folder: &std::path::Path) -> Vault {
        let settings = Settings { data: Some(folder.to_owned()), ..Settings::default() };
        Vault::open(&Configuration::load(&settings).expect("a configuration")).expect("a vault")
    }

    #[test]
    fn a_secret_is_opened_by_its_key_and_for_what_it_is_of() {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let sealed = vault(here.path()).seal("ada totp", b"secret").unwrap();
        assert_ne!(sealed, vault(here.path()).seal("ada totp", b"secret").unwrap());
        assert_eq!(vault(here.path()).unseal("ada totp", &sealed).unwrap(), b"secret");
        assert!(vault(here.path()).unseal("eve totp", &sealed).is_err());
        assert!(vault(there.path()).unseal("ada totp", &sealed).is_err());
        for damaged in ["", "01", "zz", &sealed[2..], &sealed[..sealed.len() - 2]] {
            assert!(vault(here.path()).unseal("ada totp", damaged).is_err(), "{damaged}");
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let facts = std::fs::metadata(here.path().join("volaris.key")).unwrap();
            assert_eq!(facts.permissions().mode() & 0o777, 0o600);
        }
    }
}
