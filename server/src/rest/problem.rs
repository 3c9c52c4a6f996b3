//! Errors as `application/problem+json` (RFC 9457), with a reference number where it is our fault.

use api::ApiError;
use app::AccountPage;
use axum::Extension;
use axum::response::{IntoResponse, Response};
use desk::{DeskError, StoreError};
use http::{StatusCode, header};
use serde::Serialize;

/// Why a request was not answered.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
}

impl Problem {
    /// A refusal, with what to do.
    pub(crate) fn new(status: StatusCode, detail: &str) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("error"),
            status: status.as_u16(),
            detail: detail.to_owned(),
            reference: None,
        }
    }

    /// The question makes no sense.
    pub(crate) fn malformed(detail: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// The underlying has not printed yet.
    pub(crate) fn no_price() -> Self {
        let detail = "the underlying has no price yet: wait for it";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }

    /// The page of somebody who wanted one.
    pub(crate) fn page(&self) -> AccountPage {
        let (first, rest) =
            self.detail.split_at(self.detail.chars().next().map_or(0, char::len_utf8));
        let why = format!("{}{rest}.", first.to_uppercase());
        AccountPage::Refused { why, is_ours: 500 <= self.status }
    }

    /// The same for a screen of ours.
    pub(crate) fn of_screens(&self) -> ApiError {
        match &self.reference {
            Some(reference) => ApiError::Internal { reference: reference.clone() },
            None => ApiError::Malformed { why: self.detail.clone() },
        }
    }

    /// Whether it is told to somebody of whom nothing is known.
    pub(crate) fn is_of_a_stranger(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED.as_u16()
    }

    /// What would take too long: as what broke, and may be asked again.
    pub(crate) fn late(problem: &dyn std::error::Error) -> Self {
        let Self { detail, reference, .. } = Self::internal(problem);
        Self { reference, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, &detail) }
    }

    /// Something broke on our side: the story goes to the log, its number to the client.
    pub(crate) fn internal(problem: &dyn std::error::Error) -> Self {
        ApiError::failed(problem).into()
    }
}

impl From<ApiError> for Problem {
    fn from(refusal: ApiError) -> Self {
        let status = StatusCode::from_u16(refusal.status());
        let mut problem =
            Self::new(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), &refusal.to_string());
        if let ApiError::Internal { reference } = refusal {
            problem.reference = Some(reference);
        }
        problem
    }
}

impl From<DeskError> for Problem {
    fn from(problem: DeskError) -> Self {
        ApiError::from(problem).into()
    }
}

impl From<StoreError> for Problem {
    fn from(problem: StoreError) -> Self {
        DeskError::from(problem).into()
    }
}

impl From<anyhow::Error> for Problem {
    fn from(problem: anyhow::Error) -> Self {
        Self::internal(problem.as_ref())
    }
}

impl From<tower_sessions::session::Error> for Problem {
    fn from(problem: tower_sessions::session::Error) -> Self {
        Self::internal(&problem)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        // People and screens are told otherwise: `pages::tell_as_they_read`.
        (status, kind, Extension(self), body).into_response()
    }
}

/// The whole story on one line, for the log.
pub(crate) fn story(problem: &dyn std::error::Error) -> String {
    let mut story = problem.to_string();
    let mut cause = problem.source();
    while let Some(problem) = cause {
        story += &format!(": {problem}");
        cause = problem.source();
    }
    story
}
