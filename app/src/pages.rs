//! Pages: each owns its data, and its address says what it shows.

mod desk;
mod developers;
mod missing;

pub(crate) use desk::DeskPage;
pub(crate) use developers::DevelopersPage;
pub(crate) use missing::MissingPage;
