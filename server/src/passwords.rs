//! Passwords: how they are kept, compared, and which are refused.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, Params};
use tokio::sync::{Semaphore, SemaphorePermit};
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
    // A capital hides a row of letters from who counts the tries, and from nobody else.
    let all = [password, &password.to_lowercase()];
    if all.iter().any(|one| zxcvbn::zxcvbn(one, &known).guesses() < GUESSES_MIN) {
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
    in_turn(&PLACES, move |place| {
        let hash = hasher(place).hash_password(password.as_bytes());
        hash.map(|hash| hash.to_string()).map_err(|error| anyhow::anyhow!("{error}"))
    })
    .await?
}

/// What is kept of a secret that is short and has no hash of its own to compare with: the same for
/// the same salt, of 8 bytes at least.
pub(crate) async fn stretch(secret: String, salt: String) -> anyhow::Result<String> {
    in_turn(&PLACES, move |place| {
        let mut bytes = [0; Params::DEFAULT_OUTPUT_LEN];
        let done = hasher(place).hash_password_into(secret.as_bytes(), salt.as_bytes(), &mut bytes);
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
    in_turn(&PLACES, move |place| {
        let is_somebody = kept.is_some();
        let kept = kept.unwrap_or_else(|| NOBODY.to_owned());
        let parsed = PasswordHash::new(&kept).map_err(|error| anyhow::anyhow!("{error}"))?;
        let is_right = hasher(place).verify_password(password.as_bytes(), &parsed).is_ok();
        if !(is_right && is_somebody) {
            return Ok(Verdict::Wrong);
        }
        let is_present = Params::try_from(&parsed).is_ok_and(|params| params == present());
        if is_present {
            return Ok(Verdict::Right);
        }
        let renewed = hasher(place).hash_password(password.as_bytes());
        Ok(renewed.map_or(Verdict::Right, |hash| Verdict::Renewed(hash.to_string())))
    })
    .await?
}

/// Does what takes a hash's memory once one of the places is free, and keeps that until it is done:
/// it is not cut short where who asked is gone.
async fn in_turn<Done: Send + 'static>(
    places: &'static Semaphore,
    work: impl FnOnce(&SemaphorePermit<'static>) -> Done + Send + 'static,
) -> anyhow::Result<Done> {
    let place = places.acquire().await?;
    Ok(tokio::task::spawn_blocking(move || work(&place)).await?)
}

fn present() -> Params {
    Params::new(MEMORY_KIB, 1, 1, Some(Params::DEFAULT_OUTPUT_LEN)).expect("these are allowed")
}

/// What hashes, for who has a place.
fn hasher(_place: &SemaphorePermit<'static>) -> Argon2<'static> {
    Argon2::from(present())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Of lists of the commonest passwords those that are long enough.
    const COMMONEST: &str = "\
        12345678 123456789 1234567890 password password1 qwerty123 1q2w3e4r 11111111 iloveyou \
        00000000 qwertyuiop 123123123 87654321 987654321 88888888 1qaz2wsx qwerty12 qwerty1234 \
        abcd1234 password123 sunshine princess football baseball superman starwars trustno1 \
        computer whatever michelle jennifer corvette liverpool chocolate butterfly asdfghjkl \
        1234qwer q1w2e3r4 1q2w3e4r5t zaq12wsx passw0rd letmein1 welcome1 mercedes midnight \
        maverick charlie1 samantha danielle scooter1 elephant victoria platinum internet \
        dolphins einstein anderson marlboro bullshit remember benjamin cocacola spiderman \
        swordfish barcelona christian elizabeth alexander christopher gateway1 snowball airborne \
        hardcore chevelle mountain rangers1 metallica slipknot nirvana1 blink182 pokemon1 \
        firebird garfield guinness hello123 admin123 administrator changeme letmein123 master12 \
        dragon12 monkey12 shadow12 jordan23 michael1 jessica1 ashley12 matthew1 andrew12 \
        nicholas patricia veronica kimberly stephanie brittany danielle1 rockstar babygirl \
        lovelove fuckyou1 test1234 testtest password12 asdfasdf 12341234 11223344 123321123 \
        147258369 159357258 741852963 qazwsxedc 1qazxsw2 asdf1234 zxcvbnm1 qweasdzxc aaaaaaaa \
        77777777 99999999 55555555 12121212 01234567 0123456789 abcdefgh abcdefg1 america1 \
        freedom1 thunder1 heather1 hunter12 summer12 yankees1 lakers24 eagles12 qwer1234 \
        a1b2c3d4 aa123456 123456aa 123456abc abc12345 mustang1 porsche1 ferrari1 harley12";

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

    #[test]
    fn the_commonest_are_refused_and_so_is_what_people_make_of_them() {
        let all: Vec<&str> = COMMONEST.split_whitespace().collect();
        assert!(100 <= all.len(), "{}", all.len());
        let taken = all.iter().flat_map(|common| {
            let mut capital = (*common).to_owned();
            capital[..1].make_ascii_uppercase();
            let more = [common, capital.as_str()].map(|one| format!("{one}1"));
            [(*common).to_owned(), capital].into_iter().chain(more)
        });
        let taken: Vec<String> =
            taken.filter(|one| check(one, "ada@example.com") != Err(BadPassword::Common)).collect();
        assert!(taken.is_empty(), "{taken:?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn two_are_hashed_at_once_and_never_more() {
        let (running, peak) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        // Nothing hashes but by a place: these take it as every other one does.
        let all = (0..8).map(|_| {
            let (running, peak) = (Arc::clone(&running), Arc::clone(&peak));
            tokio::spawn(in_turn(&PLACES, move |place| {
                peak.fetch_max(1 + running.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
                let hashed = hasher(place).hash_password(b"correct horse").is_ok();
                running.fetch_sub(1, Ordering::SeqCst);
                hashed
            }))
        });
        for hashed in futures::future::join_all(all).await {
            assert!(hashed.expect("no panic").expect("a place"));
        }
        assert_eq!(peak.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn who_is_gone_keeps_the_place_until_the_hash_is_done() {
        static ONE: Semaphore = Semaphore::const_new(1);
        let (begun, begins) = tokio::sync::oneshot::channel();
        let (end, ends) = std::sync::mpsc::channel::<()>();
        let asked = tokio::spawn(in_turn(&ONE, move |_| {
            begun.send(()).expect("somebody waits");
            ends.recv()
        }));
        begins.await.expect("it begins");
        asked.abort();
        assert!(asked.await.expect_err("it was given up").is_cancelled());
        assert_eq!(ONE.available_permits(), 0, "it goes on");
        end.send(()).expect("it waits");
        drop(ONE.acquire().await.expect("a place"));
    }
}
