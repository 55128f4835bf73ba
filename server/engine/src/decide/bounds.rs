//! What a tenant and a principal may hold at once.

use std::sync::Arc;

use super::draft::{Draft, Mark};
use crate::{Book, Denial, Principal, Reservation, Time};

/// Whether what was granted since the mark is too much, together with what is held and waited for. `joining` is who is
/// about to wait, and for how much. Without a grant it never is too much, also when a lower tier has left the tenant
/// over its limit.
pub(super) fn exceeded<B: Book>(
    draft: &Draft<'_, B>,
    since: Mark,
    joining: Option<(&Principal, u64)>,
) -> Option<Denial> {
    let grants = draft.granted_since(since).count() as u64;
    let more = grants.saturating_add(joining.map_or(0, |(_, weight)| weight));
    if more == 0 {
        return None;
    }
    if let Some(limit) = draft.limits.active_reservations {
        let waiting = draft.waited_for(None);
        // What is due is held no longer, even if there was more of it than one decision may announce. Counting it costs
        // what is due, and only tenants at their limit pay.
        let due = || draft.book.due(draft.now).count() as u64;
        let wanted = more.saturating_add(waiting);
        if is_over(draft.book.active(), wanted, limit, due) {
            let next_deadline = next_deadline(draft, |_| true);
            return Some(Denial::ActiveReservations {
                limit,
                next_deadline,
            });
        }
    }
    let limit = draft.limits.of_one_principal?;
    let principal = over_own_limit(draft, since, joining, limit)?;
    Some(Denial::OfOnePrincipal {
        limit,
        next_deadline: next_deadline(draft, |held| held.principal == principal),
    })
}

/// Who would hold more than each may, if somebody would.
fn over_own_limit<B: Book>(
    draft: &Draft<'_, B>,
    since: Mark,
    joining: Option<(&Principal, u64)>,
    limit: u64,
) -> Option<Principal> {
    let granted = || draft.granted_since(since).map(|held| &held.principal);
    let asking = granted().chain(joining.map(|(principal, _)| principal));
    let mut bounded = asking.filter(|principal| principal.issuer.is_some());
    let over = bounded.find(|principal| {
        let grants = granted().filter(|other| other == principal).count() as u64;
        let joins = joining.filter(|(other, _)| other == principal);
        let waiting = draft.waited_for(Some(principal));
        let wanted = grants
            .saturating_add(joins.map_or(0, |(_, weight)| weight))
            .saturating_add(waiting);
        let is_his = |held: &&Arc<Reservation>| held.principal == **principal;
        let due = || draft.book.due(draft.now).filter(is_his).count() as u64;
        is_over(draft.book.active_of(principal), wanted, limit, due)
    });
    over.cloned()
}

/// Whether so much more is too much.
fn is_over(in_book: u64, wanted: u64, limit: u64, due: impl FnOnce() -> u64) -> bool {
    in_book.saturating_add(wanted) > limit
        && in_book.saturating_sub(due()).saturating_add(wanted) > limit
}

/// When the first of these expires that are still held.
fn next_deadline<B: Book>(
    draft: &Draft<'_, B>,
    is_meant: impl Fn(&Reservation) -> bool,
) -> Option<Time> {
    let ahead = |held: &Arc<Reservation>| {
        let is_held = held.expires_at > Some(draft.now) && is_meant(held);
        held.expires_at.filter(|_| is_held)
    };
    draft.book.due(Time::MAX).find_map(ahead)
}
