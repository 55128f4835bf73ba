//! What taking a resource is answered with.

use std::{collections::BTreeMap, iter, sync::Arc};

use coop_engine::{
    Obstacle, Refusal, RefusalStatus, Relation, Reservation, ReserveItem, ReserveOutcome, Time,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    explanation,
    holder::{Holder, millis_until, path},
    requester::Sight,
    waiting::Waiting,
};
use crate::clock::iso;

/// Of many who stand in the way.
const MOST_HOLDERS: usize = 10;

/// What came of one item. What does not apply is null.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "resource": "gpu", "requester": "worker-7", "status": "ACQUIRED", "explanation": "It is yours.",
    "releaseToken": "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0", "fencingToken": 42,
    "reservedAt": "2026-11-24T09:00:00.000Z", "expiresAt": "2026-11-24T09:10:00.000Z",
    "acquiredSlots": {"gpu": "gpu_0"}, "acquiredBlockers": ["licence"], "reservedAtPath": "lab>rack>gpu",
    "mode": "exclusive", "heldBy": null, "holders": null, "position": null, "availableAt": null, "retryAfterMs": null,
}))]
pub(super) struct ReserveAnswer {
    resource: String,
    requester: String,
    /// `ACQUIRED` (granted) and `ALREADY_HAD` (this requester has it already, with these tokens) are successes.
    /// `ALREADY_HELD` (another holds just this), `NOT_AVAILABLE` (no slot is free, or a blocker, the tree, a lock delay or
    /// the line stands in the way) and `NOT_VALID` (it can never be had so) are none.
    status: &'static str,
    /// The same for people, with everything that stands in the way.
    explanation: String,
    /// Proves ownership when releasing and renewing.
    release_token: Option<String>,
    /// Grows with every grant in the tenant: hand it to whatever the lock guards.
    fencing_token: Option<u64>,
    reserved_at: Option<String>,
    expires_at: Option<String>,
    /// Of every pool that a slot was taken of, which one.
    acquired_slots: Option<BTreeMap<String, String>>,
    /// What is held together with it.
    acquired_blockers: Option<Vec<String>>,
    /// Where it stands in a tree, `>` between the names, its own included.
    reserved_at_path: Option<String>,
    /// `exclusive` or `shared`: how it is held, or was asked for.
    mode: &'static str,
    /// Of what stands in the way, the reservation that ends first; null when nobody's does.
    held_by: Option<Holder>,
    /// Everybody who stands in the way, at most ten.
    holders: Option<Vec<Holder>>,
    /// The place in the line, from 1 on, of one who waits or has others ahead.
    position: Option<u64>,
    /// When the lock delays in the way are over.
    available_at: Option<String>,
    /// Milliseconds after which it may be free if nobody gives anything back before.
    retry_after_ms: Option<u64>,
}

/// What answers are made with.
pub(super) struct View<'a> {
    pub(super) sight: &'a Sight,
    pub(super) waiting: &'a Waiting,
    /// The moment of the decision.
    pub(super) now: Time,
}

