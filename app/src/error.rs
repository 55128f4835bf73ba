//! What a page can say when something went wrong.

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// A failure as a person meets it. It travels to the browser, so it carries nothing internal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppError {
    /// No session, or one that has ended.
    SignedOut,
    /// The thing asked for is not there, or belongs to somebody else: the answer is the same.
    NotFound,
    /// The form was made for an older version of what it changes; nothing was changed.
    Stale,
    /// A field does not hold what it should; the text says which and what to do.
    Invalid(String),
    /// It cannot be done as things stand; the text says why.
    Conflict(String),
    /// The tenant is suspended, or the operation is switched off for it.
    Forbidden(String),
    /// The server cannot do it just now; nothing was changed.
    Unavailable,
    /// The browser could not reach the server, so nobody knows whether it happened.
    Unreachable,
    /// A fault of ours; the log has it under the request id.
    Unexpected,
}

impl AppError {
    /// The HTTP status that says the same.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::SignedOut => 401,
            Self::Forbidden(_) => 403,
            Self::NotFound => 404,
            Self::Stale | Self::Conflict(_) => 409,
            Self::Invalid(_) => 400,
            Self::Unavailable | Self::Unreachable => 503,
            Self::Unexpected => 500,
        }
    }

    /// What happened, in a few words.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self {
            Self::SignedOut => "You are signed out",
            Self::NotFound => "Nothing here",
            Self::Stale => "This page was out of date",
            Self::Invalid(_) => "Something in the form is not right",
            Self::Conflict(_) => "Not possible as things stand",
            Self::Forbidden(_) => "Not allowed",
            Self::Unavailable => "The server is busy",
            Self::Unreachable => "The server could not be reached",
            Self::Unexpected => "Something went wrong on our side",
        }
    }

    /// What to do about it, in one or two sentences.
    #[must_use]
    pub fn detail(&self) -> &str {
        match self {
            Self::SignedOut => "Your session has ended. Sign in again to go on.",
            Self::NotFound => "It may have been removed, or the address has a typing mistake.",
            Self::Stale => {
                "It has been changed since this page was loaded, so nothing was done. Reload the page."
            }
            Self::Invalid(detail) | Self::Conflict(detail) | Self::Forbidden(detail) => detail,
            Self::Unavailable => "Nothing was changed. Try again in a moment.",
            Self::Unreachable => {
                "Check your connection, then reload the page to see where things stand."
            }
            Self::Unexpected => {
                "Try again. If it stays like this, tell the operator the request id."
            }
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::Unreachable,
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                Self::Invalid("A field is missing. Reload the page and try again.".into())
            }
            _ => Self::Unexpected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reaches_the_browser_as_the_same_error() {
        let sent = AppError::Forbidden("Reveal is switched off.".into());
        assert_eq!(AppError::de(sent.ser()), sent);
    }

    #[test]
    fn internal_text_of_the_framework_is_not_shown() {
        let error =
            AppError::from_server_fn_error(ServerFnErrorErr::ServerError("disk /dev/sda1".into()));
        assert_eq!(error, AppError::Unexpected);
    }
}
