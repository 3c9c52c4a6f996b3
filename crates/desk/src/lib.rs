//! What a trader can ask, and the ports that answer it.
//!
//! The desk joins feeds, books of levels and storage behind questions ("which levels has SPX?").
//! It knows no SQL, no HTTP, no vendor, no clock and no screen; whoever asks is the first argument.

mod trader;
mod error;
mod feed;
mod ports;
mod recording;
mod tape_clock;
mod tape;
mod tape_beat;
mod bars;
mod drawings;
mod name;
mod layouts;
mod watchlists;
mod desk;
mod chain;
mod exposure;
mod option_levels;
mod position;
mod positions;
mod betas;
mod earlier;
mod volatility_days;
mod accounts;
mod api_keys;
mod audit;
mod belongings;
mod idempotency;
mod servers;
mod attempts;
mod mail;
mod identity;
mod passkeys;
mod people;
mod announcements;
mod tiers;
mod usage;

pub use accounts::{
    Account, AccountStore, SecondFactor, SignIn, TakenAway, email_of, person_name_of,
};
pub use announcements::{Announcement, AnnouncementStore, announced};
pub use api_keys::{ApiKey, ApiKeyStore, BadScope, Scope};
pub use attempts::{AttemptStore, Quota};
pub use audit::{AuditEntry, AuditEvent, AuditStore, BadAuditEvent};
pub use bars::ChartBars;
pub use belongings::{BelongingsStore, Belongs, Cell, TableTaker};
pub use betas::{BETA_DAYS, Betas};
pub use chain::{Expiries, QuotedSeries};
pub use desk::{Desk, Markets, check_listed};
pub use earlier::{EarlierLegs, EarlierQuestion};
pub use error::DeskError;
pub use exposure::OpenInterest;
pub use feed::{FeedEvent, MarketFeed};
pub use idempotency::{Answered, NAMED_FOR, NamedChange};
pub use identity::{
    Arrival, Departure, Errand, IdentityError, IdentityProvider, IdentityStore, LinkedIdentity,
    TokenReader, Vouched,
};
pub use mail::{
    BadMailKind, Mail, MailError, MailKind, MailStore, Postman, ResetCode, WaitingMail,
};
pub use option_levels::KnownOptionLevels;
pub use passkeys::{Ceremony, Claimed, Passkey, PasskeyError, PasskeyReader, PasskeyStore};
pub use people::{BadRole, Invitation, NotJoined, PeopleStore, Person, Role};
pub use plan::Stage;
pub use ports::{
    Adjustment, BarSeries, BarStore, ChainStore, DrawingEdit, DrawingStore, KeptPosition,
    LayoutStore, PositionEdit, PositionStore, PrintStore, SettingStore, Store, StoreError,
    StoreFacts, StoredBars, StoredLayout, SymbolStore, VolatilityStore, Watchlist, WatchlistStore,
    WriteCount,
};
pub use position::ValuedPosition;
pub use quant::options::VolatilityDay;
pub use recording::{
    RecordedChain, RecordedDay, RecordedPart, RecordedPrices, RecordedSymbol, import_series,
    import_tape,
};
pub use servers::{DeskFacts, Lead, ServerStore};
pub use tape::{Slot, SymbolSlot, Tape, TapeState, TapeStep};
pub use tape_beat::{TapeBeat, TapeMover};
pub use tape_clock::{BadSpeed, Speed, TapeClock};
pub use tiers::{Allowances, BadTier, Limited, Tier, Tiers};
pub use trader::{OwnerId, Trader};
pub use usage::{BadUsed, Usage, UsageStore, Used};
pub use volatility_days::VolatilityDays;
pub use watchlists::{WATCHLIST_MAX, WatchlistEdit};
