//! Passwords: how they are kept, compared, and which are refused.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, Params};
use tokio::sync::Semaphore;
use tracing::error;

use crate::breached_passwords::BreachedPasswords;

/// Memory in KiB that a hash takes: that of the ASVS, appendix C, for one pass in one thread.
const MEMORY_KIB: u32 = 47_104;
/// More at once would take the machine's memory from everything else.
const AT_ONCE: usize = 2;
static PLACES: Semaphore = Semaphore::const_new(AT_ONCE);

/// The least and the most characters of a password.
pub(crate) const LENGTH: std::ops::RangeInclusive<usize> = 8..=128;
/// A password that is found in so many tries is refused; the 3,000 commonest are far below.
const GUESSES_MIN: u64 = 1_000_000;

/// What is compared with where there is no account, so that it takes as long.
const NOBODY: &str = "$argon2id$v=19$m=47104,t=1,p=1$dm9sYXJpcy1ub2JvZHk$\
                      AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why something cannot be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadPassword {
    #[error("a password has at least 8 characters: three or four words are good and easy to keep")]
    Short,
    #[error("a password has at most 128 characters")]
    Long,
    #[error(
        "this password is among the first that anybody would try: three or four unrelated words \
         are better"
    )]
    Common,
    #[error("this password was found in a breach of some other place: choose one that is new")]
    Breached,
    #[error("the list of breached passwords cannot be read, so that no password can be chosen")]
    Unchecked,
}

/// What is kept of a password that somebody chose, if it may be one; `about` is what others know of
/// them.
pub(crate) async fn choose(
    password: String,
    about: &str,
    breached: Option<&BreachedPasswords>,
) -> anyhow::Result<Result<String, BadPassword>> {
    if let Err(bad) = check(&password, about) {
        return Ok(Err(bad));
    }
    if let Some(list) = breached {
        match list.has(&password).await {
            Ok(false) => {}
            Ok(true) => return Ok(Err(BadPassword::Breached)),
            Err(problem) => {
                error!("the list of breached passwords: {problem:#}");
                return Ok(Err(BadPassword::Unchecked));
            }
        }
    }
    hash(password).await.map(Ok)
}

/// Whether something may be a password as far as this program knows.
fn check(password: &str, about: &str) -> Result<(), BadPassword> {
    let length = password.chars().count();
    if length < *LENGTH.start() {
        return Err(BadPassword::Short);
    }
    if *LENGTH.end() < length {
        return Err(BadPassword::Long);
    }
    let known: Vec<&str> = about.split(['@', '.']).chain([about, "volaris"]).collect();
    if zxcvbn::zxcvbn(password, &known).guesses() < GUESSES_MIN {
        return Err(BadPassword::Common);
    }
    Ok(())
}

/// A password that nobody guesses: 26 letters and digits, 130 bits.
pub(crate) fn fresh() -> String {
    const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0; 26];
    fill(&mut bytes);
    bytes.iter().map(|byte| char::from(SIGNS[usize::from(byte % 32)])).collect()
}

/// Fills with what nobody foresees.
pub(crate) fn fill(bytes: &mut [u8]) {
    for part in bytes.chunks_mut(16) {
        let fresh = tower_sessions::session::Id::default().0.to_le_bytes();
        part.copy_from_slice(&fresh[..part.len()]);
    }
}

/// What is kept of a password.
pub(crate) async fn hash(password: String) -> anyhow::Result<String> {
    let _place = PLACES.acquire().await?;
    tokio::task::spawn_blocking(move || {
        let hash = hasher().hash_password(password.as_bytes());
        hash.map(|hash| hash.to_string()).map_err(|error| anyhow::anyhow!("{error}"))
    })
    .await?
}

/// What is kept of a secret that is short and has no hash of its own to compare with: the same for
/// the same salt, of 8 bytes at least.
pub(crate) async fn stretch(secret: String, salt: String) -> anyhow::Result<String> {
    let _place = PLACES.acquire().await?;
    tokio::task::spawn_blocking(move || {
        let mut bytes = [0; Params::DEFAULT_OUTPUT_LEN];
        let done = hasher().hash_password_into(secret.as_bytes(), salt.as_bytes(), &mut bytes);
        done.map_err(|error| anyhow::anyhow!("{error}"))?;
        Ok(hex::encode(bytes))
    })
    .await?
}

