//! OpenID Connect 1.0: the authorization code flow with PKCE, state and nonce.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use desk::{Arrival, Departure, IdentityError, IdentityProvider, Vouched, email_of};
use market::{Moment, Span};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier,
    CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    DiscoveryError, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    Scope, SignatureVerificationError, TokenResponse, UserInfoError,
};
use serde::{Deserialize, Serialize};

use crate::connection::{AskError, Connection, check_address};
use crate::question::Question;

/// How far the issuer's clock and ours may be apart.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);
/// How long ago an issuer may have given its word: it is asked for at the moment.
const WORD_AGE_MAX: TimeDelta = TimeDelta::minutes(10);
/// After so long it is asked again where it is and what its keys are.
const KNOWN_FOR: Span = Span::minutes(10);
/// A key that is not known is looked for no more often than this.
const LOOK_EVERY: Span = Span::minutes(1);

/// How an issuer may sign: never with a secret that both have, and never not at all.
fn signatures() -> [CoreJwsSigningAlgorithm; 6] {
    [
        CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
        CoreJwsSigningAlgorithm::RsaSsaPssSha256,
        CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        CoreJwsSigningAlgorithm::EcdsaP384Sha384,
        CoreJwsSigningAlgorithm::EdDsa,
    ]
}

/// What a desk is to its issuer.
pub struct IssuerSettings {
    /// As people know the issuer.
    pub name: String,
    /// Its address, to the letter as it calls itself.
    pub issuer: String,
    /// What it calls this desk.
    pub client_id: String,
    /// What it knows this desk by, where it asks for that.
    pub client_secret: Option<String>,
    /// Where it sends browsers back to.
    pub back: String,
}

/// An issuer that a desk trusts.
pub struct Issuer {
    name: String,
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    back: RedirectUrl,
    connection: Connection,
    known: Question<Known>,
}

/// What an issuer told of itself.
#[derive(Clone)]
struct Known {
    metadata: CoreProviderMetadata,
    at: Moment,
}

/// What is compared when a browser comes back.
#[derive(Serialize, Deserialize)]
struct Kept {
    state: String,
    nonce: String,
    verifier: String,
}

/// A client whose issuer told where it is.
type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

fn untrusted(why: impl Into<String>) -> IdentityError {
    IdentityError::Untrusted(why.into())
}

fn time(moment: Moment) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(moment.0).unwrap_or_default()
}

fn away(
    issuer: &IssuerUrl,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> IdentityError {
    IdentityError::Away { issuer: issuer.to_string(), source: source.into().into() }
}

/// Asks an issuer where it is and what its keys are.
async fn discover(
    issuer: IssuerUrl,
    connection: Connection,
    now: Moment,
) -> Result<Known, IdentityError> {
    let metadata = CoreProviderMetadata::discover_async(issuer.clone(), &connection).await;
    let metadata = metadata.map_err(|error| match error {
        DiscoveryError::Request(error) => away(&issuer, error),
        DiscoveryError::Validation(why) => untrusted(why),
        // What it sent instead may be anything.
        error => away(&issuer, error.to_string()),
    })?;
    let told = [Some(metadata.authorization_endpoint().as_str()), endpoint(&metadata)];
    for address in told.into_iter().flatten() {
        check_address(address).map_err(|error| untrusted(error.to_string()))?;
    }
    Ok(Known { metadata, at: now })
}

impl Issuer {
    /// Takes an issuer as it is set. Nothing is asked yet: a desk starts without it.
    pub fn open(settings: IssuerSettings) -> Result<Self, IdentityError> {
        let IssuerSettings { name, issuer, client_id, client_secret, back } = settings;
        let bad = |error: &dyn std::error::Error| untrusted(error.to_string());
        check_address(&issuer).map_err(|error| bad(&error))?;
        Ok(Self {
            name,
            connection: Connection::open().map_err(|error| bad(&error))?,
            issuer: IssuerUrl::new(issuer).map_err(|error| bad(&error))?,
            client_id: ClientId::new(client_id),
            client_secret: client_secret.map(ClientSecret::new),
            back: RedirectUrl::new(back).map_err(|error| bad(&error))?,
            known: Question::default(),
        })
    }

    fn away(&self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> IdentityError {
        away(&self.issuer, source)
    }

    /// What the issuer told of itself, no longer ago than `for_long`. One that does not answer is
    /// waited for once, however many people come meanwhile.
    async fn known(&self, for_long: Span, now: Moment) -> Result<Known, IdentityError> {
        let is_fresh = |known: &Known| now - known.at < for_long;
        let ask = || discover(self.issuer.clone(), self.connection.clone(), now);
        self.known.answer(is_fresh, ask).await
    }

    fn client(&self, known: &Known) -> Client {
        let (id, secret) = (self.client_id.clone(), self.client_secret.clone());
        CoreClient::from_provider_metadata(known.metadata.clone(), id, secret)
            .set_redirect_uri(self.back.clone())
    }

    /// What an ID token says, if it is of this issuer, for this desk, of now, and an answer to the
    /// question that was asked.
    async fn claims(
        &self,
        token: &CoreIdToken,
        (known, nonce): (&Known, &Nonce),
        now: Moment,
    ) -> Result<CoreIdTokenClaims, IdentityError> {
        let found = token.claims(&self.verifier(known, now), nonce).cloned();
        let is_by_another_key = matches!(
            &found,
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey
            ))
        );
        let found = match is_by_another_key {
            true => {
                let known = self.known(LOOK_EVERY, now).await?;
                token.claims(&self.verifier(&known, now), nonce).cloned()
            }
            false => found,
        };
        found.map_err(|error| match error {
            ClaimsVerificationError::SignatureVerification(error) => untrusted(error.to_string()),
            error => untrusted(error.to_string()),
        })
    }

    fn verifier(&self, known: &Known, now: Moment) -> CoreIdTokenVerifier<'static> {
        let keys = known.metadata.jwks().clone();
        let now = time(now);
        CoreIdTokenVerifier::new_public_client(self.client_id.clone(), self.issuer.clone(), keys)
            .set_allowed_algs(signatures())
            .set_time_fn(move || now - LEEWAY)
            .set_issue_time_verifier_fn(move |issued| {
                if now + LEEWAY < issued {
                    return Err(format!("it was given at {issued}, which is not yet"));
                }
                if issued < now - WORD_AGE_MAX {
                    return Err(format!("it was given at {issued}, too long ago"));
                }
                Ok(())
            })
    }

    /// The address that is proved, by what the issuer says where its first word has none.
    async fn email_told(
        &self,
        client: &Client,
        (claims, access): (&CoreIdTokenClaims, &AccessToken),
    ) -> Result<Option<String>, IdentityError> {
        let proved = |email: Option<&str>, is_verified: Option<bool>| {
            let email = email.filter(|_| is_verified == Some(true));
            email.and_then(|email| email_of(email).ok())
        };
        if let Some(email) = claims.email() {
            return Ok(proved(Some(email), claims.email_verified()));
        }
        let subject = Some(claims.subject().clone());
        let Ok(question) = client.user_info(access.clone(), subject) else { return Ok(None) };
        let told: Result<CoreUserInfoClaims, _> = question.request_async(&self.connection).await;
        let told = told.map_err(|error| match error {
            UserInfoError::Request(error) => self.away(error),
            error => untrusted(error.to_string()),
        })?;
        Ok(proved(told.email().map(|email| email.as_str()), told.email_verified()))
    }
}

