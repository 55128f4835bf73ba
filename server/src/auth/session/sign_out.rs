use axum::{
    extract::State,
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use http::{HeaderName, HeaderValue, header::SET_COOKIE, request::Parts};
use tower_sessions::Session;

use super::{CookieKind, Cookies, Current};
use crate::{
    auth::{DashboardState, Failure, by},
    domain::sessions,
    model::Actor,
};

/// What the browser forgets of us. Not `"cookies"`: that would take those of every other service under the same
/// registrable domain, and ours are taken away by name. Not `"cache"`: nothing of a person's is in it.
const FORGET: (HeaderName, HeaderValue) = (
    HeaderName::from_static("clear-site-data"),
    HeaderValue::from_static("\"storage\""),
);

/// Ends the session and takes its cookie away.
///
/// The cookie is taken away here and not left to the session layer, which writes its removal without `Secure`: for a
/// `__Host-` name browsers ignore that.
///
/// # Errors
/// [`Failure`] when the store fails: then the person is told that he is perhaps still signed in.
pub async fn sign_out(
    State(state): State<DashboardState>,
    session: Session,
    parts: Parts,
) -> Result<Response, Failure> {
    let services = &state.services;
    let current = Current::new(session.clone(), &services.clock);
    // Whoever's session cannot be read is signed out all the same.
    let identity = current.identity().await.ok().flatten();
    let answer = signed_out(&state, session).await?;
    if let Some(identity) = identity {
        let by = by(Actor::user(&identity), &services.settings, &parts);
        sessions::note_sign_out(&services.ledger, &services.clock, &identity, by).await?;
    }
    Ok(answer)
}

/// The same for a session whose end is told elsewhere.
///
/// # Errors
/// [`Failure`] when the store fails.
pub async fn signed_out(state: &DashboardState, session: Session) -> Result<Response, Failure> {
    let current = Current::new(session, &state.services.clock);
    if let Err(error) = current.sign_out().await {
        tracing::error!(%error, "a session could not be ended");
        return Err(Failure::unavailable());
    }
    let cookies = Cookies::new(&state.services.settings);
    Ok((
        AppendHeaders([
            (SET_COOKIE, cookies.set(CookieKind::Session, "", 0)),
            (SET_COOKIE, cookies.set(CookieKind::SignIn, "", 0)),
            FORGET,
        ]),
        Redirect::to("/"),
    )
        .into_response())
}
