//! Reservations: reserve, release, list.

use std::sync::Arc;

use coop_engine::{Caller, Command, Time};

use super::Error;
use crate::{
    ledger::{Credential, Decided, Ledger},
    model::TenantId,
};

pub use crate::ledger::{ReservationFilter, ReservationPage, ReservationPosition};

/// Decides a command in the name of an API key.
///
/// # Errors
/// When the key died meanwhile, or the store cannot commit. A refusal by the rules is no error but an outcome.
pub async fn decide(
    ledger: &Ledger,
    credential: &Arc<Credential>,
    command: Command,
) -> Result<Decided, Error> {
    let caller = Caller {
        issuer: None,
        label: credential.label(),
    };
    Ok(ledger.decide(credential, caller, command).await?)
}

/// Some of a tenant's active reservations.
///
/// # Errors
/// When the store fails.
pub async fn list(
    ledger: &Ledger,
    tenant: TenantId,
    filter: &ReservationFilter,
    after: Option<ReservationPosition>,
    limit: usize,
    now: Time,
) -> Result<ReservationPage, Error> {
    Ok(ledger
        .store()
        .read()
        .await?
        .reservations_of(tenant, filter, after, limit, now)
        .await?)
}
