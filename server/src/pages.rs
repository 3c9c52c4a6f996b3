//! The screens, rendered on the server, and the server functions they call.

use std::sync::{Arc, LazyLock};

use app::{App, NewsOfPage, PageFiles, Preferences, desk_paths, shell};
use axum::Router;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use desk::{Desk, Trader};
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use leptos::WasmSplitManifest;
use leptos::config::LeptosOptions;
use leptos::prelude::{ArcStoredValue, Owner, provide_context, use_context};
use leptos::server_fn::ContentType;
use leptos::server_fn::codec::PostcardEncoding;
use leptos::server_fn::error::FromServerFnError;
use leptos_axum::{
    AxumRouteListing, LeptosRoutes, generate_route_list, render_app_to_stream_with_context,
};

use crate::accounts;
use crate::assets::{self, MANIFEST, Split};
use crate::rest::Problem;
use crate::sessions::is_for_a_person;
use crate::shield::PageNonce;
use crate::typed_email;

/// Addresses of the files that pages load.
pub(crate) fn files() -> PageFiles {
    PageFiles {
        script: MANIFEST.script.clone(),
        wasm: MANIFEST.wasm.clone(),
        style: MANIFEST.style.clone(),
        document_style: MANIFEST.document_style.clone(),
    }
}

/// What a trader chose on the device that asks.
pub(crate) fn preferences(headers: &HeaderMap) -> Preferences {
    let cookies = headers.get(http::header::COOKIE).and_then(|text| text.to_str().ok());
    Preferences::from_cookies(cookies.unwrap_or_default())
}

/// A document that the server writes whole; what is private in it is kept by no cache.
pub(crate) fn document(
    headers: &HeaderMap,
    write: impl FnOnce(&PageFiles, &Preferences) -> String,
) -> Response {
    let html = Owner::new().with(|| {
        if let Some(typed) = typed_email::kept(headers) {
            provide_context(typed);
        }
        write(&files(), &preferences(headers))
    });
    ([(CACHE_CONTROL, "no-store")], Html(html)).into_response()
}

/// What our screens write a question in, and read its answer in.
const OF_SCREENS: &str = PostcardEncoding::CONTENT_TYPE;

/// Tells a person who wanted a page in words why there is none, and a screen of ours as it reads
/// any other refusal; programs, and who sent a form, are told as they were.
pub(crate) async fn tell_as_they_read(request: Request, next: Next) -> Response {
    let person = is_for_a_person(&request).then(|| request.headers().clone());
    let is_screen = request.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == OF_SCREENS);
    let answer = next.run(request).await;
    let Some(problem) = answer.extensions().get::<Problem>() else { return answer };
    let told = match person {
        Some(headers) => accounts::page(&headers, problem.page(), ""),
        None if is_screen => {
            ([(CONTENT_TYPE, OF_SCREENS)], problem.of_screens().ser()).into_response()
        }
        None => return answer,
    };
    let (told, body) = told.into_parts();
    let (mut parts, _) = answer.into_parts();
    for of_before in [CONTENT_LENGTH, CONTENT_ENCODING] {
        parts.headers.remove(of_before);
    }
    for (name, value) in &told.headers {
        parts.headers.insert(name, value.clone());
    }
    Response::from_parts(parts, body)
}

/// Routes of every screen. Listed once, before the first page: a page that first asks for what it
/// shows while anybody lists them waits for its answer for ever, for Leptos holds back the answers
/// of every page meanwhile, and gives none of them later (leptos-rs/leptos#4773).
static ROUTES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| {
    let mut listed = generate_route_list(App);
    let others = listed.iter().flat_map(|route| {
        let methods: Vec<_> = route.methods().collect();
        let mode = route.mode().clone();
        desk_paths(route.path())
            .into_iter()
            .map(move |path| AxumRouteListing::new(path, mode.clone(), methods.clone(), Vec::new()))
    });
    let others: Vec<_> = others.collect();
    listed.extend(others);
    listed
});

/// Routes of every screen and server function.
pub(crate) fn routes(options: LeptosOptions, desk: Arc<Desk>) -> Router {
    let files = files();
    let context = move || {
        let Some(parts) = use_context::<http::request::Parts>() else { return };
        if let Some(trader) = parts.extensions.get::<Trader>() {
            api::provide(Arc::clone(&desk), trader.clone(), crate::clock::now());
        }
        provide_context(preferences(&parts.headers));
        if let Some(news) = parts.extensions.get::<NewsOfPage>() {
            provide_context(news.clone());
        }
        if let Some(split) = &MANIFEST.split {
            let Split { folder, prefetch, loader } = split;
            let manifest = (folder.clone(), prefetch.clone(), loader.clone());
            provide_context(WasmSplitManifest(ArcStoredValue::new(manifest)));
        }
        // Leptos made a nonce of its own; the header was written with ours.
        if let Some(nonce) = parts.extensions.get::<PageNonce>() {
            provide_context(nonce.0.clone());
        }
    };
    let page = move || shell(files.clone());
    let missing = render_app_to_stream_with_context(context.clone(), page.clone());
    Router::new()
        // One address for one screen: a screen at two would be built anew between them.
        .route("/", get(|| async { Redirect::to("/chart/SPX") }))
        .leptos_routes_with_context(&options, ROUTES.clone(), context, page)
        .fallback(move |request: Request| answer_stray(request, missing.clone()))
        .with_state(options)
}

/// A file of the page; where there is none, a page that says so. Nothing under `/pkg` or `/api`
/// ever answers with a page, which a stale script or a program would stumble over.
async fn answer_stray<Rendering>(
    request: Request,
    missing: impl Fn(Request) -> Rendering,
) -> Response
where
    Rendering: Future<Output = Response>,
{
    let path = request.uri().path();
    let is_page = !path.starts_with("/pkg/") && !path.starts_with("/api/") && !path.contains('.');
    if !is_page {
        return assets::serve(request).await;
    }
    let mut response = missing(request).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
