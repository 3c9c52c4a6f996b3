//! The port that storage implements. Every row that belongs to a person carries its owner.

use async_trait::async_trait;
use market::{Bar, BarHours, BarSpan, Moment, Price, Print, Symbol, TapeId, TradingDate};
use plan::Stage;
use quant::options::VolatilityDay;

use crate::{
    AccountStore, AnnouncementStore, Answered, ApiKeyStore, AttemptStore, AuditStore,
    BelongingsStore, IdentityStore, MailStore, NamedChange, OwnerId, PasskeyStore, PeopleStore,
    RecordedChain, RecordedDay, ServerStore, UsageStore,
};

/// How prices were changed after the fact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Adjustment {
    /// As they were traded.
    #[default]
    Raw,
    /// Adjusted for splits.
    Split,
    /// Adjusted for splits and dividends.
    Total,
}

/// Which bars: the key of a series in storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarSeries {
    /// Whose tape the bars were seen on.
    pub tape: TapeId,
    /// Of what.
    pub symbol: Symbol,
    /// Who made them: a vendor's name, or the kind of file they were imported from.
    pub source: String,
    /// How long each lasts.
    pub span: BarSpan,
    /// Which hours they cover.
    pub hours: BarHours,
    /// How their prices were changed.
    pub adjustment: Adjustment,
}

/// What a write did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteCount {
    /// Rows that were not there before.
    pub added: u64,
    /// Rows that were there with other figures: overwritten, their revision counted up.
    pub revised: u64,
    /// Rows that were there already, equal.
    pub unchanged: u64,
}

/// A stretch of a stored series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBars {
    /// The series.
    pub series: BarSeries,
    /// When the first bar starts.
    pub first: Moment,
    /// When the last bar starts.
    pub last: Moment,
    /// How many bars.
    pub count: u64,
}

/// A named arrangement of charts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLayout {
    /// Its identity (UUIDv7).
    pub id: String,
    /// What the trader calls it.
    pub name: String,
    /// The arrangement in words, see `chart::Layout`.
    pub body: String,
    /// When it was last changed.
    pub changed_at: Moment,
}

/// Why storage could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database did not answer, or refused.
    #[error("the database did not {doing}")]
    Database {
        /// What was tried: `write 500 bars of SPY`.
        doing: String,
        /// The driver's own words.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A row holds what cannot be: somebody else wrote it, or the disk is bad.
    #[error("a stored row of `{table}` cannot be read: {why}")]
    Damaged {
        /// Which table.
        table: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// Something stands where this would be written.
    #[error("{0}: nothing of it is overwritten")]
    InTheWay(String),
    /// The database was written by a newer Volaris.
    #[error(
        "the database is at version {found}, this Volaris knows {known}: install the newer one"
    )]
    TooNew {
        /// Its version.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
}

/// Stored bars.
#[async_trait]
pub trait BarStore: Send + Sync {
    /// Writes bars of one series: all or nothing, and the same bars again change nothing. Durable
    /// when it returns.
    async fn write_bars(
        &self,
        owner: &OwnerId,
        series: &BarSeries,
        bars: &[Bar],
    ) -> Result<WriteCount, StoreError>;

    /// Bars with `from <= start < until`, oldest first, at most `limit` of the newest.
    async fn read_bars(
        &self,
        owner: &OwnerId,
        series: &BarSeries,
        from: Moment,
        until: Moment,
        limit: u32,
    ) -> Result<Vec<Bar>, StoreError>;

    /// Every series that is stored, with its extent.
    async fn stored_bars(&self, owner: &OwnerId) -> Result<Vec<StoredBars>, StoreError>;

    /// Days that can be played back: those with one-minute bars or prints, newest first.
    async fn recorded_days(&self, owner: &OwnerId) -> Result<Vec<RecordedDay>, StoreError>;
}

/// Stored prints.
#[async_trait]
pub trait PrintStore: Send + Sync {
    /// Replaces the prints of one symbol and day on one tape: all or nothing. The same prints again
    /// change nothing (`unchanged`).
    async fn write_prints(
        &self,
        owner: &OwnerId,
        tape: &TapeId,
        symbol: Symbol,
        day: TradingDate,
        prints: &[Print],
    ) -> Result<WriteCount, StoreError>;

    /// The prints of one symbol and day, oldest first, in the order of the file.
    async fn read_prints(
        &self,
        owner: &OwnerId,
        tape: &TapeId,
        symbol: Symbol,
        day: TradingDate,
    ) -> Result<Vec<Print>, StoreError>;