impl View<'_> {
    /// What an item is answered with.
    pub(super) fn reserve(&self, item: &ReserveItem, outcome: &ReserveOutcome) -> ReserveAnswer {
        match outcome {
            ReserveOutcome::Acquired(held) => {
                granted(item, "ACQUIRED", "It is yours.".to_owned(), held)
            }
            ReserveOutcome::AlreadyHad(held) => {
                let since = format!("It has been yours since {}.", iso(held.reserved_at));
                granted(item, "ALREADY_HAD", since, held)
            }
            ReserveOutcome::Refused(refusal) => self.refused(item, refusal),
        }
    }

    fn refused(&self, item: &ReserveItem, refusal: &Refusal) -> ReserveAnswer {
        ReserveAnswer {
            resource: item.resource.as_str().to_owned(),
            requester: item.requester.as_str().to_owned(),
            status: status(refusal),
            explanation: explanation::of(refusal, &item.resource, self.sight),
            release_token: None,
            fencing_token: None,
            reserved_at: None,
            expires_at: None,
            acquired_slots: None,
            acquired_blockers: None,
            reserved_at_path: None,
            mode: item.mode.as_str(),
            held_by: self.held_by(refusal),
            holders: self.holders(refusal),
            position: refusal.position.map(|position| position as u64),
            available_at: refusal.available_at().map(iso),
            retry_after_ms: soonest(refusal).map(|then| millis_until(self.now, then)),
        }
    }

    /// What stands in the way and ends first.
    pub(super) fn held_by(&self, refusal: &Refusal) -> Option<Holder> {
        refusal.held_by().map(|held| self.holder(held))
    }

    fn holders(&self, refusal: &Refusal) -> Option<Vec<Holder>> {
        let mut seen: Vec<&Arc<Reservation>> = Vec::new();
        for held in refusal.holders() {
            // One reservation may stand in the way in several ways.
            let is_new = seen
                .iter()
                .all(|other| other.fencing_token != held.fencing_token);
            if is_new && seen.len() < MOST_HOLDERS {
                seen.push(held);
            }
        }
        (!seen.is_empty()).then(|| seen.iter().map(|held| self.holder(held)).collect())
    }

    fn holder(&self, held: &Reservation) -> Holder {
        Holder::new(held, self.sight, self.waiting.for_it(held))
    }
}

/// In a word.
pub(super) const fn status(refusal: &Refusal) -> &'static str {
    match refusal.status {
        RefusalStatus::AlreadyHeld => "ALREADY_HELD",
        RefusalStatus::NotAvailable => "NOT_AVAILABLE",
        RefusalStatus::NotRegistered | RefusalStatus::SharedPool => "NOT_VALID",
    }
}

fn granted(
    item: &ReserveItem,
    status: &'static str,
    explanation: String,
    held: &Reservation,
) -> ReserveAnswer {
    ReserveAnswer {
        resource: item.resource.as_str().to_owned(),
        requester: item.requester.as_str().to_owned(),
        status,
        explanation,
        release_token: Some(held.release_token.to_string()),
        fencing_token: Some(held.fencing_token.as_u64()),
        reserved_at: Some(iso(held.reserved_at)),
        expires_at: held.expires_at.map(iso),
        acquired_slots: slots(held),
        acquired_blockers: blockers(held),
        reserved_at_path: path(held),
        mode: held.mode.as_str(),
        held_by: None,
        holders: None,
        position: None,
        available_at: None,
        retry_after_ms: None,
    }
}

fn slots(held: &Reservation) -> Option<BTreeMap<String, String>> {
    let holds = held.holds.as_slice().iter();
    let slots = holds.filter_map(|hold| hold.slot.as_ref());
    let slots: BTreeMap<_, _> = slots
        .map(|slot| (slot.pool.as_str().to_owned(), slot.to_string()))
        .collect();
    (!slots.is_empty()).then_some(slots)
}

fn blockers(held: &Reservation) -> Option<Vec<String>> {
    // What the reservation is of comes first.
    let blockers: Vec<_> = held.holds().skip(1).map(|held| held.name()).collect();
    (!blockers.is_empty()).then_some(blockers)
}

/// When the last of what is needed may be free, as far as is known: of a pool the slot that is free first, of everything
/// else all that stands in the way.
fn soonest(refusal: &Refusal) -> Option<Time> {
    let obstacles = &refusal.obstacles;
    let ends = |obstacle: &Obstacle| Some(obstacle.ends()).filter(|ends| *ends != Time::MAX);
    let is_slot = |obstacle: &&Obstacle| obstacle.relation == Relation::Slot;
    let of_pools = obstacles.iter().filter(is_slot).map(|slot| &slot.needed);
    let slots = of_pools.map(|needed| {
        let slots = obstacles.iter().filter(is_slot);
        slots
            .filter(|slot| slot.needed == *needed)
            .filter_map(ends)
            .min()
    });
    let others = obstacles.iter().filter(|other| !is_slot(other)).map(ends);
    slots.chain(others).chain(iter::once(None)).flatten().max()
}
