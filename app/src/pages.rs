//! Pages: each owns its data, and its address says what it shows.

mod account;
mod desk;
mod developers;
mod document;
mod missing;
mod people;
mod styleguide;

pub use account::{AccountPage, Happened, ShownKey, SignedIn, account_document};
pub(crate) use desk::DeskPage;
pub(crate) use developers::DevelopersPage;
pub(crate) use missing::MissingPage;
pub use people::{AskedIn, Logged, OnDesk, PeoplePage, RoleChoice, people_document};
pub(crate) use styleguide::StyleguidePage;
