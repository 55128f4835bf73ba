use std::sync::Arc;

use super::{
    draft::Draft,
    unreserve::{Owned, owned},
};
use crate::{
    Book, Caller, Change, EventKind, Outcome, Principal, RenewItem, RenewOutcome, Reservation,
    Subject, Time,
};

/// Moves the deadlines that the items may move, in order.
pub(super) fn all<B: Book>(
    draft: &mut Draft<'_, B>,
    caller: &Caller,
    items: &[RenewItem],
) -> Outcome {
    let outcomes = items.iter().map(|item| one(draft, caller, item));
    Outcome::Renew(outcomes.collect())
}

fn one<B: Book>(draft: &mut Draft<'_, B>, caller: &Caller, item: &RenewItem) -> RenewOutcome {
    draft.catch_up();
    let principal = Principal {
        issuer: caller.issuer,
        requester: item.requester.clone(),
    };
    let from = match owned(draft, &principal, &item.resource, item.token) {
        Owned::Here(held) => held,
        Owned::WrongToken => return RenewOutcome::InvalidReleaseToken,
        Owned::ByAnother(held) => return RenewOutcome::DoesntOwnReservation(held),
        Owned::ByNobody => return RenewOutcome::Lost,
    };
    let to = renewed(&from, item, draft.now);
    if to == *from {
        return RenewOutcome::Renewed(from);
    }
    let to = Arc::new(to);
    let change = Change::Renew {
        from,
        to: Arc::clone(&to),
    };
    let subject = Subject::Reservation(Arc::clone(&to));
    draft.step(
        change,
        EventKind::ReservationRenewed,
        subject,
        Arc::clone(&caller.label),
    );
    RenewOutcome::Renewed(to)
}

fn renewed(held: &Reservation, item: &RenewItem, now: Time) -> Reservation {
    let mut renewed = held.clone();
    let Some(ttl) = item.ttl.or(held.ttl) else {
        return renewed;
    };
    let ttl = item.at_most.map_or(ttl, |most| ttl.min(most));
    let asked = now.saturating_add(ttl);
    renewed.expires_at = match held.expires_at {
        _ if item.allow_shorten => Some(asked),
        Some(before) => Some(before.max(asked)),
        None => return renewed,
    };
    renewed.ttl = Some(ttl);
    renewed
}
