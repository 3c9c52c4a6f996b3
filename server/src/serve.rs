//! `volaris serve`: opens the desk and serves it until it is told to stop.

#[cfg(test)]
mod authorization;
#[cfg(test)]
mod breached_passwords;
#[cfg(test)]
mod deletion;
#[cfg(test)]
mod demanded_factor;
#[cfg(test)]
mod ending;
#[cfg(test)]
mod every_route;
#[cfg(test)]
mod forgotten_password;
#[cfg(test)]
mod invited_by_mail;
#[cfg(test)]
mod ownership;
#[cfg(test)]
mod pace_of_strangers;
#[cfg(test)]
mod pairs;
#[cfg(test)]
mod shield_of_answers;
#[cfg(test)]
mod side_by_side;
#[cfg(test)]
mod sign_in_timing;
#[cfg(test)]
mod tries;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use desk::{Desk, OwnerId, Store, TapeMover, Trader};
use http::StatusCode;
use http::uri::PathAndQuery;
use metrics_exporter_prometheus::PrometheusHandle;
use store::Database;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use tracing::{Instrument, error, info, warn};

use crate::accounts::Accounts;
use crate::certificate::CertificateFiles;
use crate::configuration::{BACK, Configuration};
use crate::connections::UnderWay;
use crate::health::Figures;
use crate::markets::OfflineMarkets;
use crate::nodes::Nodes;
use crate::rest::{LevelsCache, Problem, Rest};
use crate::restore::{BACKUP_BYTES_MAX, RESTORE_TIMEOUT, Restoring};
use crate::sessions::{Doors, is_for_a_person};
use crate::shield::Hosts;
use crate::stream::Stream;
use crate::tape_loop::Listeners;
use crate::usage::Counts;
use crate::vault::Vault;
use crate::{
    accounts, backup, clock, commands, connections, health, housekeeping, logs, nodes, pages,
    private_file, rest, restore, shield, stream, tape_loop,
};

/// The most that a request may carry; streams have limits of their own.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Time that an answer may take: whoever waits for a database that stands still is told within ten
/// seconds.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(8);
/// Time that an archive may take, and what asks an issuer, which may take ten seconds itself: no
/// answer takes longer.
pub(crate) const LONG_TIMEOUT: Duration = Duration::from_secs(30);
const LONG: [&str; 4] = ["/account/export", "/account/connect", "/sign-in/issuer", "/sign-in/back"];
/// How long the database may take to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// Serves until Ctrl-C or a termination signal.
pub(crate) async fn serve(configuration: Configuration) -> anyhow::Result<ExitCode> {
    let logs = logs::start(&configuration)?;
    connections::allow_many();
    let kept = health::figures_of_process()?;
    let mut failure = None;
    let exit = loop {
        match serve_until(&configuration, kept.clone(), failure.take()).await? {
            End::Stop(exit) => break exit,
            // A database that cannot be put in its place leaves the desk as it was.
            End::Restore => {
                if let Err(problem) = backup::put_in_place(&configuration).await {
                    error!("the backup was not restored: {problem:#}");
                    failure = Some(problem.to_string());
                }
            }
        }
    };
    info!("stopped");
    logs.close().await;
    Ok(exit)
}

/// Why a server ends.
enum End {
    Stop(ExitCode),
    /// To begin anew with a backup.
    Restore,
}

