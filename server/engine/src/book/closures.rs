use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use crate::{Closure, ResourceName, Time};

/// Lock delays that run, found by what they close, by what is above it, and by their end.
#[derive(Debug, Default)]
pub(crate) struct Closures {
    at: HashMap<ResourceName, Arc<Closure>>,
    below: HashMap<ResourceName, BTreeMap<(Time, ResourceName), Arc<Closure>>>,
    ends: BTreeMap<(Time, ResourceName), Arc<Closure>>,
}

impl Closures {
    /// Adds one to a node that has none.
    pub(crate) fn put(&mut self, closure: &Arc<Closure>) {
        let key = (closure.until, closure.node.clone());
        self.ends.insert(key.clone(), Arc::clone(closure));
        for ancestor in closure.path.names() {
            let below = self.below.entry(ancestor.clone()).or_default();
            below.insert(key.clone(), Arc::clone(closure));
        }
        self.at.insert(closure.node.clone(), Arc::clone(closure));
    }

    pub(crate) fn remove(&mut self, closure: &Closure) {
        let key = (closure.until, closure.node.clone());
        self.ends.remove(&key);
        for ancestor in closure.path.names() {
            if let Some(below) = self.below.get_mut(ancestor) {
                below.remove(&key);
                if below.is_empty() {
                    self.below.remove(ancestor);
                }
            }
        }
        self.at.remove(&closure.node);
    }

    pub(crate) fn at(&self, node: &str) -> Option<&Arc<Closure>> {
        self.at.get(node)
    }

    pub(crate) fn below(&self, name: &str) -> impl Iterator<Item = &Arc<Closure>> {
        let below = self.below.get(name).into_iter();
        below.flat_map(|below| below.values().rev())
    }

    pub(crate) fn due(&self, now: Time) -> impl Iterator<Item = &Arc<Closure>> {
        self.ends
            .values()
            .take_while(move |closure| closure.until <= now)
    }

    pub(crate) fn next(&self) -> Option<Time> {
        let ((until, _), _) = self.ends.first_key_value()?;
        Some(*until)
    }
}
