//! A stream whose other side is gone gives its place back, and nobody takes one too many.

use std::sync::Arc;
use std::time::Duration;

use api::{ClientWord, PROTOCOL_POSTCARD, ServerWord, decode_server, encode_client};
use axum::Router;
use desk::Desk;
use futures::future::join_all;
use futures::{SinkExt, StreamExt};
use http::{HeaderValue, Request, header};
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use market::Symbol;
use tokio::io::DuplexStream;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tower::ServiceExt;

use super::{Patience, Stream, UNANSWERED_MAX, routes_with};
use crate::commands::Settings;
use crate::configuration::Configuration;
use crate::desk_of_ada::new_store;
use crate::markets::OfflineMarkets;
use crate::sessions::{Doors, Peer};
use crate::tape_loop::Listeners;
use crate::vault::Vault;

/// What is to come, what is not to come in a test, and the longest that one waits.
const SOON: Duration = Duration::from_millis(20);
const NEVER: Duration = Duration::from_secs(24 * 3_600);
const LATE: Duration = Duration::from_secs(60);
/// Bytes on the way to who does not read: all that these tests tell, or not even the first word.
const WIDE: usize = 1 << 20;
const NARROW: usize = 8;

type Page = WebSocketStream<DuplexStream>;

/// A desk without accounts, and whoever sits at its machine.
struct Site {
    _folder: tempfile::TempDir,
    listeners: Arc<Listeners>,
    doors: Doors,
    router: Router,
}

impl Site {
    async fn open(streams_max: usize, patience: Patience) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = new_store(folder.path()).await;
        let settings = Settings {
            data: Some(folder.path().to_owned()),
            listen: Some("127.0.0.1:3000".to_owned()),
            ..Settings::default()
        };
        let configuration = Configuration::load(&settings).expect("a configuration");
        let vault = Arc::new(Vault::open(&configuration).expect("a vault"));
        let doors = Doors::open(&configuration, Arc::clone(&store), &vault).await.expect("doors");
        let desk = Arc::new(Desk::new(store, Arc::new(OfflineMarkets::new(1))));
        let listeners = Arc::new(Listeners::default());
        let stream =
            Stream { desk, listeners: Arc::clone(&listeners), streams_max, doors: doors.clone() };
        let router = doors.guard(routes_with(stream, patience));
        Self { _folder: folder, listeners, doors, router }
    }

    /// Opens a stream over a line that takes so many bytes before somebody reads them.
    async fn listen(&self, bytes: usize) -> Page {
        let (here, there) = tokio::io::duplex(bytes);
        let router = self.router.clone().map_request(|mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(([127, 0, 0, 1], 50_000).into()));
            request
        });
        let service = TowerToHyperService::new(router);
        let connection = Builder::new().serve_connection(TokioIo::new(there), service);
        tokio::spawn(connection.with_upgrades());
        let mut request = "ws://localhost/stream".into_client_request().expect("a request");
        let protocol = HeaderValue::from_static(PROTOCOL_POSTCARD);
        request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
        let shaken = timeout(LATE, tokio_tungstenite::client_async(request, here)).await;
        let (page, _) = shaken.expect("in time").expect("a stream");
        page
    }

    /// Waits until so many streams are open.
    async fn until_open(&self, count: usize) {
        let counted = async {
            while self.listeners.total() != count {
                sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(LATE, counted).await.expect("in time");
    }

    /// Fails unless there is a place.
    async fn check_room(&self) {
        let mut page = self.listen(WIDE).await;
        let told = word(&mut page).await;
        assert!(matches!(told, ServerWord::Status(_)), "{told:?}");
    }
}

async fn hear(page: &mut Page) -> Message {
    let heard = timeout(LATE, page.next()).await.expect("in time");
    heard.expect("it is open").expect("it is whole")
}

/// The next word, whatever signs of life are asked for before it.
async fn word(page: &mut Page) -> ServerWord {
    loop {
        match hear(page).await {
            Message::Binary(bytes) => return decode_server(&bytes).expect("a word"),
            Message::Ping(_) => {}
            other => panic!("{other:?} is no word"),
        }
    }
}

#[tokio::test]
async fn who_is_not_heard_any_more_gives_their_place_back() {
    let site = Site::open(1, Patience { check: SOON, send: NEVER }).await;
    // All of it is let through, and nothing is answered: what answers for a page is its reading.
    let mut gone = site.listen(WIDE).await;
    site.until_open(0).await;
    let told = word(&mut gone).await;
    assert!(matches!(told, ServerWord::Status(_)), "{told:?}");
    site.check_room().await;
}

#[tokio::test]
async fn who_lets_no_word_through_gives_their_place_back() {
    let site = Site::open(1, Patience { check: NEVER, send: SOON }).await;
    let mut gone = site.listen(NARROW).await;
    site.until_open(0).await;
    // It ended in the middle of the first.
    let heard = timeout(LATE, gone.next()).await.expect("in time");
    assert!(!matches!(heard, Some(Ok(_))), "{heard:?}");
    site.check_room().await;
}

#[tokio::test]
async fn who_is_signed_out_gives_their_place_back_though_they_let_no_word_through() {
    let site = Site::open(1, Patience { check: SOON, send: NEVER }).await;
    let _gone = site.listen(NARROW).await;
    assert_eq!(site.listeners.total(), 1);
    // As soon as somebody has an account nobody listens without.
    site.doors.close();
    site.until_open(0).await;
}

#[tokio::test]
async fn who_says_nothing_but_answers_stays() {
    let site = Site::open(1, Patience { check: SOON, send: NEVER }).await;
    let mut page = site.listen(WIDE).await;
    let told = word(&mut page).await;
    assert!(matches!(told, ServerWord::Status(_)), "{told:?}");
    for n in 0..4 * UNANSWERED_MAX {
        // To read it is to answer it.
        let heard = hear(&mut page).await;
        assert!(matches!(heard, Message::Ping(_)), "{n}: {heard:?}");
    }
    let watch = encode_client(&ClientWord::Watch { symbols: vec![Symbol::SPX], resume: None });
    page.send(Message::Binary(watch.into())).await.expect("sent");
    let told = word(&mut page).await;
    assert!(matches!(told, ServerWord::Snapshot(_)), "{told:?}");
    assert_eq!(site.listeners.total(), 1);
}

#[tokio::test]
async fn handshakes_of_one_moment_get_as_many_places_as_there_are() {
    let site = Site::open(3, Patience { check: NEVER, send: NEVER }).await;
    let mut listening = Vec::new();
    for mut page in join_all((0..4).map(|_| site.listen(WIDE))).await {
        match word(&mut page).await {
            ServerWord::Status(_) => listening.push(page),
            ServerWord::Refused { why } => assert!(why.contains("too many streams"), "{why}"),
            other => panic!("{other:?} says neither"),
        }
    }
    assert_eq!((listening.len(), site.listeners.total()), (3, 3));
    // Who leaves makes room for another.
    listening.pop();
    site.until_open(2).await;
    site.check_room().await;
}
