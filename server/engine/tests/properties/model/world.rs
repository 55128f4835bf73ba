//! What names mean, found by looking through all definitions every time.

use std::collections::{BTreeMap, BTreeSet};

use coop_engine::RegisterItem;

/// One definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    pub capacity: u16,
    pub most: u16,
    pub blocks: Vec<String>,
    pub path: Vec<String>,
    pub delay: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct World(pub BTreeMap<String, Known>);

/// What a name stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// A thing of its own.
    Thing(String),
    /// This slot of this pool.
    Slot(String, u16),
    /// Any slot of this pool.
    Pool(String),
}

pub fn node_of_slot(pool: &str, index: u16) -> String {
    if index == 0 {
        pool.to_owned()
    } else {
        format!("{pool}_{index}")
    }
}

impl World {
    pub fn meaning(&self, name: &str) -> Meaning {
        if let Some(known) = self.0.get(name) {
            return if known.capacity > 1 {
                Meaning::Pool(name.to_owned())
            } else {
                Meaning::Thing(name.to_owned())
            };
        }
        for (pool, known) in self.0.iter().filter(|(_, known)| known.most > 1) {
            for index in 0..known.most {
                if name == format!("{pool}_{index}") {
                    return Meaning::Slot(pool.clone(), index);
                }
            }
        }
        Meaning::Thing(name.to_owned())
    }

    /// The name of the definition that tells about a name.
    pub fn owner(&self, name: &str) -> String {
        match self.meaning(name) {
            Meaning::Thing(name) | Meaning::Slot(name, _) | Meaning::Pool(name) => name,
        }
    }

    pub fn node(&self, name: &str) -> Option<String> {
        match self.meaning(name) {
            Meaning::Thing(name) => Some(name),
            Meaning::Slot(pool, index) => Some(node_of_slot(&pool, index)),
            Meaning::Pool(_) => None,
        }
    }

    /// The nodes of all slots there ever were.
    pub fn nodes(&self, owner: &str) -> Vec<String> {
        let most = self.0.get(owner).map_or(1, |known| known.most);
        (0..most).map(|index| node_of_slot(owner, index)).collect()
    }

    /// What stands above a name, by whatever definition says so.
    pub fn path(&self, name: &str) -> Vec<String> {
        let owner = self.owner(name);
        let found = self.0.iter().find_map(|(itself, known)| {
            let full = full(itself, known);
            let place = full.iter().position(|step| *step == owner)?;
            Some(full[..place].to_vec())
        });
        found.unwrap_or_default()
    }

    /// The name and everything that it needs.
    pub fn needs(&self, name: &str) -> Vec<String> {
        let mut needs = vec![name.to_owned()];
        let mut at = 0;
        while at < needs.len() {
            let owner = self.owner(&needs[at]);
            for blocker in self.0.get(&owner).map_or(&[][..], |known| &known.blocks) {
                if !needs.contains(blocker) {
                    needs.push(blocker.clone());
                }
            }
            at += 1;
        }
        needs
    }

    pub fn is_registered(&self, name: &str) -> bool {
        self.0.contains_key(&self.owner(name))
            || self
                .0
                .iter()
                .any(|(itself, known)| full(itself, known).iter().any(|step| step == name))
    }

    /// The world with these definitions in it, whether or not that makes sense.
    pub fn with(&self, items: &[RegisterItem]) -> Self {
        let mut world = self.clone();
        for item in items {
            let name = item.name.to_string();
            let capacity = item.capacity.slots();
            let before = self.0.get(&name).map_or(0, |known| known.most);
            let mut blocks: Vec<String> = Vec::new();
            for blocker in item.blocks.iter().map(ToString::to_string) {
                if !blocks.contains(&blocker) {
                    blocks.push(blocker);
                }
            }
            let known = Known {
                capacity,
                most: capacity.max(before),
                blocks,
                path: item
                    .tree_path
                    .names()
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
                delay: item.lock_delay.map(coop_engine::Ttl::as_micros),
            };
            world.0.insert(name, known);
        }
        world
    }

    /// Whether all of it can be so at the same time.
    pub fn makes_sense(&self) -> bool {
        let mut prefixes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (itself, known) in &self.0 {
            let full = full(itself, known);
            if full.iter().collect::<BTreeSet<_>>().len() < full.len() {
                return false;
            }
            for (place, step) in full.iter().enumerate() {
                let prefix = full[..place].to_vec();
                if *prefixes.entry(step.clone()).or_insert(prefix.clone()) != prefix {
                    return false;
                }
            }
        }
        let slots = self.0.iter().filter(|(_, known)| known.most > 1);
        let mut slots = slots
            .flat_map(|(pool, known)| (0..known.most).map(move |index| format!("{pool}_{index}")));
        if slots.any(|slot| self.0.contains_key(&slot) || prefixes.contains_key(&slot)) {
            return false;
        }
        self.0.keys().all(|name| {
            let known = &self.0[name];
            known.blocks.iter().all(|blocker| {
                let mut met = self.needs(blocker).into_iter();
                met.all(|need| self.owner(&need) != *name)
            })
        })
    }

    /// Whether this takes something else by the other world.
    pub fn differs(&self, other: &Self, name: &str) -> bool {
        let blocks = |world: &Self| {
            let known = world.0.get(&world.owner(name));
            known.map(|known| known.blocks.clone()).unwrap_or_default()
        };
        self.path(name) != other.path(name)
            || blocks(self) != blocks(other)
            || self.is_first_slot(name) != other.is_first_slot(name)
    }

    fn is_first_slot(&self, name: &str) -> bool {
        matches!(self.meaning(name), Meaning::Slot(_, 0))
    }
}

/// A definition's whole path, itself included; nothing if it says nothing.
fn full(itself: &str, known: &Known) -> Vec<String> {
    let mut full = known.path.clone();
    if !full.is_empty() {
        full.push(itself.to_owned());
    }
    full
}
