use coop_engine::Time;
use http::request::Parts;
use tower_sessions::Session;

use super::{DashboardState, Failure, by, session::Current};
use crate::{
    domain::sessions,
    model::{Actor, Identity},
};

/// Signs a person in, whichever way he came, and tells the log of his tenant.
pub(super) async fn sign_in_as(
    state: &DashboardState,
    session: Session,
    parts: &Parts,
    identity: Identity,
    shown: Option<Time>,
) -> Result<(), Failure> {
    let services = &state.services;
    let by = by(Actor::user(&identity), &services.settings, parts);
    sessions::note_sign_in(&services.ledger, &services.clock, &identity, by.clone()).await?;
    let current = Current::new(session, &services.clock);
    current
        .sign_in(identity, shown, &by)
        .await
        .map_err(|error| {
            tracing::error!(%error, "a session could not be made");
            Failure::unavailable()
        })
}
