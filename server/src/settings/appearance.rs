//! How the desk looks: kept in the cookie that the desk's screens keep it in, and with the account
//! for browsers that somebody signs in with for the first time.

use app::{Appearance, Preferences, Saved, SettingsPart, ShownAppearance, UndoForm};
use axum::Router;
use axum::extract::{Extension, Form, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use desk::{Account, StoreError};
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderName};
use serde::Deserialize;

use super::{Saying, page, saved_at};
use crate::accounts::Accounts;
use crate::pages;
use crate::rest::Problem;
use crate::sessions::Here;

const PATH: &str = "/settings/appearance";
/// The setting that holds how somebody's other browsers begin to look; empty for none.
const KEPT: &str = "appearance";

pub(super) fn routes() -> Router<Accounts> {
    Router::new()
        .route(PATH, get(appearance_page).post(choose))
        .route("/settings/appearance/keep", post(keep))
}

async fn appearance_page(
    here: Option<Extension<Here>>,
    State(accounts): State<Accounts>,
    headers: HeaderMap,
    Query(told): Query<Saying>,
) -> Result<Response, Problem> {
    let account = here.map(|Extension(here)| here.account);
    let look = Appearance::of(&pages::preferences(&headers));
    let elsewhere = match &account {
        Some(account) => Some(kept(&accounts, account).await?),
        None => None,
    };
    let saved = match (told.done.as_str(), elsewhere) {
        ("look", _) => saved_here(look, &told.was),
        ("kept", Some(kept)) => saved_elsewhere(kept, &told.was),
        _ => None,
    };
    let part = SettingsPart::Appearance(ShownAppearance { here: look, elsewhere });
    Ok(page(&headers, account.as_ref(), part, &told.problem, saved))
}

/// What was chosen a moment ago in the place of a word.
fn saved_here(look: Appearance, was: &str) -> Option<Saved> {
    let mut before = look;
    before.choose(was).filter(|present| *present != was)?;
    let undo = UndoForm { action: PATH, field: "look", was: was.to_owned() };
    Some(Saved { told: format!("{}: kept in this browser.", look.told()), undo: Some(undo) })
}

/// What was kept a moment ago in the place of words, or of nothing.
fn saved_elsewhere(kept: Option<Appearance>, was: &str) -> Option<Saved> {
    let before = Appearance::of_words(was);
    if before == kept || (before.is_none() && !was.is_empty()) {
        return None;
    }
    let told = match kept {
        Some(kept) => format!("{}: kept for your other browsers.", kept.told()),
        None => "Your other browsers begin as every desk does.".to_owned(),
    };
    let action = "/settings/appearance/keep";
    let undo = UndoForm { action, field: "kept", was: was.to_owned() };
    Some(Saved { told, undo: Some(undo) })
}

/// How somebody's other browsers begin to look.
async fn kept(accounts: &Accounts, account: &Account) -> Result<Option<Appearance>, StoreError> {
    let words = accounts.doors.store.setting(&account.owner, KEPT).await?;
    Ok(words.and_then(|words| Appearance::of_words(&words)))
}

#[derive(Deserialize)]
struct LookForm {
    look: String,
}

/// One choice, for the browser that asks.
async fn choose(headers: HeaderMap, Form(form): Form<LookForm>) -> Result<Response, Problem> {
    let preferences = pages::preferences(&headers);
    let mut look = Appearance::of(&preferences);
    let Some(was) = look.choose(&form.look) else {
        let why = format!("`{}` is no way that a desk looks", form.look);
        return Err(Problem::malformed(&why));
    };
    Ok((cookie(look.on(preferences)), saved_at(PATH, "look", was)).into_response())
}

/// The cookie that the desk's screens would set.
fn cookie(preferences: Preferences) -> [(HeaderName, String); 1] {
    let [cookie, _charts] = preferences.cookies();
    [(SET_COOKIE, cookie)]
}

#[derive(Deserialize)]
struct KeepForm {
    kept: String,
}

/// How other browsers begin to look; nothing for as every desk does.
async fn keep(
    Here { account, .. }: Here,
    State(accounts): State<Accounts>,
    Form(form): Form<KeepForm>,
) -> Result<Response, Problem> {
    let chosen = Appearance::of_words(&form.kept);
    if chosen.is_none() && !form.kept.is_empty() {
        return Err(Problem::malformed(&format!("`{}` is no way that a desk looks", form.kept)));
    }
    let words = |look: Option<Appearance>| look.map(Appearance::words).unwrap_or_default();
    let was = words(kept(&accounts, &account).await?);
    accounts.doors.store.write_setting(&account.owner, KEPT, &words(chosen)).await?;
    Ok(saved_at(PATH, "kept", &was))
}

/// What a browser is given with which somebody signs in: how they want new ones to look, where it
/// has no choices of its own.
pub(crate) async fn look_of(
    accounts: &Accounts,
    account: &Account,
    headers: &HeaderMap,
) -> Result<Option<[(HeaderName, String); 1]>, StoreError> {
    if has_choices(headers) {
        return Ok(None);
    }
    let kept = kept(accounts, account).await?;
    Ok(kept.map(|look| cookie(look.on(Preferences::default()))))
}

fn has_choices(headers: &HeaderMap) -> bool {
    let told = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = told.flat_map(|value| value.split(';'));
    pairs.any(|pair| {
        pair.trim().split_once('=').is_some_and(|(name, _)| name == Preferences::COOKIE)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_that_chose_is_known_by_its_cookie() {
        for (told, expected) in [
            ("", false),
            ("sid=a", false),
            ("volaris_chart=x; sid=a", false),
            ("sid=a; volaris=toured", true),
            ("volaris=", true),
        ] {
            let value = http::HeaderValue::from_static(told);
            assert_eq!(has_choices(&[(COOKIE, value)].into_iter().collect()), expected, "{told}");
        }
    }

    #[test]
    fn a_note_stands_only_for_what_changed() {
        let look = Appearance::of_words("light.green-red.compact").expect("an appearance");
        let undo = |saved: Option<Saved>| saved.and_then(|saved| saved.undo).map(|undo| undo.was);
        assert_eq!(undo(saved_here(look, "dark")).as_deref(), Some("dark"));
        assert_eq!(undo(saved_here(look, "comfortable")).as_deref(), Some("comfortable"));
        for was in ["light", "green-red", "", "<b>"] {
            assert!(saved_here(look, was).is_none(), "{was}");
        }
        assert_eq!(undo(saved_elsewhere(Some(look), "")).as_deref(), Some(""));
        let was = "dark.green-red.compact";
        assert_eq!(undo(saved_elsewhere(Some(look), was)).as_deref(), Some(was));
        assert_eq!(undo(saved_elsewhere(None, was)).as_deref(), Some(was));
        assert!(saved_elsewhere(Some(look), &look.words()).is_none());
        assert!(saved_elsewhere(None, "").is_none());
        assert!(saved_elsewhere(None, "nonsense").is_none());
    }
}
