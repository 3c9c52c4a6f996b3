//! Tokens that programs bring: JWTs that an issuer signed with a secret that the desk has, or with
//! a key that the issuer publishes.

use std::sync::Arc;

use async_trait::async_trait;
use desk::{IdentityError, TokenReader, Vouched, email_of};
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use market::{Moment, Span};
use serde::Deserialize;
use tokio::sync::Mutex;
use tracing::warn;

use crate::connection::{Connection, check_address};

/// How far the issuer's clock and ours may be apart.
const LEEWAY: Span = Span::seconds(30);
/// The longest token.
const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// The shortest secret: HS256 has as many bits as its hash (RFC 7518, 3.2).
const SECRET_BYTES_MIN: usize = 32;
/// After so long it is asked again which keys there are.
const KEYS_FRESH: Span = Span::minutes(10);
/// But no more often than this, whatever the tokens name.
const KEYS_EVERY: Span = Span::minutes(1);
/// While the issuer is away its last keys count so long.
const KEYS_MAX: Span = Span::hours(1);

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What tokens are compared with.
pub enum TokenKeys {
    /// A secret that issuer and desk have (HS256).
    Secret(String),
    /// Where the issuer publishes its keys (ES256 and RS256).
    Published(String),
}

/// Which tokens a desk takes.
pub struct TokenSettings {
    /// Who must have signed them.
    pub issuer: String,
    /// Whom they must be for.
    pub audience: String,
    /// By what it is known.
    pub keys: TokenKeys,
    /// Whether the issuer names nobody's address that they did not prove.
    pub emails_are_verified: bool,
}

/// The tokens of an issuer.
pub struct Tokens {
    issuer: String,
    audience: String,
    emails_are_verified: bool,
    remedy: String,
    source: Source,
}

enum Source {
    Secret(DecodingKey),
    Published {
        address: String,
        connection: Connection,
        known: Arc<Mutex<Known>>,
        turn: Arc<Mutex<()>>,
    },
}

/// What the issuer published.
#[derive(Default)]
struct Known {
    keys: Vec<Jwk>,
    /// When they came.
    at: Option<Moment>,
    /// When they were last asked for.
    asked_at: Option<Moment>,
    /// Whether that failed.
    failed: bool,
}

/// What a token says. Whatever else stands in it is nobody's proof.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: f64,
    nbf: Option<f64>,
    email: Option<String>,
    email_verified: Option<bool>,
}

fn untrusted(why: impl Into<String>) -> IdentityError {
    IdentityError::Untrusted(why.into())
}

impl Tokens {
    /// Takes an issuer's tokens as it is set. Nothing is asked yet.
    pub fn open(settings: TokenSettings) -> Result<Self, IdentityError> {
        let TokenSettings { issuer, audience, keys, emails_are_verified } = settings;
        let source = match keys {
            TokenKeys::Secret(secret) if secret.len() < SECRET_BYTES_MIN => {
                let why = format!("the secret has fewer than {SECRET_BYTES_MIN} bytes");
                return Err(untrusted(why));
            }
            TokenKeys::Secret(secret) => {
                Source::Secret(DecodingKey::from_secret(secret.as_bytes()))
            }
            TokenKeys::Published(address) => {
                check_address(&address).map_err(|error| untrusted(error.to_string()))?;
                let connection =
                    Connection::open().map_err(|error| untrusted(error.to_string()))?;
                let (known, turn) = (Arc::default(), Arc::default());
                Source::Published { address, connection, known, turn }
            }
        };
        let remedy = format!(
            "this token is not taken: bring one of `{issuer}` for `{audience}` that has not \
             expired, of somebody who has an account on this desk, or a key, made under \
             Programs in the settings"
        );
        Ok(Self { issuer, audience, emails_are_verified, remedy, source })
    }

    fn away(&self, source: Failure) -> IdentityError {
        IdentityError::Away { issuer: self.issuer.clone(), source: source.into() }
    }

    /// The keys that a token of this header may have been signed with.
    async fn keys_for(
        &self,
        header: &Header,
        now: Moment,
    ) -> Result<Vec<DecodingKey>, IdentityError> {
        let Source::Published { address, connection, known, turn } = &self.source else {
            let Source::Secret(key) = &self.source else { return Ok(Vec::new()) };
            return Ok(vec![key.clone()]);
        };
        if let Some(found) = known.lock().await.fresh(header, now) {
            return Ok(found);
        }
        // One asks for all, and whoever has a key that is known does not wait for that.
        let turn = match Arc::clone(turn).try_lock_owned() {
            Ok(turn) => turn,
            Err(_) => {
                let found = known.lock().await.matching(header, now);
                if !found.is_empty() {
                    return Ok(found);
                }
                Arc::clone(turn).lock_owned().await
            }
        };
        let mut held = known.lock().await;
        let found = held.matching(header, now);
        if let Some(found) = held.fresh(header, now) {
            return Ok(found);
        }
        if held.asked_at.is_some_and(|at| now - at < KEYS_EVERY) {
            if found.is_empty() && held.failed {
                return Err(self.away("its keys could not be had a moment ago".into()));
            }
            return Ok(found);
        }
        held.asked_at = Some(now);
        drop(held);
        let (ours, connection, address) = (Arc::clone(known), connection.clone(), address.clone());
        // In a task of its own: whoever asks may leave, and others wait for what comes of it.
        let asked = tokio::spawn(async move {
            let _turn = turn;
            let read = connection.read(&address).await.map_err(Failure::from);
            let read = read.and_then(|body| keys_in(&body));
            let mut held = ours.lock().await;
            held.failed = read.is_err();
            (held.keys, held.at) = (read?, Some(now));
            Ok(())
        });
        match asked.await.unwrap_or_else(|panic| Err(panic.into())) {
            Ok(()) => Ok(known.lock().await.matching(header, now)),
            Err(error) if found.is_empty() => Err(self.away(error)),
            Err(error) => {
                warn!(issuer = self.issuer, "the keys of tokens cannot be read again: {error}");
                Ok(found)
            }
        }
    }
}

