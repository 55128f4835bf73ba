//! Reservations: reserve, release, list, take away.

use std::{collections::HashMap, sync::Arc};

use coop_engine::{
    Caller, Command, Decision, ForceReleaseItem, Outcome, Reservation, ReserveItem, Revision, Time,
    Ttl,
};
use serde_json::json;

use super::{Error, usage};
use crate::{
    ledger::{Credential, Ledger},
    model::{By, Deed, TenantId},
};

pub use crate::ledger::{Decided, ReservationFilter, ReservationPage, ReservationPosition};

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
    let decided = ledger.decide(credential, caller, command).await?;
    usage::note_contention(ledger, credential.tenant.id, &decided);
    Ok(decided)
}

/// A command of an end user: nothing of his lasts longer than his issuer's settings say, also when he asks for no end.
fn bounded(mut command: Command, most: Ttl) -> Command {
    let bound = |ttl: &mut Option<Ttl>| *ttl = Some(ttl.map_or(most, |ttl| ttl.min(most)));
    let bound_all = |items: &mut [ReserveItem]| {
        for item in items {
            bound(&mut item.ttl);
        }
    };
    match &mut command {
        Command::Reserve(items) => bound_all(items),
        Command::Transactions(transactions) => {
            for transaction in transactions {
                bound_all(&mut transaction.items);
            }
        }
        // Without a TTL it is renewed for as long as it was last asked for, and his issuer may have allowed more then.
        Command::Renew(items) => {
            for item in items {
                item.at_most = Some(most);
            }
        }
        _ => {}
    }
    command
}

/// How many requests wait for what each of these reservations holds.
///
/// # Errors
/// When the book cannot be read.
pub async fn waiting(
    ledger: &Ledger,
    tenant: TenantId,
    reservations: Vec<Reservation>,
) -> Result<HashMap<Revision, u64>, Error> {
    let counts = ledger.look(tenant, move |book, _| {
        let held = reservations.iter();
        held.map(|held| (held.fencing_token, book.waiting_for(held) as u64))
            .collect()
    });
    Ok(counts.await?)
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
        .reservations_of(tenant, filter.clone(), after, limit, now)
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
    let deed = move |decision: &Decision| {
        let released = forced(&decision.outcome)?;
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
