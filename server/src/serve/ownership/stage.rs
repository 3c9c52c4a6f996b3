//! Some people and what is theirs, for asking whether anybody gets at it.

use std::collections::BTreeMap;
use std::io;

use axum::body::{Body, Bytes, to_bytes};
use desk::{
    Account, Announcement, ApiKey, Belongs, Cell, DrawingEdit, Invitation, KeptPosition,
    LinkedIdentity, OwnerId, Passkey, PositionEdit, Role, Scope, SignIn, Stage as Progress, Store,
    TableTaker,
};
use http::{HeaderValue, Method, Request, StatusCode, header};
use leptos::server_fn::ServerFn;
use market::{Moment, Symbol, TapeId};
use serde::Serialize;
use tokio::sync::OnceCell;
use tower::ServiceExt;

use super::super::authorization::{Site, account, asked, email};
use crate::clock::now;
use crate::{codes, passwords, sessions};

/// Everybody's password.
pub(super) const PASSWORD: &str = "correct horse battery";
/// Stands in what is nobody's business but its person's.
pub(super) const PRIVATE: &str = "kestrel";
/// The passkey that she has.
pub(super) const PASSKEY: &str = "0badc0de";
/// Another browser that she is signed in with.
pub(super) const ELSEWHERE: &str = "5e1f";
/// The issuer that she is connected with.
pub(super) const ISSUER: &str = "https://issuer.example";
/// Members ask and are asked about, and so do those who lead.
pub(super) const PEOPLE: [(&str, Role); 7] = [
    ("owner", Role::Owner),
    ("linus", Role::Admin),
    ("grace", Role::Admin),
    ("ada", Role::Member),
    ("eve", Role::Member),
    ("mary", Role::Admin),
    ("bob", Role::Member),
];
/// Those who are shut out.
pub(super) const SHUT_OUT: [&str; 2] = ["mary", "bob"];
/// What changes by being asked at all.
const OF_ASKING: [&str; 2] = ["audit", "usage"];

static HASH: OnceCell<String> = OnceCell::const_new();

/// A question, but for who asks it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) path: String,
    kind: &'static str,
    body: Vec<u8>,
}

/// What is only looked at.
pub(super) fn look(path: &str) -> Asked {
    Asked { method: Method::GET, path: path.to_owned(), kind: "text/plain", body: Vec::new() }
}

/// As a page's form is sent.
pub(super) fn form(path: &str, fields: &[(&str, &str)]) -> Asked {
    Asked {
        method: Method::POST,
        path: path.to_owned(),
        kind: "application/x-www-form-urlencoded",
        body: serde_urlencoded::to_string(fields).expect("a form").into_bytes(),
    }
}

/// As our screens ask a server function.
pub(super) fn words<Question: ServerFn + Serialize>(question: &Question) -> Asked {
    Asked {
        method: Method::POST,
        path: Question::PATH.to_owned(),
        kind: "application/x-postcard",
        body: postcard::to_allocvec(question).expect("words"),
    }
}

/// As a program asks.
pub(super) fn json(method: Method, path: &str, body: &serde_json::Value) -> Asked {
    let body = body.to_string().into_bytes();
    Asked { method, path: path.to_owned(), kind: "application/json", body }
}

impl Asked {
    pub(super) fn request(&self, cookie: &str) -> Request<Body> {
        let mut request = asked(&self.method, &self.path, "*/*", Some(cookie));
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        *request.body_mut() = Body::from(self.body.clone());
        request
    }
}

/// A desk on which everybody has something.
pub(super) struct Stage {
    pub(super) site: Site,
    pub(super) ids: BTreeMap<&'static str, String>,
    pub(super) cookies: BTreeMap<&'static str, String>,
    pub(super) position: KeptPosition,
    pub(super) layout: String,
    pub(super) key: String,
    pub(super) announcement: String,
}

