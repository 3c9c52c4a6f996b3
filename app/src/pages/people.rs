//! Who is on the desk, who is asked in, and what happened: documents for those who lead it; and the
//! one by which somebody who was asked in joins.

use leptos::prelude::*;
use market::Moment;

use crate::contexts::Preferences;
use crate::erased::Erase;
use crate::pages::document::{document, field, moment, plain, said_before};
use crate::pages::settings::{SettingsOf, among_settings};
use crate::shell::PageFiles;

/// Somebody on the desk.
#[derive(Clone, Debug)]
pub struct OnDesk {
    /// The account.
    pub id: String,
    /// The address.
    pub email: String,
    /// What they are called; empty where that is the address.
    pub name: String,
    /// What they are, as it is read.
    pub role: &'static str,
    /// Since when.
    pub since: Moment,
    /// When one of their browsers last asked.
    pub seen_at: Option<Moment>,
    /// Browsers that they are signed in with.
    pub sign_ins: u64,
    /// Whether a sign-in takes a code.
    pub has_factor: bool,
    /// Whether they are shut out.
    pub is_suspended: bool,
    /// Whether they are this person's business.
    pub is_led: bool,
    /// What they have, where that limits them.
    pub tier: Option<TierChoices>,
    /// Whether the desk can be handed over to them.
    pub may_own: bool,
    /// Whether they can be made something else.
    pub other: Option<RoleChoice>,
}

/// What somebody has of the desk.
#[derive(Clone, Debug)]
pub struct TierChoices {
    /// The word of what they have.
    pub word: &'static str,
    /// As it is read.
    pub told: &'static str,
    /// What they can be given: words, and as they are read.
    pub all: Vec<(&'static str, &'static str)>,
}

/// A role that can be given.
#[derive(Clone, Copy, Debug)]
pub struct RoleChoice {
    /// Its word.
    pub word: &'static str,
    /// As it is read.
    pub told: &'static str,
}

/// Somebody who is asked in.
#[derive(Clone, Debug)]
pub struct AskedIn {
    /// The address.
    pub email: String,
    /// What they will be, as it is read.
    pub role: &'static str,
    /// What who asked them is called.
    pub by: String,
    /// When it ends.
    pub expires_at: Moment,
    /// Whether it is this person's business.
    pub is_led: bool,
}

/// An entry of the log.
#[derive(Clone, Debug)]
pub struct Logged {
    /// Its number.
    pub number: u64,
    /// When.
    pub at: Moment,
    /// What who did it is called; empty where there was no account.
    pub who: String,
    /// What.
    pub what: &'static str,
    /// What whom it was done with is called; empty where there was nobody.
    pub about: String,
    /// What the browser calls itself, and where it came from.
    pub from: String,
}

/// What one of the pages shows.
#[derive(Clone, Debug)]
pub enum PeoplePage {
    /// Everybody.
    People {
        /// Those who are here.
        people: Vec<OnDesk>,
        /// Those who may come.
        asked: Vec<AskedIn>,
        /// What they can be asked to be.
        roles: Vec<RoleChoice>,
        /// Whether invitations can be sent by mail.
        has_mail: bool,
    },
    /// A code, which is shown once.
    Invited {
        /// Whom it is for.
        email: String,
        /// The code.
        code: String,
        /// Where it is used.
        address: String,
        /// When it ends.
        expires_at: Moment,
        /// Whether it is sent by mail as well.
        is_mailed: bool,
    },
    /// The form that makes the account of who was asked in.
    Join {
        /// Whether what is typed can be read on the way.
        is_plain: bool,
    },
    /// What happened, the newest first.
    Log {
        /// Some of it.
        entries: Vec<Logged>,
        /// Whether there is more before.
        has_earlier: bool,
    },
}

/// One of the pages as a whole document: of somebody who leads the desk, or of nobody who has an
/// account yet. `said` is a word of what was tried before.
pub fn people_document(
    (files, preferences): (&PageFiles, &Preferences),
    of: Option<SettingsOf>,
    page: PeoplePage,
    said: &str,
) -> String {
    let title = match &page {
        PeoplePage::People { .. } => "People",
        PeoplePage::Invited { .. } => "Invitation",
        PeoplePage::Join { .. } => "Join this desk",
        PeoplePage::Log { .. } => "Audit log",
    };
    let body = match page {
        PeoplePage::People { people, asked, roles, has_mail } => {
            everybody(people, asked, roles, by_mail(has_mail))
        }
        PeoplePage::Invited { email, code, address, expires_at, is_mailed } => {
            view! { {mailed(is_mailed)} {invited(email, code, address, expires_at)} }.into_any()
        }
        PeoplePage::Join { is_plain } => view! { {plain(is_plain)} {join()} }.into_any(),
        PeoplePage::Log { entries, has_earlier } => log(entries, has_earlier),
    };
    if of.is_none() {
        return document(files, preferences, title, said, body);
    }
    let body = view! { {said_before(said)} {body} };
    among_settings((files, preferences), of, title, body.erase())
}

