use std::sync::Arc;

use super::{draft::Draft, pool};
use crate::{Book, Mode, Outcome, Reservation, ResourceName, Side, VerifyItem, VerifyOutcome};

/// Says of each fencing token whether its reservation holds the resource.
pub(super) fn all<B: Book>(draft: &mut Draft<'_, B>, items: &[VerifyItem]) -> Outcome {
    draft.catch_up();
    Outcome::Verify(items.iter().map(|item| one(draft, item)).collect())
}

fn one<B: Book>(draft: &Draft<'_, B>, item: &VerifyItem) -> VerifyOutcome {
    let current = including(draft, &item.resource)
        .find(|held| held.fencing_token == item.fencing_token)
        .cloned();
    match current {
        Some(held) => VerifyOutcome::Current(held),
        None if item.fencing_token <= draft.revision() => VerifyOutcome::Stale,
        None => VerifyOutcome::Unknown,
    }
}

/// The reservations that were asked for under this name, or hold what it names.
fn including<'d, B: Book>(
    draft: &'d Draft<'_, B>,
    name: &'d ResourceName,
) -> impl Iterator<Item = &'d Arc<Reservation>> {
    let slots = draft.pool_named(name.as_str()).into_iter();
    let slots = slots.flat_map(|definition| pool::nodes(definition).map(|(node, _)| node));
    let nodes = slots.chain(draft.node(name));
    let holders = nodes.flat_map(|node| {
        let modes = Mode::ALL.into_iter();
        let held = modes.flat_map(|mode| draft.holders(Side::At, node.as_str(), mode));
        held.collect::<Vec<_>>()
    });
    draft.all_asked(name.as_str()).chain(holders)
}