/// `failure` says why the backup that the desk ended for was not put in its place.
async fn serve_until(
    configuration: &Configuration,
    kept: PrometheusHandle,
    failure: Option<String>,
) -> anyhow::Result<End> {
    let began = clock::stopwatch();
    // Its key and its set-up token are kept there, wherever the database is.
    private_file::make_folder(&configuration.data)
        .with_context(|| format!("`{}` cannot be made", configuration.data.display()))?;
    let database = Arc::new(crate::doctor::open_database(configuration).await?);
    let store: Arc<dyn Store> = Arc::clone(&database) as Arc<dyn Store>;
    let vault = Arc::new(open_vault(configuration, store.as_ref()).await?);
    let doors = Doors::open(configuration, Arc::clone(&store), &vault).await?;
    let (nodes, told) = Nodes::join(configuration, store.as_ref()).await?;
    let nodes = Arc::new(nodes);
    let markets = Arc::new(OfflineMarkets::new(configuration.practice_seed));
    let desk = Desk::new(Arc::clone(&store), markets).with_tiers(configuration.tiers.clone());
    let desk = Arc::new(desk.with_mover(Arc::clone(&nodes) as Arc<dyn TapeMover>));
    if nodes.moves_tapes() {
        // The personal desk's tape runs from the start, so that the first page finds it moving.
        desk.with_tape(&Trader::local(), |tape| tape.handle_wall(clock::now()));
    }
    let listeners = Arc::new(Listeners::default());
    let (counts, mails) = (doors.counts.clone(), doors.mails.clone());
    let restoring = Restoring::new(configuration).after(failure);
    let inner = Inner {
        desk: Arc::clone(&desk),
        doors: doors.clone(),
        vault,
        restoring: restoring.clone(),
    };
    let router = router(configuration, inner, Arc::clone(&listeners), kept, ANSWER_TIMEOUT);
    let tls = configuration.certificate.clone().map(CertificateFiles::acceptor).transpose()?;
    let listener = TcpListener::bind(configuration.listen).await.with_context(|| {
        format!(
            "`{}` cannot be listened on: is another volaris running? choose another with --listen",
            configuration.listen
        )
    })?;
    let address = listener.local_addr()?;
    let mut chores = JoinSet::new();
    chores.spawn(counts.clone().run());
    chores.spawn(doors.look_around());
    if let Some(mails) = mails {
        chores.spawn(mails.run());
    }
    let in_reach = Arc::clone(&nodes);
    chores.spawn(nodes.leading.clone().run(
        Arc::clone(&store),
        nodes.name().to_owned(),
        move || in_reach.is_in_reach(),
    ));
    chores.spawn(housekeeping::run(Arc::clone(&store), nodes.leading.clone()));
    chores.spawn(Arc::clone(&nodes).speak(Arc::clone(&desk), Arc::clone(&listeners), told));
    let moved = {
        let listeners = Arc::clone(&listeners);
        move |owner: &OwnerId, step, state| {
            listeners.tell(owner, step, state, clock::now());
        }
    };
    chores.spawn(Arc::clone(&nodes).hear(Arc::clone(&desk), Arc::clone(&listeners), moved));
    chores.spawn(tape_loop::run(desk, Arc::clone(&listeners), nodes));
    greet(configuration, if tls.is_some() { "https" } else { "http" }, address);
    info!(%address, ready_ms = began.elapsed().as_millis(), "serving on {address}");
    let (routers, proxies) = ((router, to_https(configuration)), configuration.proxies.as_slice());
    let mut end_of_it = End::Stop(ExitCode::SUCCESS);
    let end = async { end_of_it = end_of(&mut chores, &restoring).await };
    connections::accept(listener, routers, tls, proxies.into(), end).await;
    chores.shutdown().await;
    // Streams are no requests: with them this desk would live on beside the next.
    listeners.close();
    close(&counts, &database).await;
    Ok(end_of_it)
}

/// Writes down what is not yet, and closes the database. Whoever stops a desk waits for none that
/// is silent; whoever restores one looks whether it is closed.
async fn close(counts: &Counts, database: &Database) {
    let closed = async {
        counts.write_or_warn().await;
        database.close().await;
    };
    if timeout(CLOSE_TIMEOUT, closed).await.is_err() {
        warn!("the database did not close within {} s", CLOSE_TIMEOUT.as_secs());
    }
}

/// Says what somebody writes into a browser to come here.
fn greet(configuration: &Configuration, scheme: &str, listens: SocketAddr) {
    let place = match &configuration.address {
        Some(address) => format!("{address} (listens on {listens})"),
        // No browser goes to what means every address of a machine.
        None if listens.ip().is_unspecified() => {
            format!("{scheme}://localhost:{} (listens on {listens})", listens.port())
        }
        None => format!("{scheme}://{listens}"),
    };
    commands::say(&format!(
        "Volaris is at {place}\n  practice market: simulated prices, no real ones\n  \
         everything is kept in {}\n  stop with Ctrl-C",
        configuration.data.display()
    ));
}

/// The desk's key; refused where other servers seal with another.
async fn open_vault(configuration: &Configuration, store: &dyn Store) -> anyhow::Result<Vault> {
    let vault = Vault::open(configuration)?;
    if vault.is_the_desks(store).await? {
        return Ok(vault);
    }
    anyhow::ensure!(
        configuration.nats.is_none(),
        "this server's key is not the one that the desk's secrets are sealed with: copy \
         volaris.key from the data folder of a server that runs, or set VOLARIS_KEY"
    );
    warn!("volaris.key is not the one that secrets were sealed with: restore it from a backup");
    Ok(vault)
}

/// What answers stand on.
struct Inner {
    desk: Arc<Desk>,
    doors: Doors,
    vault: Arc<Vault>,
    restoring: Restoring,
}

