//! Definitions: which of them fit together, and which may change.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{catalogue::Catalogue, draft::Draft, pool};
use crate::{
    Book, Caller, Change, Definition, DefinitionProblem, Denial, EventKind, Outcome, RegisterItem,
    ResourceName, Subject, definition::slot_name,
};

/// What has to be seen without what is due: the names themselves and those above them.
pub(super) fn touched(items: &[RegisterItem]) -> impl Iterator<Item = &ResourceName> {
    items.iter().flat_map(|item| {
        let above = item.tree_path.names().iter();
        above.chain([&item.name])
    })
}

/// Defines all of the items, or none.
pub(super) fn all<B: Book>(
    draft: &mut Draft<'_, B>,
    caller: &Caller,
    items: &[RegisterItem],
) -> Outcome {
    let mut after = Catalogue::new(draft.book);
    let mut changed = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let denied = |problem| Outcome::Denied(Denial::Definition { index, problem });
        if items[..index].iter().any(|other| other.name == item.name) {
            return denied(DefinitionProblem::Twice);
        }
        match definition(draft.book, item) {
            Ok(new) if draft.book.definition(item.name.as_str()) == Some(&new) => {}
            Ok(new) => changed.push((index, new)),
            Err(problem) => return denied(problem),
        }
    }
    // Old ones go first, so that a whole tree may move.
    for (_, new) in &changed {
        after.remove(&new.name);
    }
    for (index, new) in &changed {
        if let Err(problem) = after.add(new) {
            let index = *index;
            return Outcome::Denied(Denial::Definition { index, problem });
        }
    }
    for (index, new) in &changed {
        if let Err(problem) = after.check(new) {
            let index = *index;
            return Outcome::Denied(Denial::Definition { index, problem });
        }
    }
    let names = changed.iter().map(|(_, new)| &new.name);
    if let Some(name) = in_use(draft, &after, names) {
        return Outcome::Denied(Denial::InUse(name));
    }
    let is_new = |new: &Definition| draft.book.definition(new.name.as_str()).is_none();
    let more = changed.iter().filter(|(_, new)| is_new(new)).count() as u64;
    if let Some(limit) = draft.limits.active_reservations
        && more > 0
        && draft.book.definitions().saturating_add(more) > limit
    {
        return Outcome::Denied(Denial::Definitions { limit });
    }
    for (_, new) in &changed {
        if let Some(old) = draft.book.definition(new.name.as_str()) {
            draft.quietly(Change::Undefine(Arc::clone(old)));
        }
    }
    for (_, new) in changed {
        let change = Change::Define(Arc::clone(&new));
        let subject = Subject::Definition(Arc::clone(&new));
        let label = Arc::clone(&caller.label);
        draft.step(change, EventKind::ResourceRegistered, subject, label);
        draft.definitions.insert(new.name.clone(), Some(new));
    }
    draft.places = after.into_places();
    draft.stir.everybody();
    Outcome::Registered
}

/// Forgets a definition.
pub(super) fn delete<B: Book>(
    draft: &mut Draft<'_, B>,
    caller: &Caller,
    name: &ResourceName,
) -> Outcome {
    let Some(old) = draft.book.definition(name.as_str()) else {
        return Outcome::Denied(Denial::NotDefined);
    };
    let mut after = Catalogue::new(draft.book);
    after.remove(name);
    if is_in_use(draft, old) {
        return Outcome::Denied(Denial::InUse(name.clone()));
    }
    if let Some(name) = in_use(draft, &after, [name]) {
        return Outcome::Denied(Denial::InUse(name));
    }
    let label = Arc::clone(&caller.label);
    let subject = Subject::Definition(Arc::clone(old));
    let change = Change::Undefine(Arc::clone(old));
    draft.step(change, EventKind::ResourceDeleted, subject, label);
    draft.definitions.insert(name.clone(), None);
    draft.places = after.into_places();
    draft.stir.everybody();
    Outcome::Deleted
}

