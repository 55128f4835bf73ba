//! What a name needs: itself, and its blockers with theirs.

use std::{iter, sync::Arc};

use super::draft::Draft;
use crate::{
    Book, Definition, DefinitionProblem, Mode, Path, Principal, Reservation, ResourceName, Want,
    definition::read_slot,
};

/// Everything that a name needs. Most names need themselves only.
pub(super) struct Wants {
    first: Want,
    blockers: Vec<Want>,
}

impl Wants {
    pub(super) fn of<B: Book>(draft: &Draft<'_, B>, name: &ResourceName, mode: Mode) -> Self {
        let mut wants = Self {
            first: want(draft, name, mode),
            blockers: Vec::new(),
        };
        let mut next = 0;
        loop {
            let current = wants.iter().nth(next);
            let Some(current) = current.map(|want| want.name.clone()) else {
                return wants;
            };
            next += 1;
            let Some((definition, _)) = draft.owner(current.as_str()) else {
                continue;
            };
            for blocker in &*definition.blocks {
                let is_new = wants.iter().all(|want| want.name != *blocker);
                // Registering makes sure that there are no more.
                if is_new && wants.blockers.len() < DefinitionProblem::MAX_BLOCKERS_IN_ALL {
                    wants.blockers.push(want(draft, blocker, mode));
                }
            }
        }
    }

    /// The name that was asked for, then its blockers.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Want> + Clone {
        iter::once(&self.first).chain(&self.blockers)
    }

    pub(super) fn into_vec(self) -> Vec<Want> {
        iter::once(self.first).chain(self.blockers).collect()
    }
}

fn want<B: Book>(draft: &Draft<'_, B>, name: &ResourceName, mode: Mode) -> Want {
    let place = draft
        .owner(name.as_str())
        .map_or(name, |(definition, _)| &definition.name);
    Want {
        name: name.clone(),
        path: draft.path(place.as_str()),
        mode,
    }
}

impl<B: Book> Draft<'_, B> {
    /// Whether there are definitions at all.
    pub(super) fn has_definitions(&self) -> bool {
        !self.definitions.is_empty() || self.book.definitions() > 0
    }

    /// The definition that a name belongs to: its own, or that of the pool whose slot it is, with the slot's number.
    pub(super) fn owner(&self, name: &str) -> Option<(&Arc<Definition>, Option<u16>)> {
        if let Some(definition) = self.definition(name) {
            return Some((definition, None));
        }
        if !self.has_definitions() {
            return None;
        }
        let (pool, index) = read_slot(name)?;
        let definition = self.definition(pool)?;
        let slots = definition.most.slots();
        (slots > 1 && index < slots).then_some((definition, Some(index)))
    }

    /// The pool whose lowest free slot this name means.
    pub(super) fn pool_named(&self, name: &str) -> Option<&Arc<Definition>> {
        let definition = self.definition(name)?;
        definition.is_pool().then_some(definition)
    }

    /// Under which name that is held, if it is not whichever slot is free.
    pub(super) fn node(&self, name: &ResourceName) -> Option<ResourceName> {
        match self.owner(name.as_str()) {
            Some((definition, Some(index))) => definition.node(index),
            Some((definition, None)) if definition.is_pool() => None,
            _ => Some(name.clone()),
        }
    }

    /// What stands above a name in the tree.
    pub(super) fn path(&self, name: &str) -> Path {
        let parent = |name: &str| self.place(name)?.parent.as_ref();
        let ancestors = iter::successors(parent(name), |name| parent(name.as_str()));
        // Registering makes sure that there are no more.
        let mut ancestors: Vec<_> = ancestors.take(Path::MAX_LEVELS).cloned().collect();
        ancestors.reverse();
        Path::new(ancestors)
    }

    /// What the principal has under this name: asked for under it, or a pool's slot of this name, asked for under the
    /// pool's.
    pub(super) fn own(&self, principal: &Principal, name: &str) -> Option<&Arc<Reservation>> {
        self.asked(name, principal).or_else(|| {
            let (definition, index) = self.owner(name)?;
            let node = definition.node(index?)?;
            let held = self.asked(definition.name.as_str(), principal)?;
            let is_just_that = held.holds().next().is_some_and(|first| *first.node == node);
            is_just_that.then_some(held)
        })
    }
}
