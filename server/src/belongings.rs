//! Taking everything along, and having it deleted.

use std::io::{self, Cursor, Write};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use desk::{AuditEntry, AuditEvent, Belongs, Cell, OwnerId, Role, Store, TableTaker, Trader};
use http::header;
use serde::Deserialize;
use tokio::sync::Semaphore;
use tower_sessions::Session;
use tracing::{info, warn};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::accounts::{Accounts, CLEAR, back};
use crate::clock::now;
use crate::device::Device;
use crate::rest::{Problem, story};
use crate::serve::LONG_TIMEOUT;
use crate::sessions::Here;

/// Archives that are made at the same time: each is in memory until it is sent.
static MAKING: Semaphore = Semaphore::const_new(1);

const README: &str = "All that Volaris keeps of you, a table a file: as CSV to look at, as JSON for
programs. Prices and money are ten-thousandths, moments are microseconds since 1970 in UTC, days
are days since 1970. Passwords, keys and what they are kept as are not in it. In CSV a text that a
spreadsheet would take for a formula begins with an apostrophe.
";

/// Routes of both.
pub(crate) fn routes() -> Router<Accounts> {
    Router::new().route("/account/export", get(export)).route("/account/delete", post(delete))
}

/// Everything, as an archive.
async fn export(
    State(accounts): State<Accounts>,
    Extension(trader): Extension<Trader>,
    here: Option<Extension<Here>>,
    device: Device,
) -> Result<Response, Problem> {
    let of = match &here {
        Some(Extension(here)) => Belongs::to_account(&here.account),
        None => Belongs::to_trader(&trader),
    };
    let _turn = MAKING.acquire().await.map_err(|error| Problem::internal(&error))?;
    let store = Arc::clone(&accounts.doors.store);
    let (mut csv, mut json) = (CsvTables::default(), JsonTables::default());
    store.give_belongings(&of, &mut Both(&mut csv, &mut json)).await?;
    let archive = archive(csv.files.into_iter().chain(json.files));
    let archive = archive.map_err(|error| Problem::internal(&error))?;
    if let Some(Extension(here)) = here {
        accounts.note(&here.account.id, AuditEvent::Exported, &device).await?;
    }
    let date = now().wall_time().date;
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"volaris-{date}.zip\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, archive).into_response())
}

/// A file's name and what is in it.
type File = (String, Vec<u8>);

fn archive(files: impl Iterator<Item = File>) -> io::Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let readme = ("README.txt".to_owned(), README.as_bytes().to_vec());
    for (name, bytes) in std::iter::once(readme).chain(files) {
        archive.start_file(name, SimpleFileOptions::default())?;
        archive.write_all(&bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// Gives the same to two.
struct Both<'a>(&'a mut CsvTables, &'a mut JsonTables);

impl TableTaker for Both<'_> {
    fn begin(&mut self, table: &'static str, columns: &[&'static str]) -> io::Result<()> {
        self.0.begin(table, columns)?;
        self.1.begin(table, columns)
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        self.0.row(cells)?;
        self.1.row(cells)
    }

    fn end(&mut self) -> io::Result<()> {
        self.0.end()?;
        self.1.end()
    }
}

/// Tables as comma-separated values (RFC 4180).
#[derive(Default)]
struct CsvTables {
    files: Vec<File>,
}

impl CsvTables {
    fn line(&mut self, fields: impl Iterator<Item = String>) -> io::Result<()> {
        let (_, bytes) = self.files.last_mut().ok_or(io::ErrorKind::InvalidInput)?;
        write!(bytes, "{}\r\n", fields.collect::<Vec<_>>().join(","))
    }
}

