//! Accepting connections: TLS where there is a certificate, a time limit on headers, caps on their
//! number, and a quiet end.
//!
//! `axum::serve` has no header timeout, so a client that sends a byte a minute would hold a
//! connection for ever; hyper's own builder has one.

mod crowd;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use ipnet::IpNet;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
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
/// The first byte of a TLS connection (RFC 8446: a handshake record).
const TLS_HANDSHAKE: u8 = 0x16;

/// What serves connections.
#[derive(Clone)]
struct Serving {
    http: Builder<TokioExecutor>,
    router: Router,
    /// What whoever comes without TLS is answered, where there is a certificate.
    to_https: Router,
    tls: Option<TlsAcceptor>,
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
    (router, to_https): (Router, Router),
    tls: Option<TlsAcceptor>,
    proxies: Arc<[IpNet]>,
    end: impl Future<Output = ()>,
) {
    let mut http = Builder::new(TokioExecutor::new());
    http.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT).max_headers(64);
    let serving = Serving { http, router, to_https, tls };
    let graceful = GracefulShutdown::new();
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
        tokio::spawn(serving.clone().serve(stream, peer, graceful.watcher(), place));
    }
    drop(listener);
    if timeout(DRAIN_TIMEOUT, graceful.shutdown()).await.is_err() {
        warn!("requests were still under way after {} s and are cut", DRAIN_TIMEOUT.as_secs());
    }
}

impl Serving {
    /// Serves one connection, by TLS if it begins so.
    async fn serve(self, stream: TcpStream, peer: SocketAddr, watcher: Watcher, _place: Place) {
        let Some(tls) = self.tls.clone() else {
            let router = self.router.clone();
            return self.talk(stream, peer, router, watcher).await;
        };
        let mut first = [0];
        match timeout(HEADER_TIMEOUT, stream.peek(&mut first)).await {
            Ok(Ok(1)) if first[0] == TLS_HANDSHAKE => {}
            Ok(Ok(1)) => {
                let router = self.to_https.clone();
                return self.talk(stream, peer, router, watcher).await;
            }
            _ => return,
        }
        match timeout(HEADER_TIMEOUT, tls.accept(stream)).await {
            Ok(Ok(stream)) => {
                let router = self.router.clone();
                self.talk(stream, peer, router, watcher).await;
            }
            Ok(Err(error)) => debug!(%error, "a TLS connection was not agreed on: {error}"),
            Err(_) => debug!("a TLS connection was not agreed on in time"),
        }
    }

    async fn talk<Stream>(&self, stream: Stream, peer: SocketAddr, router: Router, watcher: Watcher)
    where
        Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let service = router.map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            request
        });
        let service = TowerToHyperService::new(service);
        let connection = self.http.serve_connection_with_upgrades(TokioIo::new(stream), service);
        if let Err(error) = watcher.watch(connection.into_owned()).await {
            debug!(%error, "a connection ended early: {error}");
        }
    }
}
