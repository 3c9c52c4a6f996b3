//! Who vouches for people, where that is set: the issuer that they sign in at, and whose tokens
//! their programs bring.

mod opening;
mod programs;
mod sign_in;

use std::sync::Arc;
use std::time::Duration;

use desk::{Account, IdentityProvider, PasskeyReader, Scope, Store, StoreError, TokenReader};

use crate::clock::now;
use crate::commands::say;
use crate::configuration::{Configuration, JwtSettings};
use crate::device::Device;
use crate::pace::Buckets;
use crate::second_factor;
pub(crate) use sign_in::{OPEN, routes, shown};

/// Departures of a network that are free, and how many more there are each minute.
const DEPARTURES: u32 = 30;

/// Who vouches, and for whom.
#[derive(Clone)]
pub(crate) struct Identities {
    provider: Option<Arc<dyn IdentityProvider>>,
    tokens: Option<Arc<dyn TokenReader>>,
    /// Whose devices open accounts.
    pub(crate) passkeys: Option<Arc<dyn PasskeyReader>>,
    /// What may be done with a token.
    scope: Scope,
    /// Whose addresses make members of people who were not asked in.
    domains: Arc<[String]>,
    /// Whether a proved address opens its account, for people and for programs.
    links_by_email: bool,
    tokens_link_by_email: bool,
    departures: Buckets<String>,
}

impl Identities {
    /// Takes what is set. Nobody is asked yet: a desk starts without its issuer.
    pub(crate) fn open(configuration: &Configuration) -> anyhow::Result<Self> {
        let oidc = configuration.oidc.as_ref();
        Ok(Self {
            provider: oidc.map(opening::provider).transpose()?,
            tokens: configuration.jwt.as_ref().map(opening::tokens).transpose()?,
            passkeys: opening::passkeys(configuration)?,
            scope: configuration.jwt.as_ref().map_or(Scope::Read, |jwt| jwt.scope),
            domains: oidc.map(|oidc| oidc.domains.clone()).unwrap_or_default().into(),
            tokens_link_by_email: configuration.jwt.as_ref().is_some_and(|jwt| jwt.link_by_email),
            links_by_email: oidc.is_some_and(|oidc| oidc.link_by_email),
            departures: Buckets::new(DEPARTURES, Duration::from_secs(60) / DEPARTURES),
        })
    }

    /// The issuer that people may sign in at, as they know it.
    pub(crate) fn name(&self) -> Option<String> {
        self.provider.as_ref().map(|provider| provider.name().to_owned())
    }

    /// Whether another browser of a network may be sent out.
    pub(crate) fn may_depart(&self, device: &Device) -> bool {
        self.departures.take(&device.network)
    }
}

/// Whether an address that an issuer proved may open its account, where the owner allows that: it
/// is the one that the account was made with, no code is asked for, and nobody else had it there.
async fn opens_by_email(
    store: &dyn Store,
    account: &Account,
    issuer: &str,
) -> Result<bool, StoreError> {
    let linked = store.identities(&account.id).await?;
    let is_anothers = linked.iter().any(|one| one.issuer == issuer);
    let has_factor = second_factor::is_on(store, &account.id).await?;
    Ok(!is_anothers && !has_factor && !store.changed_email(&account.id).await?)
}

/// `volaris doctor`: whether those who vouch answer.
pub(crate) async fn examine(configuration: &Configuration) -> bool {
    let identities = match Identities::open(configuration) {
        Ok(identities) => identities,
        Err(error) => {
            say(&format!("sign-in elsewhere: {error:#}"));
            return false;
        }
    };
    let mut is_well = true;
    let mut tell = |what: &str, answer: Result<(), desk::IdentityError>| match answer {
        Ok(()) => say(&format!("{what}: answers, and is who it should be")),
        Err(error) => {
            is_well = false;
            say(&format!("{what}: {}", crate::rest::story(&error)));
        }
    };
    if let Some(provider) = &identities.provider {
        let what = format!("sign-in with {}", provider.name());
        tell(&what, provider.begin(now()).await.map(|_| ()));
    }
    let is_asked = configuration.jwt.as_ref().is_some_and(JwtSettings::is_asked);
    if let Some(tokens) = identities.tokens.as_ref().filter(|_| is_asked) {
        tell("keys of tokens", tokens.check(now()).await);
    }
    is_well
}
