//! Where the database of one test lives.

use desk::{Account, Adjustment, BarSeries, OwnerId, Role, Tier};
use market::{Bar, BarHours, BarSpan, Moment, Price, Span, Symbol, TapeId};
use store::{Database, DatabaseUrl};

/// The database of one test: empty at first, gone at its end.
pub(crate) struct Home {
    pub(crate) url: DatabaseUrl,
    _folder: Option<tempfile::TempDir>,
}

impl Home {
    pub(crate) fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = DatabaseUrl::File(folder.path().join("volaris.db"));
        Self { url, _folder: Some(folder) }
    }

    pub(crate) fn on_postgres() -> Self {
        let address = testkit::postgres::fresh_database().unwrap_or_else(|why| panic!("{why}"));
        Self { url: DatabaseUrl::Server(address), _folder: None }
    }

    /// Opens the database and brings it up to date.
    pub(crate) async fn open(&self) -> Database {
        let database = Database::open(&self.url).await.expect("the database opens");
        database.migrate().await.expect("the database migrates");
        database
    }

    /// Says something to the database behind the store's back.
    pub(crate) async fn tamper(&self, statement: &'static str) {
        self.try_to(statement).await.expect(statement);
    }

    /// The same; what the database says against it, where it refuses.
    pub(crate) async fn try_to(&self, statement: &'static str) -> Result<(), String> {
        let address = match &self.url {
            DatabaseUrl::File(path) => format!("sqlite://{}", path.display()),
            DatabaseUrl::Server(address) => address.clone(),
        };
        let mut connection = <sqlx::AnyConnection as sqlx::Connection>::connect(&address)
            .await
            .expect("a connection of our own");
        let done = sqlx::query(statement).execute(&mut connection).await;
        done.map(|_| ()).map_err(|error| error.to_string())
    }
}

/// Every test of a list, on both databases.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    super::$name(super::Home::on_sqlite()).await;
                }
            )+
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    super::$name(super::Home::on_postgres()).await;
                }
            )+
        }
    };
}
pub(crate) use on_both;

pub(crate) fn local() -> OwnerId {
    OwnerId::local()
}

pub(crate) fn other() -> OwnerId {
    OwnerId::read("ada".to_owned())
}

pub(crate) fn tape() -> TapeId {
    desk::import_tape(&local())
}

pub(crate) fn minutes_of(symbol: Symbol) -> BarSeries {
    BarSeries {
        tape: tape(),
        symbol,
        source: "import".to_owned(),
        span: BarSpan::M1,
        hours: BarHours::Extended,
        adjustment: Adjustment::Raw,
    }
}

/// Somebody whose account no password opens.
pub(crate) fn account_of(name: &str) -> Account {
    Account {
        id: String::new(),
        owner: OwnerId::read(name.to_owned()),
        email: format!("{name}@example.com"),
        name: String::new(),
        password: String::new(),
        role: Role::Owner,
        tier: Tier::Lite,
        is_suspended: false,
        created_at: Moment(5),
    }
}

/// 2024-02-23 09:30 in New York.
pub(crate) const OPEN: Moment = Moment(1_708_698_600_000_000);

pub(crate) fn price(units: i64) -> Price {
    Price::from_units(units).expect("a price")
}

/// A minute bar, so many minutes after [`OPEN`].
pub(crate) fn bar(minute: i64, units: i64) -> Bar {
    let start = OPEN + Span::minutes(minute);
    let [open, high, low, close] = [units, units + 300, units - 200, units + 100].map(price);
    Bar { start, open, high, low, close, volume: 1_000 + minute }
}

pub(crate) fn bars(count: i64) -> Vec<Bar> {
    (0..count).map(|minute| bar(minute, 5_000_000 + 7 * minute)).collect()
}
