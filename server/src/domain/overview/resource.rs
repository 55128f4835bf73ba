use std::{collections::BTreeMap, sync::Arc};

use coop_engine::{
    Book as _, Definition, MemoryBook, Mode, Reservation, ResourceName, Side, Slot, Time,
};

use crate::{domain::Error, ledger::Ledger, model::TenantId};

/// Definitions whose places make the tree that is shown.
const IN_TREE: usize = 1_000;
/// Slots that are looked at for it: the writer does the looking, and everybody's reservations wait meanwhile.
const SLOTS_IN_TREE: usize = 10_000;

/// What a slot is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotState {
    /// Nobody holds it.
    Free,
    /// Somebody holds it.
    Held,
    /// Somebody holds it, and it lies beyond the capacity.
    Draining,
    /// A lock delay runs on it.
    Closed,
}

/// One unit of a resource.
#[derive(Debug)]
pub struct SlotView {
    /// The name that callers know it by.
    pub name: String,
    /// What it is doing.
    pub state: SlotState,
    /// Of those who hold it the one that ends first.
    pub holder: Option<Arc<Reservation>>,
    /// When it is held no longer, or open again. `None`: nobody knows.
    pub until: Option<Time>,
}

/// A definition and how it is used.
#[derive(Debug)]
pub struct ResourceView {
    /// The definition.
    pub definition: Arc<Definition>,
    /// Every slot that is given out, and those beyond that are held. What is no pool has one.
    pub slots: Vec<SlotView>,
}

/// A name that stands in the tree.
#[derive(Debug, PartialEq, Eq)]
pub struct TreePlace {
    /// Its ancestors, the topmost first, and itself.
    pub path: Vec<ResourceName>,
    /// Whether it has a definition.
    pub is_registered: bool,
    /// Whether it, or one of its slots, is held.
    pub is_held: bool,
}

/// Some of a tenant's definitions, in the order of their names.
#[derive(Debug)]
pub struct ResourcePage {
    /// They.
    pub resources: Vec<ResourceView>,
    /// How many there are in all.
    pub count: u64,
    /// After which name the next page begins; none at the end.
    pub next: Option<ResourceName>,
    /// The tree, each place after the one above it. Only with the first page.
    pub tree: Vec<TreePlace>,
    /// Whether there is more of the tree than that.
    pub is_tree_cut: bool,
}

/// At most `limit` definitions whose names come after `after`.
///
/// # Errors
/// When the book cannot be read.
pub async fn resources(
    ledger: &Ledger,
    tenant: TenantId,
    after: String,
    limit: usize,
) -> Result<ResourcePage, Error> {
    let look = move |book: &MemoryBook, now| {
        // One more than is shown tells whether there is another page.
        let mut found: Vec<_> = book.definitions_after(&after, limit + 1).cloned().collect();
        let is_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().map(|last| last.name.clone());
        let (tree, is_tree_cut) = if after.is_empty() {
            tree(book, now)
        } else {
            (Vec::new(), false)
        };
        ResourcePage {
            resources: found
                .into_iter()
                .map(|definition| view(book, definition, now))
                .collect(),
            count: book.definitions(),
            next: next.filter(|_| is_more),
            tree,
            is_tree_cut,
        }
    };
    Ok(ledger.look(tenant, look).await?)
}

/// One definition with its slots.
///
/// # Errors
/// [`Error::NotFound`] when there is no such definition; when the book cannot be read.
pub async fn resource(
    ledger: &Ledger,
    tenant: TenantId,
    name: ResourceName,
) -> Result<ResourceView, Error> {
    let look = move |book: &MemoryBook, now| {
        let definition = book.definition(name.as_str())?;
        Some(view(book, Arc::clone(definition), now))
    };
    ledger.look(tenant, look).await?.ok_or(Error::NotFound)
}

fn view(book: &MemoryBook, definition: Arc<Definition>, now: Time) -> ResourceView {
    let slots = slots(book, &definition, now);
    ResourceView { definition, slots }
}