/// A field; what a spreadsheet would compute is text.
fn field(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    match text.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

impl TableTaker for CsvTables {
    fn begin(&mut self, table: &'static str, columns: &[&'static str]) -> io::Result<()> {
        self.files.push((format!("csv/{table}.csv"), Vec::new()));
        self.line(columns.iter().map(|one| field(one)))
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        self.line(cells.iter().map(|cell| match cell {
            Cell::Nothing => String::new(),
            Cell::Text(text) => field(text),
            Cell::Whole(number) => number.to_string(),
            Cell::Real(number) => number.to_string(),
        }))
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Tables as arrays of objects.
#[derive(Default)]
struct JsonTables {
    files: Vec<File>,
    columns: Vec<&'static str>,
    rows: usize,
}

impl JsonTables {
    fn write(&mut self, text: &str) -> io::Result<()> {
        let (_, bytes) = self.files.last_mut().ok_or(io::ErrorKind::InvalidInput)?;
        bytes.write_all(text.as_bytes())
    }
}

impl TableTaker for JsonTables {
    fn begin(&mut self, table: &'static str, columns: &[&'static str]) -> io::Result<()> {
        self.files.push((format!("json/{table}.json"), Vec::new()));
        (self.columns, self.rows) = (columns.to_vec(), 0);
        self.write("[")
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        let value = |cell: &Cell<'_>| match cell {
            Cell::Nothing => serde_json::Value::Null,
            Cell::Text(text) => (*text).into(),
            Cell::Whole(number) => (*number).into(),
            Cell::Real(number) => (*number).into(),
        };
        let named = self.columns.iter().zip(cells);
        let row: serde_json::Map<String, serde_json::Value> =
            named.map(|(column, cell)| ((*column).to_owned(), value(cell))).collect();
        let before = if self.rows == 0 { "\n" } else { ",\n" };
        self.rows += 1;
        self.write(&format!("{before}{}", serde_json::Value::Object(row)))
    }

    fn end(&mut self) -> io::Result<()> {
        self.write("\n]\n")
    }
}

#[derive(Deserialize)]
struct DeleteForm {
    present: String,
}

/// Takes the account away, and everything that it keeps.
async fn delete(
    State(accounts): State<Accounts>,
    Extension(Here { account, .. }): Extension<Here>,
    device: Device,
    session: Session,
    Form(form): Form<DeleteForm>,
) -> Result<Response, Problem> {
    if let Err(word) = accounts.knows(&account, form.present, &device).await? {
        return Ok(back("/settings/data", word, None));
    }
    let store = &accounts.doors.store;
    if account.role == Role::Owner && 1 < store.people(now()).await?.len() {
        return Ok(back("/settings/data", "owner", None));
    }
    let of = Belongs::to_account(&account);
    let entry = accounts.entry((&account.id, ""), AuditEvent::Deleted, &device);
    // Refused where they were alone or no owner a moment ago, and are not any more.
    let Some(rows) = store.remove_belongings(&of, &entry).await? else {
        return Ok(back("/settings/data", "owner", None));
    };
    accounts.desk.forget(&account.owner);
    sweep(Arc::clone(store), of, entry);
    info!(account = %account.id, rows, "an account was deleted with all that it kept");
    accounts.doors.look_for_accounts().await?;
    // The browser's sign-in went with the account: a cookie that it kept would seem a guess.
    session.flush().await?;
    Ok((CLEAR, Redirect::to("/sign-in")).into_response())
}

/// Takes away as well what questions kept that were being answered when the account went. What is
/// the local person's belongs to whoever is at the machine now.
fn sweep(store: Arc<dyn Store>, of: Belongs, entry: AuditEntry) {
    if of.owner == OwnerId::local() {
        return;
    }
    tokio::spawn(async move {
        tokio::time::sleep(LONG_TIMEOUT).await;
        match store.remove_belongings(&of, &entry).await {
            Ok(None | Some(0)) => {}
            Ok(Some(rows)) => info!(rows, "what came after an account was deleted went as well"),
            Err(error) => warn!(story = story(&error), "what came after an account stays"),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_computes_nothing_of_it() {
        for (text, expected) in [
            ("SPX", "SPX"),
            ("", ""),
            ("=1+1", "'=1+1"),
            ("-1 SPXW 15MAR24 5000P", "'-1 SPXW 15MAR24 5000P"),
            ("+1", "'+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=a,\"b\"", "\"'=a,\"\"b\"\"\""),
        ] {
            assert_eq!(field(text), expected, "{text}");
        }
    }

    #[test]
    fn a_table_is_two_files() {
        let (mut csv, mut json) = (CsvTables::default(), JsonTables::default());
        let mut both = Both(&mut csv, &mut json);
        both.begin("position", &["name", "paid", "iv"]).unwrap();
        both.row(&[Cell::Text("=a"), Cell::Whole(-5), Cell::Nothing]).unwrap();
        both.row(&[Cell::Text("b \u{2014}"), Cell::Nothing, Cell::Real(0.25)]).unwrap();
        both.end().unwrap();
        let (name, bytes) = &csv.files[0];
        assert_eq!(name, "csv/position.csv");
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert_eq!(text, "name,paid,iv\r\n'=a,-5,\r\nb \u{2014},,0.25\r\n");
        let (name, bytes) = &json.files[0];
        assert_eq!(name, "json/position.json");
        let told: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        let expected = serde_json::json!([
            { "name": "=a", "paid": -5, "iv": null },
            { "name": "b \u{2014}", "paid": null, "iv": 0.25 },
        ]);
        assert_eq!(told, expected);
    }
}
