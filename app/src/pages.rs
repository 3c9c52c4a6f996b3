//! Pages: each owns its data, and its address says what it shows.

mod account;
mod announcements;
mod dashboard;
mod desk;
mod developers;
mod document;
mod identity;
mod missing;
mod people;
mod styleguide;

pub use account::{
    AccountPage, Happened, ShownAccount, ShownKey, ShownLimit, SignedIn, account_document,
};
pub use announcements::{Announced, announcements_document};
pub use dashboard::{Dashboard, UsagePlot, UsedBy, dashboard_document};
pub(crate) use desk::DeskPage;
pub(crate) use developers::DevelopersPage;
pub use identity::{CodePage, LeavingPage, ShownElsewhere, code_document, leaving_document};
pub(crate) use missing::MissingPage;
pub use people::{AskedIn, Logged, OnDesk, PeoplePage, RoleChoice, TierChoices, people_document};
pub(crate) use styleguide::StyleguidePage;
