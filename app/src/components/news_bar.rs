//! What is to be read above a screen: announcements, and an offer to protect the desk. The server
//! writes it beside the application, and closing it is a form; an open page asks now and then
//! whether it is another, by code that no first load has.

use gloo::events::EventListener;
use gloo::timers::callback::Interval;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// Where the bar alone is read, and by what form it is closed.
const NEWS_PATH: &str = "/account/news";
/// How often an open page asks.
const ASK_MS: u32 = 60_000;

/// Something to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// By what it is closed.
    pub id: String,
    /// The text.
    pub text: String,
    /// Where more of it is, and the words that lead there.
    pub links: &'static [(&'static str, &'static str)],
}

/// All that is to be read on a page, the newest first; the server puts it into the page's context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewsOfPage(pub Vec<News>);

/// The place of the bar, which says aloud what comes into it; empty where there is nothing.
pub(crate) fn news_bar() -> Option<AnyView> {
    let NewsOfPage(news) = use_context()?;
    Some(view! { <div class="news" aria-live="polite">{news_list(news)}</div> }.into_any())
}

/// The bar alone, as an open page puts it in the place of its own.
#[must_use]
pub fn news_html(NewsOfPage(news): NewsOfPage) -> String {
    news_list(news).to_html()
}

/// What is in the bar; nothing where there is nothing to be read.
pub(crate) fn news_list(news: Vec<News>) -> Option<AnyView> {
    let line = |one: News| {
        // The application would look for the page among its own.
        let links = one.links.iter().map(|(address, words)| {
            view! {
                <a href=*address rel="external">
                    {*words}
                </a>
            }
            .into_any()
        });
        view! {
            <li>
                <span>{one.text}</span>
                {links.collect_view()}
                <form method="post" action=NEWS_PATH>
                    <input type="hidden" name="id" value=one.id />
                    <button aria-label="Close this notice">"✕"</button>
                </form>
            </li>
        }
        .into_any()
    };
    (!news.is_empty()).then(|| {
        view! {
            <aside class="news-bar" aria-label="News">
                <ul>{news.into_iter().map(line).collect_view()}</ul>
            </aside>
        }
        .into_any()
    })
}

/// Asks once a minute while somebody looks, and when they look again.
pub(crate) fn keep_news_current() {
    Interval::new(ASK_MS, ask_anew).forget();
    EventListener::new(&document(), "visibilitychange", |_| ask_anew()).forget();
}

fn ask_anew() {
    if !document().hidden() {
        spawn_local(async {
            // What cannot be asked now is asked in a minute.
            let _ = replace_bar().await;
        });
    }
}

async fn replace_bar() -> Option<()> {
    let answer = JsFuture::from(window().fetch_with_str(NEWS_PATH)).await.ok()?;
    let answer: Response = answer.dyn_into().ok()?;
    let place = document().query_selector(".news").ok()??;
    if answer.ok() {
        let html = JsFuture::from(answer.text().ok()?).await.ok()?.as_string()?;
        let asked = document().create_element("div").ok()?;
        asked.set_inner_html(&html);
        // Who is about to close one keeps the focus where nothing has changed.
        if asked.inner_html() != place.inner_html() {
            place.set_inner_html(&html);
        }
    }
    Some(())
}
