//! Signing in, and the account. Plain documents that the server writes: they work before any code
//! of ours came, and without it; password managers know their forms.

use leptos::prelude::*;
use market::Moment;

use crate::contexts::Preferences;
use crate::erased::Erase;
use crate::pages::document::{document, field, moment, plain};
use crate::pages::identity::{self, ShownElsewhere};
use crate::shell::PageFiles;

/// A browser that somebody is signed in with.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Which.
    pub hash: String,
    /// What it calls itself.
    pub device: String,
    /// Since when.
    pub since: Moment,
    /// When it last asked.
    pub seen_at: Moment,
    /// Whether it is the one that asks now.
    pub is_here: bool,
}

/// A key that programs ask with.
#[derive(Clone, Debug)]
pub struct ShownKey {
    /// Which.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What may be done with it.
    pub scope: &'static str,
    /// Its last signs.
    pub tail: String,
    /// When it was made.
    pub made_at: Moment,
    /// When it was last asked with.
    pub used_at: Option<Moment>,
}

/// Something that happened to an account.
#[derive(Clone, Debug)]
pub struct Happened {
    /// When.
    pub at: Moment,
    /// What.
    pub what: &'static str,
    /// What the browser calls itself; empty where there was none.
    pub device: String,
    /// Where it came from; empty for the machine itself.
    pub network: String,
}

/// How much of something somebody has.
#[derive(Clone, Debug)]
pub struct ShownLimit {
    /// Of what, as it is read.
    pub told: &'static str,
    /// How much of it is used.
    pub used: u64,
    /// How much there is.
    pub limit: u64,
}

/// An account, as its owner sees it.
#[derive(Clone, Debug, Default)]
pub struct ShownAccount {
    /// Whose.
    pub email: String,
    /// Whether others are this person's business.
    pub leads: bool,
    /// What it has, where that is limited: a tier, and how much of what.
    pub tier: Option<(&'static str, Vec<ShownLimit>)>,
    /// Recovery codes that are left; nothing without a second factor.
    pub recovery_left: Option<u64>,
    /// Who it is elsewhere, where that can be said.
    pub elsewhere: Option<ShownElsewhere>,
    /// Where it is signed in.
    pub sign_ins: Vec<SignedIn>,
    /// What programs ask with.
    pub keys: Vec<ShownKey>,
    /// What happened to it, the newest first.
    pub happened: Vec<Happened>,
}

/// What one of the pages shows.
#[derive(Clone, Debug)]
pub enum AccountPage {
    /// The form to sign in; afterwards it leads to `next`.
    SignIn {
        /// An address of the desk.
        next: String,
        /// Where else somebody may sign in, as they know it.
        issuer: Option<String>,
        /// Whether what is typed can be read on the way.
        is_plain: bool,
    },
    /// The form that makes the first account from elsewhere.
    SetUp {
        /// Whether what is typed can be read on the way.
        is_plain: bool,
    },
    /// The form that makes the first account.
    Protect,
    /// An account.
    Account(ShownAccount),
    /// A secret that an app takes, and the form that proves it.
    SecondFactor {
        /// In letters and digits, to type.
        secret: String,
        /// To press on the device that has the app.
        link: String,
        /// How many modules the square has in a row.
        width: usize,
        /// The path of its dark ones.
        modules: String,
    },
    /// A key for programs, which is shown once.
    Key {
        /// The key.
        key: String,
        /// A command that asks with it.
        example: String,
    },
    /// Recovery codes, which are shown once.
    RecoveryCodes {
        /// The codes.
        codes: Vec<String>,
    },
}

impl AccountPage {
    fn title(&self) -> &'static str {
        match self {
            Self::SignIn { .. } => "Sign in",
            Self::Protect => "Protect this desk",
            Self::SetUp { .. } => "Set up this desk",
            Self::Account(_) => "Account",
            Self::SecondFactor { .. } => "Second factor",
            Self::Key { .. } => "Key for programs",
            Self::RecoveryCodes { .. } => "Recovery codes",
        }
    }
}

