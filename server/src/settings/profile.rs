//! Who somebody is on the desk: their name, their address, and how much of their tier is used.

use app::{Saved, SettingsPart, ShownLimit, ShownProfile, UndoForm};
use axum::Router;
use axum::extract::{Extension, Form, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use desk::{Account, AuditEvent, Limited, MailKind, Trader, Used, email_of, person_name_of};
use http::HeaderMap;
use serde::Deserialize;
use tracing::info;

use super::{Saying, page, saved_at, undo};
use crate::accounts::{Accounts, back};
use crate::clock::now;
use crate::device::Device;
use crate::rest::Problem;
use crate::sessions::Here;

const PATH: &str = "/settings/profile";
const NAME: &str = "name";
const EMAIL: &str = "email";

pub(super) fn routes() -> Router<Accounts> {
    Router::new()
        .route(PATH, get(profile_page))
        .route("/settings/profile/name", post(write_name))
        .route("/settings/profile/email", post(write_email))
        .route("/settings/profile/email/undo", post(undo_email))
}

async fn profile_page(
    here: Here,
    Extension(trader): Extension<Trader>,
    State(accounts): State<Accounts>,
    headers: HeaderMap,
    Query(told): Query<Saying>,
) -> Result<Response, Problem> {
    let saved = saved(&accounts, &here, &told);
    let account = here.account;
    let shown = ShownProfile {
        name: account.name.clone(),
        email: account.email.clone(),
        role: account.role.told(),
        since: account.created_at,
        tier: limits_of(&accounts, (&account, &trader)).await?,
    };
    Ok(page(&headers, Some(&account), SettingsPart::Profile(shown), &told.problem, saved))
}

/// What was saved a moment ago by this browser, with the way back.
fn saved(accounts: &Accounts, here: &Here, told: &Saying) -> Option<Saved> {
    let was = undo::unseal(accounts, here, &told.done, &told.was)?;
    let Account { name, email, .. } = &here.account;
    let (told, undo) = match told.done.as_str() {
        NAME => {
            let told = match name.as_str() {
                "" => "Others read your e-mail address alone.".to_owned(),
                name => format!("Others call you {name} from now on."),
            };
            let undo = UndoForm { action: "/settings/profile/name", field: NAME, was };
            (told, Some(undo).filter(|undo| undo.was != *name))
        }
        EMAIL => {
            let is_other = was != *email;
            let was = told.was.clone();
            let undo = UndoForm { action: "/settings/profile/email/undo", field: "was", was };
            (format!("You sign in as {email} from now on."), Some(undo).filter(|_| is_other))
        }
        _ => return None,
    };
    Some(Saved { told, undo })
}

/// What limits an account, and how much of it is used; nothing where nothing does.
async fn limits_of(
    accounts: &Accounts,
    (account, trader): (&Account, &Trader),
) -> Result<Option<(&'static str, Vec<ShownLimit>)>, Problem> {
    let Accounts { doors, desk, listeners, .. } = accounts;
    let Some(tier) = trader.tier().filter(|_| doors.tiers.are_on()) else { return Ok(None) };
    let mut limits = Vec::new();
    for what in Limited::ALL {
        let Some(limit) = doors.tiers.limit(Some(tier), what) else { continue };
        let used = match what {
            Limited::Positions => desk.positions(trader).await?.len(),
            Limited::Layouts => desk.layouts(trader).await?.len(),
            Limited::Watchlists => desk.watchlists(trader).await?.0.len(),
            Limited::ApiKeys => doors.store.api_keys(&account.id).await?.len(),
            Limited::Streams => listeners.count(trader.owner()),
            Limited::Questions => {
                let used = doors.counts.used(&account.id, Used::Questions, now()).await?;
                usize::try_from(used).unwrap_or(usize::MAX)
            }
        };
        limits.push(ShownLimit { told: what.told(), used: used as u64, limit });
    }
    Ok(Some((tier.told(), limits)))
}

#[derive(Deserialize)]
struct NameForm {
    name: String,
}

/// Another name, or none.
async fn write_name(
    here: Here,
    State(accounts): State<Accounts>,
    device: Device,
    Form(form): Form<NameForm>,
) -> Result<Response, Problem> {
    let Ok(name) = person_name_of(&form.name) else { return Ok(back(PATH, NAME, None)) };
    let account = &here.account;
    if !accounts.doors.store.write_name(&account.id, &name).await? {
        return Ok(Redirect::to(PATH).into_response());
    }
    accounts.note(&account.id, AuditEvent::Renamed, &device).await?;
    Ok(saved_at(PATH, NAME, &undo::seal(&accounts, &here, NAME, &account.name)?))
}

#[derive(Deserialize)]
struct EmailForm {
    email: String,
    present: String,
}

/// Another address to sign in with, for who knows the password.
async fn write_email(
    here: Here,
    State(accounts): State<Accounts>,
    device: Device,
    Form(form): Form<EmailForm>,
) -> Result<Response, Problem> {
    let again = |word| Ok(back(PATH, word, None));
    let Ok(email) = email_of(&form.email) else { return again("email") };
    // Asked first, and limited: whose address is whose is not to be found out by the hundred.
    match accounts.knows(&here.account, form.present, &device).await? {
        Ok(()) => change_email(&here, &accounts, &device, (&email, WayBack::Offered)).await,
        Err(word) => again(word),
    }
}

#[derive(Deserialize)]
struct UndoneForm {
    was: String,
}

/// The address of before; whoever changed it in this browser a moment ago knew the password.
async fn undo_email(
    here: Here,
    State(accounts): State<Accounts>,
    device: Device,
    Form(form): Form<UndoneForm>,
) -> Result<Response, Problem> {
    match undo::unseal(&accounts, &here, EMAIL, &form.was) {
        Some(was) => change_email(&here, &accounts, &device, (&was, WayBack::Taken)).await,
        None => Ok(back(PATH, "late", None)),
    }
}

/// Whether a change of address can be taken back without the password.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WayBack {
    Offered,
    /// This is the way back: there is none from it.
    Taken,
}

async fn change_email(
    here: &Here,
    accounts: &Accounts,
    device: &Device,
    (to, way_back): (&str, WayBack),
) -> Result<Response, Problem> {
    let account = &here.account;
    if to == account.email {
        return Ok(Redirect::to(PATH).into_response());
    }
    if !accounts.doors.store.write_email(&account.id, &account.email, to, now()).await? {
        return Ok(back(PATH, "taken", None));
    }
    let entry = accounts.entry((&account.id, ""), AuditEvent::EmailChanged, device);
    match &accounts.doors.mails {
        // To the address of before: whoever has it knows whether that was meant.
        Some(mails) => {
            let mail = mails.letter(MailKind::EmailChanged, &entry, &account.email)?;
            mails.send(&entry, &mail).await?;
        }
        None => accounts.doors.store.add_audit(&entry).await?,
    }
    info!(account = %account.id, "an e-mail address was changed");
    if way_back == WayBack::Taken {
        return Ok(Redirect::to(PATH).into_response());
    }
    Ok(saved_at(PATH, EMAIL, &undo::seal(accounts, here, EMAIL, &account.email)?))
}
