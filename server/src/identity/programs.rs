//! Programs that bring a token of an issuer in the place of a key.

use desk::{Account, IdentityError, Scope, Store, Vouched};
use http::{HeaderMap, Method, StatusCode};
use market::Moment;
use tracing::{info, warn};

use super::Identities;
use crate::api_keys;
use crate::clock::now;
use crate::rest::{Problem, story};

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
                return Err(refused());
            }
        };
        let account = account_of(store, &vouched).await?;
        let Some(account) = account.filter(|account| !account.is_suspended) else {
            info!("a token was refused: it is of nobody on this desk");
            return Err(refused());
        };
        if self.scope == Scope::Read && api_keys::is_change(method, path) {
            let why = "tokens read and change nothing: make a key that does, under Programs in the \
                       settings";
            return Err(Problem::new(StatusCode::FORBIDDEN, why));
        }
        Ok(Some((account, ends)))
    }
}

/// The account of somebody: by who they are at the issuer, or by their address, which is proved,
/// where nothing more is asked of that account.
async fn account_of(store: &dyn Store, vouched: &Vouched) -> Result<Option<Account>, Problem> {
    let Vouched { issuer, subject, email } = vouched;
    if let Some(account) = store.account_of_identity(issuer, subject).await? {
        return Ok(Some(account));
    }
    let Some(email) = email else { return Ok(None) };
    let Some(account) = store.account_named(email).await? else { return Ok(None) };
    let linked = store.identities(&account.id).await?;
    // Somebody else had the address at this issuer before.
    let is_another = linked.iter().any(|one| one.issuer == *issuer);
    // An address is one factor. Whoever wants two has connected the issuer with both.
    let factor = store.second_factor(&account.id).await?;
    let has_factor = factor.is_some_and(|factor| factor.is_confirmed);
    Ok((!is_another && !has_factor).then_some(account))
}
