//! A backup that comes back through the browser, as long as the desk has no account: by whoever
//! sits at the machine, or by whoever has the set-up token. The desk begins anew with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use app::{RestorePage, restore_document};
use axum::Router;
use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, Extension, Multipart, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use desk::Trader;
use http::{HeaderMap, HeaderName, StatusCode};
use store::remove_file;
use tokio::io::AsyncWriteExt;
use tokio::runtime::Handle;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tracing::{info, warn};

use crate::accounts::Accounts;
use crate::backup::BrokenLog;
use crate::configuration::Configuration;
use crate::device::Device;
use crate::{backup, pages, private_file};

/// The most that a backup may weigh which comes this way.
pub(crate) const BACKUP_BYTES_MAX: usize = 2 << 30;
/// Time that it may take.
pub(crate) const RESTORE_TIMEOUT: Duration = Duration::from_secs(1_800);
/// The longest set-up token that is read.
const TOKEN_BYTES_MAX: usize = 200;
/// What is still read of a backup that is refused.
const READ_AFTER_MAX: usize = 64 << 20;
/// How long the desk still answers before it begins anew.
const LAST_ANSWERS: Duration = Duration::from_secs(1);
/// The page asks by itself what came of it; by then the desk has begun anew.
const REFRESH: (HeaderName, &str) =
    (HeaderName::from_static("refresh"), "10; url=/account/restore");

/// Where a backup waits that was found whole, for the database to make room.
#[derive(Clone)]
pub(crate) struct Restoring {
    /// Where it is looked through.
    copy: PathBuf,
    /// One at a time.
    turn: Arc<Semaphore>,
    /// Whether one was found whole.
    is_whole: Arc<AtomicBool>,
    makes_room: Arc<Notify>,
    /// Why the last one was not put in its place, though it was whole.
    failure: Option<Arc<str>>,
}

impl Restoring {
    /// Nothing waits.
    pub(crate) fn new(configuration: &Configuration) -> Self {
        let (copy, turn) = (backup::copy_of(&configuration.data), Arc::new(Semaphore::new(1)));
        Self { copy, turn, is_whole: Arc::default(), makes_room: Arc::default(), failure: None }
    }

    /// What the desk tells that could not begin anew with a backup.
    pub(crate) fn after(self, failure: Option<String>) -> Self {
        Self { failure: failure.map(Arc::from), ..self }
    }

    /// Ends when the database is to make room for one.
    pub(crate) async fn wait(&self) {
        self.makes_room.notified().await;
    }

    /// Whether one waits: what is kept from now on goes aside.
    pub(crate) fn is_waiting(&self) -> bool {
        self.is_whole.load(Ordering::Acquire)
    }

    /// Begins a copy, where nobody else has begun one.
    fn begin(&self) -> anyhow::Result<Begun> {
        let turn = Arc::clone(&self.turn).try_acquire_owned();
        let turn = turn.map_err(|_| anyhow::anyhow!("another backup is coming just now"))?;
        let (copy, is_whole) = (self.copy.clone(), Arc::clone(&self.is_whole));
        Ok(Begun { copy, is_whole, turn: Some(turn) })
    }
}

/// A copy that goes away again, unless it is kept; until then no other is begun.
struct Begun {
    copy: PathBuf,
    is_whole: Arc<AtomicBool>,
    turn: Option<OwnedSemaphorePermit>,
}

impl Begun {
    /// Leaves it where it is: no other takes it away before the desk has ended.
    fn keep(mut self) {
        if let Some(turn) = self.turn.take() {
            turn.forget();
        }
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if self.turn.is_none() {
            return;
        }
        self.is_whole.store(false, Ordering::Release);
        if let Err(error) = remove_file(&self.copy) {
            warn!("{} could not be taken away: {error}", self.copy.display());
        }
    }
}

/// The route of the form.
pub(crate) fn routes(accounts: Accounts) -> Router {
    Router::new()
        .route("/account/restore", get(told).post(restore))
        .layer(DefaultBodyLimit::disable())
        .with_state(accounts)
}

async fn restore(
    State(accounts): State<Accounts>,
    at_the_machine: Option<Extension<Trader>>,
    device: Device,
    headers: HeaderMap,
    mut form: Multipart,
) -> Response {
    // With accounts somebody who is signed in is a trader as well.
    let is_here = at_the_machine.is_some() && !accounts.doors.has_accounts();
    match take(&accounts, is_here, &device, &mut form).await {
        Ok((begun, rows)) => {
            info!(rows, "a backup takes the place of what is here");
            tokio::spawn(make_room(accounts, begun));
            ([REFRESH], page(&headers, RestorePage::Restored { rows })).into_response()
        }
        Err(problem) => {
            warn!("no backup was restored: {problem:#}");
            read_to_the_end(form).await;
            let page = refused(&headers, &problem.to_string(), is_here);
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        }
    }
}

/// What came of the last one: who was told that the desk begins anew with it is told where it did
/// not.
async fn told(
    State(accounts): State<Accounts>,
    at_the_machine: Option<Extension<Trader>>,
    headers: HeaderMap,
) -> Response {
    let failure = accounts.restoring.failure.filter(|_| accounts.doors.may_restore().is_ok());
    came_of(failure.as_deref(), at_the_machine.is_some(), &headers)
}

fn came_of(failure: Option<&str>, is_here: bool, headers: &HeaderMap) -> Response {
    failure.map_or_else(|| Redirect::to("/").into_response(), |why| refused(headers, why, is_here))
}

fn refused(headers: &HeaderMap, why: &str, is_here: bool) -> Response {
    let again = if is_here { "/settings/data" } else { "/set-up" };
    page(headers, RestorePage::Refused { why: sentence(why), again })
}

