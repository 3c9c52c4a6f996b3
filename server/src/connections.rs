//! Accepting connections: TLS where there is a certificate, a time limit on headers, caps on their
//! number, and a quiet end.
//!
//! `axum::serve` has no header timeout, so a client that sends a byte a minute would hold a
//! connection for ever; hyper's own builder has one. That of hyper-util, which would speak HTTP/2
//! as well, first waits without limit for what tells the two apart.

mod crowd;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use ipnet::IpNet;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;
use tracing::{debug, warn};

use crate::sessions::Peer;
use crowd::{Crowd, Place};

/// Time a client has to send its request's head, and to agree on a TLS connection.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Time that requests under way have once the end was asked for.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// Time that it takes to cut what is still under way then.
const CUT_TIMEOUT: Duration = Duration::from_secs(1);
/// The first byte of a TLS connection (RFC 8446: a handshake record).
const TLS_HANDSHAKE: u8 = 0x16;

/// What serves connections.
#[derive(Clone)]
struct Serving {
    http: Builder,
    router: Router,
    /// What whoever comes without TLS is answered, where there is a certificate.
    to_https: Router,
    tls: Option<TlsAcceptor>,
    /// How long it is waited for a request's head, and for a TLS connection to be agreed on.
    patience: Duration,
    /// Tells how far the end is.
    ending: watch::Sender<Stage>,
}

/// How far the end of a server is.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    #[default]
    Serving,
    /// Who has an answer is let go.
    Ending,
    /// And so is everybody else.
    Cut,
}

/// What stage it is in; its sender knows whether anything is still under way.
type Ending = watch::Receiver<Stage>;

/// Comes with each request: has the end of the server wait for what is done for it, though nobody
/// waits for the answer any more.
#[derive(Clone, Default)]
pub(crate) struct UnderWay(watch::Sender<Stage>);

impl UnderWay {
    /// Does something that the end waits for from this moment on, as long as for a request; gives
    /// nothing where it was cut then.
    pub(crate) fn kept<Done>(
        self,
        doing: impl Future<Output = Done>,
    ) -> impl Future<Output = Option<Done>> {
        let cut = reached(self.0.subscribe(), Stage::Cut);
        async move {
            tokio::select! {
                done = doing => Some(done),
                () = cut => None,
            }
        }
    }
}

/// Lets this process have as many connections as it serves: some systems begin with 256.
pub(crate) fn allow_many() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        // Besides connections there are files, and those of the database.
        let wanted = crowd::ALL_MAX as u64 + 1_000;
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        let most = maximum.map_or(wanted, |maximum| maximum.min(wanted));
        if current.is_some_and(|current| current < most) {
            // What cannot be had is done without: whoever comes too late is refused.
            let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum });
        }
    }
}

/// Serves `router` until `end` comes, then lets requests under way finish.
pub(crate) async fn accept(
    listener: TcpListener,
    routers: (Router, Router),
    tls: Option<TlsAcceptor>,
    proxies: Arc<[IpNet]>,
    end: impl Future<Output = ()>,
) {
    Serving::new(routers, tls, HEADER_TIMEOUT).accept(listener, proxies, end).await;
}

impl Serving {
    fn new(
        (router, to_https): (Router, Router),
        tls: Option<TlsAcceptor>,
        patience: Duration,
    ) -> Self {
        let mut http = Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(patience).max_headers(64);
        Self { http, router, to_https, tls, patience, ending: watch::Sender::default() }
    }