/// The definition that an item means, checked by itself.
fn definition<B: Book>(
    book: &B,
    item: &RegisterItem,
) -> Result<Arc<Definition>, DefinitionProblem> {
    let mut blocks: Vec<ResourceName> = Vec::new();
    for blocker in &item.blocks {
        if !blocks.contains(blocker) {
            blocks.push(blocker.clone());
        }
    }
    if blocks.len() > DefinitionProblem::MAX_BLOCKERS {
        return Err(DefinitionProblem::TooManyBlockers);
    }
    let path = item.tree_path.names();
    if path.len() >= crate::Path::MAX_LEVELS {
        return Err(DefinitionProblem::TooDeep);
    }
    let mut above = BTreeSet::from([&item.name]);
    if let Some(twice) = path.iter().find(|name| !above.insert(name)) {
        return Err(DefinitionProblem::OwnAncestor(twice.clone()));
    }
    let known = book.definition(item.name.as_str());
    let most = known.map_or(item.capacity, |known| known.most.max(item.capacity));
    if most.slots() > 1 && slot_name(&item.name, most.slots() - 1).is_none() {
        return Err(DefinitionProblem::SlotNamesTooLong);
    }
    Ok(Arc::new(Definition {
        name: item.name.clone(),
        capacity: item.capacity,
        most,
        blocks: blocks.into(),
        tree_path: item.tree_path.clone(),
        lock_delay: item.lock_delay,
    }))
}

/// Something that is held or waited for and would take something else by the definitions as they would be, if there is
/// such a thing.
fn in_use<'n, B: Book>(
    draft: &Draft<'_, B>,
    after: &Catalogue<'_, B>,
    names: impl IntoIterator<Item = &'n ResourceName>,
) -> Option<ResourceName> {
    let mut affected: BTreeMap<ResourceName, ResourceName> = BTreeMap::new();
    for name in names {
        let before = draft.book.definition(name.as_str());
        let now = after.definition(name.as_str());
        let either = [before, now];
        for definition in either.into_iter().flatten() {
            for place in definition.tree_path.names().iter().chain([name]) {
                if draft.path(place.as_str()) != after.path(place.as_str()) {
                    affected.insert(place.clone(), place.clone());
                    add_slots(&mut affected, draft.book.definition(place.as_str()), 0);
                }
            }
        }
        let blocks = |definition: Option<&Arc<Definition>>| {
            definition.map_or_else(Vec::new, |definition| definition.blocks.to_vec())
        };
        if blocks(before) != blocks(now) {
            affected.insert(name.clone(), name.clone());
            add_slots(&mut affected, before, 0);
        }
        // The name of the first slot was nobody's, and what is held under it would go on beside the pool.
        let is_new_pool = |most: u16| most > 1 && before.is_none_or(|old| old.most.slots() == 1);
        if let Some(first) = now.filter(|now| is_new_pool(now.most.slots()))
            && let Some(first) = slot_name(&first.name, 0)
        {
            affected.insert(first.clone(), first);
        }
        // Names that were nobody's and become a slot's, which takes what its pool takes.
        if now.is_some_and(|now| !now.blocks.is_empty())
            || !after.path(name.as_str()).names().is_empty()
        {
            let first = before.map_or(1, |before| before.most.slots());
            add_slots(&mut affected, now, first);
        }
    }
    let used = affected.iter().find(|(node, name)| {
        draft.is_held(node.as_str()) || is_waited_for(draft, node) || is_waited_for(draft, name)
    });
    used.map(|(_, name)| name.clone())
}

fn add_slots(
    affected: &mut BTreeMap<ResourceName, ResourceName>,
    definition: Option<&Arc<Definition>>,
    first: u16,
) {
    let Some(definition) = definition else {
        return;
    };
    if definition.most.slots() == 1 {
        return;
    }
    for (node, name) in pool::nodes(definition).skip(usize::from(first)) {
        let name = ResourceName::parse(&name).unwrap_or_else(|_| node.clone());
        affected.insert(node, name);
    }
}

/// Whether anybody holds a resource or one of its slots, or waits for it.
fn is_in_use<B: Book>(draft: &Draft<'_, B>, definition: &Arc<Definition>) -> bool {
    let is_meant = |name: &ResourceName| {
        let owner = draft.owner(name.as_str());
        owner.is_some_and(|(owner, _)| owner.name == definition.name)
    };
    pool::nodes(definition).any(|(node, _)| draft.is_held(node.as_str()))
        || draft
            .tickets()
            .any(|ticket| ticket.wants.iter().any(|want| is_meant(&want.name)))
}

fn is_waited_for<B: Book>(draft: &Draft<'_, B>, name: &ResourceName) -> bool {
    let mut wants = draft.tickets().flat_map(|ticket| &ticket.wants);
    wants.any(|want| want.name == *name)
}
