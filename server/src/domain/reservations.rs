//! Reservations: reserve, release, list.

use std::sync::Arc;

use coop_engine::{Caller, Command, Time, Ttl};

use super::Error;
use crate::{
    ledger::{Credential, Decided, Ledger},
    model::TenantId,
};

pub use crate::ledger::{ReservationFilter, ReservationPage, ReservationPosition};

/// Decides a command in the name of an API key or an exchanged token.
///
/// # Errors
/// When the key died meanwhile, or the store cannot commit. A refusal by the rules is no error but an outcome.
pub async fn decide(
    ledger: &Ledger,
    credential: &Arc<Credential>,
    command: Command,
) -> Result<Decided, Error> {
    let token = credential.token();
    let caller = Caller {
        issuer: token.map(|token| token.issuer.for_principals()),
        label: credential.label(),
    };
    let command = match token {
        Some(token) => bounded(command, token.max_ttl),
        None => command,
    };
    Ok(ledger.decide(credential, caller, command).await?)
}

/// A command of an end user: nothing of his lasts longer than his issuer's settings say, also when he asks for no end.
fn bounded(command: Command, most: Ttl) -> Command {
    let Command::Reserve(mut items) = command else {
        return command;
    };
    for item in &mut items {
        item.ttl = Some(item.ttl.map_or(most, |ttl| ttl.min(most)));
    }
    Command::Reserve(items)
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
