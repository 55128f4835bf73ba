use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    iter,
    sync::Arc,
};

use crate::{Definition, ResourceName};

/// A tenant's definitions, and what follows from all of them together.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    /// In the order of their names, because lists show them so.
    pub(super) definitions: BTreeMap<ResourceName, Arc<Definition>>,
    pub(super) places: HashMap<ResourceName, Place>,
    pub(super) blocked_by: HashMap<ResourceName, BTreeSet<ResourceName>>,
}

/// Where a name stands in the tree. It stands there as long as a definition says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What it stands under; `None`: nothing.
    pub parent: Option<ResourceName>,
    /// How many definitions say so: its own, and those of everything below it.
    pub mentions: usize,
}

/// What a definition says about the tree: names and what they stand under, the topmost first.
pub(crate) fn mentions(
    definition: &Definition,
) -> impl Iterator<Item = (&ResourceName, Option<&ResourceName>)> {
    let path = definition.tree_path.names();
    let itself = (!path.is_empty()).then_some(&definition.name);
    let names = path.iter().chain(itself);
    names.zip(iter::once(None).chain(path.iter().map(Some)))
}

impl Catalogue {
    /// Adds a definition. Answers whether it fits in.
    #[must_use]
    pub(super) fn add(&mut self, definition: &Arc<Definition>) -> bool {
        let is_elsewhere = |(name, parent): (&ResourceName, Option<&ResourceName>)| {
            let place = self.places.get(name);
            place.is_some_and(|place| place.parent.as_ref() != parent)
        };
        if self.definitions.contains_key(&definition.name) || mentions(definition).any(is_elsewhere)
        {
            return false;
        }
        for (name, parent) in mentions(definition) {
            let place = self.places.entry(name.clone()).or_insert_with(|| Place {
                parent: parent.cloned(),
                mentions: 0,
            });
            place.mentions += 1;
        }
        for blocker in &*definition.blocks {
            let blocked = self.blocked_by.entry(blocker.clone()).or_default();
            blocked.insert(definition.name.clone());
        }
        let name = definition.name.clone();
        self.definitions.insert(name, Arc::clone(definition));
        true
    }

    /// Removes a definition. Answers whether just that was there.
    #[must_use]
    pub(super) fn remove(&mut self, definition: &Definition) -> bool {
        if self.definitions.get(&definition.name).map(|known| &**known) != Some(definition) {
            return false;
        }
        self.definitions.remove(&definition.name);
        for (name, _) in mentions(definition) {
            if let Some(place) = self.places.get_mut(name) {
                place.mentions -= 1;
                if place.mentions == 0 {
                    self.places.remove(name);
                }
            }
        }
        for blocker in &*definition.blocks {
            if let Some(blocked) = self.blocked_by.get_mut(blocker) {
                blocked.remove(&definition.name);
                if blocked.is_empty() {
                    self.blocked_by.remove(blocker);
                }
            }
        }
        true
    }
}