fn everybody(
    people: Vec<OnDesk>,
    asked: Vec<AskedIn>,
    roles: Vec<RoleChoice>,
    by_mail: AnyView,
) -> AnyView {
    let invitations = (!asked.is_empty()).then(|| {
        view! {
            <section aria-labelledby="asked">
                <h2 id="asked">"Invited"</h2>
                <ul class="account__list">{asked.into_iter().map(asked_in).collect_view()}</ul>
            </section>
        }
        .erase()
    });
    let owning = hand_over(&people);
    let choices = roles
        .into_iter()
        .map(|role| view! { <option value=role.word>{role.told}</option> }.into_any());
    view! {
        <section aria-labelledby="people">
            <h2 id="people">"On this desk"</h2>
            <ul class="account__list">{people.into_iter().map(person).collect_view()}</ul>
        </section>
        {invitations}
        <section aria-labelledby="invite">
            <h2 id="invite">"Invite somebody"</h2>
            <form class="account__form" method="post" action="/people/invite">
                {field("email", "E-mail", "off")}
                <label class="account__field">
                    <span>"As"</span>
                    <select name="role">{choices.collect_view()}</select>
                </label>
                {by_mail}
                <button class="account__go">"Make an invitation"</button>
            </form>
            <p class="account__note">
                "What each of you keeps is seen by nobody else, whatever their role."
            </p>
        </section>
        {owning}
    }
    .erase()
}

/// Whether the invitation is sent as well, where mail is.
fn by_mail(has_mail: bool) -> AnyView {
    has_mail
        .then(|| {
            view! {
                <label class="account__choice">
                    <input type="checkbox" name="by_mail" value="yes" checked=true />
                    <span>"Send it to them by mail as well"</span>
                </label>
            }
            .into_any()
        })
        .into_any()
}

/// What became of that.
fn mailed(is_mailed: bool) -> AnyView {
    is_mailed
        .then(|| {
            let told = "It is on its way to them by mail, should you not want to tell it yourself.";
            view! { <p class="account__said" data-good="true" role="status">{told}</p> }.into_any()
        })
        .into_any()
}

/// The form that makes somebody else the owner, where there is anybody who could be.
fn hand_over(people: &[OnDesk]) -> Option<AnyView> {
    let others: Vec<AnyView> = people
        .iter()
        .filter(|one| one.may_own)
        .map(|one| view! { <option value=one.id.clone()>{one.email.clone()}</option> }.into_any())
        .collect();
    (!others.is_empty()).then(|| {
        view! {
            <section aria-labelledby="hand-over">
                <h2 id="hand-over">"Hand this desk over"</h2>
                <details>
                    <summary>"Make somebody else its owner"</summary>
                    <form class="account__form" method="post" action="/people/hand-over">
                        <p>
                            "You are an admin from then on: only the new owner can make you the \
                             owner again."
                        </p>
                        <label class="account__field">
                            <span>"New owner"</span>
                            <select name="id">{others}</select>
                        </label>
                        {field("present", "Your password", "current-password")}
                        <button>"Hand the desk over"</button>
                    </form>
                </details>
            </section>
        }
        .erase()
    })
}

fn person(one: OnDesk) -> AnyView {
    let seen = match (one.is_suspended, one.seen_at) {
        (true, _) => "shut out".to_owned(),
        (false, Some(at)) => {
            let browsers = if one.sign_ins == 1 { "browser" } else { "browsers" };
            format!("last seen {}, {} {browsers}", moment(at), one.sign_ins)
        }
        (false, None) => "signed in nowhere".to_owned(),
    };
    let factor = if one.has_factor { "second factor" } else { "password alone" };
    let tier = one.tier.as_ref().map(|tier| format!(" {}", tier.told)).unwrap_or_default();
    let told = format!("{}{tier} since {} · {seen} · {factor}", one.role, moment(one.since));
    let press = |action: &'static str, text: String, role: Option<&'static str>| {
        let name = format!("{text}: {}", one.email);
        let role = role.map(|role| view! { <input type="hidden" name="role" value=role /> });
        view! {
            <form method="post" action=action>
                <input type="hidden" name="id" value=one.id.clone() />
                {role}
                <button aria-label=name>{text}</button>
            </form>
        }
        .into_any()
    };
    let presses = one.is_led.then(|| {
        let other = one.other.filter(|_| !one.is_suspended).map(|role| {
            press("/people/role", format!("Make {}", role.told.to_lowercase()), Some(role.word))
        });
        let door = match one.is_suspended {
            true => press("/people/resume", "Let in".to_owned(), None),
            false => press("/people/suspend", "Shut out".to_owned(), None),
        };
        let tier = one.tier.clone().map(|tier| tier_form(tier, &one.id, &one.email));
        view! { <div class="account__row">{tier} {other} {door}</div> }.into_any()
    });
    let name = (!one.name.is_empty()).then(|| view! { <b>{one.name}</b> " · " }.into_any());
    view! {
        <li>
            <span>
                {name} <b>{one.email}</b> <br /> <small>{told}</small>
            </span>
            {presses}
        </li>
    }
    .erase()
}

