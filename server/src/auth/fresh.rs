//! What is dangerous wants a person who was just seen: a session that somebody left open is not enough for it.

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse as _, Response},
};
use http::request::Parts;
use tower_sessions::Session;

use super::{
    DashboardState, Failure, Person,
    session::Current,
    user::{to_page, to_sign_in},
};
use crate::model::Identity;

/// The page that asks for another sign-in and says why.
const AGAIN: &str = "/auth/again";

/// A signed-in person who showed who he is within the last [`FRESH`](super::session::FRESH).
///
/// Whoever did so longer ago is sent to sign in once more, and from there back to the page whose form it was. What he
/// posted is not kept, so he decides anew. Ask for it before anything of the form is looked at.
#[derive(Clone, Debug)]
pub struct FreshSignIn(pub Identity);

impl FreshSignIn {
    /// The person who asks, or the answer that sends him to sign in.
    ///
    /// # Errors
    /// The answer in place of what was asked for.
    pub async fn of(state: &DashboardState, parts: &Parts) -> Result<Self, Response> {
        let person = Person::of(state, parts).await;
        let Some(person) = person.map_err(Failure::into_response)? else {
            return Err(to_sign_in(parts));
        };
        let Some(session) = parts.extensions.get::<Session>() else {
            return Err(Failure::unexpected().into_response());
        };
        let current = Current::new(session.clone(), &state.services.clock);
        match current.is_fresh().await {
            Ok(true) => Ok(Self(person.identity)),
            Ok(false) => Err(to_page(AGAIN, parts)),
            Err(error) => {
                tracing::error!(%error, "a session could not be read");
                Err(Failure::unavailable().into_response())
            }
        }
    }
}

impl FromRequestParts<DashboardState> for FreshSignIn {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &DashboardState,
    ) -> Result<Self, Response> {
        Self::of(state, parts).await
    }
}
