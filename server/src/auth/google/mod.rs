//! "Sign in with Google": OpenID Connect.

use axum::{extract::State, response::Response};

use super::{DashboardState, Failure};
use crate::config::Settings;

/// The OpenID provider that people sign in with.
pub struct Provider {}

impl Provider {
    /// The configured provider, if there is one.
    #[must_use]
    pub const fn new(settings: &Settings) -> Option<Self> {
        if settings.google.is_some() {
            Some(Self {})
        } else {
            None
        }
    }
}

/// `GET /auth/google`: sends the browser to the provider.
///
/// # Errors
/// [`Failure`] when no provider is configured or it does not answer.
pub async fn start(State(_): State<DashboardState>) -> Result<Response, Failure> {
    Err(Failure::not_found())
}

/// `GET /auth/google/callback`: the browser comes back.
///
/// # Errors
/// [`Failure`] when the sign-in cannot be completed.
pub async fn callback(State(_): State<DashboardState>) -> Result<Response, Failure> {
    Err(Failure::not_found())
}