impl Known {
    /// Keys for a header that need not be asked for.
    fn fresh(&self, header: &Header, now: Moment) -> Option<Vec<DecodingKey>> {
        let is_fresh = self.at.is_some_and(|at| now - at < KEYS_FRESH);
        Some(self.matching(header, now)).filter(|found| is_fresh && !found.is_empty())
    }

    fn matching(&self, header: &Header, now: Moment) -> Vec<DecodingKey> {
        if self.at.is_none_or(|at| KEYS_MAX <= now - at) {
            return Vec::new();
        }
        let fits = |key: &&Jwk| {
            let common = &key.common;
            let is_named = header.kid.is_none() || common.key_id == header.kid;
            let signs = !matches!(common.public_key_use, Some(PublicKeyUse::Encryption));
            // A key of another kind is refused when it is tried.
            let alg = common.key_algorithm.map(|one| one.to_string());
            is_named && signs && alg.is_none_or(|alg| alg == format!("{:?}", header.alg))
        };
        self.keys.iter().filter(fits).filter_map(|key| DecodingKey::from_jwk(key).ok()).collect()
    }
}

/// The keys of a set (RFC 7517). Those of kinds that nobody here knows are no reason to lose the
/// others.
fn keys_in(body: &[u8]) -> Result<Vec<Jwk>, Failure> {
    #[derive(Deserialize)]
    struct Published {
        keys: Vec<serde_json::Value>,
    }
    let Published { keys } = serde_json::from_slice(body)?;
    Ok(keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect())
}

/// Seconds since 1970 as a moment.
fn moment(seconds: f64) -> Option<Moment> {
    const FAR: f64 = 1e11;
    let is_sane = (0.0..FAR).contains(&seconds);
    #[expect(clippy::cast_possible_truncation, reason = "far below the end of the range")]
    let micros = (seconds * 1e6) as i64;
    is_sane.then_some(Moment(micros))
}

#[async_trait]
impl TokenReader for Tokens {
    fn remedy(&self) -> &str {
        &self.remedy
    }

    async fn check(&self, now: Moment) -> Result<(), IdentityError> {
        for algorithm in [Algorithm::ES256, Algorithm::RS256] {
            if !self.keys_for(&Header::new(algorithm), now).await?.is_empty() {
                return Ok(());
            }
        }
        Err(untrusted("no key for ES256 or RS256 is among those of the issuer"))
    }

    async fn read(&self, token: &str, now: Moment) -> Result<(Vouched, Moment), IdentityError> {
        if TOKEN_BYTES_MAX < token.len() {
            return Err(untrusted("it is too long"));
        }
        let header =
            jsonwebtoken::decode_header(token).map_err(|error| untrusted(error.to_string()))?;
        let allowed: &[Algorithm] = match &self.source {
            Source::Secret(_) => &[Algorithm::HS256],
            Source::Published { .. } => &[Algorithm::ES256, Algorithm::RS256],
        };
        // What a token says of itself chooses among what the desk takes, and nothing else.
        if !allowed.contains(&header.alg) {
            return Err(untrusted(format!("it is signed by {:?}", header.alg)));
        }
        let keys = self.keys_for(&header, now).await?;
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // By the desk's clock, below.
        (validation.validate_exp, validation.validate_nbf) = (false, false);
        let mut refusal = "its key is not among those of the issuer".to_owned();
        let mut found = None;
        for key in keys {
            match jsonwebtoken::decode::<Claims>(token, &key, &validation) {
                Ok(read) => found = Some(read.claims),
                Err(error) => refusal = error.to_string(),
            }
        }
        let Some(claims) = found else { return Err(untrusted(refusal)) };
        let ends = moment(claims.exp).ok_or_else(|| untrusted("its end is no time"))?;
        if ends + LEEWAY <= now {
            return Err(untrusted("it has expired"));
        }
        if let Some(begins) = claims.nbf {
            let begins = moment(begins).ok_or_else(|| untrusted("its beginning is no time"))?;
            if now + LEEWAY < begins {
                return Err(untrusted("it does not count yet"));
            }
        }
        if claims.sub.is_empty() {
            return Err(untrusted("it is nobody's"));
        }
        let is_verified = claims.email_verified.unwrap_or(self.emails_are_verified);
        let email = claims.email.filter(|_| is_verified).and_then(|text| email_of(&text).ok());
        let vouched = Vouched { issuer: self.issuer.clone(), subject: claims.sub, email };
        Ok((vouched, ends + LEEWAY))
    }
}