    async fn accept(
        &self,
        listener: TcpListener,
        proxies: Arc<[IpNet]>,
        end: impl Future<Output = ()>,
    ) {
        let ending = &self.ending;
        let crowd = Crowd::new(proxies);
        let mut end = std::pin::pin!(end);
        loop {
            let (stream, peer) = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        // Out of file descriptors, most likely: give the machine a moment.
                        warn!(%error, "a connection could not be accepted: {error}");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                },
                () = &mut end => break,
            };
            // Whoever has too many is closed at once: to wait would be to take a place.
            let Some(place) = crowd.enter(peer.ip()) else {
                metrics::counter!("volaris_connections_refused_total").increment(1);
                continue;
            };
            // Prints are small and late ones are worthless.
            let _ = stream.set_nodelay(true);
            let serving = self.clone().serve(stream, peer, ending.subscribe(), place);
            let cut = reached(ending.subscribe(), Stage::Cut);
            tokio::spawn(async move {
                tokio::select! {
                    () = serving => {}
                    () = cut => {}
                }
            });
        }
        drop(listener);
        ending.send_replace(Stage::Ending);
        if timeout(DRAIN_TIMEOUT, ending.closed()).await.is_err() {
            warn!("requests were still under way after {} s and are cut", DRAIN_TIMEOUT.as_secs());
            ending.send_replace(Stage::Cut);
            // Whoever comes next finds nobody at work.
            let _ = timeout(CUT_TIMEOUT, ending.closed()).await;
        }
    }

    /// Serves one connection, by TLS if it begins so.
    async fn serve(self, stream: TcpStream, peer: SocketAddr, ending: Ending, _place: Place) {
        let Some(tls) = self.tls.clone() else {
            let router = self.router.clone();
            return self.talk(stream, peer, router, ending).await;
        };
        let mut first = [0];
        match timeout(self.patience, stream.peek(&mut first)).await {
            Ok(Ok(1)) if first[0] == TLS_HANDSHAKE => {}
            Ok(Ok(1)) => {
                let router = self.to_https.clone();
                return self.talk(stream, peer, router, ending).await;
            }
            _ => return,
        }
        match timeout(self.patience, tls.accept(stream)).await {
            Ok(Ok(stream)) => {
                let router = self.router.clone();
                self.talk(stream, peer, router, ending).await;
            }
            Ok(Err(error)) => debug!(%error, "a TLS connection was not agreed on: {error}"),
            Err(_) => debug!("a TLS connection was not agreed on in time"),
        }
    }

    /// Answers what comes, until whoever asks is gone, or has the last answer of a server that
    /// ends.
    async fn talk<Stream>(&self, stream: Stream, peer: SocketAddr, router: Router, ending: Ending)
    where
        Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let under_way = UnderWay(self.ending.clone());
        let service = router.map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            request.extensions_mut().insert(under_way.clone());
            request
        });
        let service = TowerToHyperService::new(service);
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(connection.with_upgrades());
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = reached(ending, Stage::Ending) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            debug!(%error, "a connection ended early: {error}");
        }
    }
}