/// One of the pages as a whole document. `said` is a word of what was tried before.
pub fn account_document(
    files: &PageFiles,
    preferences: &Preferences,
    page: AccountPage,
    said: &str,
) -> String {
    let title = page.title();
    let body = match page {
        AccountPage::SignIn { next, is_plain, issuer } => {
            let elsewhere = issuer.map(|name| identity::button(name, next.clone()));
            view! { {plain(is_plain)} {elsewhere} {sign_in(next)} }.into_any()
        }
        AccountPage::SetUp { is_plain } => view! { {plain(is_plain)} {set_up()} }.into_any(),
        AccountPage::Protect => protect(),
        AccountPage::Account(shown) => account(shown),
        AccountPage::Key { key, example } => made_key(key, example),
        AccountPage::SecondFactor { secret, link, width, modules } => {
            second_factor(secret, link, (width, modules))
        }
        AccountPage::RecoveryCodes { codes } => recovery_codes(codes),
    };
    document(files, preferences, title, false, said, body)
}

fn sign_in(next: String) -> AnyView {
    view! {
        <form class="account__form" method="post" action="/account/sign-in">
            {field("email", "E-mail", "username")}
            {field("password", "Password", "current-password")}
            <label class="account__field">
                <span>"Code, if the account has a second factor"</span>
                <input type="text" name="code" autocomplete="one-time-code" maxlength="32" />
            </label>
            <input type="hidden" name="next" value=next />
            <button class="account__go">"Sign in"</button>
        </form>
        <p class="account__note">
            "Forgotten? On the machine that the desk runs on: "
            <code>"volaris account reset you@example.com"</code>
        </p>
    }
    .erase()
}

fn set_up() -> AnyView {
    view! {
        <p>
            "This desk has no account yet. Whoever makes the first one proves that the machine is \
             theirs by a token: it was printed when the desk started, and stands in the file "
            <code>"setup-token"</code> " in its data folder. You have a backup? Stop the desk and "
            "run " <code>"volaris restore FILE"</code> " instead."
        </p>
        <form class="account__form" method="post" action="/account/set-up">
            {field("token", "Set-up token", "off")} {field("email", "E-mail", "username")}
            {field("password", "Password, 8 characters or more", "new-password")}
            <button class="account__go">"Set up this desk"</button>
        </form>
    }
    .erase()
}

fn protect() -> AnyView {
    view! {
        <p>
            "This desk has no account. It answers to this machine alone, and to whoever sits at \
             it. With an account everybody signs in first, here too. Nothing that you keep is \
             lost."
        </p>
        <form class="account__form" method="post" action="/account/protect">
            {field("email", "E-mail", "username")}
            {field("password", "Password, 8 characters or more", "new-password")}
            <button class="account__go">"Protect this desk"</button>
        </form>
        <p class="account__note">
            <a href="/account/export" download="">"Download all that is kept"</a> " · "
            <a href="/">"Back to the desk"</a>
        </p>
    }
    .erase()
}

fn account(shown: ShownAccount) -> AnyView {
    let ShownAccount { email, leads, tier, recovery_left, elsewhere, sign_ins, keys, happened } =
        shown;
    let people = leads.then(|| view! { <a href="/people">"People"</a> " · " }.into_any());
    let others = sign_ins.iter().filter(|one| !one.is_here).count();
    let rows = sign_ins.into_iter().map(browser).collect_view();
    let everywhere = (0 < others).then(|| {
        view! {
            <form method="post" action="/account/sign-out-others">
                <button>"Sign out everywhere else"</button>
            </form>
        }
        .erase()
    });
    view! {
        <p>
            {email.clone()} " · " {people} <a href="/">"Back to the desk"</a>
        </p>
        {tier.map(|(told, limits)| tier_section(told, limits))}
        <section aria-labelledby="browsers">
            <h2 id="browsers">"Signed in with"</h2>
            <ul class="account__browsers">{rows}</ul>
            <div class="account__row">
                {everywhere} <form method="post" action="/account/sign-out">
                    <button>"Sign out"</button>
                </form>
            </div>
        </section>
        <section aria-labelledby="password">
            <h2 id="password">"Another password"</h2>
            <form class="account__form" method="post" action="/account/password">
                // A password manager wants to know whose it is.
                <input
                    type="text"
                    name="email"
                    value=email
                    autocomplete="username"
                    hidden=true
                />
                {field("present", "Present password", "current-password")}
                {field("password", "New password, 8 characters or more", "new-password")}
                <button class="account__go">"Change the password"</button>
            </form>
        </section>
        <section aria-labelledby="factor">
            <h2 id="factor">"Second factor"</h2>
            {factor(recovery_left)}
        </section>
        {elsewhere.map(identity::section)}
        <section aria-labelledby="keys">
            <h2 id="keys">"Programs"</h2>
            {api_keys(keys)}
        </section>
        <section aria-labelledby="data">
            <h2 id="data">"What is kept of you"</h2>
            {data()}
        </section>
        <section aria-labelledby="happened">
            <h2 id="happened">"What happened"</h2>
            <ol class="account__happened">{happened.into_iter().map(entry).collect_view()}</ol>
        </section>
    }
    .erase()
}

