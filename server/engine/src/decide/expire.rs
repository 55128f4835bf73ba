use std::sync::Arc;

use super::{draft::Draft, pool, release, wants::Wants};
use crate::{Book, Change, EventKind, Mode, Reservation, ResourceName, Side};

/// Ends what is due: everything that the `names` touch, so that the items can rely on it, and of the rest as much as the
/// limits allow, what was due first. The events come in the order of the deadlines.
pub(super) fn due<'n, B: Book>(
    draft: &mut Draft<'_, B>,
    names: impl IntoIterator<Item = &'n ResourceName>,
) {
    let most = draft.limits.expirations;
    let mut due: Vec<Arc<Reservation>> = Vec::new();
    let mut others = draft.book.due(draft.now);
    due.extend(others.by_ref().take(most).cloned());
    if others.next().is_some() {
        due = chosen(draft, names, most);
    }
    for ended in &due {
        let label = Arc::clone(&ended.label);
        let from = ended.expires_at.unwrap_or(draft.now);
        draft.end(ended, EventKind::ReservationExpired, label, None);
        release::close(draft, ended, from);
    }
    draft.catch_up();
    if draft.book.closures_due(draft.now).next().is_some() {
        draft.stir.everybody();
    }
}

/// Some of what is due, in order: what the names touch, and so much of the rest.
fn chosen<'n, B: Book>(
    draft: &Draft<'_, B>,
    names: impl IntoIterator<Item = &'n ResourceName>,
    others: usize,
) -> Vec<Arc<Reservation>> {
    let mut touched: Vec<Arc<Reservation>> = Vec::new();
    for name in names {
        for want in Wants::of(draft, name, Mode::Exclusive).iter() {
            let owner = draft.owner(want.name.as_str());
            let nodes = owner.map_or_else(Vec::new, |(definition, _)| {
                pool::nodes(definition).map(|(node, _)| node).collect()
            });
            for node in nodes.iter().chain([&want.name]) {
                touch(draft, Side::At, node, &mut touched);
                touch(draft, Side::Below, node, &mut touched);
            }
            for ancestor in want.path.names() {
                touch(draft, Side::At, ancestor, &mut touched);
            }
        }
    }
    touched.sort_unstable_by_key(|held| held.end());
    touched.dedup_by_key(|held| held.fencing_token);
    let is_touched = |held: &&Arc<Reservation>| {
        let place = touched.binary_search_by_key(&held.end(), |touched| touched.end());
        place.is_ok()
    };
    let rest = draft.book.due(draft.now).filter(|held| !is_touched(held));
    let mut due: Vec<_> = rest.take(others).cloned().collect();
    due.append(&mut touched);
    due.sort_unstable_by_key(|held| held.end());
    due
}

fn touch<B: Book>(
    draft: &Draft<'_, B>,
    side: Side,
    name: &ResourceName,
    touched: &mut Vec<Arc<Reservation>>,
) {
    for mode in Mode::ALL {
        let held = draft.book.holders(side, name.as_str(), mode);
        let due = held.take_while(|held| held.is_expired(draft.now));
        touched.extend(due.cloned());
    }
}

/// Forgets lock delays that are over. This comes last, when it is known which of them have been replaced.
pub(super) fn open<B: Book>(draft: &mut Draft<'_, B>) {
    let most = draft.limits.expirations;
    let over = draft.book.closures_due(draft.now);
    // What has a longer one by now has been opened for that.
    let over = over.filter(|closure| draft.closed.at(closure.node.as_str()).is_none());
    let over: Vec<_> = over.take(most).cloned().collect();
    for closure in over {
        draft.quietly(Change::Open(closure));
    }
}