/// What is known of somebody's things.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Seen {
    accounts: Vec<(Account, bool)>,
    tables: BTreeMap<&'static str, Vec<String>>,
    sign_ins: Vec<SignIn>,
    keys: Vec<ApiKey>,
    passkeys: Vec<Passkey>,
    invitations: Vec<Invitation>,
    announcements: Vec<Announcement>,
}

impl Stage {
    pub(super) async fn set() -> Self {
        let site = Site::open().await;
        let hash =
            HASH.get_or_init(async || passwords::hash(PASSWORD.to_owned()).await.expect("a hash"));
        let hash = hash.await;
        let (mut ids, mut cookies) = (BTreeMap::new(), BTreeMap::new());
        for (name, role) in PEOPLE {
            let id = match role {
                Role::Owner => {
                    site.store.people(now()).await.expect("people")[0].account.id.clone()
                }
                role => site.join(Account { role, ..account(name) }).await,
            };
            let before = account(name).password;
            let is_written = site.store.write_password(&id, &before, hash).await;
            assert!(is_written.expect("written"));
            cookies.insert(name, sessions::cookie_for_test(&site.store, &id).await);
            if SHUT_OUT.contains(&name) {
                assert!(site.store.write_suspension(&id, role, true).await.expect("shut out"));
            }
            ids.insert(name, id);
        }
        let store = site.store.as_ref();
        let (position, layout) = keep_things(store).await;
        let key = keep_doors(store, &ids["ada"]).await;
        let announcement = ask_in(store, &ids["owner"]).await;
        Self { site, ids, cookies, position, layout, key, announcement }
    }

    /// The answer's status, where it leads, and what it says.
    pub(super) async fn ask(&self, asked: &Asked, who: &str) -> (StatusCode, String, Bytes) {
        let answer = self.site.router.clone().oneshot(asked.request(&self.cookies[who])).await;
        let (parts, body) = answer.expect("an answer").into_parts();
        let to = parts.headers.get(header::LOCATION).map(|to| to.to_str().expect("text"));
        let to = to.unwrap_or_default().to_owned();
        (parts.status, to, to_bytes(body, usize::MAX).await.expect("a body"))
    }

    /// All that there is of everybody, but what an asker has of their own.
    pub(super) async fn seen(&self, but: Option<&str>) -> Seen {
        let store = self.site.store.as_ref();
        let mut seen = Seen {
            accounts: Vec::new(),
            tables: BTreeMap::new(),
            sign_ins: Vec::new(),
            keys: Vec::new(),
            passkeys: Vec::new(),
            invitations: store.invitations(now()).await.expect("invitations"),
            announcements: store.announcements(now()).await.expect("announcements"),
        };
        for (name, _) in PEOPLE {
            let id = &self.ids[name];
            let Some(account) = store.account(id).await.expect("read") else { continue };
            let factor = store.second_factor(id).await.expect("read");
            seen.accounts.push((account.clone(), factor.is_some_and(|one| one.is_confirmed)));
            if but == Some(name) {
                continue;
            }
            let mut rows = Rows { seen: &mut seen.tables, table: "" };
            let of = Belongs::to_account(&account);
            store.give_belongings(&of, &mut rows).await.expect("given");
            seen.sign_ins.extend(store.sign_ins(id, now()).await.expect("sign-ins"));
            seen.keys.extend(store.api_keys(id).await.expect("keys"));
            seen.passkeys.extend(store.passkeys(id).await.expect("passkeys"));
        }
        seen
    }
}