/// What somebody has, and how much of it is used.
fn tier_section(told: &'static str, limits: Vec<ShownLimit>) -> AnyView {
    let row = |one: ShownLimit| {
        let left = format!("{} of {}", one.used, one.limit);
        let is_full = (one.limit <= one.used).then_some("true");
        view! {
            <li data-full=is_full>
                <span>{one.told}</span>
                <meter
                    min="0"
                    max=one.limit.max(1).to_string()
                    value=one.used.to_string()
                    aria-label=one.told
                ></meter>
                <b>{left}</b>
            </li>
        }
        .into_any()
    };
    view! {
        <section aria-labelledby="tier">
            <h2 id="tier">"Tier: " {told}</h2>
            <ul class="account__limits">{limits.into_iter().map(row).collect_view()}</ul>
            <p class="account__note">
                "Whatever is not named here has no limit. Whoever leads this desk gives tiers."
            </p>
        </section>
    }
    .erase()
}

fn factor(recovery_left: Option<u64>) -> AnyView {
    let Some(left) = recovery_left else {
        return view! {
            <p>
                "With one, a sign-in takes a code from an app on your phone besides the password."
            </p>
            <form class="account__form" method="post" action="/account/second-factor/begin">
                {field("present", "Password, to set it up", "current-password")}
                <button>"Set a second factor up"</button>
            </form>
        }
        .into_any();
    };
    view! {
        <p>{format!("A sign-in takes a code. Recovery codes left: {left}.")}</p>
        <form class="account__form" method="post" action="/account/second-factor/remove">
            {field("present", "Password, to turn it off", "current-password")}
            <button>"Turn the second factor off"</button>
        </form>
    }
    .into_any()
}

/// Taking everything along, and having it deleted.
fn data() -> AnyView {
    view! {
        <p>
            <a href="/account/export" download="">"Download all of it"</a>
            ": positions, layouts, drawings, imported prices, as CSV and JSON."
        </p>
        <details>
            <summary>"Delete the account and all of it"</summary>
            <form class="account__form" method="post" action="/account/delete">
                <p>
                    "This cannot be undone. What was written down of the account in the audit \
                     log stays, without its e-mail address."
                </p>
                {field("present", "Password, to delete everything", "current-password")}
                <button>"Delete everything"</button>
            </form>
        </details>
    }
    .into_any()
}

/// The keys that there are, and the form that makes another.
fn api_keys(keys: Vec<ShownKey>) -> AnyView {
    let row = |one: ShownKey| {
        let name = format!("End {}", one.name);
        let used = match one.used_at {
            Some(at) => format!("last used {}", moment(at)),
            None => "never used".to_owned(),
        };
        let told = format!("{} · …{} · since {}, {used}", one.scope, one.tail, moment(one.made_at));
        view! {
            <li>
                <span>
                    <b>{one.name}</b>
                    <br />
                    <small>{told}</small>
                </span>
                <form method="post" action="/account/keys/end">
                    <input type="hidden" name="id" value=one.id />
                    <button aria-label=name>"End"</button>
                </form>
            </li>
        }
        .erase()
    };
    view! {
        <p>
            "A program asks this desk with a key of yours, by " <a href="/developers">"the API"</a>
            "."
        </p>
        <ul class="account__browsers">{keys.into_iter().map(row).collect_view()}</ul>
        <form class="account__form" method="post" action="/account/keys">
            <label class="account__field">
                <span>"Name of the program"</span>
                <input type="text" name="name" required=true maxlength="60" autocomplete="off" />
            </label>
            <label class="account__field">
                <span>"It may"</span>
                <select name="scope">
                    <option value="read">"read"</option>
                    <option value="write">"read, and change what is kept"</option>
                </select>
            </label>
            <button>"Make a key"</button>
        </form>
    }
    .into_any()
}

fn made_key(key: String, example: String) -> AnyView {
    view! {
        <p>
            "Give it to the program. It is shown this one time; whoever has it can do what you \
             allowed, until you end it on your account's page."
        </p>
        <p>
            <code class="account__secret">{key}</code>
        </p>
        <p class="account__note">
            "Try it: " <code>{example}</code>
        </p>
        <p class="account__note">
            <a href="/account">"I have kept it"</a>
        </p>
    }
    .erase()
}

