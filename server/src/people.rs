//! Who is on the desk: asking people in, what they may do, shutting them out; and joining.

use app::{AskedIn, Logged, OnDesk, PeoplePage, RoleChoice, TierChoices, people_document};
use axum::Router;
use axum::extract::{Extension, Form, FromRequestParts, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use desk::{
    Account, AuditEvent, Invitation, NotJoined, OwnerId, Person, Role, Store, Tier, email_of,
};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use market::Span;
use serde::Deserialize;
use tower_sessions::Session;
use tracing::info;

use crate::accounts::{Accounts, Told, back};
use crate::clock::now;
use crate::device::Device;
use crate::mail::{Invited, Letter};
use crate::rest::Problem;
use crate::sessions::{self, Here};
use crate::settings::settings_of;
use crate::{codes, pages, passwords};

/// Letters and digits of an invitation's code: 120 bits.
const CODE_SIGNS: usize = 24;
/// How long an invitation stands.
const INVITED_FOR: Span = Span::hours(7 * 24);
/// Entries of the audit log on one page.
const LOG_PAGE: u32 = 100;

/// Somebody who leads the desk.
pub(crate) struct Leader(Account);

impl Leader {
    /// Who it is.
    pub(crate) fn account(&self) -> &Account {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Leader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let here = parts.extensions.get::<Here>();
        let leader = here.map(|here| &here.account).filter(|account| account.role.leads());
        if let (None, Some(here)) = (leader, here) {
            info!(account = %here.account.id, path = parts.uri.path(), "a member may not do that");
        }
        let why = "only the owner and admins of this desk see who is on it";
        leader.cloned().map(Self).ok_or_else(|| Problem::new(StatusCode::FORBIDDEN, why))
    }
}

/// Routes of the documents and their forms.
pub(crate) fn routes() -> Router<Accounts> {
    Router::new()
        .route("/people", get(people_page))
        .route("/people/log", get(log_page))
        .route("/people/invite", post(invite))
        .route("/people/uninvite", post(uninvite))
        .route("/people/role", post(change_role))
        .route("/people/suspend", post(suspend))
        .route("/people/resume", post(resume))
        .route("/people/tier", post(give_tier))
        .route("/people/hand-over", post(hand_over))
        .route("/join", get(join_page))
        .route("/account/join", post(join))
}

fn page(headers: &HeaderMap, of: Option<&Account>, page: PeoplePage, said: &str) -> Response {
    let of = of.map(settings_of);
    pages::document(headers, |files, preferences| {
        people_document((files, preferences), of, page, said)
    })
}

fn choice(role: Role) -> RoleChoice {
    RoleChoice { word: role.as_str(), told: role.told() }
}

/// What somebody can be made who is something else: there are two such roles.
fn other_role(leader: Role, role: Role) -> Option<Role> {
    let mut others = Role::ALL.into_iter().filter(|one| *one != role && leader.may_lead(*one));
    others.next().filter(|_| leader.may_lead(role))
}

async fn people_page(
    Leader(leader): Leader,
    State(accounts): State<Accounts>,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Result<Response, Problem> {
    let store = &accounts.doors.store;
    let people = store.people(now()).await?;
    let asked = store.invitations(now()).await?;
    let asked = asked.into_iter().map(|one| AskedIn {
        by: called_in(&people, &one.by),
        email: one.email,
        role: one.role.told(),
        expires_at: one.expires_at,
        is_led: leader.role.may_lead(one.role),
    });
    let asked = asked.collect();
    let has_tiers = accounts.doors.tiers.are_on();
    let on_desk = |Person { account, seen_at, sign_ins, has_factor }| OnDesk {
        role: account.role.told(),
        since: account.created_at,
        seen_at,
        sign_ins,
        has_factor,
        is_suspended: account.is_suspended,
        is_led: leader.role.may_lead(account.role),
        tier: (has_tiers && account.role == Role::Member).then(|| TierChoices {
            word: account.tier.as_str(),
            told: account.tier.told(),
            all: Tier::ALL.map(|tier| (tier.as_str(), tier.told())).to_vec(),
        }),
        may_own: leader.role == Role::Owner && leader.id != account.id && !account.is_suspended,
        other: other_role(leader.role, account.role).map(choice),
        id: account.id,
        email: account.email,
        name: account.name,
    };
    let people = people.into_iter().map(on_desk).collect();
    let roles = Role::ALL.into_iter().filter(|role| leader.role.may_lead(*role)).map(choice);
    let has_mail = accounts.doors.mails.is_some();
    let shown = PeoplePage::People { people, asked, roles: roles.collect(), has_mail };
    Ok(page(&headers, Some(&leader), shown, &told.problem))
}

/// What somebody is called; nothing where nobody has this identity.
pub(crate) fn called_in(people: &[Person], id: &str) -> String {
    let found = people.iter().find(|one| one.account.id == id);
    found.map(|one| one.account.called()).unwrap_or_default()
}

#[derive(Deserialize)]
struct Earlier {
    before: Option<u64>,
}

async fn log_page(
    Leader(leader): Leader,
    State(accounts): State<Accounts>,
    headers: HeaderMap,
    Query(earlier): Query<Earlier>,
) -> Result<Response, Problem> {
    let store = &accounts.doors.store;
    let people = store.people(now()).await?;
    let entries = store.audit_before(earlier.before.unwrap_or(u64::MAX), LOG_PAGE).await?;
    let has_earlier = entries.last().is_some_and(|(number, _)| 1 < *number);
    let entries = entries.into_iter().map(|(number, one)| {
        let from = [one.device, one.network].into_iter().filter(|part| !part.is_empty());
        Logged {
            number,
            at: one.at,
            who: called_in(&people, &one.account),
            what: one.event.told(),
            about: called_in(&people, &one.about),
            from: from.collect::<Vec<_>>().join(", "),
        }
    });
    Ok(page(
        &headers,
        Some(&leader),
        PeoplePage::Log { entries: entries.collect(), has_earlier },
        "",
    ))
}

#[derive(Deserialize)]
struct InviteForm {
    email: String,
    role: String,
    /// Whether it is sent as well as shown.
    by_mail: Option<String>,
}

/// Makes an invitation, whose code is shown once.
async fn invite(
    Leader(leader): Leader,
    State(accounts): State<Accounts>,
    device: Device,
    headers: HeaderMap,
    Form(form): Form<InviteForm>,
) -> Result<Response, Problem> {
    let Ok(email) = email_of(&form.email) else { return Ok(back("/people", "email", None)) };
    let role = role_given(&leader, &form.role)?;
    let code = codes::fresh(CODE_SIGNS);
    let invitation = Invitation {
        hash: codes::hash_of(&code),
        email,
        role,
        by: leader.id.clone(),
        made_at: now(),
        expires_at: now() + INVITED_FOR,
    };
    let store = &accounts.doors.store;
    // An admin does not take the place of what the owner offered.
    let earlier = store.invitations(now()).await?;
    let earlier = earlier.iter().find(|one| one.email == invitation.email);
    if earlier.is_some_and(|one| !leader.role.may_lead(one.role)) {
        return Err(not_led());
    }
    let mails = accounts.doors.mails.as_ref().filter(|_| form.by_mail.is_some());
    let desk = accounts.address(&headers);
    let desk = mails.map_or(desk.clone(), |mails| mails.address(desk));
    let address = format!("{desk}/join");
    let (is_mailed, expires_at) = (mails.is_some(), invitation.expires_at);
    let here = || Ok(back("/people", "here", None));
    if let Some(mails) = mails {
        let (code, address) = (code.as_str(), address.as_str());
        let invited = Invited { code, address, by: &leader.email, expires_at };
        let entry = accounts.entry((&leader.id, ""), AuditEvent::Invited, &device);
        let to = (invitation.email.as_str(), leader.id.as_str());
        let mail = mails.waiting(&Letter::invitation(&invited), to, entry.at, None)?;
        // In one step: whoever takes it back finds its letter.
        if !store.add_invitation_and_mail(&invitation, &entry, &mail).await? {
            return here();
        }
        mails.ring();
    } else {
        if !store.add_invitation(&invitation).await? {
            return here();
        }
        accounts.note(&leader.id, AuditEvent::Invited, &device).await?;
    }
    info!(by = %leader.id, is_mailed, "somebody was invited");
    let email = invitation.email;
    let shown = PeoplePage::Invited { email, code, address, expires_at, is_mailed };
    Ok(page(&headers, Some(&leader), shown, ""))
}

fn not_led() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "this is for those whose role is above that one")
}