/// What a member keeps on the desk.
async fn keep_things(store: &dyn Store) -> (KeptPosition, String) {
    let ada = OwnerId::read("ada".to_owned());
    let position = KeptPosition {
        id: String::new(),
        tape: TapeId::Practice { seed: 1 },
        name: format!("{PRIVATE} position"),
        legs: "+1 SPY 15MAR24 500C".to_owned(),
        stage: Progress::Planned,
        paid: None,
        received: None,
        fees: 0,
        opened_at: None,
        closed_at: None,
        changed_at: now(),
    };
    let written = vec![PositionEdit::Write(position)];
    store.edit_positions(&ada, &written, 9).await.expect("kept");
    let position = store.positions(&ada).await.expect("read").remove(0);
    let name = format!("{PRIVATE} layout");
    let layout = store.write_layout(&ada, &name, "symbol=SPX", now(), 9).await.expect("kept");
    for name in ["Main", &format!("{PRIVATE} list")] {
        store.write_watchlist(&ada, name, &[Symbol::SPX, Symbol::SPY], 9).await.expect("kept");
    }
    store.write_setting(&ada, "watchlist", "Main").await.expect("kept");
    let drawing = DrawingEdit { id: 7, body: Some(drawn(PRIVATE)) };
    store.edit_drawings(&ada, Symbol::SPX, &[drawing]).await.expect("kept");
    (position, layout.expect("room"))
}

/// A note on a chart.
pub(super) fn drawn(text: &str) -> String {
    format!("note 7 ink=0 width=1 at=1709044200000000,5091.25 text={text}")
}

/// What opens the account of somebody besides the password; the identity of a key.
async fn keep_doors(store: &dyn Store, id: &str) -> String {
    let account = id.to_owned();
    let key = ApiKey {
        id: String::new(),
        account: account.clone(),
        name: format!("{PRIVATE} key"),
        scope: Scope::Write,
        hash: "hash of a key".to_owned(),
        tail: "wxyz".to_owned(),
        made_at: now(),
        used_at: None,
    };
    let key = store.add_api_key(&key, 9).await.expect("kept").expect("a key");
    let passkey = Passkey {
        id: PASSKEY.to_owned(),
        account: account.clone(),
        name: format!("{PRIVATE} passkey"),
        body: "{}".to_owned(),
        made_at: now(),
        used_at: None,
    };
    assert!(store.add_passkey(&passkey, 9).await.expect("kept"));
    let linked = LinkedIdentity {
        issuer: ISSUER.to_owned(),
        subject: "ada".to_owned(),
        account: account.clone(),
        linked_at: now(),
    };
    assert!(store.link_identity(&linked).await.expect("linked"));
    store.begin_second_factor(id, "sealed").await.expect("begun");
    store.confirm_second_factor(id, 1, &[]).await.expect("proved");
    let elsewhere = SignIn {
        hash: ELSEWHERE.to_owned(),
        account,
        device: "Firefox on Linux".to_owned(),
        since: now(),
        seen_at: now(),
        expires_at: Moment(i64::MAX),
    };
    store.add_sign_in(&elsewhere).await.expect("signed in");
    key
}

/// Asks somebody in as each role, and announces something; gives its identity.
async fn ask_in(store: &dyn Store, by: &str) -> String {
    for role in [Role::Member, Role::Admin] {
        let invitation = Invitation {
            hash: codes::hash_of(role.as_str()),
            email: email(&format!("asked-{role}")),
            role,
            by: by.to_owned(),
            made_at: now(),
            expires_at: Moment(i64::MAX),
        };
        assert!(store.add_invitation(&invitation).await.expect("an invitation"));
    }
    let announcement = Announcement {
        id: String::new(),
        text: "Maintenance at 20:00".to_owned(),
        by: by.to_owned(),
        made_at: now(),
        ends_at: Moment(i64::MAX),
    };
    store.add_announcement(&announcement).await.expect("announced")
}

/// Takes every row in words.
struct Rows<'a> {
    seen: &'a mut BTreeMap<&'static str, Vec<String>>,
    table: &'static str,
}

impl TableTaker for Rows<'_> {
    fn begin(&mut self, table: &'static str, _columns: &[&'static str]) -> io::Result<()> {
        self.table = table;
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        if !OF_ASKING.contains(&self.table) {
            self.seen.entry(self.table).or_default().push(format!("{cells:?}"));
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}
