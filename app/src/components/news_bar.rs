//! What is to be read above a screen: announcements, and an offer to protect the desk. The server
//! writes it around the application, and closing it is a form: none of it is code of the page.

use leptos::prelude::*;

/// Something to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// By what it is closed.
    pub id: String,
    /// The text.
    pub text: String,
    /// Where more of it is, and the words that lead there.
    pub link: Option<(&'static str, &'static str)>,
}

/// All that is to be read on a page; the server puts it into the page's context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewsOfPage {
    /// The newest first.
    pub news: Vec<News>,
    /// The page's own address.
    pub path: String,
}

/// The bar; nothing where there is nothing to be read.
pub(crate) fn news_bar() -> Option<AnyView> {
    let NewsOfPage { news, path } = use_context::<NewsOfPage>()?;
    let line = |one: News| {
        // The application would look for the page among its own.
        let link = one.link.map(|(address, words)| {
            view! { <a href=address rel="external">{words}</a> }.into_any()
        });
        view! {
            <li>
                <span>{one.text}</span>
                {link}
                <form method="post" action="/account/news">
                    <input type="hidden" name="id" value=one.id />
                    <input type="hidden" name="next" value=path.clone() />
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
