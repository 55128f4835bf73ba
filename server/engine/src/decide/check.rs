use std::sync::Arc;

use super::{draft::Draft, explain, find, line, wants::Wants};
use crate::{
    Book, Caller, Capacity, CheckItem, CheckOutcome, Outcome, Principal, Refusal, Ticket, Would,
};

/// Says of each item what reserving it would come to.
pub(super) fn all<B: Book>(
    draft: &mut Draft<'_, B>,
    caller: &Caller,
    items: &[CheckItem],
) -> Outcome {
    draft.catch_up();
    let outcomes = items.iter().map(|item| one(draft, caller, item));
    Outcome::Check(outcomes.collect())
}

fn one<B: Book>(draft: &mut Draft<'_, B>, caller: &Caller, item: &CheckItem) -> CheckOutcome {
    let who = item.requester.clone().map(|requester| Principal {
        issuer: caller.issuer,
        requester,
    });
    let ahead = line::ahead_of_check(draft, who.as_ref(), item);
    let would = would(draft, who.as_ref(), item, &ahead);
    let (free_slots, capacity) = slots(draft, item);
    CheckOutcome {
        would,
        free_slots,
        capacity,
    }
}

fn would<B: Book>(
    draft: &mut Draft<'_, B>,
    who: Option<&Principal>,
    item: &CheckItem,
    ahead: &[Arc<Ticket>],
) -> Would {
    let name = &item.resource;
    if let Some(own) = who.and_then(|who| draft.own(who, name.as_str())) {
        return if own.mode == item.mode {
            Would::AlreadyHave(Arc::clone(own))
        } else {
            Would::Refuse(explain::other_mode(name, own))
        };
    }
    let wants = Wants::of(draft, name, item.mode);
    if let Some(status) = explain::invalid(draft, name, &wants) {
        return Would::Refuse(Refusal::plainly(status));
    }
    if find::holds(draft, who, wants.iter(), ahead).is_some() {
        return Would::Acquire;
    }
    Would::Refuse(explain::refusal(
        draft,
        who,
        name,
        &wants.iter(),
        ahead,
        false,
    ))
}

/// How many slots are free, and of how many.
fn slots<B: Book>(draft: &mut Draft<'_, B>, item: &CheckItem) -> (u16, Capacity) {
    let definition = draft.pool_named(item.resource.as_str()).cloned();
    if let Some(definition) = definition {
        let pool = draft.pool(&definition);
        return (pool.free_slots(&definition), definition.capacity);
    }
    let node = draft.node(&item.resource);
    let node = node.as_ref().unwrap_or(&item.resource).as_str();
    let is_taken = draft.is_closed(node) || draft.is_held(node);
    (u16::from(!is_taken), Capacity::ONE)
}