/// Lets the page fetch its styles, then ends the desk.
async fn make_room(accounts: Accounts, begun: Begun) {
    tokio::time::sleep(LAST_ANSWERS).await;
    // One was being made when the backup was found whole.
    if accounts.doors.may_restore().is_err() {
        warn!("no backup was restored: an account was made meanwhile");
        return;
    }
    begun.keep();
    accounts.restoring.makes_room.notify_one();
}

/// With a capital and an end.
fn sentence(text: &str) -> String {
    let (first, rest) = text.split_at(text.chars().next().map_or(0, char::len_utf8));
    format!("{}{rest}.", first.to_uppercase())
}

fn page(headers: &HeaderMap, page: RestorePage) -> Response {
    pages::document(headers, |files, preferences| restore_document((files, preferences), page))
}

/// Takes the file of a form and looks it through; the copy, and how many rows it has.
async fn take(
    accounts: &Accounts,
    is_here: bool,
    device: &Device,
    form: &mut Multipart,
) -> anyhow::Result<(Begun, u64)> {
    let may_restore = || accounts.doors.may_restore().map_err(anyhow::Error::msg);
    may_restore()?;
    let mut may = is_here;
    while let Some(mut part) = form.next_field().await? {
        if part.name() == Some("token") {
            let token = short_text(&mut part).await?;
            let may_try = accounts.may_try_token(device).await;
            anyhow::ensure!(may_try.is_ok_and(|may_try| may_try), "too many tries: wait a minute");
            may |= accounts.doors.setup.is(&token);
        } else if part.name() == Some("file") {
            anyhow::ensure!(may, "that is not the set-up token: /set-up says where it stands");
            // Not before: whoever sends slowly would keep everybody else from it.
            let begun = accounts.restoring.begin()?;
            write(&begun.copy, part).await?;
            let (begun, rows) = look_through(begun).await?;
            // From here on nobody makes an account; somebody may have made one meanwhile.
            begun.is_whole.store(true, Ordering::Release);
            may_restore()?;
            return Ok((begun, rows));
        }
    }
    anyhow::bail!("no file was chosen")
}

/// Takes what still comes, as far as that is no burden: a browser that is still sending shows a
/// broken connection in the place of the answer.
async fn read_to_the_end(mut form: Multipart) {
    let mut read = 0;
    while let Ok(Some(mut part)) = form.next_field().await {
        while let Ok(Some(bytes)) = part.chunk().await {
            read += bytes.len();
            if READ_AFTER_MAX < read {
                return;
            }
        }
    }
}

async fn short_text(part: &mut Field<'_>) -> anyhow::Result<String> {
    let mut text = Vec::new();
    while let Some(bytes) = part.chunk().await? {
        text.extend_from_slice(&bytes);
        anyhow::ensure!(text.len() <= TOKEN_BYTES_MAX, "the token is too long");
    }
    Ok(String::from_utf8(text)?.trim().to_owned())
}

/// Writes what comes where nobody else reads it.
async fn write(copy: &Path, mut part: Field<'_>) -> anyhow::Result<()> {
    remove_file(copy)?;
    private_file::write_bytes(copy, b"")?;
    let mut file = tokio::fs::OpenOptions::new().append(true).open(copy).await?;
    let mut is_empty = true;
    while let Some(bytes) = part.chunk().await? {
        is_empty &= bytes.is_empty();
        file.write_all(&bytes).await?;
    }
    anyhow::ensure!(!is_empty, "no file was chosen, or it is empty");
    file.sync_all().await?;
    Ok(())
}

/// Looks a copy through, in a thread of its own: it may be large. The copy goes along, since that
/// is not cut short where who asked is gone.
async fn look_through(begun: Begun) -> anyhow::Result<(Begun, u64)> {
    let runtime = Handle::current();
    let look = move || {
        runtime.block_on(async {
            let (restored, rows) = backup::look_at(&begun.copy, BrokenLog::Refused).await?;
            restored.close().await;
            Ok((begun, rows))
        })
    };
    tokio::task::spawn_blocking(look).await?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::Settings;

    #[tokio::test]
    async fn a_desk_that_did_not_begin_anew_with_a_backup_says_so() {
        let headers = HeaderMap::new();
        let well = came_of(None, true, &headers);
        assert_eq!(well.headers().get(http::header::LOCATION).expect("an address"), "/");
        let ill = came_of(Some("nothing was changed: it is open"), false, &headers);
        let page = axum::body::to_bytes(ill.into_body(), 1 << 20).await.expect("a page");
        let page = String::from_utf8_lossy(&page).into_owned();
        assert!(page.contains("Nothing was restored"), "{page}");
        assert!(page.contains("Nothing was changed: it is open.") && page.contains("/set-up"));
    }

    #[test]
    fn a_copy_that_is_not_kept_goes_away_and_another_may_come() {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = Settings { data: Some(folder.path().to_owned()), ..Settings::default() };
        let restoring = Restoring::new(&Configuration::load(&settings).expect("a configuration"));
        let copy = restoring.copy.clone();
        let begun = restoring.begin().expect("nobody else has begun");
        std::fs::write(&copy, "half of it").expect("written");
        restoring.is_whole.store(true, Ordering::Release);
        assert!(restoring.begin().is_err(), "one at a time");
        drop(begun);
        assert!(!copy.exists() && !restoring.is_waiting());
        let begun = restoring.begin().expect("the other one is gone");
        std::fs::write(&copy, "all of it").expect("written");
        begun.keep();
        assert!(copy.exists() && restoring.begin().is_err());
    }
}
