//! A desk may ask everybody for a second factor: who has none is led to set one up, and answered
//! nothing else.

use axum::response::{IntoResponse, Redirect, Response};
use desk::StoreError;
use http::StatusCode;

use super::Doors;
use crate::rest::Problem;
use crate::second_factor;

/// Where one is set up.
pub(crate) const SETTING_UP: &str = "/account/second-factor";
/// What else is answered: the steps of it, and leaving.
const STEPS: [&str; 4] = [
    "/account/first-password",
    "/account/second-factor/begin",
    "/account/second-factor/confirm",
    "/account/sign-out",
];

impl Doors {
    /// Whether an account has no second factor, and has to have one.
    pub(crate) async fn lacks_factor(&self, account: &str) -> Result<bool, StoreError> {
        Ok(self.demands_factor && !second_factor::is_on(self.store.as_ref(), account).await?)
    }
}

/// The answer to an account that lacks it, to whatever it asks but the steps.
pub(super) async fn refusal(
    doors: &Doors,
    account: &str,
    (path, is_for_a_person): (&str, bool),
) -> Result<Option<Response>, StoreError> {
    let is_step = path == SETTING_UP || STEPS.contains(&path);
    if is_step || !doors.lacks_factor(account).await? {
        return Ok(None);
    }
    if is_for_a_person {
        return Ok(Some(Redirect::to(SETTING_UP).into_response()));
    }
    let why = "this desk asks everybody for a second factor, and this account has none: set one \
               up at /account/second-factor, then ask again";
    Ok(Some(Problem::new(StatusCode::FORBIDDEN, why).into_response()))
}
