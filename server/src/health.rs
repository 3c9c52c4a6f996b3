//! Whether the server lives, whether it can answer, and its figures.

use std::num::NonZeroU32;
use std::sync::{Arc, LazyLock};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use desk::Desk;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use http::{HeaderMap, Method, StatusCode};
use ipnet::IpNet;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing::field::Empty;
use tracing::{Instrument, Span, debug_span, error, info};

use crate::clock::stopwatch;
use crate::device::is_in;
use crate::rest::Problem;
use crate::sessions::{Peer, is_at_the_machine, is_direct};

/// Where the process keeps its figures from now on; once in its life.
pub(crate) fn figures_of_process() -> anyhow::Result<PrometheusHandle> {
    Ok(PrometheusBuilder::new()
        .set_buckets(&[0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0])?
        .install_recorder()?)
}

/// Routes for whoever watches the server.
pub(crate) fn routes(desk: Arc<Desk>, figures: Figures) -> Router {
    Router::new()
        .route("/health", get(|| async { "alive\n" }))
        .route("/ready", get(ready).with_state(desk))
        .route("/metrics", get(self::figures).with_state(figures))
}

async fn ready(State(desk): State<Arc<Desk>>) -> Response {
    match desk.check_ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(problem) => {
            error!(problem = %crate::rest::story(&problem), "not ready: the database is silent");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

/// The process's figures, and who reads them.
#[derive(Clone)]
pub(crate) struct Figures {
    pub(crate) kept: PrometheusHandle,
    /// Besides whoever is at the machine.
    pub(crate) watchers: Arc<[IpNet]>,
}

async fn figures(
    State(Figures { kept, watchers }): State<Figures>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Response {
    let peer = peer.map(|Extension(peer)| peer);
    let is_watcher = |Peer(address): Peer| is_in(&watchers, address.ip());
    // A proxy in a watcher's network is no watcher: everybody comes through it.
    let is_watched = is_direct(&headers) && peer.is_some_and(is_watcher);
    if is_at_the_machine(peer, &headers) || is_watched {
        return kept.render().into_response();
    }
    let why = "figures are for this machine: name others in `watchers`, as 10.0.0.0/8";
    Problem::new(StatusCode::FORBIDDEN, why).into_response()
}

/// Refusals that are written down in a second: of a flood the first ones tell enough.
const TOLD_A_SECOND: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
static TOLD: LazyLock<DefaultDirectRateLimiter> =
    LazyLock::new(|| RateLimiter::direct(Quota::per_second(TOLD_A_SECOND)));

/// Whether somebody tried what they may not. Who did not sign in yet only has to.
fn is_refusal(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::FORBIDDEN | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::TOO_MANY_REQUESTS
    )
}

/// What a collector of OpenTelemetry reads of an answer, by its conventions for HTTP. Nobody else
/// does: a log at its usual level leaves it out.
fn answer_span(method: &Method, route: &str) -> Span {
    debug_span!(
        target: "volaris::traces",
        "answer",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method.as_str(),
        http.route = route,
        http.response.status_code = Empty,
    )
}

/// Counts and times every request by its route, and writes down what was refused.
pub(crate) async fn count(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str);
    let route = route.to_owned();
    let began = stopwatch();
    let span = answer_span(request.method(), &route);
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    if is_refusal(status) && TOLD.check().is_ok() {
        info!(%route, status = status.as_u16(), "refused: {status}");
    }
    let status = status.as_u16().to_string();
    metrics::counter!("volaris_requests_total", "route" => route.clone(), "status" => status)
        .increment(1);
    metrics::histogram!("volaris_request_seconds", "route" => route)
        .record(began.elapsed().as_secs_f64());
    response
}
