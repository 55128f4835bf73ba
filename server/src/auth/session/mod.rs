//! Dashboard sessions: an opaque id in a cookie, everything else at rest behind its hash.

mod cookie;
mod current;
mod sign_out;
mod store;
#[cfg(test)]
pub(crate) mod tests;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
pub use cookie::{CookieKind, Cookies};
pub use current::Current;
pub use sign_out::{sign_out, signed_out};
pub use store::Store;
use tower_sessions::{Session, SessionManagerLayer, cookie::SameSite};

use super::DashboardState;

/// A session ends when nobody used it for so long, in microseconds: 8 hours.
pub const IDLE: i64 = 8 * 3600 * 1_000_000;
/// A session ends so long after the sign-in, however much it is used, in microseconds: 7 days.
pub const ABSOLUTE: i64 = 7 * 24 * 3600 * 1_000_000;
/// What is dangerous wants a person who showed who he is no longer ago than this, in microseconds: 15 minutes.
pub const FRESH: i64 = 15 * 60 * 1_000_000;
/// Use is noted no more often than this, in microseconds: 5 minutes. A session may therefore end this much early, never
/// late.
const NOTED_EVERY: i64 = 5 * 60 * 1_000_000;

/// Reads and writes the session cookie. A visitor without a session gets none.
#[must_use]
pub fn layer(state: &DashboardState) -> SessionManagerLayer<Store> {
    let cookies = Cookies::new(&state.services.settings);
    SessionManagerLayer::new(Store::new(state.services.clone()))
        .with_name(cookies.name(CookieKind::Session))
        .with_secure(cookies.is_secure())
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
}

/// Notes that a session is in use, now and then.
pub async fn note_use(
    State(state): State<DashboardState>,
    session: Session,
    request: Request,
    next: Next,
) -> Response {
    let current = Current::new(session, &state.services.clock);
    if let Err(error) = current.note_use().await {
        // Whoever needs the session meets the same failure and says so.
        tracing::warn!(%error, "the use of a session could not be noted");
    }
    next.run(request).await
}
