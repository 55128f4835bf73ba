use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::domain;

/// Why a person does not get what he asked for, in words for him. It travels as an extension of an empty answer, and
/// the dashboard makes a page of it; nothing internal is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The status of the answer.
    pub status: StatusCode,
    /// What happened, in a few words.
    pub title: &'static str,
    /// What to do about it.
    pub detail: &'static str,
}

impl Failure {
    /// A failure in these words.
    #[must_use]
    pub const fn new(status: StatusCode, title: &'static str, detail: &'static str) -> Self {
        Self {
            status,
            title,
            detail,
        }
    }

    /// There is nothing at this address.
    #[must_use]
    pub const fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "This page does not exist",
            "The address may have a typing mistake, or the page has moved.",
        )
    }

    /// A form that lacks something, or holds what it cannot.
    #[must_use]
    pub const fn bad_form(detail: &'static str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "Something in the form is not right",
            detail,
        )
    }

    /// The store cannot answer.
    #[must_use]
    pub const fn unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "The server is busy",
            "Try again in a moment.",
        )
    }

    /// A fault of ours.
    #[must_use]
    pub const fn unexpected() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong on our side",
            "Try again. If it stays like this, tell the operator the request id.",
        )
    }
}

impl From<domain::Error> for Failure {
    fn from(error: domain::Error) -> Self {
        match error {
            domain::Error::NotFound => Self::not_found(),
            domain::Error::Unavailable => Self::unavailable(),
            domain::Error::Stale => Self::new(
                StatusCode::CONFLICT,
                "This page was out of date",
                "It has been changed since the page was loaded, so nothing was done. Go back to the dashboard.",
            ),
            domain::Error::Suspended => Self::new(
                StatusCode::FORBIDDEN,
                "This tenant is suspended",
                "Ask the operator of this server.",
            ),
            error => {
                tracing::error!(%error, "a request of the dashboard failed");
                Self::unexpected()
            }
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