/// The form that gives somebody another tier.
fn tier_form(tier: TierChoices, id: &str, email: &str) -> AnyView {
    let name = format!("Tier: {email}");
    let choices = tier.all.into_iter().map(|(word, told)| {
        view! {
            <option value=word selected=word == tier.word>
                {told}
            </option>
        }
        .into_any()
    });
    view! {
        <form class="account__row" method="post" action="/people/tier">
            <input type="hidden" name="id" value=id.to_owned() />
            <select name="tier" aria-label=name.clone()>
                {choices.collect_view()}
            </select>
            <button aria-label=format!("Give {name}")>"Give"</button>
        </form>
    }
    .into_any()
}

fn asked_in(one: AskedIn) -> AnyView {
    let told = format!("{}, by {}, until {}", one.role, one.by, moment(one.expires_at));
    let back = one.is_led.then(|| {
        let name = format!("Take back: {}", one.email);
        view! {
            <form method="post" action="/people/uninvite">
                <input type="hidden" name="email" value=one.email.clone() />
                <button aria-label=name>"Take back"</button>
            </form>
        }
        .into_any()
    });
    view! {
        <li>
            <span>
                <b>{one.email.clone()}</b>
                <br />
                <small>{told}</small>
            </span>
            {back}
        </li>
    }
    .erase()
}

fn invited(email: String, code: String, address: String, expires_at: Moment) -> AnyView {
    // In fours, as it is told and typed.
    let letters: Vec<char> = code.chars().collect();
    let written: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
    view! {
        <p>
            "Tell " <b>{email.clone()}</b>
            " this, by a way that nobody else reads. It is shown this one time, and ends "
            {moment(expires_at)} "."
        </p>
        <dl class="account__facts">
            <dt>"Address"</dt>
            <dd>
                <code>{address}</code>
            </dd>
            <dt>"E-mail"</dt>
            <dd>
                <code>{email}</code>
            </dd>
            <dt>"Code"</dt>
            <dd>
                <code class="account__secret">{written.join("-")}</code>
            </dd>
        </dl>
        <p class="account__note">
            <a href="/people">"I have told them"</a>
        </p>
    }
    .erase()
}

fn join() -> AnyView {
    view! {
        <p>
            "Somebody of this desk gave you a code. With it you make your own account here; what \
             you keep in it nobody else sees."
        </p>
        <form class="account__form" method="post" action="/account/join">
            {field("email", "E-mail that was invited", "username")} {field("code", "Code", "off")}
            {field("password", "Password, 8 characters or more", "new-password")}
            <button class="account__go">"Join"</button>
        </form>
        <p class="account__note">
            "You have an account? " <a href="/sign-in">"Sign in"</a>
        </p>
    }
    .erase()
}

fn log(entries: Vec<Logged>, has_earlier: bool) -> AnyView {
    let last = entries.last().map(|one| one.number).filter(|_| has_earlier);
    let earlier = last.map(|last| {
        let link = format!("/people/log?before={last}");
        view! {
            <p class="account__note">
                <a href=link>"Earlier"</a>
            </p>
        }
        .into_any()
    });
    view! {
        <section aria-label="What happened">
            <ol class="account__happened">{entries.into_iter().map(logged).collect_view()}</ol>
        </section>
        {earlier}
    }
    .erase()
}

fn logged(one: Logged) -> AnyView {
    let who = if one.who.is_empty() { "Nobody known".to_owned() } else { one.who };
    let about = (!one.about.is_empty()).then(|| format!(": {}", one.about));
    let when = format!("{} · {} · {}", one.number, moment(one.at), one.from);
    view! {
        <li>
            <b>{who}</b>
            " "
            {one.what}
            {about}
            <br />
            <small>{when}</small>
        </li>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_is_text() {
        let evil = "\"><script>alert(1)</script>".to_owned();
        let person = OnDesk {
            id: evil.clone(),
            email: evil.clone(),
            name: evil.clone(),
            role: "Member",
            since: Moment(0),
            seen_at: None,
            sign_ins: 0,
            has_factor: false,
            is_suspended: false,
            is_led: true,
            tier: None,
            may_own: true,
            other: Some(RoleChoice { word: "admin", told: "Admin" }),
        };
        let asked = AskedIn {
            email: evil.clone(),
            role: "Member",
            by: evil.clone(),
            expires_at: Moment(0),
            is_led: true,
        };
        let logged = Logged {
            number: 1,
            at: Moment(0),
            who: evil.clone(),
            what: "",
            about: evil.clone(),
            from: evil.clone(),
        };
        for page in [
            PeoplePage::People {
                people: vec![person],
                asked: vec![asked],
                roles: Vec::new(),
                has_mail: true,
            },
            PeoplePage::Invited {
                email: evil.clone(),
                code: evil.clone(),
                address: evil.clone(),
                expires_at: Moment(0),
                is_mailed: true,
            },
            PeoplePage::Log { entries: vec![logged], has_earlier: true },
        ] {
            let (files, preferences) = (PageFiles::default(), Preferences::default());
            let of = Some(SettingsOf { called: evil.clone(), leads: true });
            let html = people_document((&files, &preferences), of, page, &evil);
            assert!(!html.contains("<script"), "{html}");
        }
    }
}
