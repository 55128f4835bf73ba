//! Whether something can be had, without saying why not.

use std::sync::Arc;

use super::{draft::Draft, pool};
use crate::{Book, Hold, Holds, Mode, Path, Principal, ResourceName, Side, Ticket, Want};

/// What would be held, if nothing stands in the way: neither what others hold, nor a lock delay, nor what those `ahead`
/// in the line claim. `who` is `None` for somebody who holds nothing.
pub(super) fn holds<'w, B: Book>(
    draft: &mut Draft<'_, B>,
    who: Option<&Principal>,
    wants: impl Iterator<Item = &'w Want> + Clone,
    ahead: &[Arc<Ticket>],
) -> Option<Holds> {
    if let Some(plain) = is_plain_and_open(draft, who, wants.clone(), ahead) {
        return plain.then_some(Holds::PLAIN);
    }
    let mut taken: Vec<Hold> = Vec::new();
    for want in wants {
        let hold = one(draft, who, want, &taken, ahead)?;
        if taken.iter().all(|known| known.node != hold.node) {
            taken.push(hold);
        }
    }
    Some(Holds::new(taken))
}

/// The common case: a name without a definition that stands in no tree. `None`: it is not that.
fn is_plain_and_open<'w, B: Book>(
    draft: &Draft<'_, B>,
    who: Option<&Principal>,
    mut wants: impl Iterator<Item = &'w Want>,
    ahead: &[Arc<Ticket>],
) -> Option<bool> {
    let want = wants.next()?;
    let is_plain = wants.next().is_none()
        && want.path == Path::default()
        && draft.owner(want.name.as_str()).is_none();
    is_plain.then(|| is_open(draft, who, &want.name, &want.path, want.mode, ahead))
}

/// One thing that is needed, beside what the same request has `taken` already.
pub(super) fn one<B: Book>(
    draft: &mut Draft<'_, B>,
    who: Option<&Principal>,
    want: &Want,
    taken: &[Hold],
    ahead: &[Arc<Ticket>],
) -> Option<Hold> {
    let owner = draft.owner(want.name.as_str());
    let owner = owner.map(|(definition, index)| (Arc::clone(definition), index));
    let lock_delay = match &owner {
        None => None,
        Some((definition, None)) if !definition.is_pool() => {
            let is_draining = || {
                let mut others = pool::nodes(definition).skip(1);
                others.any(|(node, _)| draft.is_held(node.as_str()))
            };
            if is_draining() {
                return None;
            }
            definition.lock_delay
        }
        Some((definition, index)) => {
            return pool::take(draft, who, (definition, *index), want, taken, ahead);
        }
    };
    is_open(draft, who, &want.name, &want.path, want.mode, ahead).then(|| Hold {
        node: want.name.clone(),
        slot: None,
        path: want.path.clone(),
        lock_delay,
    })
}

/// Whether nothing stands in the way of holding the node.
pub(super) fn is_open<B: Book>(
    draft: &Draft<'_, B>,
    who: Option<&Principal>,
    node: &ResourceName,
    path: &Path,
    mode: Mode,
    ahead: &[Arc<Ticket>],
) -> bool {
    let is_kept_out = |side, name: &str| draft.is_kept_out(side, name, mode, who);
    let name = node.as_str();
    let is_held =
        draft.is_known(name) && (is_kept_out(Side::At, name) || is_kept_out(Side::Below, name));
    let is_above_held = || {
        path.names()
            .iter()
            .any(|above| is_kept_out(Side::At, above.as_str()) || draft.is_closed(above.as_str()))
    };
    !is_held
        && !is_above_held()
        && !draft.is_closed(name)
        && !draft.is_closed_below(name)
        && !ahead
            .iter()
            .any(|ticket| claims(draft, ticket, who, node, path, mode))
}

/// Whether a ticket ahead has a right to the node, or to something above or below it.
pub(super) fn claims<B: Book>(
    draft: &Draft<'_, B>,
    ticket: &Ticket,
    who: Option<&Principal>,
    node: &ResourceName,
    path: &Path,
    mode: Mode,
) -> bool {
    let is_or_is_above = |claimed: &ResourceName| claimed == node || path.contains(claimed);
    let stands_in_the_way = |want: &Want| {
        if draft.has_definitions() {
            let claimed = draft.node(&want.name);
            claimed.is_some_and(|claimed| is_or_is_above(&claimed))
        } else {
            is_or_is_above(&want.name)
        }
    };
    let excludes = |want: &Want| {
        want.mode.excludes(mode) && (want.path.contains(node) || stands_in_the_way(want))
    };
    who != Some(&ticket.principal) && ticket.wants.iter().any(excludes)
}

impl<B: Book> Draft<'_, B> {
    /// Whether this is what most names are: nobody holds it or anything around it, and nobody has ever said anything
    /// about any name, so that one look is enough.
    pub(super) fn is_unheard_of(&self, name: &ResourceName) -> bool {
        !self.has_definitions()
            && !self.limits.requires_registration
            && !self.is_known(name.as_str())
            && !self.is_closed(name.as_str())
            && !self.is_closed_below(name.as_str())
    }

    /// Whether something may be held there.
    fn is_known(&self, name: &str) -> bool {
        self.book.is_known(name) || self.begun_is_known(name)
    }

    /// Whether somebody else holds something there in a way that excludes this mode.
    fn is_kept_out(&self, side: Side, name: &str, mode: Mode, who: Option<&Principal>) -> bool {
        let excluding = Mode::ALL.into_iter().filter(|held| held.excludes(mode));
        let mut others = excluding.map(|held| {
            let all = self.count(side, name, held, None);
            // Asked only if it matters.
            let own = || who.map_or(0, |who| self.count(side, name, held, Some(who)));
            all > 0 && all > own()
        });
        others.any(|is_kept_out| is_kept_out)
    }

    /// Whether a lock delay runs on the node.
    pub(super) fn is_closed(&self, node: &str) -> bool {
        self.closure(node).is_some()
    }

    fn is_closed_below(&self, name: &str) -> bool {
        self.closures_below(name).next().is_some()
    }
}
