use std::{slice, sync::Arc};

use super::{bounds, draft::Draft, explain, find, line, wants::Wants};
use crate::{
    Ask, Book, Caller, Holds, IssuerId, Outcome, Principal, Refusal, RefusalStatus, Reservation,
    ReserveItem, ReserveOutcome, Ticket,
};

/// Who asks, and what that means for what can be had.
#[derive(Clone, Copy)]
pub(super) struct Asker<'a> {
    pub(super) issuer: Option<IssuerId>,
    pub(super) label: &'a Arc<str>,
    /// The transaction that this is a part of.
    pub(super) transaction: Option<&'a Arc<str>>,
    /// Those who wait longer.
    pub(super) ahead: &'a [Arc<Ticket>],
    /// Whether this is somebody in the line.
    pub(super) waits: bool,
}

impl<'a> Asker<'a> {
    pub(super) fn of(caller: &'a Caller, ahead: &'a [Arc<Ticket>]) -> Self {
        Self {
            issuer: caller.issuer,
            label: &caller.label,
            transaction: None,
            ahead,
            waits: false,
        }
    }

    pub(super) fn principal(&self, item: &ReserveItem) -> Principal {
        Principal {
            issuer: self.issuer,
            requester: item.requester.clone(),
        }
    }
}

/// Grants or refuses the items in order. If that leaves more held than the limits allow, none of it is done.
pub(super) fn all<B: Book>(
    draft: &mut Draft<'_, B>,
    caller: &Caller,
    items: &[ReserveItem],
) -> Outcome {
    let before = draft.mark();
    let mut outcomes = Vec::with_capacity(items.len());
    for item in items {
        let ahead = line::ahead_of(draft, caller.issuer, None, slice::from_ref(item));
        let asker = Asker::of(caller, &ahead);
        outcomes.push(one(draft, &asker, item));
    }
    if let Some(denial) = bounds::exceeded(draft, before, None) {
        draft.undo_to(before);
        return Outcome::Denied(denial);
    }
    if let ([item], [ReserveOutcome::Refused(refusal)]) = (items, &outcomes[..])
        && let Some(wait) = item.wait
        && refusal.is_temporary()
    {
        return line::join(draft, caller, Ask::Reserve(item.clone()), wait);
    }
    Outcome::Reserve(outcomes)
}

/// Grants or refuses one item.
pub(super) fn one<B: Book>(
    draft: &mut Draft<'_, B>,
    asker: &Asker<'_>,
    item: &ReserveItem,
) -> ReserveOutcome {
    attempt(draft, asker, item)
        .unwrap_or_else(|| ReserveOutcome::Refused(refusal(draft, asker, item)))
}

/// Grants an item, if it can be had.
pub(super) fn attempt<B: Book>(
    draft: &mut Draft<'_, B>,
    asker: &Asker<'_>,
    item: &ReserveItem,
) -> Option<ReserveOutcome> {
    draft.catch_up();
    let principal = asker.principal(item);
    if draft.is_unheard_of(&item.resource) && asker.ahead.is_empty() {
        return Some(grant(draft, asker, item, principal, Holds::PLAIN));
    }
    if let Some(held) = draft.own(&principal, item.resource.as_str()) {
        let is_same = held.mode == item.mode;
        return is_same.then(|| ReserveOutcome::AlreadyHad(Arc::clone(held)));
    }
    let wants = Wants::of(draft, &item.resource, item.mode);
    if explain::invalid(draft, &item.resource, &wants).is_some() {
        return None;
    }
    let holds = find::holds(draft, Some(&principal), wants.iter(), asker.ahead)?;
    Some(grant(draft, asker, item, principal, holds))
}

fn grant<B: Book>(
    draft: &mut Draft<'_, B>,
    asker: &Asker<'_>,
    item: &ReserveItem,
    principal: Principal,
    holds: Holds,
) -> ReserveOutcome {
    let reservation = Arc::new(Reservation {
        fencing_token: draft.next_revision(),
        resource: item.resource.clone(),
        principal,
        mode: item.mode,
        holds,
        release_token: item.token,
        reserved_at: draft.now,
        expires_at: item.ttl.map(|ttl| draft.now.saturating_add(ttl)),
        ttl: item.ttl,
        label: Arc::clone(asker.label),
        resource_type: Arc::clone(&item.resource_type),
        metadata: item.metadata.clone(),
    });
    draft.begin(&reservation, asker.transaction.cloned());
    ReserveOutcome::Acquired(reservation)
}

/// Says why an item cannot be had.
fn refusal<B: Book>(draft: &mut Draft<'_, B>, asker: &Asker<'_>, item: &ReserveItem) -> Refusal {
    let principal = asker.principal(item);
    let name = &item.resource;
    if let Some(own) = draft.own(&principal, name.as_str()) {
        return explain::other_mode(name, own);
    }
    let wants = Wants::of(draft, name, item.mode);
    if let Some(status) = explain::invalid(draft, name, &wants) {
        return Refusal::plainly(status);
    }
    let who = Some(&principal);
    explain::refusal(draft, who, name, &wants.iter(), asker.ahead, asker.waits)
}

impl Refusal {
    /// Whether waiting may help.
    pub(super) const fn is_temporary(&self) -> bool {
        matches!(
            self.status,
            RefusalStatus::AlreadyHeld | RefusalStatus::NotAvailable
        )
    }
}