#[derive(Deserialize)]
struct EmailForm {
    email: String,
}

/// Takes an invitation back.
async fn uninvite(
    Leader(leader): Leader,
    State(accounts): State<Accounts>,
    device: Device,
    Form(form): Form<EmailForm>,
) -> Result<Response, Problem> {
    let store = &accounts.doors.store;
    let all = store.invitations(now()).await?;
    let Some(one) = all.into_iter().find(|one| one.email == form.email) else {
        return Ok(back("/people", "gone", None));
    };
    if !leader.role.may_lead(one.role) {
        return Err(not_led());
    }
    if !store.remove_invitation(&one.email, one.role).await? {
        return Ok(back("/people", "gone", None));
    }
    accounts.note(&leader.id, AuditEvent::Uninvited, &device).await?;
    Ok(Redirect::to("/people").into_response())
}

/// The role of a form, if it is the leader's to give.
fn role_given(leader: &Account, word: &str) -> Result<Role, Problem> {
    let role = word.parse().ok().filter(|role| leader.role.may_lead(*role));
    role.ok_or_else(not_led)
}

/// The account that a form is about, if it is the leader's business.
async fn led(store: &dyn Store, leader: &Account, id: &str) -> Result<Account, Problem> {
    let found = store.account(id).await?.filter(|account| leader.role.may_lead(account.role));
    found.ok_or_else(not_led)
}