fn slots(book: &MemoryBook, definition: &Definition, now: Time) -> Vec<SlotView> {
    let is_single = definition.most.slots() == 1;
    let each = (0..definition.most.slots()).filter_map(|index| {
        let node = definition.node(index)?;
        let holder = holder(book, node.as_str(), now);
        let closed = book.closure(node.as_str());
        let closed = closed.map(|closure| closure.until).filter(|end| *end > now);
        let is_given_out = index < definition.capacity.slots();
        let (state, until) = match (&holder, closed) {
            (Some(held), _) if is_given_out => (SlotState::Held, held.expires_at),
            (Some(held), _) => (SlotState::Draining, held.expires_at),
            (None, _) if !is_given_out => return None,
            (None, Some(end)) => (SlotState::Closed, Some(end)),
            (None, None) => (SlotState::Free, None),
        };
        let name = if is_single {
            node.to_string()
        } else {
            let pool = definition.name.clone();
            Slot { pool, index }.to_string()
        };
        Some(SlotView {
            name,
            state,
            holder,
            until,
        })
    });
    each.collect()
}

/// Of those who hold a node the one that ends first.
fn holder(book: &MemoryBook, node: &str, now: Time) -> Option<Arc<Reservation>> {
    let holders = |mode| book.holders(Side::At, node, mode);
    let mut held = Mode::ALL.into_iter().flat_map(holders);
    held.find(|held| !held.is_expired(now)).cloned()
}

/// Where the first definitions stand, in the order of the paths, and whether there are more.
fn tree(book: &MemoryBook, now: Time) -> (Vec<TreePlace>, bool) {
    let mut places: BTreeMap<Vec<ResourceName>, TreePlace> = BTreeMap::new();
    let mut is_cut = book.definitions() > IN_TREE as u64;
    let mut looked_at = 0;
    for definition in book.definitions_after("", IN_TREE) {
        let above = definition.tree_path.names();
        if above.is_empty() {
            continue;
        }
        if looked_at > SLOTS_IN_TREE {
            is_cut = true;
            break;
        }
        let mut path = Vec::with_capacity(above.len() + 1);
        for name in above.iter().chain([&definition.name]) {
            path.push(name.clone());
            if !places.contains_key(&path) {
                let known = book.definition(name.as_str());
                looked_at += known.map_or(1, |known| usize::from(known.most.slots()));
                places.insert(path.clone(), place(book, path.clone(), name, now));
            }
        }
    }
    (places.into_values().collect(), is_cut)
}

fn place(book: &MemoryBook, path: Vec<ResourceName>, name: &ResourceName, now: Time) -> TreePlace {
    let definition = book.definition(name.as_str());
    let is_held = match definition {
        Some(definition) => (0..definition.most.slots())
            .filter_map(|index| definition.node(index))
            .any(|node| holder(book, node.as_str(), now).is_some()),
        None => holder(book, name.as_str(), now).is_some(),
    };
    TreePlace {
        path,
        is_registered: definition.is_some(),
        is_held,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "a test that cannot go on fails there")]

    use coop_engine::{Capacity, Path, Revision};

    use super::*;

    fn book_of_pools(number: usize) -> MemoryBook {
        let name = |text: &str| ResourceName::parse(text).expect("a name");
        let thousand = Capacity::parse(Capacity::MAX).expect("a capacity");
        let pool = |index| Definition {
            name: name(&format!("pool{index:04}")),
            capacity: thousand,
            most: thousand,
            blocks: Vec::new().into(),
            tree_path: Path::new(vec![name("site")]),
            lock_delay: None,
        };
        let mut book = MemoryBook::new(Revision::new(0), Time::from_micros(0));
        book.restore_definitions((0..number).map(pool))
            .expect("they fit");
        book
    }

    #[test]
    fn a_tree_of_large_pools_is_cut_before_it_holds_everybody_up() {
        let now = Time::from_micros(0);
        let (places, is_cut) = tree(&book_of_pools(5), now);
        assert_eq!(places.len(), 6, "each pool, and what they stand under");
        assert!(!is_cut);
        let (places, is_cut) = tree(&book_of_pools(500), now);
        assert_eq!(places.len(), 1 + SLOTS_IN_TREE / usize::from(Capacity::MAX));
        assert!(is_cut);
    }
}
