//! The files that the browser loads, inside the binary, compressed beforehand.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{self, HeaderValue};
use http::{Method, StatusCode};
use rust_embed::RustEmbed;
use serde::Deserialize;

/// What xtask's browser build left behind.
#[derive(RustEmbed)]
#[folder = "../target/site"]
struct Site;

/// What the browser build wrote of itself.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Manifest {
    /// The module that starts the page.
    #[serde(default)]
    pub(crate) script: String,
    /// The code that it loads.
    #[serde(default)]
    pub(crate) wasm: String,
    /// The style sheet.
    #[serde(default)]
    pub(crate) style: String,
    /// That of plain documents, beside it.
    #[serde(default)]
    pub(crate) document_style: String,
    /// The pages whose code is loaded when somebody goes there.
    #[serde(default)]
    pub(crate) split: Option<Split>,
    /// Every file, by its address.
    #[serde(default)]
    files: HashMap<String, FileFacts>,
}

/// What the router must know to fetch a page's code before it is needed.
#[derive(Debug, Deserialize)]
pub(crate) struct Split {
    /// Address of the folder in which the modules lie.
    pub(crate) folder: String,
    /// Name of the script that loads them.
    pub(crate) loader: String,
    /// For each lazy function, the modules it needs.
    pub(crate) prefetch: HashMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
struct FileFacts {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    br: bool,
}

/// The embedded manifest; empty where the browser part was not built, as in plain `cargo check`.
pub(crate) static MANIFEST: LazyLock<Manifest> = LazyLock::new(|| {
    Site::get("manifest.json")
        .and_then(|file| serde_json::from_slice(&file.data).ok())
        .unwrap_or_default()
});

/// Whether a path is a file of the page.
pub(crate) fn has(path: &str) -> bool {
    MANIFEST.files.contains_key(path)
}

/// Answers with a file of the page, or 404: never with a page, which a stale page would try to run.
pub(crate) async fn serve(request: Request) -> Response {
    let path = request.uri().path();
    let (Some(facts), &Method::GET | &Method::HEAD) = (MANIFEST.files.get(path), request.method())
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let takes_brotli = request
        .headers()
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|word| word.trim().starts_with("br")));
    let name = path.trim_start_matches('/');
    let (file, is_brotli) = if facts.br && takes_brotli {
        (Site::get(&format!("{name}.br")), true)
    } else {
        (Site::get(name), false)
    };
    let Some(file) = file else { return StatusCode::NOT_FOUND.into_response() };
    let mut response = Response::new(axum::body::Body::from(file.data.into_owned()));
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&facts.kind) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    // Files under /pkg carry a hash of their content in their name.
    let caching = match path {
        _ if path.starts_with("/pkg/") => "public, max-age=31536000, immutable",
        // By it, browsers hear of a new version.
        "/service-worker.js" => "no-cache",
        _ => "public, max-age=3600",
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if is_brotli {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}
