//! Programs that bring a token of an issuer in the place of a key.

use desk::{Account, IdentityError, Scope, Store, Vouched};
use http::{HeaderMap, Method, StatusCode};
use market::{Moment, Span};
use tracing::{info, warn};

use super::Identities;
use crate::api_keys;
use crate::clock::now;
use crate::rest::{Problem, story};

/// So long a token opens what goes on.
const TOKEN_MAX: Span = Span::hours(1);

impl Identities {
    /// Who asks with a token, and until when it counts; nothing where a request brings none, or
    /// brings a key.
    pub(crate) async fn program(
        &self,
        store: &dyn Store,
        headers: &HeaderMap,
        (method, path): (&Method, &str),
    ) -> Result<Option<(Account, Moment)>, Problem> {
        let Some(tokens) = self.tokens.as_ref().filter(|_| api_keys::is_for_programs(path)) else {
            return Ok(None);
        };
        let token = api_keys::bearer(headers).filter(|token| !api_keys::is_key(token));
        let Some(token) = token else { return Ok(None) };
        let refused = || Problem::new(StatusCode::UNAUTHORIZED, tokens.remedy());
        let (vouched, ends) = match tokens.read(token, now()).await {
            Ok(read) => read,
            Err(error) => {
                let story = story(&error);
                match error {
                    IdentityError::Away { .. } => warn!(%story, "a token cannot be read: {story}"),
                    _ => info!(%story, "a token was refused: {story}"),
                }
                let why =
                    "the keys that tokens are known by cannot be had now: ask again in a minute";
                return Err(match error {
                    IdentityError::Away { .. } => {
                        Problem::new(StatusCode::SERVICE_UNAVAILABLE, why)
                    }
                    _ => refused(),
                });
            }
        };
        let account = self.account_of(store, &vouched).await?;
        let Some(account) = account.filter(|account| !account.is_suspended) else {
            info!("a token was refused: it is of nobody on this desk");
            return Err(refused());
        };
        if self.scope == Scope::Read && api_keys::is_change(method, path) {
            let why = "tokens read and change nothing: make a key that does, under Programs in the \
                       settings";
            return Err(Problem::new(StatusCode::FORBIDDEN, why));
        }
        // What goes on, as a stream, is asked for anew.
        Ok(Some((account, ends.min(now() + TOKEN_MAX))))
    }

    /// The account of somebody: by who they are at the issuer, or by their address where the owner
    /// allows that.
    async fn account_of(
        &self,
        store: &dyn Store,
        Vouched { issuer, subject, email }: &Vouched,
    ) -> Result<Option<Account>, Problem> {
        if let Some(account) = store.account_of_identity(issuer, subject).await? {
            return Ok(Some(account));
        }
        let Some(email) = email.as_ref().filter(|_| self.tokens_link_by_email) else {
            return Ok(None);
        };
        let Some(account) = store.account_named(email).await? else { return Ok(None) };
        Ok(super::opens_by_email(store, &account, issuer).await?.then_some(account))
    }
}