#[derive(Deserialize)]
struct RoleForm {
    id: String,
    role: String,
}

/// Gives somebody another role.
async fn change_role(
    Leader(leader): Leader,
    State(accounts): State<Accounts>,
    device: Device,
    Form(form): Form<RoleForm>,
) -> Result<Response, Problem> {
    let store = &accounts.doors.store;
    let account = led(store.as_ref(), &leader, &form.id).await?;
    let role = role_given(&leader, &form.role)?;
    if role == account.role || !store.write_role(&account.id, account.role, role).await? {
        return Ok(back("/people", "gone", None));
    }
    let event = if role == Role::Admin { AuditEvent::MadeAdmin } else { AuditEvent::MadeMember };
    accounts.note_about((&leader.id, &account.id), event, &device).await?;
    info!(by = %leader.id, account = %account.id, %role, "a role was given");
    Ok(Redirect::to("/people").into_response())
}

#[derive(Deserialize)]
struct PersonForm {
    id: String,
}

/// Shuts somebody out: their browsers are signed out, what they keep stays.
async fn suspend(
    leader: Leader,
    accounts: State<Accounts>,
    device: Device,
    Form(form): Form<PersonForm>,
) -> Result<Response, Problem> {
    write_suspension((leader, accounts, device), &form.id, true).await
}

/// Lets somebody in again.
async fn resume(
    leader: Leader,
    accounts: State<Accounts>,
    device: Device,
    Form(form): Form<PersonForm>,
) -> Result<Response, Problem> {
    write_suspension((leader, accounts, device), &form.id, false).await
}

async fn write_suspension(
    (Leader(leader), State(accounts), device): (Leader, State<Accounts>, Device),
    id: &str,
    is_suspended: bool,
) -> Result<Response, Problem> {
    let store = &accounts.doors.store;
    let account = led(store.as_ref(), &leader, id).await?;
    if !store.write_suspension(&account.id, account.role, is_suspended).await? {
        return Ok(back("/people", "gone", None));
    }
    let event = if is_suspended { AuditEvent::Suspended } else { AuditEvent::Resumed };
    accounts.note_about((&leader.id, &account.id), event, &device).await?;
    info!(by = %leader.id, account = %account.id, is_suspended, "somebody was shut out or let in");
    Ok(Redirect::to("/people").into_response())
}

#[derive(Deserialize)]
struct TierForm {
    id: String,
    tier: String,
}