/// Waits until the end has come so far: for ever, where nobody is left to tell of it.
async fn reached(mut ending: Ending, stage: Stage) {
    if ending.wait_for(|now| stage <= *now).await.is_err() {
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::{Notify, oneshot};
    use tokio::task::JoinHandle;
    use tokio_rustls::TlsConnector;
    use tokio_rustls::rustls::crypto::ring;
    use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};

    use super::*;
    use crate::certificate::CertificateFiles;
    use crate::clock::stopwatch;

    /// How long these servers wait, and the longest that a test does for what must come.
    const PATIENCE: Duration = Duration::from_millis(400);
    const LATE: Duration = Duration::from_secs(20);
    const HEAD: &str = "GET / HTTP/1.1\r\nhost: a\r\n";

    /// A server that says hello, and waits before `/slow` until it is told to go on.
    struct Server {
        address: SocketAddr,
        asked: Arc<Notify>,
        go_on: Arc<Notify>,
        end: oneshot::Sender<()>,
        task: JoinHandle<()>,
    }

    async fn start(tls: Option<TlsAcceptor>) -> Server {
        let (asked, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (told, waits) = (Arc::clone(&asked), Arc::clone(&go_on));
        let slow = async move || {
            told.notify_one();
            waits.notified().await;
            "at last"
        };
        let router = Router::new().route("/", get(async || "hello")).route("/slow", get(slow));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let serving = Serving::new((router.clone(), router), tls, PATIENCE);
        let (end, ends) = oneshot::channel();
        let task = tokio::spawn(async move {
            serving.accept(listener, Arc::default(), async { drop(ends.await) }).await;
        });
        Server { address, asked, go_on, end, task }
    }

    async fn send(address: SocketAddr, text: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.expect("connected");
        stream.write_all(text).await.expect("sent");
        stream
    }

    /// What comes until the server closes the connection.
    async fn rest(mut stream: impl AsyncRead + Unpin) -> String {
        let mut answer = Vec::new();
        let read = timeout(LATE, stream.read_to_end(&mut answer)).await;
        // Whoever is cut off has read what there was.
        let _ = read.expect("the server closes it");
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The server closes a connection that it waits for in vain, and not before its time, which ran
    /// at `began` at the earliest.
    async fn check_closed(told: &str, began: Instant, stream: impl AsyncRead + Unpin) {
        let answer = rest(stream).await;
        let waited = began.elapsed();
        assert!(PATIENCE <= waited, "{told}: {waited:?}");
        assert!(!answer.contains("hello"), "{told}: {answer}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_head_that_does_not_come_is_not_waited_for() {
        let server = start(None).await;
        let address = server.address;
        for (told, text) in [
            ("nothing", ""),
            ("half a head", HEAD),
            ("half a line", "GE"),
            ("half of what HTTP/2 begins with", "PRI * HT"),
        ] {
            check_closed(told, stopwatch(), send(address, text.as_bytes()).await).await;
        }
        // A bit now and then gives nobody more time.
        let began = stopwatch();
        let (read, mut write) = send(address, HEAD.as_bytes()).await.into_split();
        let dribble = tokio::spawn(async move {
            while write.write_all(b"a: b\r\n").await.is_ok() {
                tokio::time::sleep(PATIENCE / 8).await;
            }
        });
        check_closed("a line now and then", began, read).await;
        dribble.abort();
        // Nor does an answer that came before.
        let began = stopwatch();
        let mut stream = send(address, format!("{HEAD}\r\n").as_bytes()).await;
        let mut answer = vec![0; 1_000];
        let read = stream.read(&mut answer).await.expect("an answer");
        assert!(String::from_utf8_lossy(&answer[..read]).ends_with("hello"));
        stream.write_all(HEAD.as_bytes()).await.expect("sent");
        check_closed("half of the next head", began, stream).await;
        let whole = send(address, format!("{HEAD}connection: close\r\n\r\n").as_bytes()).await;
        assert!(rest(whole).await.ends_with("hello"));
    }

    /// What speaks TLS, and the certificate that it shows.
    fn tls(folder: &std::path::Path) -> (TlsAcceptor, CertificateDer<'static>) {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]);
        let made = made.expect("a certificate");
        let files = CertificateFiles { certificate: folder.join("a"), key: folder.join("b") };
        std::fs::write(&files.certificate, made.cert.pem()).expect("written");
        std::fs::write(&files.key, made.signing_key.serialize_pem()).expect("written");
        (files.acceptor().expect("a certificate"), made.cert.der().clone())
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_tls_connection_that_is_not_agreed_on_is_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let (acceptor, certificate) = tls(folder.path());
        let server = start(Some(acceptor)).await;
        let address = server.address;
        let begun = [TLS_HANDSHAKE, 3, 1, 2, 0];
        for (told, bytes) in [
            ("nothing", &[][..]),
            ("the first byte", &begun[..1]),
            ("the first record's head", &begun),
            ("half a head without TLS", HEAD.as_bytes()),
        ] {
            check_closed(told, stopwatch(), send(address, bytes).await).await;
        }
        // Once it is agreed on, a head that does not come is waited for as little.
        let mut roots = RootCertStore::empty();
        roots.add(certificate).expect("a certificate");
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = TlsConnector::from(Arc::new(config));
        for (told, text) in [("nothing by TLS", ""), ("half a head by TLS", HEAD)] {
            let name = ServerName::try_from("localhost").expect("a name");
            let began = stopwatch();
            let stream = connector.connect(name, send(address, &[]).await).await;
            let mut stream = stream.expect("agreed");
            stream.write_all(text.as_bytes()).await.expect("sent");
            stream.flush().await.expect("sent");
            check_closed(told, began, stream).await;
        }
    }

    #[tokio::test]
    async fn what_is_kept_under_way_holds_the_end_up_until_it_is_cut() {
        let ending = watch::Sender::new(Stage::Serving);
        let under_way = UnderWay(ending.clone());
        let done = tokio::spawn(under_way.clone().kept(async { "done" }));
        let hung = tokio::spawn(under_way.kept(std::future::pending::<()>()));
        assert_eq!(timeout(LATE, done).await.expect("in time").expect("no panic"), Some("done"));
        assert_eq!(ending.receiver_count(), 1, "what is done holds nothing up");
        ending.send_replace(Stage::Ending);
        tokio::task::yield_now().await;
        assert!(!hung.is_finished(), "it has its time");
        ending.send_replace(Stage::Cut);
        timeout(LATE, ending.closed()).await.expect("nothing is under way");
        assert_eq!(hung.await.expect("no panic"), None);
        // Where there is no server whose end could come it is done all the same.
        assert_eq!(UnderWay::default().kept(async { "done" }).await, Some("done"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_server_that_ends_gives_the_answers_under_way() {
        let Server { address, asked, go_on, end, task } = start(None).await;
        let slow = send(address, b"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n").await;
        asked.notified().await;
        let silent = send(address, b"").await;
        // Whoever has an answer and asks nothing more holds nobody up.
        let mut idle = send(address, format!("{HEAD}\r\n").as_bytes()).await;
        let mut answer = vec![0; 1_000];
        assert_ne!(idle.read(&mut answer).await.expect("an answer"), 0);
        end.send(()).expect("it runs");
        assert_eq!((rest(silent).await, rest(idle).await), (String::new(), String::new()));
        assert!(!task.is_finished(), "one is under way");
        go_on.notify_one();
        assert!(rest(slow).await.ends_with("at last"));
        timeout(LATE, task).await.expect("it ends").expect("no panic");
        TcpStream::connect(address).await.expect_err("nobody listens");
    }
}
