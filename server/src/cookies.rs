//! Cookies that the server alone reads, each for a short time.

use axum::response::AppendHeaders;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use market::Span;

use crate::rest::Problem;

/// The cookie of an answer, for this browser alone.
pub(crate) type Cookie = AppendHeaders<[(HeaderName, HeaderValue); 1]>;

/// By https no neighbour can set the second: browsers hold to that for names that begin so.
fn names(name: &str) -> [String; 2] {
    [name.to_owned(), format!("__Host-{name}")]
}

/// Has the browser keep something for so long; `value` is letters and digits.
pub(crate) fn set(name: &str, value: &str, kept: Span, is_https: bool) -> Result<Cookie, Problem> {
    let name = &names(name)[usize::from(is_https)];
    let secure = if is_https { "; Secure" } else { "" };
    let seconds = kept.whole_seconds();
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    let value = HeaderValue::try_from(text).map_err(|error| Problem::internal(&error))?;
    Ok(AppendHeaders([(header::SET_COOKIE, value)]))
}

/// What the browser that asks kept.
pub(crate) fn get<'a>(headers: &'a HeaderMap, name: &str, is_https: bool) -> Option<&'a str> {
    let name = &names(name)[usize::from(is_https)];
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut all = all.flat_map(|text| text.split(';')).filter_map(|one| one.trim().split_once('='));
    all.find(|(found, _)| found == name).map(|(_, value)| value)
}
