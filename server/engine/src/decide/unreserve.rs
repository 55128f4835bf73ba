use std::sync::Arc;

use super::{draft::Draft, release};
use crate::{
    Book, Caller, EventKind, Mode, Outcome, Principal, ReleaseToken, Reservation, ResourceName,
    Side, UnreserveItem, UnreserveOutcome,
};

/// Frees what the items may free, in order.
pub(super) fn all<B: Book>(
    draft: &mut Draft<'_, B>,
    caller: &Caller,
    items: &[UnreserveItem],
) -> Outcome {
    let outcomes = items.iter().map(|item| one(draft, caller, item));
    Outcome::Unreserve(outcomes.collect())
}

fn one<B: Book>(
    draft: &mut Draft<'_, B>,
    caller: &Caller,
    item: &UnreserveItem,
) -> UnreserveOutcome {
    draft.catch_up();
    let principal = Principal {
        issuer: caller.issuer,
        requester: item.requester.clone(),
    };
    match owned(draft, &principal, &item.resource, item.token) {
        Owned::Here(held) => {
            draft.end(
                &held,
                EventKind::Unreserved,
                Arc::clone(&caller.label),
                None,
            );
            UnreserveOutcome::Relinquished(release::freed(draft, &held))
        }
        Owned::WrongToken => UnreserveOutcome::InvalidReleaseToken,
        Owned::ByAnother(held) => UnreserveOutcome::DoesntOwnReservation(held),
        Owned::ByNobody => UnreserveOutcome::NotReserved,
    }
}

/// Whose something is, in view of a principal who shows a token.
pub(super) enum Owned {
    /// His, and the token is that of the grant.
    Here(Arc<Reservation>),
    /// His, and the token is not.
    WrongToken,
    /// Exclusively another's.
    ByAnother(Arc<Reservation>),
    /// Nobody's, or not of a kind that one of them owns.
    ByNobody,
}

pub(super) fn owned<B: Book>(
    draft: &Draft<'_, B>,
    principal: &Principal,
    name: &ResourceName,
    token: Option<ReleaseToken>,
) -> Owned {
    if let Some(held) = draft.own(principal, name.as_str()) {
        // Every grant has a token of its own, so that of an earlier grant to the same principal is as wrong as any.
        let is_right = token.is_some_and(|token| token.matches(&held.release_token));
        return if is_right {
            Owned::Here(Arc::clone(held))
        } else {
            Owned::WrongToken
        };
    }
    let Some(node) = draft.node(name) else {
        return Owned::ByNobody;
    };
    let mut holders = draft.holders(Side::At, node.as_str(), Mode::Exclusive);
    match holders.find(|held| held.principal != *principal) {
        Some(held) => Owned::ByAnother(Arc::clone(held)),
        None => Owned::ByNobody,
    }
}
