//! Whatever changes something and names a thing is asked about what is another's, with a body that
//! would do: it is refused or does nothing, to members, admins and the owner alike.

mod stage;

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use api::{
    ChangePositions, ChangeWatchlists, DrawingWord, EditDrawings, KeptPositionView, PositionChange,
    ReadDrawings, ReadLayouts, ReadPositions, ReadRecordings, ReadWatchlists, RemoveLayout,
    WatchlistChange, WatchlistEdit, WriteLayout,
};
use http::{Method, StatusCode};
use market::Symbol;

use super::authorization::email;
use super::every_route::every_closed_route;
use stage::{
    Asked, ELSEWHERE, ISSUER, PASSKEY, PASSWORD, PEOPLE, PRIVATE, SHUT_OUT, Stage, drawn, form,
    json, look, words,
};

/// What changes something and names nothing that could be another's, and why that is so.
const NAMES_NOTHING: [(&str, &str); 37] = [
    ("/api/bars/read", "asks"),
    ("/api/chain/expiries", "asks"),
    ("/api/drawings/read", "asks"),
    ("/api/exposure/open", "asks"),
    ("/api/layout/read", "asks"),
    ("/api/levels/read", "asks"),
    ("/api/option-levels/read", "asks"),
    ("/api/positions/betas", "asks"),
    ("/api/positions/earlier", "asks"),
    ("/api/positions/read", "asks"),
    ("/api/recordings/read", "asks"),
    ("/api/symbols/read", "asks"),
    ("/api/tape/read", "asks"),
    ("/api/volatility/days", "asks"),
    ("/api/watchlists/read", "asks"),
    ("/api/v1/position", "values what it brings"),
    ("/api/tape/control", "moves the asker's own tape"),
    ("/account/connect", "sends the asker to the issuer"),
    ("/account/delete", "the asker's own account"),
    ("/account/first-password", "the asker's own account"),
    ("/account/keys", "makes the asker's own key"),
    ("/account/passkeys/begin", "the asker's own account"),
    ("/account/password", "the asker's own account"),
    ("/account/protect", "makes the first account of all"),
    ("/account/restore", "only before there are accounts"),
    ("/account/second-factor/begin", "the asker's own account"),
    ("/account/second-factor/confirm", "the asker's own account"),
    ("/account/second-factor/remove", "the asker's own account"),
    ("/account/set-up", "makes the first account of all"),
    ("/account/sign-out", "the browser that asks"),
    ("/account/sign-out-others", "the asker's own browsers"),
    ("/people/announce", "makes a new one"),
    ("/settings/appearance", "the browser that asks"),
    ("/settings/appearance/keep", "the asker's own account"),
    ("/settings/profile/name", "the asker's own account"),
    // Tests of their own, below.
    ("/settings/profile/email/undo", "what_one_browser_may_take_back_no_other_may"),
    ("/account/passkeys", "what_one_browser_was_sent_out_for_no_other_comes_back_with"),
];

