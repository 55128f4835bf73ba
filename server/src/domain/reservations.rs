//! Reservations: reserve, release, list, take away.

use std::sync::Arc;

use coop_engine::{Caller, Command, ForceReleaseItem, Outcome, Time, Ttl};
use serde_json::json;

use super::Error;
use crate::{
    ledger::{Credential, Decided, Ledger},
    model::{By, Deed, TenantId},
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

/// Ends a reservation in the name of the tenant's owner, without its release token. A lock delay follows like after an
/// expiry: its holder may not know yet. False when that grant had ended already; a newer one is never touched.
///
/// # Errors
/// When the tenant is suspended or gone, or the store cannot commit.
pub async fn force_release(
    ledger: &Ledger,
    tenant: TenantId,
    grant: ForceReleaseItem,
    reason: &str,
    by: By,
) -> Result<bool, Error> {
    let reason = reason.to_owned();
    let deed = move |outcome: &Outcome| {
        let released = forced(outcome)?;
        let held = &released.reservation;
        let detail = json!({
            "reason": reason,
            "requester": held.principal.requester.as_str(),
            "fencingToken": held.fencing_token.as_u64(),
            "freed": released.freed,
        });
        Some(Deed::new(
            "reservation.force_release",
            held.resource.as_str(),
            detail,
        ))
    };
    let command = Command::ForceRelease(vec![grant]);
    let decided = ledger.decide_for_owner(tenant, command, by, deed).await?;
    Ok(forced(&decided.outcome).is_some())
}

fn forced(outcome: &Outcome) -> Option<&coop_engine::Released> {
    match outcome {
        Outcome::ForceRelease(released) => released.first()?.as_ref(),
        _ => None,
    }
}
