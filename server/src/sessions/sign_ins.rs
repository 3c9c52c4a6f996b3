//! Sessions, kept as what they are here: browsers that somebody is signed in with. Only a hash of
//! each one's secret is written down.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use desk::{SignIn, Store};
use market::Moment;
use sha2::{Digest, Sha256};
use tower_sessions::SessionStore;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use super::{KEPT, Kept, STAY_MAX};
use crate::clock::now;

/// The browsers that somebody is signed in with.
#[derive(Clone)]
pub(crate) struct SignIns(pub(super) Arc<dyn Store>);

impl fmt::Debug for SignIns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignIns")
    }
}

/// SHA-256 of a browser's secret.
pub(super) fn hash_of(id: Id) -> String {
    hex::encode(Sha256::digest(id.0.to_le_bytes()))
}

#[async_trait]
impl SessionStore for SignIns {
    async fn create(&self, record: &mut Record) -> Result<()> {
        self.0.add_sign_in(&sign_in(record)?).await.map_err(failed)
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let one = sign_in(record)?;
        // One that was ended while it asked stays ended.
        self.0.touch_sign_in(&one.hash, one.seen_at, one.expires_at).await.map_err(failed)?;
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let found = self.0.sign_in(&hash_of(*id), now()).await.map_err(failed)?;
        let Some(SignIn { account, device, since, seen_at, expires_at, .. }) = found else {
            return Ok(None);
        };
        let kept = serde_json::to_value(Kept { account, device, since, seen_at });
        let kept = kept.map_err(|error| Error::Encode(error.to_string()))?;
        let data = HashMap::from([(KEPT.to_owned(), kept)]);
        let expiry_date =
            OffsetDateTime::from_unix_timestamp_nanos(i128::from(expires_at.0) * 1_000)
                .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.remove_sign_in(&hash_of(*id)).await.map_err(failed)?;
        Ok(())
    }
}

fn sign_in(record: &Record) -> Result<SignIn> {
    let kept = record.data.get(KEPT).cloned().unwrap_or_default();
    let kept: Kept =
        serde_json::from_value(kept).map_err(|error| Error::Encode(error.to_string()))?;
    let idle_until = record.expiry_date.unix_timestamp_nanos() / 1_000;
    let idle_until = Moment(i64::try_from(idle_until).unwrap_or(i64::MAX));
    Ok(SignIn {
        hash: hash_of(record.id),
        account: kept.account,
        device: kept.device,
        since: kept.since,
        seen_at: kept.seen_at,
        expires_at: idle_until.min(kept.since + STAY_MAX),
    })
}

