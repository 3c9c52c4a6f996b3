//! Pages: each owns its data, and its address says what it shows.

mod account;
mod desk;
mod developers;
mod missing;
mod styleguide;

pub use account::{AccountPage, Happened, SignedIn, account_document};
pub(crate) use desk::DeskPage;
pub(crate) use developers::DevelopersPage;
pub(crate) use missing::MissingPage;
pub(crate) use styleguide::StyleguidePage;
