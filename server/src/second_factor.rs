//! Codes from an app, besides the password (TOTP, RFC 6238), and recovery codes for who lost it.

use app::AccountPage;
use axum::Extension;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::{Account, AuditEvent, Store, StoreError};
use http::HeaderMap;
use qrcode::{Color, QrCode};
use serde::Deserialize;
use totp_rs::{Builder, Secret, Totp};

use crate::accounts::{Accounts, Told, back, page};
use crate::clock::now;
use crate::device::Device;
use crate::rest::Problem;
use crate::sessions::Here;
use crate::sessions::demanded_factor::SETTING_UP;
use crate::settings::SECURITY;
use crate::{codes, passwords};

/// Recovery codes that are given.
const RECOVERY_CODES: usize = 10;
/// Letters and digits of one: 50 bits.
const RECOVERY_SIGNS: usize = 10;
const SECRET_BYTES: usize = 20;

/// What the secret of an account's codes is sealed as.
pub(crate) fn about(account: &str) -> String {
    format!("{account} totp")
}

fn totp(secret: Vec<u8>, email: &str) -> anyhow::Result<Totp> {
    // A colon would end the name in the app.
    let name = email.replace(':', "_");
    let builder = Builder::new().with_secret(Secret::new(secret.into()));
    let builder = builder.with_account_name(name).with_issuer(Some("Volaris"));
    builder.build().map_err(|error| anyhow::anyhow!("{error}"))
}

/// Whether a sign-in of an account takes a code.
pub(crate) async fn is_on(store: &dyn Store, account: &str) -> Result<bool, StoreError> {
    let factor = store.second_factor(account).await?;
    Ok(factor.is_some_and(|factor| factor.is_confirmed))
}

impl Accounts {
    fn secret_of(&self, account: &Account, sealed: &str) -> anyhow::Result<Totp> {
        totp(self.vault.unseal(&about(&account.id), sealed)?, &account.email)
    }

    /// Whether a code opens an account, which has one or needs none; it is used up. Tells whether
    /// it was a recovery code, and a word of what was wrong otherwise.
    pub(crate) async fn opens(
        &self,
        account: &Account,
        code: &str,
    ) -> Result<Result<bool, &'static str>, Problem> {
        let store = &self.doors.store;
        let factor = store.second_factor(&account.id).await?;
        let Some(factor) = factor.filter(|factor| factor.is_confirmed) else {
            return Ok(Ok(false));
        };
        if !code.is_empty() && !self.may_try_code(account).await? {
            return Ok(Err("wait"));
        }
        let totp = self.secret_of(account, &factor.secret)?;
        if let Some(step) = totp.check(&digits_of(code), seconds()) {
            let is_fresh = store.use_step(&account.id, step).await?;
            return Ok(if is_fresh { Ok(false) } else { Err("wrong") });
        }
        // What is none takes no longer than a password that is wrong.
        if !is_recovery(code) {
            return Ok(Err("wrong"));
        }
        let hash = recovery_hash(&account.id, code).await?;
        // Codes that were given before they took long to guess open as well.
        let used = store.use_recovery(&account.id, &hash).await?
            || store.use_recovery(&account.id, &codes::hash_of(code)).await?;
        Ok(if used { Ok(true) } else { Err("wrong") })
    }
}

/// Takes as long as a recovery code takes, where one was typed beside a wrong password: how long it
/// takes tells nobody that the password was right.
pub(crate) async fn take_as_long(code: &str) -> Result<(), Problem> {
    if is_recovery(code) {
        recovery_hash("", code).await?;
    }
    Ok(())
}

/// Whether something looks like a recovery code.
fn is_recovery(code: &str) -> bool {
    codes::plain(code).len() == RECOVERY_SIGNS
}

/// What is kept of a recovery code. Its 50 bits are guessed by who has the database, unless each
/// guess takes long.
async fn recovery_hash(account: &str, code: &str) -> anyhow::Result<String> {
    passwords::stretch(codes::plain(code), account.to_owned()).await
}

fn digits_of(code: &str) -> String {
    code.chars().filter(char::is_ascii_digit).collect()
}

fn seconds() -> u64 {
    u64::try_from(now().0 / 1_000_000).unwrap_or_default()
}