    /// The official close among them; of two the first, as in the day's own book.
    async fn read_official_close(
        &self,
        owner: &OwnerId,
        tape: &TapeId,
        symbol: Symbol,
        day: TradingDate,
    ) -> Result<Option<Price>, StoreError>;
}

/// Option chains that a trader brought in.
#[async_trait]
pub trait ChainStore: Send + Sync {
    /// Replaces the chain of one underlying and day on one tape, as far as its roots go: all or
    /// nothing. The same chain again changes nothing (`unchanged`). Counts series. What is kept of
    /// the day's volatility is forgotten: it was of other quotes.
    async fn write_chain(
        &self,
        owner: &OwnerId,
        tape: &TapeId,
        symbol: Symbol,
        day: TradingDate,
        chain: &RecordedChain,
    ) -> Result<WriteCount, StoreError>;

    /// The chain of one underlying and day; nothing where none was brought in.
    async fn read_chain(
        &self,
        owner: &OwnerId,
        tape: &TapeId,
        symbol: Symbol,
        day: TradingDate,
    ) -> Result<Option<RecordedChain>, StoreError>;

    /// The days before one of which there is a chain, oldest first, at most `limit` of the newest.
    async fn chain_days(
        &self,
        owner: &OwnerId,
        tape: &TapeId,
        symbol: Symbol,
        before: TradingDate,
        limit: u32,
    ) -> Result<Vec<TradingDate>, StoreError>;
}

/// What options said of volatility, by day.
#[async_trait]
pub trait VolatilityStore: Send + Sync {
    /// Keeps what the options on an underlying said on some days of one tape; nothing where they
    /// said nothing. All or nothing.
    async fn write_volatility_days(
        &self,
        owner: &OwnerId,
        tape: &TapeId,
        symbol: Symbol,
        days: &[(TradingDate, Option<VolatilityDay>)],
    ) -> Result<(), StoreError>;

    /// What is kept of the days before one, oldest first, at most `limit` of the newest.
    async fn read_volatility_days(
        &self,
        owner: &OwnerId,
        tape: &TapeId,
        symbol: Symbol,
        before: TradingDate,
        limit: u32,
    ) -> Result<Vec<(TradingDate, Option<VolatilityDay>)>, StoreError>;
}

/// Symbols a trader brought in beyond the known ones.
#[async_trait]
pub trait SymbolStore: Send + Sync {
    /// Remembers a symbol.
    async fn add_symbol(&self, owner: &OwnerId, symbol: Symbol) -> Result<(), StoreError>;

    /// Every remembered symbol, in order.
    async fn symbols(&self, owner: &OwnerId) -> Result<Vec<Symbol>, StoreError>;
}

/// Symbols that a trader keeps an eye on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watchlist {
    /// Its name, of which the trader has no other.
    pub name: String,
    /// The symbols in the trader's order.
    pub symbols: Vec<Symbol>,
}

/// Watchlists.
#[async_trait]
pub trait WatchlistStore: Send + Sync {
    /// Every list of a trader, by name.
    async fn watchlists(&self, owner: &OwnerId) -> Result<Vec<Watchlist>, StoreError>;

    /// Replaces a list, or makes it; false where the owner has `most` already and it would be one
    /// more. Durable when it returns.
    async fn write_watchlist(
        &self,
        owner: &OwnerId,
        name: &str,
        symbols: &[Symbol],
        most: u32,
    ) -> Result<bool, StoreError>;

    /// Gives a list another name; false when there was none. An error where the name is taken.
    async fn rename_watchlist(
        &self,
        owner: &OwnerId,
        name: &str,
        to: &str,
    ) -> Result<bool, StoreError>;

    /// Removes a list; false when there was none.
    async fn remove_watchlist(&self, owner: &OwnerId, name: &str) -> Result<bool, StoreError>;
}

/// Layouts.
#[async_trait]
pub trait LayoutStore: Send + Sync {
    /// Every layout of a trader, by name.
    async fn layouts(&self, owner: &OwnerId) -> Result<Vec<StoredLayout>, StoreError>;

    /// Writes a layout; one of the same name is replaced. Gives its id; nothing where the owner has
    /// `most` already and it would be one more.
    async fn write_layout(
        &self,
        owner: &OwnerId,
        name: &str,
        body: &str,
        now: Moment,
        most: u32,
    ) -> Result<Option<String>, StoreError>;