/// Gives a member another tier.
async fn give_tier(
    Leader(leader): Leader,
    State(accounts): State<Accounts>,
    device: Device,
    Form(form): Form<TierForm>,
) -> Result<Response, Problem> {
    let store = &accounts.doors.store;
    let account = led(store.as_ref(), &leader, &form.id).await?;
    let tier: Result<Tier, desk::BadTier> = form.tier.parse();
    let tier = tier.map_err(|bad| Problem::malformed(&bad.to_string()))?;
    if tier == account.tier || !store.write_tier(&account.id, account.role, tier).await? {
        return Ok(back("/people", "gone", None));
    }
    accounts.note_about((&leader.id, &account.id), AuditEvent::TierGiven, &device).await?;
    info!(by = %leader.id, account = %account.id, %tier, "a tier was given");
    Ok(Redirect::to("/people").into_response())
}

#[derive(Deserialize)]
struct HandOverForm {
    id: String,
    present: String,
}

/// Makes somebody else the owner, and the owner an admin.
async fn hand_over(
    Leader(leader): Leader,
    State(accounts): State<Accounts>,
    device: Device,
    Form(form): Form<HandOverForm>,
) -> Result<Response, Problem> {
    let store = &accounts.doors.store;
    if leader.role != Role::Owner {
        return Err(not_led());
    }
    let account = led(store.as_ref(), &leader, &form.id).await?;
    if let Err(word) = accounts.knows(&leader, form.present, &device).await? {
        return Ok(back("/people", word, None));
    }
    if !store.hand_over(&leader.id, &account.id).await? {
        return Ok(back("/people", "gone", None));
    }
    accounts.note_about((&leader.id, &account.id), AuditEvent::HandedOver, &device).await?;
    info!(by = %leader.id, account = %account.id, "the desk was handed over");
    Ok(Redirect::to("/people").into_response())
}

async fn join_page(
    State(accounts): State<Accounts>,
    here: Option<Extension<Here>>,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Response {
    if here.is_some() || !accounts.doors.has_accounts() {
        return Redirect::to("/").into_response();
    }
    let is_plain = accounts.is_plain(&headers);
    page(&headers, None, PeoplePage::Join { is_plain }, &told.problem)
}

#[derive(Deserialize)]
struct JoinForm {
    email: String,
    code: String,
    password: String,
}

/// Makes the account of who was asked in, whose browser has signed in then.
async fn join(
    State(accounts): State<Accounts>,
    device: Device,
    session: Session,
    Form(form): Form<JoinForm>,
) -> Result<Response, Problem> {
    let again = |word| accounts.again("/join", (word, None), &form.email);
    let Ok(email) = email_of(&form.email) else { return again("email") };
    if !accounts.may_try(&email, &device).await? {
        return again("wait");
    }
    let password = match accounts.choose(form.password, &email).await? {
        Ok(password) => password,
        Err(word) => return again(word),
    };
    let account = Account {
        id: String::new(),
        owner: OwnerId::read(passwords::fresh()),
        email,
        name: String::new(),
        password,
        // The invitation knows better.
        role: Role::Member,
        tier: Tier::Lite,
        is_suspended: false,
        created_at: now(),
    };
    let hash = codes::hash_of(&form.code);
    let id = match accounts.doors.store.join(&account, &hash, now()).await? {
        Ok(id) => id,
        // Whoever was asked in by that address came another way meanwhile.
        Err(NotJoined::Taken) => return again("here"),
        Err(NotJoined::NotInvited) => {
            accounts.note("", AuditEvent::Refused, &device).await?;
            return again("invitation");
        }
    };
    accounts.note(&id, AuditEvent::Joined, &device).await?;
    info!(account = %id, "somebody joined");
    sessions::sign_in(&session, &id, &device).await?;
    Ok(Redirect::to("/").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_makes_admins_and_members_of_each_other() {
        use Role::{Admin, Member, Owner};
        assert_eq!(other_role(Owner, Member), Some(Admin));
        assert_eq!(other_role(Owner, Admin), Some(Member));
        for (leader, role) in [(Owner, Owner), (Admin, Member), (Admin, Admin), (Member, Member)] {
            assert_eq!(other_role(leader, role), None, "{leader} {role}");
        }
    }
}
