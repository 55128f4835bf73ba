use std::sync::Arc;

use super::{draft::Draft, release};
use crate::{Book, Caller, EventKind, ForceReleaseItem, Outcome, Reason, Released};

/// Ends reservations without their holders.
pub(super) fn all<B: Book>(
    draft: &mut Draft<'_, B>,
    caller: &Caller,
    items: &[ForceReleaseItem],
) -> Outcome {
    let outcomes = items.iter().map(|item| one(draft, caller, item));
    Outcome::ForceRelease(outcomes.collect())
}

fn one<B: Book>(
    draft: &mut Draft<'_, B>,
    caller: &Caller,
    item: &ForceReleaseItem,
) -> Option<Released> {
    draft.catch_up();
    let held = draft
        .all_asked(item.resource.as_str())
        .find(|held| held.fencing_token == item.fencing_token)
        .cloned()?;
    let label = Arc::clone(&caller.label);
    draft.end(&held, EventKind::Unreserved, label, Some(Reason::Forced));
    release::close(draft, &held, draft.now);
    Some(release::freed(draft, &held))
}