    /// Removes a layout; false when there was none.
    async fn remove_layout(&self, owner: &OwnerId, id: &str) -> Result<bool, StoreError>;
}

/// A drawing to keep, or one that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawingEdit {
    /// Its name among those of its symbol.
    pub id: u64,
    /// The drawing as one line; nothing when it is gone.
    pub body: Option<String>,
}

/// What traders draw on their charts.
#[async_trait]
pub trait DrawingStore: Send + Sync {
    /// The drawings of a symbol, each as one line, in the order of their names.
    async fn drawings(&self, owner: &OwnerId, symbol: Symbol) -> Result<Vec<String>, StoreError>;

    /// Keeps and removes drawings of a symbol: all or nothing. Durable when it returns.
    async fn edit_drawings(
        &self,
        owner: &OwnerId,
        symbol: Symbol,
        edits: &[DrawingEdit],
    ) -> Result<(), StoreError>;
}

/// A position as it is kept. Money is in ten-thousandths of a dollar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPosition {
    /// Its identity among its owner's (UUIDv7); empty for one that has none yet.
    pub id: String,
    /// Whose prices it was made at.
    pub tape: TapeId,
    /// What the trader calls it; empty without a name.
    pub name: String,
    /// Its legs, as `plan::read_position` reads them.
    pub legs: String,
    /// How far it has come.
    pub stage: Stage,
    /// What opening it cost, less than nothing where that came in; nothing where nobody said.
    pub paid: Option<i64>,
    /// What closing it brought.
    pub received: Option<i64>,
    /// What was paid to brokers and exchanges.
    pub fees: i64,
    /// When it was opened, in the tape's time.
    pub opened_at: Option<Moment>,
    /// When it was closed, in the tape's time.
    pub closed_at: Option<Moment>,
    /// When this was written last.
    pub changed_at: Moment,
}

/// A position to keep, or one that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PositionEdit {
    /// It is kept as it is here; one without an identity is new.
    Write(KeptPosition),
    /// The one of this identity is gone.
    Remove(String),
}

/// Positions that traders keep.
#[async_trait]
pub trait PositionStore: Send + Sync {
    /// Every position of a trader, the oldest first.
    async fn positions(&self, owner: &OwnerId) -> Result<Vec<KeptPosition>, StoreError>;

    /// Keeps and removes positions: all or nothing. Gives the identities of what was written, in
    /// order; nothing, and nothing is done, where there would be more than before and than `most`.
    /// Durable when it returns.
    async fn edit_positions(
        &self,
        owner: &OwnerId,
        edits: &[PositionEdit],
        most: u32,
    ) -> Result<Option<Vec<String>>, StoreError>;

    /// The same once: a change of a name that was done before is not done again, whoever else asks
    /// for it at the same moment, and has its answer however many there are now.
    async fn edit_positions_once(
        &self,
        owner: &OwnerId,
        edits: &[PositionEdit],
        change: &NamedChange,
        most: u32,
    ) -> Result<Option<Answered>, StoreError>;
}

/// Settings: small texts by name.
#[async_trait]
pub trait SettingStore: Send + Sync {
    /// A setting's value.
    async fn setting(&self, owner: &OwnerId, name: &str) -> Result<Option<String>, StoreError>;

    /// Writes a setting.
    async fn write_setting(
        &self,
        owner: &OwnerId,
        name: &str,
        value: &str,
    ) -> Result<(), StoreError>;
}

/// What storage is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreFacts {
    /// Its kind and release, as `SQLite 3.51.3`.
    pub kind: String,
    /// The version of its tables.
    pub version: i64,
    /// How many bytes it takes.
    pub bytes: u64,
}

/// All of storage behind one name.
#[async_trait]
pub trait Store:
    BarStore
    + PrintStore
    + ChainStore
    + VolatilityStore
    + SymbolStore
    + WatchlistStore
    + LayoutStore
    + DrawingStore
    + PositionStore
    + SettingStore
    + AccountStore
    + AuditStore
    + PeopleStore
    + ApiKeyStore
    + BelongingsStore
    + UsageStore
    + AnnouncementStore
    + AttemptStore
    + ServerStore
    + MailStore
    + IdentityStore
    + PasskeyStore
{
    /// Answers when the database does; for `/ready`.
    async fn ping(&self) -> Result<(), StoreError>;

    /// What it is, and how large.
    async fn facts(&self) -> Result<StoreFacts, StoreError>;
}
