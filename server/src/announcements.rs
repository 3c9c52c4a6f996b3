//! What everybody is told above their screens: announcements, and an offer to protect the desk.

use app::{Announced, News, NewsOfPage, announcements_document, news_html};
use axum::Router;
use axum::extract::{Extension, Form, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use desk::{Announcement, AuditEvent, OwnerId, Store, StoreError, Trader, announced};
use http::uri::PathAndQuery;
use http::{HeaderMap, Uri, header};
use market::Span;
use serde::Deserialize;
use tracing::{info, warn};

use crate::accounts::{Accounts, Told, back, own_path};
use crate::clock::now;
use crate::device::Device;
use crate::pages;
use crate::people::{Leader, called_in};
use crate::rest::Problem;
use crate::sessions::Doors;
use crate::settings::settings_of;

/// The setting that names what somebody closed.
const CLOSED: &str = "closed_news";
/// What the offer to protect the desk is closed by.
const PROTECT: &str = "protect";
/// Where a desk without accounts can begin.
const FIRST_STEPS: [(&str, &str); 2] =
    [("/account", "Protect it"), ("/settings/data#restore", "Restore a backup")];
/// How many days an announcement can stand.
const DAYS: [i64; 3] = [1, 7, 30];
/// The most that are shown at once.
const SHOWN_MAX: usize = 3;

/// Routes of the document and the forms.
pub(crate) fn routes() -> Router<Accounts> {
    Router::new()
        .route("/people/announcements", get(announcements_page))
        .route("/people/announce", post(announce))
        .route("/people/unannounce", post(unannounce))
        .route("/account/news", get(read).post(close))
}

async fn announcements_page(
    leader: Leader,
    State(accounts): State<Accounts>,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Result<Response, Problem> {
    let store = &accounts.doors.store;
    let people = store.people(now()).await?;
    let all = store.announcements(now()).await?.into_iter().map(|one| Announced {
        by: called_in(&people, &one.by),
        id: one.id,
        text: one.text,
        made_at: one.made_at,
        ends_at: one.ends_at,
    });
    let all = all.collect();
    Ok(pages::document(&headers, |files, preferences| {
        announcements_document(
            (files, preferences),
            settings_of(leader.account()),
            all,
            &told.problem,
        )
    }))
}

#[derive(Deserialize)]
struct AnnounceForm {
    text: String,
    days: i64,
}

/// Tells everybody something.
async fn announce(
    leader: Leader,
    State(accounts): State<Accounts>,
    device: Device,
    Form(form): Form<AnnounceForm>,
) -> Result<Response, Problem> {
    let by = leader.account().id.clone();
    let text = announced(&form.text).ok().filter(|_| DAYS.contains(&form.days));
    let Some(text) = text else {
        return Ok(back("/people/announcements", "announcement", None));
    };
    let (made_at, ends_at) = (now(), now() + Span::hours(24 * form.days));
    let one = Announcement { id: String::new(), text, by: by.clone(), made_at, ends_at };
    accounts.doors.store.add_announcement(&one).await?;
    accounts.note(&by, AuditEvent::Announced, &device).await?;
    info!(%by, "something was announced");
    Ok(Redirect::to("/people/announcements").into_response())
}

#[derive(Deserialize)]
struct OneForm {
    id: String,
}

/// Takes an announcement back.
async fn unannounce(
    leader: Leader,
    State(accounts): State<Accounts>,
    device: Device,
    Form(form): Form<OneForm>,
) -> Result<Response, Problem> {
    if !accounts.doors.store.remove_announcement(&form.id).await? {
        return Ok(back("/people/announcements", "gone", None));
    }
    accounts.note(&leader.account().id, AuditEvent::Unannounced, &device).await?;
    Ok(Redirect::to("/people/announcements").into_response())
}

#[derive(Deserialize)]
struct CloseForm {
    id: String,
}

/// Closes one for whoever asks, and leads back to where they were.
async fn close(
    State(accounts): State<Accounts>,
    Extension(trader): Extension<Trader>,
    headers: HeaderMap,
    Form(form): Form<CloseForm>,
) -> Result<Response, Problem> {
    let store = accounts.doors.store.as_ref();
    let standing = standing(store).await?;
    if form.id == PROTECT || standing.iter().any(|one| one.id == form.id) {
        // What does not stand any more needs no memory.
        let mut closed = closed(store, trader.owner()).await?;
        closed.retain(|id| {
            *id != form.id && (id == PROTECT || standing.iter().any(|one| one.id == *id))
        });
        closed.push(form.id);
        store.write_setting(trader.owner(), CLOSED, &closed.join(" ")).await?;
    }
    // A page may have gone on to another screen since it was loaded: the browser says where it is.
    let from = headers.get(header::REFERER).and_then(|from| from.to_str().ok());
    let from = from.and_then(|from| from.parse::<Uri>().ok());
    let next = from.as_ref().and_then(Uri::path_and_query).map_or("/", PathAndQuery::as_str);
    Ok(Redirect::to(own_path(next)).into_response())
}

/// The bar alone, for a page that has been open for a while.
async fn read(
    State(accounts): State<Accounts>,
    Extension(trader): Extension<Trader>,
) -> Result<Html<String>, Problem> {
    Ok(Html(news_html(NewsOfPage(unread(&accounts.doors, &trader).await?))))
}

async fn standing(store: &dyn Store) -> Result<Vec<Announcement>, StoreError> {
    store.announcements(now()).await
}

async fn closed(store: &dyn Store, owner: &OwnerId) -> Result<Vec<String>, StoreError> {
    let kept = store.setting(owner, CLOSED).await?.unwrap_or_default();
    Ok(kept.split_whitespace().map(str::to_owned).collect())
}

/// What a trader is to read on a page; a database that is silent has no news.
pub(crate) async fn news(doors: &Doors, trader: &Trader) -> NewsOfPage {
    let unread = unread(doors, trader).await.unwrap_or_else(|problem| {
        let story = crate::rest::story(&problem);
        warn!(%story, "a page has no news: {story}");
        Vec::new()
    });
    NewsOfPage(unread)
}

/// What a trader has not closed.
async fn unread(doors: &Doors, trader: &Trader) -> Result<Vec<News>, StoreError> {
    let store = doors.store.as_ref();
    let mut news: Vec<News> = if doors.has_accounts() {
        let told = |one: Announcement| News { id: one.id, text: one.text, links: &[] };
        standing(store).await?.into_iter().map(told).collect()
    } else {
        let text = "Whoever sits at this machine is at this desk.".to_owned();
        let links = if doors.may_restore().is_ok() { &FIRST_STEPS } else { &FIRST_STEPS[..1] };
        vec![News { id: PROTECT.to_owned(), text, links }]
    };
    if !news.is_empty() {
        let closed = closed(store, trader.owner()).await?;
        news.retain(|one| !closed.contains(&one.id));
    }
    news.truncate(SHOWN_MAX);
    Ok(news)
}
