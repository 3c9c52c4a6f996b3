//! What a browser is sent out for and comes back with, once, within ten minutes: a cookie has a
//! secret, and the database its hash with what is compared then.

use axum::response::AppendHeaders;
use desk::Errand;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use market::Span;

use crate::accounts::Accounts;
use crate::clock::now;
use crate::codes;
use crate::rest::Problem;

/// How long a browser may be away.
const ERRAND_MAX: Span = Span::minutes(10);
/// Letters and digits of its secret: 120 bits.
const SECRET_SIGNS: usize = 24;

/// The cookie of an answer, for this browser alone.
pub(crate) type Cookie = AppendHeaders<[(HeaderName, HeaderValue); 1]>;

fn name(is_https: bool) -> &'static str {
    if is_https { "__Host-errand" } else { "errand" }
}

fn cookie(is_https: bool, secret: &str, seconds: i64) -> Result<Cookie, Problem> {
    let name = name(is_https);
    let secure = if is_https { "; Secure" } else { "" };
    let text =
        format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    let value = HeaderValue::try_from(text).map_err(|error| Problem::internal(&error))?;
    Ok(AppendHeaders([(header::SET_COOKIE, value)]))
}

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
    cookie(accounts.doors.is_https, &code, ERRAND_MAX.whole_seconds())
}

/// What the browser that asks was sent out for; nothing where it was not, or comes too late or
/// again.
pub(crate) async fn come_back(
    accounts: &Accounts,
    what: &'static str,
    headers: &HeaderMap,
) -> Result<Option<Errand>, Problem> {
    let name = name(accounts.doors.is_https);
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut all = all.flat_map(|text| text.split(';')).filter_map(|one| one.trim().split_once('='));
    let Some((_, code)) = all.find(|(found, _)| *found == name) else { return Ok(None) };
    Ok(accounts.doors.store.take_errand(&codes::hash_of(code), what, now()).await?)
}

/// Takes the cookie away.
pub(crate) fn over(accounts: &Accounts) -> Result<Cookie, Problem> {
    cookie(accounts.doors.is_https, "", 0)
}
