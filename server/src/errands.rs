//! What a browser is sent out for and comes back with, once, within ten minutes: a cookie has a
//! secret, and the database its hash with what is compared then.

use desk::Errand;
use http::HeaderMap;
use market::Span;

use crate::accounts::Accounts;
use crate::clock::now;
use crate::codes;
use crate::cookies::{self, Cookie};
use crate::rest::Problem;

/// How long a browser may be away.
const ERRAND_MAX: Span = Span::minutes(10);
/// Letters and digits of its secret: 120 bits.
const SECRET_SIGNS: usize = 24;

const NAME: &str = "errand";

/// Sends the browser out; its answer takes the cookie along.
pub(crate) async fn send_out(
    accounts: &Accounts,
    what: &'static str,
    account: Option<&str>,
    secret: String,
) -> Result<Cookie, Problem> {
    let code = codes::fresh(SECRET_SIGNS);
    let errand = Errand {
        hash: codes::hash_of(&code),
        account: account.map(str::to_owned),
        what: what.to_owned(),
        secret,
        expires_at: now() + ERRAND_MAX,
    };
    accounts.doors.store.add_errand(&errand, now()).await?;
    cookies::set(NAME, &code, ERRAND_MAX, accounts.doors.is_https)
}

/// What the browser that asks was sent out for; nothing where it was not, or comes too late or
/// again.
pub(crate) async fn come_back(
    accounts: &Accounts,
    what: &'static str,
    headers: &HeaderMap,
) -> Result<Option<Errand>, Problem> {
    let Some(code) = cookies::get(headers, NAME, accounts.doors.is_https) else { return Ok(None) };
    Ok(accounts.doors.store.take_errand(&codes::hash_of(code), what, now()).await?)
}

/// Takes the cookie away.
pub(crate) fn over(accounts: &Accounts) -> Result<Cookie, Problem> {
    cookies::set(NAME, "", Span::millis(0), accounts.doors.is_https)
}
