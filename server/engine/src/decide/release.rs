//! What the end of a reservation means for what it held.

use std::sync::Arc;

use super::draft::Draft;
use crate::{Book, Change, Closure, Mode, Released, Reservation, ResourceName, Side, Time};

/// What is held no longer by the principal of a reservation that has ended, because none of its other reservations needs
/// it.
pub(super) fn freed<B: Book>(draft: &mut Draft<'_, B>, ended: &Arc<Reservation>) -> Released {
    if !draft.has_definitions() {
        // Without blockers nothing is held for two reservations.
        return Released {
            freed: vec![ended.resource.to_string()],
            reservation: Arc::clone(ended),
        };
    }
    draft.catch_up();
    let freed = ended
        .holds()
        .filter(|held| is_free(draft, ended, held.node));
    Released {
        freed: freed.map(|held| held.name()).collect(),
        reservation: Arc::clone(ended),
    }
}

/// Lets the lock delays begin of what a reservation held that was not given back.
pub(super) fn close<B: Book>(draft: &mut Draft<'_, B>, ended: &Arc<Reservation>, from: Time) {
    if ended.holds().all(|held| held.lock_delay.is_none()) {
        return;
    }
    draft.catch_up();
    for held in ended.holds.as_slice() {
        let Some(delay) = held.lock_delay else {
            continue;
        };
        let until = from.saturating_add(delay);
        if until > draft.now && is_free(draft, ended, &held.node) {
            let closure = Closure {
                node: held.node.clone(),
                path: held.path.clone(),
                until,
            };
            close_for_longer(draft, closure);
        }
    }
}

fn close_for_longer<B: Book>(draft: &mut Draft<'_, B>, closure: Closure) {
    let name = closure.node.as_str();
    let in_draft = draft.closed.at(name).cloned();
    let known = in_draft
        .clone()
        .or_else(|| draft.book.closure(name).cloned());
    if known
        .as_ref()
        .is_some_and(|known| known.until >= closure.until)
    {
        return;
    }
    if let Some(known) = known {
        draft.quietly(Change::Open(known));
    }
    if let Some(replaced) = in_draft {
        draft.closed.remove(&replaced);
    }
    let closure = Arc::new(closure);
    draft.closed.put(&closure);
    draft.quietly(Change::Close(closure));
}

fn is_free<B: Book>(draft: &Draft<'_, B>, ended: &Reservation, node: &ResourceName) -> bool {
    let who = Some(&ended.principal);
    Mode::ALL
        .into_iter()
        .all(|mode| draft.count(Side::At, node.as_str(), mode, who) == 0)
}
