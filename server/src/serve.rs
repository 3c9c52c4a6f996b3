//! `volaris serve`: opens the desk and serves it until it is told to stop.

#[cfg(test)]
mod authorization;
#[cfg(test)]
mod breached_passwords;
#[cfg(test)]
mod demanded_factor;
#[cfg(test)]
mod forgotten_password;
#[cfg(test)]
mod invited_by_mail;
#[cfg(test)]
mod pairs;
#[cfg(test)]
mod side_by_side;
#[cfg(test)]
mod sign_in_timing;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect};
use desk::{Desk, OwnerId, Store, TapeMover, Trader};
use http::StatusCode;
use http::uri::PathAndQuery;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use tracing::{error, info, warn};

use crate::accounts::Accounts;
use crate::certificate::CertificateFiles;
use crate::configuration::Configuration;
use crate::health::Figures;
use crate::markets::OfflineMarkets;
use crate::nodes::Nodes;
use crate::rest::{LevelsCache, Problem, Rest};
use crate::sessions::{Doors, is_for_a_person};
use crate::shield::Hosts;
use crate::stream::Stream;
use crate::tape_loop::Listeners;
use crate::vault::Vault;
use crate::{
    accounts, clock, commands, connections, health, housekeeping, logs, nodes, pages, rest, shield,
    stream, tape_loop,
};

/// The most that a request may carry; streams have limits of their own.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Time that an answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Serves until Ctrl-C or a termination signal.
pub(crate) async fn serve(configuration: Configuration) -> anyhow::Result<ExitCode> {
    let began = clock::stopwatch();
    let logs = logs::start(&configuration)?;
    connections::allow_many();
    let store: Arc<dyn Store> = Arc::new(crate::doctor::open_database(&configuration).await?);
    let vault = Arc::new(open_vault(&configuration, store.as_ref()).await?);
    let doors = Doors::open(&configuration, Arc::clone(&store), &vault).await?;
    let (nodes, told) = Nodes::join(&configuration, store.as_ref()).await?;
    let nodes = Arc::new(nodes);
    let markets = Arc::new(OfflineMarkets::new(configuration.practice_seed));
    let desk = Desk::new(Arc::clone(&store), markets).with_tiers(configuration.tiers.clone());
    let desk = Arc::new(desk.with_mover(Arc::clone(&nodes) as Arc<dyn TapeMover>));
    if nodes.moves_tapes() {
        // The personal desk's tape runs from the start, so that the first page finds it moving.
        desk.with_tape(&Trader::local(), |tape| tape.handle_wall(clock::now()));
    }
    let listeners = Arc::new(Listeners::default());
    let kept = health::figures_of_process()?;
    let (counts, mails) = (doors.counts.clone(), doors.mails.clone());
    let inner = Inner { desk: Arc::clone(&desk), doors: doors.clone(), vault };
    let router = router(&configuration, inner, Arc::clone(&listeners), kept);
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
    chores.spawn(tape_loop::run(desk, listeners, nodes));
    let scheme = if tls.is_some() { "https" } else { "http" };
    commands::say(&format!(
        "Volaris is at {scheme}://{address}\n  practice market: simulated prices, no real ones\n  \
         everything is kept in {}\n  stop with Ctrl-C",
        configuration.data.display()
    ));
    info!(%address, ready_ms = began.elapsed().as_millis(), "serving on {address}");
    let (routers, proxies) = ((router, to_https(&configuration)), configuration.proxies.as_slice());
    let mut exit = ExitCode::SUCCESS;
    let end = async { exit = end_of(&mut chores).await };
    connections::accept(listener, routers, tls, proxies.into(), end).await;
    chores.shutdown().await;
    counts.write_or_warn().await;
    info!("stopped");
    logs.close().await;
    Ok(exit)
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
}

/// Every route behind every layer. The innermost layer stands first.
fn router(
    configuration: &Configuration,
    Inner { desk, doors, vault }: Inner,
    listeners: Arc<Listeners>,
    kept: PrometheusHandle,
) -> Router {
    let stream = Stream {
        desk: Arc::clone(&desk),
        listeners: Arc::clone(&listeners),
        streams_max: configuration.streams_max,
        doors: doors.clone(),
    };
    let known = (Arc::clone(&desk), doors.clone());
    let accounts = Accounts::new(configuration, known, listeners, vault);
    let levels = Arc::new(LevelsCache::default());
    let figures = Figures { kept, watchers: configuration.watchers.as_slice().into() };
    let known = Router::new()
        .merge(pages::routes(configuration.leptos.clone(), Arc::clone(&desk)))
        .merge(rest::routes(Rest { desk: Arc::clone(&desk), levels }))
        .merge(accounts::routes(accounts))
        .layer(from_fn_with_state(Arc::clone(&desk), nodes::open_tape));
    let streams =
        stream::routes(stream).layer(from_fn_with_state(Arc::clone(&desk), nodes::open_tape));
    let answers = doors
        .guard(known)
        .merge(health::routes(desk, figures))
        .layer(CompressionLayer::new().compress_when(compressible()))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_TIMEOUT))
        .layer(CsrfLayer::new())
        .layer(from_fn(health::count));
    answers
        // A stream is open for hours: no timeout, no compression.
        .merge(doors.guard(streams))
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(configuration.is_https(), shield::protect))
        .layer(from_fn_with_state(Hosts::new(configuration.hosts.clone()), shield::check_host))
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
    Router::new().fallback(answer).layer(from_fn_with_state(hosts, shield::check_host))
}

/// Files are compressed beforehand and say so; small answers are not worth it.
fn compressible() -> impl Predicate {
    SizeAbove::new(1_024)
        .and(NotForContentType::new("application/wasm"))
        .and(NotForContentType::IMAGES)
}

/// Waits until the server is told to stop, or cannot go on: what one chore does nobody else would,
/// and whoever runs the server starts it again.
async fn end_of(chores: &mut JoinSet<()>) -> ExitCode {
    tokio::select! {
        () = stop_signal() => ExitCode::SUCCESS,
        () = first_panic(chores) => {
            error!("a part of this server broke down, so that it stops: its story stands above");
            ExitCode::FAILURE
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
    use super::*;

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