fn second_factor(secret: String, link: String, (width, modules): (usize, String)) -> AnyView {
    // The margin that cameras need.
    let frame = format!("-4 -4 {0} {0}", width + 8);
    // In fours, as it is typed.
    let letters: Vec<char> = secret.chars().collect();
    let typed: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
    view! {
        <p>
            "Read this with an authenticator app (Aegis, 1Password, Google Authenticator, …), then \
             write the code that it shows."
        </p>
        <svg class="account__square" viewBox=frame role="img" aria-label="Square to be read">
            <path d=modules></path>
        </svg>
        <p>
            <a href=link>"Open the app on this device"</a>
            ", or type the secret: "
            <code class="account__secret">{typed.join(" ")}</code>
        </p>
        <form class="account__form" method="post" action="/account/second-factor/confirm">
            {field("code", "Code that the app shows", "one-time-code")}
            <button class="account__go">"Turn the second factor on"</button>
        </form>
        <p class="account__note">
            <a href="/account">"Not now"</a>
        </p>
    }
    .erase()
}

fn recovery_codes(codes: Vec<String>) -> AnyView {
    let codes = codes.into_iter().map(|code| {
        let (left, right) = code.split_at(code.len() / 2);
        let written = format!("{left}-{right}");
        view! { <li><code>{written}</code></li> }.erase()
    });
    view! {
        <p>
            "A sign-in takes a code from now on. Each of these takes its place once, should the \
             app be lost. They are shown this one time: print them, or keep them with your \
             passwords."
        </p>
        <ol class="account__codes">{codes.collect_view()}</ol>
        <p class="account__note">
            <a href="/account">"I have kept them"</a>
        </p>
    }
    .erase()
}

fn browser(one: SignedIn) -> AnyView {
    let end = (!one.is_here).then(|| {
        let name = format!("Sign out {}", one.device);
        view! {
            <form method="post" action="/account/end">
                <input type="hidden" name="hash" value=one.hash />
                <button aria-label=name>"Sign out"</button>
            </form>
        }
        .erase()
    });
    let here = one.is_here.then_some(" · this browser");
    let when = format!("since {}, last seen {}", moment(one.since), moment(one.seen_at));
    view! {
        <li>
            <span>
                <b>{one.device}</b>
                {here}
                <br />
                <small>{when}</small>
            </span>
            {end}
        </li>
    }
    .erase()
}

fn entry(one: Happened) -> AnyView {
    let from = [one.device, one.network].into_iter().filter(|part| !part.is_empty());
    let from = from.collect::<Vec<_>>().join(", ");
    view! {
        <li>
            {one.what} <br /> <small>{moment(one.at)} " " {from}</small>
        </li>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(page: AccountPage, said: &str) -> String {
        account_document(&PageFiles::default(), &Preferences::default(), page, said)
    }

    #[test]
    fn what_others_wrote_is_text() {
        let evil = "\"><script>alert(1)</script>".to_owned();
        let sign_in = SignedIn {
            hash: evil.clone(),
            device: evil.clone(),
            since: Moment(0),
            seen_at: Moment(0),
            is_here: false,
        };
        let happened =
            Happened { at: Moment(0), what: "", device: evil.clone(), network: evil.clone() };
        let key = ShownKey {
            id: evil.clone(),
            name: evil.clone(),
            scope: "",
            tail: evil.clone(),
            made_at: Moment(0),
            used_at: None,
        };
        for page in [
            AccountPage::Key { key: evil.clone(), example: evil.clone() },
            AccountPage::SignIn { next: evil.clone(), is_plain: true, issuer: Some(evil.clone()) },
            AccountPage::Account(ShownAccount {
                email: evil.clone(),
                leads: true,
                sign_ins: vec![sign_in],
                keys: vec![key],
                happened: vec![happened],
                elsewhere: Some(ShownElsewhere {
                    name: Some(evil.clone()),
                    linked: vec![(evil.clone(), Moment(0))],
                    has_password: true,
                }),
                ..ShownAccount::default()
            }),
            AccountPage::SecondFactor {
                secret: evil.clone(),
                link: evil.clone(),
                width: 1,
                modules: evil.clone(),
            },
        ] {
            let html = document(page, &evil);
            assert!(!html.contains("<script"), "{html}");
        }
    }
}