fn failed(error: desk::StoreError) -> Error {
    Error::Backend(crate::rest::story(&error))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::response::Response;
    use axum::routing::{get, post};
    use desk::{Account, OwnerId};
    use http::{Request, StatusCode, header};
    use market::Span;
    use tower::ServiceExt;
    use tower_sessions::Session;

    use super::*;
    use crate::commands::Settings;
    use crate::configuration::Configuration;
    use crate::desk_of_ada::{ada, new_store};
    use crate::device::Device;
    use crate::sessions::{self, Doors, Peer};
    use crate::vault::Vault;

    const DAY: Span = Span::hours(24);
    /// Moments are this near, where a test itself takes time.
    const NEAR: Span = Span::minutes(2);

    fn days(count: i64) -> Span {
        Span(count * DAY.0)
    }

    /// A desk with an account, and something that only who is signed in reads.
    struct Site {
        store: Arc<dyn Store>,
        account: String,
        router: Router,
        _folder: tempfile::TempDir,
    }

    impl Site {
        async fn open() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let store = new_store(folder.path()).await;
            let account = Account { owner: OwnerId::local(), created_at: now(), ..ada() };
            let account = store.add_first_account(&account).await.expect("written");
            let account = account.expect("the first");
            let settings = Settings { data: Some(folder.path().to_owned()), ..Settings::default() };
            let here = Configuration::load(&settings).expect("a configuration");
            let vault = Arc::new(Vault::open(&here).expect("a vault"));
            let doors = Doors::open(&here, Arc::clone(&store), &vault).await.expect("doors");
            let signed_in = account.clone();
            let sign_in = async move |session: Session| {
                sessions::sign_in(&session, &signed_in, &Device::default()).await.expect("in");
            };
            // The first one is open, as who asks has no cookie yet.
            let open = Router::new().route("/sign-in", post(sign_in)).layer(doors.sessions());
            let router = open.merge(doors.guard(Router::new().route("/mine", get(async || "it"))));
            Self { store, account, router, _folder: folder }
        }

        async fn ask(&self, method: &str, path: &str, cookie: &str) -> Response {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header(header::HOST, "localhost")
                .header(header::COOKIE, cookie)
                .extension(Peer("127.0.0.1:50000".parse().expect("an address")));
            let request = request.body(Body::empty()).expect("a request");
            self.router.clone().oneshot(request).await.expect("an answer")
        }

        /// Somebody who signed in and asked last so long ago, and would be signed out in so long.
        async fn is_let_in(&self, since: Span, seen: Span, left: Span) -> (StatusCode, Span) {
            let id = Id::default();
            let now = now();
            let sign_in = SignIn {
                hash: hash_of(id),
                account: self.account.clone(),
                device: String::new(),
                since: now - since,
                seen_at: now - seen,
                expires_at: now + left,
            };
            self.store.add_sign_in(&sign_in).await.expect("a sign-in");
            let status = self.ask("GET", "/mine", &format!("sid={id}")).await.status();
            let all = self.store.sign_ins(&self.account, Moment(0)).await.expect("read");
            let found = all.into_iter().find(|one| one.hash == sign_in.hash);
            (status, found.map_or(Span::ZERO, |one| one.expires_at - now))
        }
    }

    #[track_caller]
    fn check_near(left: Span, expected: Span) {
        let apart = (left.0 - expected.0).abs();
        assert!(apart < NEAR.0, "{left:?}, expected {expected:?}");
    }

    #[test]
    fn nobody_stays_longer_than_ninety_days_however_often_they_ask() {
        let since = Moment(1_764_176_400_000_000);
        let ends = |after: Span| {
            let kept =
                Kept { account: "ada".to_owned(), device: String::new(), since, seen_at: since };
            let nanos = i128::from((since + after).0) * 1_000;
            let record = Record {
                id: Id::default(),
                data: HashMap::from([(
                    KEPT.to_owned(),
                    serde_json::to_value(kept).expect("a value"),
                )]),
                expiry_date: OffsetDateTime::from_unix_timestamp_nanos(nanos).expect("a date"),
            };
            sign_in(&record).expect("a sign-in").expires_at - since
        };
        assert_eq!(ends(days(14)), days(14));
        assert_eq!(ends(days(89)), days(89));
        assert_eq!(ends(days(91)), days(90));
        assert_eq!(ends(days(103)), days(90));
    }

    #[tokio::test]
    async fn who_does_not_ask_for_two_weeks_is_signed_out() {
        let site = Site::open().await;
        let answer = site.ask("POST", "/sign-in", "").await;
        let cookie = answer.headers().get(header::SET_COOKIE).expect("a cookie").to_str();
        let cookie = cookie.expect("text").split(';').next().expect("its value").to_owned();
        let fresh = site.store.sign_ins(&site.account, now()).await.expect("read").remove(0);
        check_near(fresh.expires_at - now(), days(14));
        assert_eq!(site.ask("GET", "/mine", &cookie).await.status(), StatusCode::OK);
        let at = async |at: Span| {
            let found = site.store.sign_in(&fresh.hash, fresh.since + at).await;
            found.expect("read").is_some()
        };
        assert!(at(days(14) - NEAR).await && !at(days(14) + NEAR).await);
        // Who asks has two weeks more, and who asked too late has nothing.
        let (status, left) = site.is_let_in(days(13), days(13), DAY).await;
        assert_eq!(status, StatusCode::OK);
        check_near(left, days(14));
        let (status, _) = site.is_let_in(days(15), days(14), Span(-1)).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }

    #[tokio::test]
    async fn who_asks_all_the_time_is_signed_out_after_ninety_days() {
        let site = Site::open().await;
        let (status, left) = site.is_let_in(days(75), DAY, days(13)).await;
        assert_eq!(status, StatusCode::OK);
        check_near(left, days(14));
        let (status, left) = site.is_let_in(days(89), DAY, DAY).await;
        assert_eq!(status, StatusCode::OK);
        check_near(left, DAY);
    }
}