/// What became of a password that somebody gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is the right one.
    Right,
    /// It is, and was kept in a way that is not the present one: this is.
    Renewed(String),
    /// It is not, or there is no account; either takes as long.
    Wrong,
}

/// Compares a password with what is kept of one; with nothing where there is no account.
pub(crate) async fn compare(password: String, kept: Option<String>) -> anyhow::Result<Verdict> {
    if *LENGTH.end() < password.chars().count() {
        return Ok(Verdict::Wrong);
    }
    // An account that others vouch for may have none: nothing fits it.
    let kept = kept.filter(|kept| !kept.is_empty());
    let _place = PLACES.acquire().await?;
    tokio::task::spawn_blocking(move || {
        let is_somebody = kept.is_some();
        let kept = kept.unwrap_or_else(|| NOBODY.to_owned());
        let parsed = PasswordHash::new(&kept).map_err(|error| anyhow::anyhow!("{error}"))?;
        let is_right = hasher().verify_password(password.as_bytes(), &parsed).is_ok();
        if !(is_right && is_somebody) {
            return Ok(Verdict::Wrong);
        }
        let is_present = Params::try_from(&parsed).is_ok_and(|params| params == present());
        if is_present {
            return Ok(Verdict::Right);
        }
        let renewed = hasher().hash_password(password.as_bytes());
        Ok(renewed.map_or(Verdict::Right, |hash| Verdict::Renewed(hash.to_string())))
    })
    .await?
}

fn present() -> Params {
    Params::new(MEMORY_KIB, 1, 1, Some(Params::DEFAULT_OUTPUT_LEN)).expect("these are allowed")
}

fn hasher() -> Argon2<'static> {
    Argon2::from(present())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_anybody_would_try_is_refused() {
        for (password, why) in [
            ("", BadPassword::Short),
            ("sh0rt!?", BadPassword::Short),
            ("password", BadPassword::Common),
            ("Passw0rd1", BadPassword::Common),
            ("qwertyuiop", BadPassword::Common),
            ("aaaaaaaaaaaa", BadPassword::Common),
            ("adalovelace", BadPassword::Common),
            ("volaris1", BadPassword::Common),
        ] {
            assert_eq!(check(password, "adalovelace@example.com"), Err(why), "{password}");
        }
        assert_eq!(check(&"x9".repeat(65), "a@b"), Err(BadPassword::Long));
        for password in
            ["correct horse battery staple", "  four spaces around ", "ναῦς ἐπὶ θάλασσαν"]
        {
            assert_eq!(check(password, "ada@example.com"), Ok(()), "{password}");
        }
    }

    #[tokio::test]
    async fn only_the_right_password_is_right() {
        let kept = hash("correct horse".to_owned()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"), "{kept}");
        let again = hash("correct horse".to_owned()).await.unwrap();
        assert_ne!(kept, again, "each has a salt of its own");
        let tried =
            |password: &str, kept: Option<&String>| compare(password.to_owned(), kept.cloned());
        assert_eq!(tried("correct horse", Some(&kept)).await.unwrap(), Verdict::Right);
        assert_eq!(tried("correct horsf", Some(&kept)).await.unwrap(), Verdict::Wrong);
        assert_eq!(tried("correct horse", None).await.unwrap(), Verdict::Wrong);
        assert_eq!(tried(&"x".repeat(1_000), Some(&kept)).await.unwrap(), Verdict::Wrong);
        for password in ["", "x"] {
            let verdict = tried(password, Some(&String::new())).await.unwrap();
            assert_eq!(verdict, Verdict::Wrong, "of an account without a password");
        }
        assert!(tried("x", Some(&"no hash".to_owned())).await.is_err());
    }

    #[tokio::test]
    async fn what_was_kept_in_another_way_is_kept_anew() {
        let old = Argon2::from(Params::new(8, 1, 1, None).unwrap());
        let kept = old.hash_password(b"correct horse").unwrap().to_string();
        let verdict = compare("correct horse".to_owned(), Some(kept)).await.unwrap();
        let Verdict::Renewed(renewed) = verdict else { panic!("{verdict:?}") };
        let verdict = compare("correct horse".to_owned(), Some(renewed)).await.unwrap();
        assert_eq!(verdict, Verdict::Right);
    }
}
