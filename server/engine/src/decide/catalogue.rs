//! The definitions as they would be.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
    sync::Arc,
};

use crate::{
    Book, Definition, DefinitionProblem, Path, Place, ResourceName,
    book::mentions,
    definition::{read_slot, slot_name},
};

/// A book's definitions, some of them replaced.
pub(super) struct Catalogue<'a, B> {
    book: &'a B,
    definitions: BTreeMap<ResourceName, Option<Arc<Definition>>>,
    places: BTreeMap<ResourceName, Place>,
}

impl<'a, B: Book> Catalogue<'a, B> {
    pub(super) const fn new(book: &'a B) -> Self {
        Self {
            book,
            definitions: BTreeMap::new(),
            places: BTreeMap::new(),
        }
    }

    /// The places that are others than in the book.
    pub(super) fn into_places(self) -> BTreeMap<ResourceName, Place> {
        self.places
    }

    pub(super) fn definition(&self, name: &str) -> Option<&Arc<Definition>> {
        match self.definitions.get(name) {
            Some(known) => known.as_ref(),
            None => self.book.definition(name),
        }
    }

    /// What stands above a name in the tree.
    pub(super) fn path(&self, name: &str) -> Path {
        let parent = |name: &str| self.place(name)?.parent.as_ref();
        let ancestors = iter::successors(parent(name), |name| parent(name.as_str()));
        let mut ancestors: Vec<_> = ancestors.take(Path::MAX_LEVELS).cloned().collect();
        ancestors.reverse();
        Path::new(ancestors)
    }

    fn place(&self, name: &str) -> Option<&Place> {
        let place = match self.places.get(name) {
            Some(known) => Some(known),
            None => self.book.place(name),
        };
        place.filter(|place| place.mentions > 0)
    }

    /// Forgets a definition of the book.
    pub(super) fn remove(&mut self, name: &ResourceName) {
        if let Some(old) = self.book.definition(name.as_str()) {
            for (name, _) in mentions(old) {
                if let Some(mut place) = self.place(name.as_str()).cloned() {
                    place.mentions -= 1;
                    self.places.insert(name.clone(), place);
                }
            }
        }
        self.definitions.insert(name.clone(), None);
    }

    /// Adds a definition.
    pub(super) fn add(&mut self, new: &Arc<Definition>) -> Result<(), DefinitionProblem> {
        for (name, parent) in mentions(new) {
            let known = self.place(name.as_str()).cloned();
            let mut place = known.unwrap_or_else(|| Place {
                parent: parent.cloned(),
                mentions: 0,
            });
            if place.parent.as_ref() != parent {
                return Err(DefinitionProblem::Elsewhere(name.clone()));
            }
            place.mentions = place.mentions.saturating_add(1);
            self.places.insert(name.clone(), place);
        }
        self.definitions
            .insert(new.name.clone(), Some(Arc::clone(new)));
        Ok(())
    }

    /// Whether a new definition goes with all the others.
    pub(super) fn check(&self, new: &Definition) -> Result<(), DefinitionProblem> {
        for (name, _) in mentions(new).chain([(&new.name, None)]) {
            if self.slot(name.as_str()).is_some() {
                return Err(DefinitionProblem::Collision(name.clone()));
            }
        }
        for slot in slots(new) {
            let name = slot.as_str();
            if self.definition(name).is_some() || self.place(name).is_some() {
                return Err(DefinitionProblem::Collision(slot));
            }
        }
        self.check_blockers(new)?;
        if self.needs_more(new) {
            for dependent in self.dependents(new) {
                self.check_blockers(&dependent)?;
            }
        }
        Ok(())
    }

    /// The pool whose slot this name is.
    fn slot(&self, name: &str) -> Option<&Arc<Definition>> {
        let (pool, index) = read_slot(name)?;
        let definition = self.definition(pool)?;
        let slots = definition.most.slots();
        (slots > 1 && index < slots).then_some(definition)
    }

    fn owner(&self, name: &str) -> Option<&Arc<Definition>> {
        self.definition(name).or_else(|| self.slot(name))
    }

    /// Whether whatever needs it needs more than before.
    fn needs_more(&self, new: &Definition) -> bool {
        let old = self.book.definition(new.name.as_str());
        !new.blocks.is_empty()
            && old.is_none_or(|old| old.blocks != new.blocks || old.most < new.most)
    }

    /// Follows blockers to their end: there is one, and not too many are met on the way.
    fn check_blockers(&self, start: &Definition) -> Result<(), DefinitionProblem> {
        let mut met: BTreeSet<&ResourceName> = BTreeSet::new();
        let mut next: Vec<&ResourceName> = start.blocks.iter().collect();
        while let Some(name) = next.pop() {
            if !met.insert(name) {
                continue;
            }
            if met.len() > DefinitionProblem::MAX_BLOCKERS_IN_ALL {
                let name = start.name.clone();
                return Err(DefinitionProblem::TooManyBlockersInAll(name));
            }
            let owner = self.owner(name.as_str());
            if *name == start.name || owner.is_some_and(|owner| owner.name == start.name) {
                return Err(DefinitionProblem::BlockerCycle(start.name.clone()));
            }
            next.extend(owner.into_iter().flat_map(|owner| owner.blocks.iter()));
        }
        Ok(())
    }

    /// Everything that needs it, at whatever distance.
    fn dependents(&self, start: &Definition) -> Vec<Arc<Definition>> {
        let mut found: BTreeMap<ResourceName, Arc<Definition>> = BTreeMap::new();
        let mut next: Vec<Arc<Definition>> = self.blocked_by(start);
        while let Some(definition) = next.pop() {
            if !found.contains_key(&definition.name) {
                next.extend(self.blocked_by(&definition));
                found.insert(definition.name.clone(), definition);
            }
        }
        found.into_values().collect()
    }

    /// What names it, or one of its slots, as a blocker.
    fn blocked_by(&self, definition: &Definition) -> Vec<Arc<Definition>> {
        let names = slots(definition).chain([definition.name.clone()]);
        let names: BTreeSet<ResourceName> = names.collect();
        let in_book = names
            .iter()
            .flat_map(|name| self.book.blocked_by(name.as_str()));
        let replaced = self.definitions.keys();
        let candidates = in_book.chain(replaced);
        candidates
            .filter_map(|candidate| self.definition(candidate.as_str()))
            .filter(|candidate| candidate.blocks.iter().any(|name| names.contains(name)))
            .cloned()
            .collect()
    }
}

/// The names of its slots, if it is a pool or was one.
fn slots(definition: &Definition) -> impl Iterator<Item = ResourceName> {
    let slots = definition.most.slots();
    let name = definition.name.clone();
    let slots = (0..slots).filter(move |_| slots > 1);
    slots.filter_map(move |index| slot_name(&name, index))
}