type Answer = (StatusCode, &'static str);

const DONE: Answer = (StatusCode::OK, "");
const MALFORMED: Answer = (StatusCode::BAD_REQUEST, "");
const FORBIDDEN: Answer = (StatusCode::FORBIDDEN, "");
const NOT_FOUND: Answer = (StatusCode::NOT_FOUND, "");

const fn led_to(page: &'static str) -> Answer {
    (StatusCode::SEE_OTHER, page)
}

/// One question about one thing.
#[derive(Debug)]
struct Case {
    asked: Asked,
    /// Who gets nothing by it, and what each is answered.
    strangers: &'static [&'static str],
    answer: Answer,
    /// Who asks to some effect, and what: the same, or one of its kind.
    good: (&'static str, Asked),
}

impl Case {
    /// Whether it is asked of a route, as that is listed.
    fn is_of(&self, method: &Method, path: &str, stage: &Stage) -> bool {
        self.asked.method == *method && self.asked.path.replace(&stage.position.id, "1") == path
    }
}

/// What is hers alone: neither another member nor who leads the desk gets at it.
fn hers(asked: Asked, answer: Answer) -> Case {
    let strangers = &["eve", "linus", "owner"];
    Case { good: ("ada", asked.clone()), asked, strangers, answer }
}

/// What she keeps.
fn things(stage: &Stage) -> Vec<Case> {
    let Stage { position, layout, .. } = stage;
    let view = KeptPositionView { name: "taken".to_owned(), ..position.clone().into() };
    let change = |change| words(&ChangePositions { changes: vec![change] });
    let list = |change| words(&ChangeWatchlists { changes: vec![change] });
    let name = format!("{PRIVATE} list");
    let edited =
        |before, after| WatchlistChange::Edit(WatchlistEdit { name: name.clone(), before, after });
    let (emptied, filled) =
        (edited(vec![Symbol::SPX, Symbol::SPY], vec![]), edited(vec![], vec![Symbol::QQQ]));
    let renamed = WatchlistChange::Rename { name: name.clone(), to: "Taken".to_owned() };
    let draw = |body| {
        let edits = vec![DrawingWord { id: 7, body }];
        words(&EditDrawings { symbol: Symbol::SPX, edits })
    };
    let layout_of_that_name =
        WriteLayout { name: format!("{PRIVATE} layout"), text: "symbol=NDX".to_owned() };
    let path = format!("/api/v1/positions/{}", position.id);
    let replaced = serde_json::json!({ "position": "+1 SPY 15MAR24 510C" });
    vec![
        hers(json(Method::PUT, &path, &replaced), NOT_FOUND),
        hers(json(Method::DELETE, &path, &serde_json::Value::Null), NOT_FOUND),
        hers(change(PositionChange::Remove(position.id.clone())), DONE),
        // Whoever writes it gets one of their own, of the same identity.
        hers(change(PositionChange::Write(view)), DONE),
        hers(json(Method::POST, "/api/v1/positions", &replaced), (StatusCode::CREATED, "")),
        hers(words(&layout_of_that_name), DONE),
        hers(words(&RemoveLayout { id: layout.clone() }), DONE),
        hers(list(WatchlistChange::Choose(name.clone())), MALFORMED),
        hers(list(renamed), MALFORMED),
        hers(list(WatchlistChange::Remove(name)), MALFORMED),
        hers(list(emptied), MALFORMED),
        // Whoever sees none makes one of their own.
        hers(list(filled), DONE),
        hers(draw(None), DONE),
        hers(draw(Some(drawn("taken"))), DONE),
    ]
}

/// What opens her account, and what of everybody's is hers.
fn doors(stage: &Stage) -> Vec<Case> {
    const SECURITY: Answer = led_to("/settings/security");
    let present = ("present", PASSWORD);
    let address = |address: &str| form("/settings/profile/email", &[("email", address), present]);
    let taken = led_to("/settings/profile?problem=taken");
    vec![
        hers(form("/account/keys/end", &[("id", &stage.key)]), led_to("/settings/programs")),
        hers(form("/account/end", &[("hash", ELSEWHERE), present]), SECURITY),
        hers(form("/account/passkeys/remove", &[("id", PASSKEY)]), SECURITY),
        hers(form("/account/disconnect", &[("issuer", ISSUER), present]), SECURITY),
        Case {
            good: ("ada", address("countess@example.com")),
            ..hers(address(&email("ada")), taken)
        },
        hers(form("/account/news", &[("id", &stage.announcement)]), led_to("/")),
    ]
}

/// What those do who lead: with whom is below them, and nobody else.
fn people(stage: &Stage) -> Vec<Case> {
    let to = |path: &str, who: &str, fields: &[(&str, &str)]| {
        let named = [("id", stage.ids[who].as_str())];
        form(path, &named.into_iter().chain(fields.iter().copied()).collect::<Vec<_>>())
    };
    let role = |who: &str, role: &str| to("/people/role", who, &[("role", role)]);
    let suspend = |who: &str| to("/people/suspend", who, &[]);
    let resume = |who: &str| to("/people/resume", who, &[]);
    let tier = |who: &str| to("/people/tier", who, &[("tier", "pro")]);
    let hand_over = |who: &str| to("/people/hand-over", who, &[("present", PASSWORD)]);
    let rows: Vec<(Asked, &[&str], (&str, Asked))> = vec![
        (role("ada", "admin"), &["eve", "ada", "linus"], ("owner", role("ada", "admin"))),
        (role("ada", "owner"), &["ada", "linus", "owner"], ("owner", role("ada", "admin"))),
        (role("grace", "member"), &["eve", "linus", "grace"], ("owner", role("grace", "member"))),
        (role("owner", "member"), &["eve", "linus", "owner"], ("owner", role("grace", "member"))),
        (suspend("ada"), &["eve", "ada"], ("linus", suspend("ada"))),
        (suspend("grace"), &["eve", "linus", "grace"], ("owner", suspend("grace"))),
        (suspend("owner"), &["eve", "linus", "owner"], ("owner", suspend("linus"))),
        (resume("bob"), &["eve", "ada"], ("linus", resume("bob"))),
        (resume("mary"), &["eve", "linus"], ("owner", resume("mary"))),
        (tier("ada"), &["eve", "ada"], ("linus", tier("ada"))),
        (tier("grace"), &["eve", "linus", "grace"], ("owner", tier("grace"))),
        (tier("owner"), &["eve", "linus", "owner"], ("owner", tier("ada"))),
        (hand_over("ada"), &["eve", "ada", "linus"], ("owner", hand_over("ada"))),
        (hand_over("linus"), &["eve", "linus", "grace"], ("owner", hand_over("linus"))),
        (hand_over("owner"), &["linus", "owner"], ("owner", hand_over("grace"))),
    ];
    let case = |(asked, strangers, good)| Case { asked, strangers, answer: FORBIDDEN, good };
    rows.into_iter().map(case).collect()
}

/// Who is asked in, and what all are told.
fn asked_in(stage: &Stage) -> Vec<Case> {
    let (member, admin, hers) = (email("asked-member"), email("asked-admin"), email("ada"));
    let take_back = |email: &str| form("/people/uninvite", &[("email", email)]);
    let invite =
        |email: &str, role: &str| form("/people/invite", &[("email", email), ("role", role)]);
    let silence = form("/people/unannounce", &[("id", &stage.announcement)]);
    let case = |asked: Asked, strangers, may| Case {
        good: (may, asked.clone()),
        asked,
        strangers,
        answer: FORBIDDEN,
    };
    vec![
        case(take_back(&member), &["eve", "ada"], "linus"),
        case(take_back(&admin), &["eve", "linus"], "owner"),
        case(invite(&member, "member"), &["eve", "ada"], "linus"),
        case(invite(&admin, "member"), &["eve", "linus"], "owner"),
        case(invite(&email("new"), "admin"), &["eve", "linus"], "owner"),
        Case {
            answer: led_to("/people?problem=here"),
            good: ("owner", invite(&admin, "admin")),
            ..case(invite(&hers, "member"), &["linus", "owner"], "owner")
        },
        case(silence, &["eve", "ada"], "linus"),
    ]
}

fn cases(stage: &Stage) -> Vec<Case> {
    [things, doors, people, asked_in].into_iter().flat_map(|part| part(stage)).collect()
}

#[tokio::test]
async fn what_changes_something_is_asked_about_others_things_or_names_none() {
    let stage = Stage::set().await;
    let cases = cases(&stage);
    let mut named_nothing = BTreeSet::new();
    for (method, path) in every_closed_route() {
        if method == Method::GET {
            continue;
        }
        let is_asked = cases.iter().any(|case| case.is_of(&method, &path, &stage));
        let names_nothing =
            NAMES_NOTHING.iter().any(|(listed, _)| method == Method::POST && *listed == path);
        assert!(
            is_asked != names_nothing,
            "{method} {path}: ask about what is another's here, or say why it names no such thing"
        );
        if names_nothing {
            named_nothing.insert(path);
        }
    }
    let listed: BTreeSet<String> =
        NAMES_NOTHING.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(named_nothing, listed, "what is listed is there");
}

/// Asks every question of a part as those who get nothing by it, then as who gets something.
async fn check(part: fn(&Stage) -> Vec<Case>) {
    let stage = Stage::set().await;
    let cases = part(&stage);
    for Case { asked, strangers, answer, .. } in &cases {
        for who in *strangers {
            let told = format!("{who} asks {asked:?}");
            let before = stage.seen(Some(who)).await;
            let (status, to, body) = stage.ask(asked, who).await;
            assert_eq!((status, to.as_str()), *answer, "{told}: {body:?}");
            assert_eq!(stage.seen(Some(who)).await, before, "{told}");
        }
    }
    // They were refused for who asked: the same does something for whose it is.
    let mut stage = Stage::set().await;
    for place in 0..cases.len() {
        if does_something(&stage, part, place).await.is_err() {
            // What it is about went with the question before.
            stage = Stage::set().await;
            does_something(&stage, part, place).await.unwrap_or_else(|why| panic!("{why}"));
        }
    }
}

/// A good question does something; why it does not otherwise.
async fn does_something(
    stage: &Stage,
    part: fn(&Stage) -> Vec<Case>,
    place: usize,
) -> Result<(), String> {
    let (who, good) = part(stage).swap_remove(place).good;
    let before = stage.seen(None).await;
    let (status, to, body) = stage.ask(&good, who).await;
    let is_done = status.is_success() || status == StatusCode::SEE_OTHER;
    if is_done && !to.contains("problem") && stage.seen(None).await != before {
        return Ok(());
    }
    Err(format!("{who} asks {good:?}: {status} {to} {body:?}, and nothing changes"))
}

#[tokio::test]
async fn nobody_changes_what_another_keeps() {
    check(things).await;
}

#[tokio::test]
async fn nobody_changes_how_another_signs_in() {
    check(doors).await;
}

#[tokio::test]
async fn nobody_changes_who_is_not_below_them() {
    check(people).await;
}

#[tokio::test]
async fn nobody_asks_in_whom_they_may_not() {
    check(asked_in).await;
}

#[tokio::test]
async fn what_one_browser_may_take_back_no_other_may() {
    let stage = Stage::set().await;
    let fields = [("email", "countess@example.com"), ("present", PASSWORD)];
    let (_, to, _) = stage.ask(&form("/settings/profile/email", &fields), "ada").await;
    let query = to.split(['?', '#']).nth(1).expect("what was there before, sealed");
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(query).expect("fields");
    let (_, was) = fields.iter().find(|(name, _)| name == "was").expect("it is told");
    let undo = form("/settings/profile/email/undo", &[("was", was)]);
    let before = stage.seen(None).await;
    for who in ["eve", "linus", "owner"] {
        let (status, to, _) = stage.ask(&undo, who).await;
        assert_eq!((status, to.as_str()), led_to("/settings/profile?problem=late"), "{who}");
        assert_eq!(stage.seen(None).await, before, "{who}");
    }
    let (status, to, _) = stage.ask(&undo, "ada").await;
    assert_eq!((status, to.as_str()), led_to("/settings/profile"));
    let found = stage.site.store.account_named(&email("ada")).await.expect("read");
    assert_eq!(found.map(|found| found.id).as_ref(), Some(&stage.ids["ada"]));
}

#[cfg(feature = "passkeys")]
#[tokio::test]
async fn what_one_browser_was_sent_out_for_no_other_comes_back_with() {
    let mut stage = Stage::set().await;
    let answer = form("/account/passkeys", &[("name", "Hers"), ("answer", "{}")]);
    let known = async |stage: &Stage| {
        stage.site.store.passkeys(&stage.ids["eve"]).await.expect("read").len()
    };
    for (who, word) in [("eve", "passkey-again"), ("ada", "passkey-not-made")] {
        let errand = desk::Errand {
            hash: crate::codes::hash_of("a-code"),
            account: Some(stage.ids["ada"].clone()),
            what: "new-passkey".to_owned(),
            secret: "{}".to_owned(),
            expires_at: market::Moment(i64::MAX),
        };
        stage.site.store.add_errand(&errand, crate::clock::now()).await.expect("sent out");
        stage.cookies.get_mut(who).expect("a cookie").push_str("; errand=a-code");
        let (_, to, _) = stage.ask(&answer, who).await;
        assert_eq!(to, format!("/settings/security?problem={word}"), "{who}");
        assert_eq!(known(&stage).await, 0);
    }
}

/// What a desk answers to whoever asks for what is theirs.
fn questions() -> Vec<Asked> {
    let routes = every_closed_route().into_iter().filter(|(method, _)| method == Method::GET);
    let pages = routes.map(|(_, path)| look(&path));
    let functions = [
        words(&ReadPositions {}),
        words(&ReadLayouts {}),
        words(&ReadWatchlists {}),
        words(&ReadRecordings {}),
        words(&ReadDrawings { symbol: Symbol::SPX }),
    ];
    pages.chain(functions).collect()
}

/// An archive's files are read as well.
fn told(body: &[u8]) -> String {
    let mut told = String::from_utf8_lossy(body).into_owned();
    if let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(body)) {
        for place in 0..archive.len() {
            archive.by_index(place).expect("a file").read_to_string(&mut told).expect("text");
        }
    }
    told
}

#[tokio::test]
async fn nobody_reads_what_is_anothers() {
    let stage = Stage::set().await;
    let mut hers = BTreeSet::new();
    for asked in questions() {
        for (who, role) in PEOPLE.iter().filter(|(who, _)| !SHUT_OUT.contains(who)) {
            let (status, _, body) = stage.ask(&asked, who).await;
            let is_told = told(&body).contains(PRIVATE);
            assert!(*who == "ada" || !is_told, "{} tells {who}, an {role}: {status}", asked.path);
            if is_told {
                hers.insert(asked.path.clone());
            }
        }
    }
    // She is told of each kind of thing somewhere: it was looked for where it is.
    for path in [
        "/account/export",
        "/api/v1/positions",
        "/api/positions/read",
        "/api/layout/read",
        "/api/watchlists/read",
        "/api/drawings/read",
        "/settings/programs",
        "/settings/security",
    ] {
        assert!(hers.contains(path), "{path} is not in {hers:?}");
    }
}
