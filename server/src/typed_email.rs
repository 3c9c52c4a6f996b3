//! The e-mail address of a form that was refused: it stands in the form again, so that nobody types
//! it twice. The browser keeps it for half a minute; it is part of no address.

use app::TypedEmail;
use http::HeaderMap;
use market::Span;

use crate::accounts::Accounts;
use crate::cookies::{self, Cookie};
use crate::rest::Problem;

const NAME: &str = "typed";
const KEPT: Span = Span::seconds(30);
/// No address is longer.
const LENGTH_MAX: usize = 254;

/// Has the browser keep what was typed.
pub(crate) fn keep(accounts: &Accounts, typed: &str) -> Result<Cookie, Problem> {
    let typed = if LENGTH_MAX < typed.len() { "" } else { typed.trim() };
    cookies::set(NAME, &hex::encode(typed), KEPT, accounts.doors.is_https)
}

/// What was typed a moment ago. It fills a field and decides nothing: by which name it came does
/// not matter.
pub(crate) fn kept(headers: &HeaderMap) -> Option<TypedEmail> {
    let value = [true, false].into_iter().find_map(|https| cookies::get(headers, NAME, https))?;
    let text = String::from_utf8(hex::decode(value).ok()?).ok()?;
    (!text.is_empty() && text.len() <= LENGTH_MAX).then_some(TypedEmail(text))
}