/// Every route behind every layer. The innermost layer stands first.
fn router(
    configuration: &Configuration,
    Inner { desk, doors, vault, restoring }: Inner,
    listeners: Arc<Listeners>,
    kept: PrometheusHandle,
    answer_timeout: Duration,
) -> Router {
    let stream = Stream {
        desk: Arc::clone(&desk),
        listeners: Arc::clone(&listeners),
        streams_max: configuration.streams_max,
        doors: doors.clone(),
    };
    let known = (Arc::clone(&desk), doors.clone());
    let accounts = Accounts::new(configuration, known, (listeners, restoring), vault);
    let levels = Arc::new(LevelsCache::default());
    let figures = Figures { kept, watchers: configuration.watchers.as_slice().into() };
    let known = Router::new()
        .merge(pages::routes(configuration.leptos.clone(), Arc::clone(&desk)))
        .merge(rest::routes(Rest { desk: Arc::clone(&desk), levels }))
        .merge(accounts::routes(accounts.clone()))
        .layer(from_fn_with_state(Arc::clone(&desk), nodes::open_tape));
    let streams =
        stream::routes(stream).layer(from_fn_with_state(Arc::clone(&desk), nodes::open_tape));
    let answers = doors
        .guard(known)
        .merge(health::routes(desk, figures))
        .layer(CompressionLayer::new().compress_when(compressible()))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX))
        .layer(from_fn_with_state(answer_timeout, in_time))
        .layer(CsrfLayer::new())
        .layer(from_fn(health::count));
    // A backup is larger than what is typed, and takes longer.
    let restores = doors
        .guard(restore::routes(accounts))
        .layer(RequestBodyLimitLayer::new(BACKUP_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, RESTORE_TIMEOUT))
        .layer(CsrfLayer::new())
        .layer(from_fn(health::count));
    answers
        .merge(restores)
        // A stream is open for hours: no timeout, no compression.
        .merge(doors.guard(streams))
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(Hosts::new(configuration.hosts.clone()), shield::check_host))
        .layer(from_fn(pages::tell_as_they_read))
        // The refusal of a stranger's name has its shield as well.
        .layer(from_fn_with_state(configuration.is_https(), shield::protect))
}

/// An answer that took too long.
#[derive(Debug, thiserror::Error)]
#[error("the answer to {route} took longer than {} s, and was given up", .most.as_secs())]
struct Late {
    route: String,
    most: Duration,
}

/// Lets nobody wait longer, whatever it is that is silent.
async fn in_time(State(most): State<Duration>, request: Request, next: Next) -> Response {
    let most = if LONG.contains(&request.uri().path()) { LONG_TIMEOUT } else { most };
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str);
    let route = route.to_owned();
    // Whoever comes back from an issuer is connected or gets an account.
    let is_change = !request.method().is_safe() || request.uri().path() == BACK;
    let answer =
        async { if is_change { finished(request, next).await } else { next.run(request).await } };
    timeout(most, answer)
        .await
        .unwrap_or_else(|_| Problem::late(&Late { route, most }).into_response())
}

/// A change is made to its end, whether or not anybody waits for its answer any more: of what is
/// done and then written down never only the first half happens because somebody hung up, nor
/// because the server ends just then. All of it must be here before anybody looks at who asks: a
/// body that is held back would be taken later, when they may have lost their rights.
async fn finished(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_BYTES_MAX).await else {
        let why = format!("the body has more than {BODY_BYTES_MAX} bytes, or was cut short");
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, &why).into_response();
    };
    let under_way = parts.extensions.get::<UnderWay>().cloned().unwrap_or_default();
    let answer = under_way.kept(next.run(Request::from_parts(parts, Body::from(bytes))));
    match tokio::spawn(answer.in_current_span()).await {
        Ok(Some(answer)) => answer,
        Ok(None) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Err(error) => match error.try_into_panic() {
            // It is caught where those of other answers are.
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        },
    }
}

/// Leads whoever comes without TLS to the same address with it.
fn to_https(configuration: &Configuration) -> Router {
    let answer = |request: Request| async move {
        // A program that is led on goes on sending what anybody can read on the way.
        if !is_for_a_person(&request) {
            let why = "this desk speaks https alone: ask again by https://";
            return Problem::new(StatusCode::UPGRADE_REQUIRED, why).into_response();
        }
        let named = shield::authority(request.headers(), request.uri()).unwrap_or_default();
        let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
        Redirect::permanent(&format!("https://{named}{path}")).into_response()
    };
    let hosts = Hosts::new(configuration.hosts.clone());
    Router::new()
        .fallback(answer)
        .layer(from_fn_with_state(hosts, shield::check_host))
        // What comes without TLS is told nothing of how long to keep to it: RFC 6797, 7.2.
        .layer(from_fn_with_state(false, shield::protect))
}

