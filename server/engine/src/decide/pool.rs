//! Slots.

use std::{collections::HashMap, fmt::Write as _, sync::Arc};

use super::{draft::Draft, find};
use crate::{Book, Definition, Hold, Mode, Principal, ResourceName, Side, Slot, Ticket, Want};

/// A pool, looked through once.
pub(super) struct Pool {
    /// Slots that somebody holds, those beyond the capacity included.
    in_use: usize,
    /// Slots that nobody holds and no lock delay closes, in order.
    free: Vec<u16>,
    /// The lowest slot that each principal holds.
    own: HashMap<Principal, u16>,
}

impl Pool {
    /// How many slots may be had.
    pub(super) fn free_slots(&self, definition: &Definition) -> u16 {
        let left = usize::from(definition.capacity.slots()).saturating_sub(self.in_use);
        u16::try_from(left.min(self.free.len())).unwrap_or(u16::MAX)
    }
}

impl<B: Book> Draft<'_, B> {
    /// Looks through a pool, which costs its slots, unless that was done since the last change.
    pub(super) fn pool(&mut self, definition: &Arc<Definition>) -> Arc<Pool> {
        if let Some(known) = self.pools.get(&definition.name) {
            return Arc::clone(known);
        }
        let pool = Arc::new(look_through(self, definition));
        self.pools
            .insert(definition.name.clone(), Arc::clone(&pool));
        pool
    }

    /// Whether anybody holds just that.
    pub(super) fn is_held(&self, node: &str) -> bool {
        Mode::ALL
            .into_iter()
            .any(|mode| self.count(Side::At, node, mode, None) > 0)
    }
}

fn look_through<B: Book>(draft: &Draft<'_, B>, definition: &Definition) -> Pool {
    let mut pool = Pool {
        in_use: 0,
        free: Vec::new(),
        own: HashMap::new(),
    };
    let mut node = definition.name.as_str().to_owned();
    for index in 0..definition.most.slots() {
        if index > 0 {
            node.truncate(definition.name.as_str().len());
            // Writing to a text does not fail.
            let _ = write!(node, "_{index}");
        }
        let may_be_given = index < definition.capacity.slots();
        if draft.is_held(&node) {
            pool.in_use += 1;
            for mode in Mode::ALL {
                for held in draft
                    .holders(Side::At, &node, mode)
                    .filter(|_| may_be_given)
                {
                    pool.own.entry(held.principal.clone()).or_insert(index);
                }
            }
        } else if may_be_given && !draft.is_closed(&node) {
            pool.free.push(index);
        }
    }
    pool
}

/// The slot that a name of a pool, or of one of its slots, stands for: the one it names, the one that the principal
/// holds already, or the lowest free one. `None`: it cannot be had.
pub(super) fn take<B: Book>(
    draft: &mut Draft<'_, B>,
    who: Option<&Principal>,
    (definition, named): (&Arc<Definition>, Option<u16>),
    want: &Want,
    taken: &[Hold],
    ahead: &[Arc<Ticket>],
) -> Option<Hold> {
    let pool = draft.pool(definition);
    let taken = || {
        taken.iter().filter_map(|hold| {
            let slot = hold.slot.as_ref()?;
            (slot.pool == definition.name).then_some((slot.index, hold))
        })
    };
    let twice = taken().find(|(index, _)| named.is_none_or(|named| named == *index));
    if let Some((_, hold)) = twice {
        return Some(hold.clone());
    }
    let hold = |index| {
        Some(Hold {
            node: definition.node(index)?,
            slot: Some(Slot {
                pool: definition.name.clone(),
                index,
            }),
            path: want.path.clone(),
            lock_delay: definition.lock_delay,
        })
    };
    if named.is_some_and(|named| named >= definition.capacity.slots()) {
        return None;
    }
    let is_open = |draft: &Draft<'_, B>, hold: &Hold| {
        find::is_open(draft, who, &hold.node, &want.path, want.mode, ahead)
    };
    let own = who.and_then(|who| match named {
        None => pool.own.get(who).copied(),
        Some(named) => {
            let node = definition.node(named)?;
            let count = |mode| draft.count(Side::At, node.as_str(), mode, Some(who));
            Mode::ALL
                .into_iter()
                .any(|mode| count(mode) > 0)
                .then_some(named)
        }
    });
    if let Some(own) = own.and_then(hold).filter(|own| is_open(draft, own)) {
        return Some(own);
    }
    if pool.free.is_empty() {
        return None;
    }
    let claims = Claims::on(draft, &pool, definition, who, ahead);
    let is_left =
        |index: &u16| !claims.slots.contains(index) && taken().all(|(taken, _)| taken != *index);
    let left: Vec<u16> = pool.free.iter().copied().filter(is_left).collect();
    let new = taken().filter(|(index, _)| pool.free.contains(index));
    let used = pool.in_use + new.count() + claims.slots.len();
    let places = usize::from(definition.capacity.slots()).saturating_sub(used);
    let open: Vec<u16> = left
        .into_iter()
        // Nothing but the first slot's name can have something below it in a tree.
        .filter(|index| *index > 0 || hold(0).is_some_and(|first| is_open(draft, &first)))
        .collect();
    if open.len().min(places) <= claims.any {
        return None;
    }
    let index = named.or(open.first().copied())?;
    hold(index).filter(|hold| open.contains(&index) && is_open(draft, hold))
}

/// What those ahead in the line have a right to.
struct Claims {
    /// How many slots, whichever they are.
    any: usize,
    /// These free slots.
    slots: Vec<u16>,
}

impl Claims {
    fn on<B: Book>(
        draft: &Draft<'_, B>,
        pool: &Pool,
        definition: &Definition,
        who: Option<&Principal>,
        ahead: &[Arc<Ticket>],
    ) -> Self {
        let mut claims = Self {
            any: 0,
            slots: Vec::new(),
        };
        for ticket in ahead.iter().filter(|ticket| who != Some(&ticket.principal)) {
            let has_one = pool.own.contains_key(&ticket.principal);
            let wants = ticket.wants.iter();
            let owners = wants.filter_map(|want| draft.owner(want.name.as_str()));
            let here = owners.filter(|(owner, _)| owner.name == definition.name);
            let mut claims_any = false;
            for (_, index) in here {
                match index {
                    None => claims_any |= !has_one,
                    Some(index) if pool.free.contains(&index) && !claims.slots.contains(&index) => {
                        claims.slots.push(index);
                    }
                    Some(_) => {}
                }
            }
            claims.any += usize::from(claims_any);
        }
        claims
    }
}

/// The slots whose holders stand in the way of a free one, by node and the name that callers know.
pub(super) fn nodes(definition: &Definition) -> impl Iterator<Item = (ResourceName, String)> {
    let slots = 0..definition.most.slots();
    slots.filter_map(|index| {
        let name = Slot {
            pool: definition.name.clone(),
            index,
        };
        Some((definition.node(index)?, name.to_string()))
    })
}