/// Makes a secret and shows it, for who knows the password, until a code proves that an app has it.
pub(crate) async fn begin(
    State(accounts): State<Accounts>,
    Extension(Here { account, .. }): Extension<Here>,
    device: Device,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Problem> {
    if let Err(word) = accounts.knows(&account, form.present, &device).await? {
        let is_asked = accounts.doors.lacks_factor(&account.id).await?;
        return Ok(back(if is_asked { SETTING_UP } else { SECURITY }, word, None));
    }
    let mut secret = vec![0; SECRET_BYTES];
    passwords::fill(&mut secret);
    let sealed = accounts.vault.seal(&about(&account.id), &secret);
    let sealed = sealed?;
    let store = &accounts.doors.store;
    store.begin_second_factor(&account.id, &sealed).await?;
    Ok(Redirect::to("/account/second-factor").into_response())
}

/// Shows the secret that waits for its proof.
pub(crate) async fn show(
    State(accounts): State<Accounts>,
    Extension(Here { account, .. }): Extension<Here>,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Result<Response, Problem> {
    let factor = accounts.doors.store.second_factor(&account.id).await?;
    let Some(factor) = factor.filter(|factor| !factor.is_confirmed) else {
        if accounts.doors.lacks_factor(&account.id).await? {
            let has_password = !account.password.is_empty();
            let shown = AccountPage::FactorDemanded { email: account.email, has_password };
            return Ok(page(&headers, shown, told.word()));
        }
        return Ok(Redirect::to(SECURITY).into_response());
    };
    let totp = accounts.secret_of(&account, &factor.secret)?;
    let link = totp.to_url().map_err(|error| anyhow::anyhow!("{error}"))?;
    let (width, modules) = square(&link)?;
    let secret = link.split(['?', '&']).find_map(|part| part.strip_prefix("secret="));
    let secret = secret.unwrap_or_default().to_owned();
    let is_demanded = accounts.doors.demands_factor;
    let shown = AccountPage::SecondFactor { secret, link, width, modules, is_demanded };
    Ok(page(&headers, shown, &told.problem))
}

/// A link as a square that a phone's camera reads: its width, and the path of its dark modules.
fn square(link: &str) -> anyhow::Result<(usize, String)> {
    let code = QrCode::new(link)?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    let path = dark.map(|(place, _)| format!("M{} {}h1v1h-1z", place % width, place / width));
    Ok((width, path.collect()))
}

#[derive(Deserialize)]
pub(crate) struct CodeForm {
    code: String,
}

/// A code proves the secret: it counts from now on, and recovery codes are shown, once.
pub(crate) async fn confirm(
    State(accounts): State<Accounts>,
    Extension(Here { account, .. }): Extension<Here>,
    device: Device,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Result<Response, Problem> {
    let again = |problem| Ok(back("/account/second-factor", problem, None));
    if !accounts.may_prove(&account, &device).await? {
        return again("wait");
    }
    let store = &accounts.doors.store;
    let factor = store.second_factor(&account.id).await?;
    let Some(factor) = factor else {
        return Ok(Redirect::to(SECURITY).into_response());
    };
    let totp = accounts.secret_of(&account, &factor.secret)?;
    let Some(step) = totp.check(&digits_of(&form.code), seconds()) else { return again("code") };
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| codes::fresh(RECOVERY_SIGNS)).collect();
    let mut hashes = Vec::with_capacity(codes.len());
    for code in &codes {
        hashes.push(recovery_hash(&account.id, code).await?);
    }
    let is_new = store.confirm_second_factor(&account.id, step, &hashes).await?;
    if !is_new {
        return Ok(Redirect::to(SECURITY).into_response());
    }
    accounts.note(&account.id, AuditEvent::FactorOn, &device).await?;
    Ok(page(&headers, AccountPage::RecoveryCodes { codes }, ""))
}

#[derive(Deserialize)]
pub(crate) struct PasswordForm {
    present: String,
}

/// Takes it away, for who knows the password.
pub(crate) async fn remove(
    State(accounts): State<Accounts>,
    Extension(Here { account, .. }): Extension<Here>,
    device: Device,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Problem> {
    if let Err(word) = accounts.knows(&account, form.present, &device).await? {
        return Ok(back(SECURITY, word, None));
    }
    let store = &accounts.doors.store;
    if store.remove_second_factor(&account.id).await? {
        accounts.note(&account.id, AuditEvent::FactorOff, &device).await?;
    }
    Ok(Redirect::to(SECURITY).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, SHA-1; the last six of its eight digits.
        let totp = totp(b"12345678901234567890".to_vec(), "a:b@example.com").unwrap();
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")]
        {
            assert_eq!(totp.check(code, seconds), Some(seconds / 30), "{seconds}");
            assert_eq!(totp.check(code, seconds + 120), None, "{seconds}");
        }
    }

    #[tokio::test]
    async fn recovery_codes_take_long_to_guess() {
        let of = async |account: &str, code: &str| recovery_hash(account, code).await.unwrap();
        let began = crate::clock::stopwatch();
        let hash = of("0190-ada", "abcde-23456").await;
        // Not a plain hash, of which a machine makes a billion a second.
        assert!(std::time::Duration::from_millis(2) < began.elapsed());
        assert_eq!(hash, of("0190-ada", " ABCDE23456 ").await, "however it is written");
        assert_ne!(hash, of("0190-bob", "abcde-23456").await, "each account has a salt");
        assert_ne!(hash, of("0190-ada", "abcde-23457").await);
    }

    #[test]
    fn a_square_has_its_three_corners() {
        let (width, path) = square("otpauth://totp/x").unwrap();
        for corner in [(0, 0), (width - 1, 0), (0, width - 1)] {
            assert!(path.contains(&format!("M{} {}h1", corner.0, corner.1)), "{corner:?}");
        }
    }
}