/// Files are compressed beforehand and say so; small answers are not worth it.
fn compressible() -> impl Predicate {
    SizeAbove::new(1_024)
        .and(NotForContentType::new("application/wasm"))
        .and(NotForContentType::IMAGES)
}

/// Waits until the server is told to stop, or cannot go on: what one chore does nobody else would,
/// and whoever runs the server starts it again.
async fn end_of(chores: &mut JoinSet<()>, restoring: &Restoring) -> End {
    tokio::select! {
        () = stop_signal() => End::Stop(ExitCode::SUCCESS),
        () = restoring.wait() => End::Restore,
        () = first_panic(chores) => {
            error!("a part of this server broke down, so that it stops: its story stands above");
            End::Stop(ExitCode::FAILURE)
        }
    }
}

/// Waits until a chore ends by a panic. What has nothing to do here ends by itself.
async fn first_panic(chores: &mut JoinSet<()>) {
    while let Some(ended) = chores.join_next().await {
        if ended.is_err_and(|error| error.is_panic()) {
            return;
        }
    }
    std::future::pending().await
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                warn!(%error, "termination signals cannot be heard: {error}");
                std::future::pending::<()>().await;
            }
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        _ = interrupt => {}
        () = terminate => {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use axum::routing::{get, post};
    use tokio::sync::broadcast::error::RecvError;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_server_that_ends_tells_nobody_anything_more() {
        let listeners = Listeners::default();
        let before = listeners.listen(&Trader::local());
        listeners.close();
        let later = listeners.listen(&Trader::local());
        for mut tellings in [before, later] {
            assert_eq!(tellings.recv().await.err(), Some(RecvError::Closed));
        }
    }

    #[tokio::test]
    async fn what_never_comes_is_given_up_with_a_number() {
        let silent = || async { std::future::pending::<()>().await };
        let soon = from_fn_with_state(Duration::from_millis(20), in_time);
        let routes = Router::new().route("/silent", get(silent)).layer(soon);
        let request = http::Request::get("/silent").body(Body::empty()).expect("a request");
        let answer = routes.oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        let text = to_bytes(answer.into_body(), 1 << 20).await.expect("a text");
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(text.contains("\"reference\":\"V0"), "{text}");
    }

    #[tokio::test]
    async fn a_change_is_made_to_its_end_whoever_waits_for_it() {
        let ended = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&ended);
        let slow = move || {
            let count = Arc::clone(&count);
            async move {
                tokio::time::sleep(Duration::from_millis(60)).await;
                count.fetch_add(1, Ordering::SeqCst);
            }
        };
        let soon = from_fn_with_state(Duration::from_millis(20), in_time);
        async fn broken() -> StatusCode {
            panic!("as a mistake of ours would")
        }
        let routes = Router::new()
            .route("/slow", get(slow.clone()).post(slow))
            .route("/broken", post(broken))
            .layer(soon)
            .layer(CatchPanicLayer::new());
        let ask = async |request: http::request::Builder| {
            let request = request.body(Body::empty()).expect("a request");
            routes.clone().oneshot(request).await.expect("an answer").status()
        };
        for request in [http::Request::get("/slow"), http::Request::post("/slow")] {
            assert_eq!(ask(request).await, StatusCode::SERVICE_UNAVAILABLE);
        }
        // Whoever hangs up sooner, as a browser that is closed.
        let gone = ask(http::Request::post("/slow"));
        assert!(tokio::time::timeout(Duration::from_millis(5), gone).await.is_err());
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(ended.load(Ordering::SeqCst), 2, "two changes, and no question");
        // One whose body is held back is never begun.
        let held = Body::from_stream(futures::stream::pending::<Result<String, std::io::Error>>());
        let held = http::Request::post("/slow").body(held).expect("a request");
        let told = routes.clone().oneshot(held).await.expect("an answer").status();
        assert_eq!(told, StatusCode::SERVICE_UNAVAILABLE);
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(ended.load(Ordering::SeqCst), 2);
        let broken = ask(http::Request::post("/broken")).await;
        assert_eq!(broken, StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[tokio::test]
    async fn a_chore_that_breaks_ends_the_server_and_one_that_is_done_does_not() {
        let mut chores = JoinSet::new();
        chores.spawn(async {});
        let waited = tokio::time::timeout(Duration::from_millis(50), first_panic(&mut chores));
        assert!(waited.await.is_err(), "it goes on");
        chores.spawn(std::future::pending());
        chores.spawn(async { panic!("as a mistake of ours would") });
        first_panic(&mut chores).await;
        assert_eq!(chores.len(), 1, "the one that was at work");
    }
}
