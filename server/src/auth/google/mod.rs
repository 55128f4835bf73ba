//! Sign-in by OpenID Connect (OpenID Connect Core 1.0, section 3.1): authorization code, PKCE S256, state, nonce.
//!
//! "Google" is whatever provider the settings name. Its tokens are dropped as soon as they have said who it is.

mod attempt;
mod id_token;
mod provider;
mod routes;

pub use provider::Provider;
pub use routes::{callback, start};

/// Where the provider sends the browser back to, below the base URL.
pub const CALLBACK: &str = "/auth/google/callback";
