//! Pages: each owns its data, and its address says what it shows.

mod account;
mod announcements;
mod dashboard;
mod demanded_factor;
mod desk;
mod developers;
mod document;
mod ended_sign_ins;
mod identity;
mod missing;
mod password_reset;
mod passkeys;
mod people;
mod restore;
mod settings;
mod styleguide;

pub use account::{AccountPage, account_document};
pub use announcements::{Announced, announcements_document};
pub use dashboard::{Dashboard, UsagePlot, UsedBy, dashboard_document};
pub(crate) use desk::DeskPage;
pub(crate) use developers::DevelopersPage;
pub use document::TypedEmail;
pub use identity::{CodePage, LeavingPage, code_document, leaving_document};
pub(crate) use missing::MissingPage;
pub use passkeys::{PasskeyDoor, ShownPasskey, ShownPasskeys};
pub use password_reset::{ResetPage, password_reset_document};
pub use people::{AskedIn, Logged, OnDesk, PeoplePage, RoleChoice, TierChoices, people_document};
pub use restore::{RestorePage, restore_document};
pub use settings::{
    Appearance, Happened, Saved, SettingsOf, SettingsPart, ShownAppearance, ShownData,
    ShownElsewhere, ShownKey, ShownLimit, ShownProfile, ShownPrograms, ShownSecurity, SignedIn,
    UndoForm, settings_document,
};
pub(crate) use styleguide::StyleguidePage;