fn endpoint(metadata: &CoreProviderMetadata) -> Option<&str> {
    metadata.token_endpoint().map(|address| address.as_str())
}

#[async_trait]
impl IdentityProvider for Issuer {
    fn name(&self) -> &str {
        &self.name
    }

    async fn begin(&self, now: Moment) -> Result<Departure, IdentityError> {
        let known = self.known(KNOWN_FOR, now).await?;
        let client = self.client(&known);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (address, state, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let kept = Kept {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        };
        let secret = serde_json::to_string(&kept).map_err(|error| untrusted(error.to_string()))?;
        Ok(Departure { address: address.into(), secret })
    }

    async fn finish(
        &self,
        secret: &str,
        arrival: &Arrival,
        now: Moment,
    ) -> Result<Vouched, IdentityError> {
        let kept: Kept =
            serde_json::from_str(secret).map_err(|_| untrusted("what was kept is damaged"))?;
        if arrival.state != kept.state {
            return Err(untrusted("the state is not the one that was sent"));
        }
        if !arrival.issuer.is_empty() && arrival.issuer != self.issuer.as_str() {
            return Err(untrusted("another issuer sent it"));
        }
        if !arrival.error.is_empty() {
            return Err(IdentityError::GivenUp(word_of(&arrival.error)));
        }
        let known = self.known(KNOWN_FOR, now).await?;
        let client = self.client(&known);
        let code = AuthorizationCode::new(arrival.code.clone());
        let exchange = client.exchange_code(code).map_err(|error| untrusted(error.to_string()))?;
        let verifier = PkceCodeVerifier::new(kept.verifier);
        let told = exchange.set_pkce_verifier(verifier).request_async(&self.connection).await;
        let told = told.map_err(|error: RequestTokenError<AskError, _>| match error {
            RequestTokenError::Request(error) => self.away(error),
            RequestTokenError::ServerResponse(refusal) => {
                let refusal: &openidconnect::core::CoreErrorResponseType = refusal.error();
                untrusted(format!("the code was refused: {}", word_of(refusal.as_ref())))
            }
            // The answer may hold what others must not read.
            _ => untrusted("the answer to the code makes no sense"),
        })?;
        let token = told.id_token().ok_or_else(|| untrusted("there is no ID token"))?;
        let nonce = Nonce::new(kept.nonce);
        let claims = self.claims(token, (&known, &nonce), now).await?;
        let email = self.email_told(&client, (&claims, told.access_token())).await?;
        let (issuer, subject) = (self.issuer.to_string(), claims.subject().to_string());
        Ok(Vouched { issuer, subject, email })
    }
}

/// What an issuer calls a mistake, if it is the word that it should be: it goes to the log.
fn word_of(text: &str) -> String {
    const LENGTH_MAX: usize = 60;
    let is_word = text.len() <= LENGTH_MAX
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_word { text.to_owned() } else { "no reason that can be read".to_owned() }
}
