//! Pages that are drawn at the same time know nothing of one another.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use desk::Desk;
use http::{Method, StatusCode};
use leptos::config::LeptosOptions;
use tokio::task::yield_now;
use tokio::time::timeout;
use tower::ServiceExt;

use super::OfflineMarkets;
use super::authorization::{Site, asked};
use crate::pages;

/// Pages that are drawn at once: more than there are threads, so that they take turns.
const AT_ONCE: usize = 8;
/// How many of them one after the other.
const ROUNDS: usize = 12;
/// Pages that are drawn while another server begins.
const PAGES: usize = 40;
/// A page that is never drawn is given up after as long.
const PATIENCE: Duration = Duration::from_secs(300);

async fn title_of(router: &Router, path: &str, cookie: &str) -> String {
    let request = asked(&Method::GET, path, "text/html", Some(cookie));
    let answer = router.clone().oneshot(request).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    let bytes = to_bytes(answer.into_body(), usize::MAX).await.expect("a page");
    let text = String::from_utf8_lossy(&bytes);
    let (_, rest) = text.split_once("<title>").expect("a title");
    rest.split_once("</title>").expect("its end").0.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_page_has_its_own_title() {
    let site = Site::open().await;
    let cookie = site.cookie_of("owner").await;
    let symbols = ["SPX", "NDX", "SPY", "QQQ"];
    let drawing = (0..AT_ONCE).map(|first| {
        let (router, cookie) = (site.router.clone(), cookie.clone());
        tokio::spawn(async move {
            for round in 0..ROUNDS {
                let symbol = symbols[(first + round) % symbols.len()];
                let title = title_of(&router, &format!("/chart/{symbol}"), &cookie).await;
                let begin = format!("PRACTICE · {symbol} ");
                let price = title.strip_prefix(&begin).and_then(|rest| rest.split(' ').next());
                let price = price.map(|text| text.replace(',', "").parse::<f64>());
                assert!(matches!(price, Some(Ok(_))), "{symbol} has the title {title}");
            }
        })
    });
    for drawn in drawing.collect::<Vec<_>>() {
        drawn.await.expect("its own title");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pages_are_drawn_while_another_server_begins() {
    let site = Site::open().await;
    let cookie = site.cookie_of("owner").await;
    let desk = Arc::new(Desk::new(Arc::clone(&site.store), Arc::new(OfflineMarkets::new(1))));
    let drawing = tokio::spawn(async move {
        for _ in 0..PAGES {
            let page = title_of(&site.router, "/chart/SPX", &cookie);
            timeout(PATIENCE, page).await.expect("a page that is drawn");
        }
    });
    while !drawing.is_finished() {
        drop(pages::routes(
            LeptosOptions::builder().output_name("volaris").build(),
            Arc::clone(&desk),
        ));
        yield_now().await;
    }
    drawing.await.expect("pages");
}
