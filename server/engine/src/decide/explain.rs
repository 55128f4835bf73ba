//! Why something cannot be had.

use std::sync::Arc;

use super::{draft::Draft, find, pool, wants::Wants};
use crate::{
    Book, By, Definition, Hold, Mode, Obstacle, Principal, Refusal, RefusalStatus, Relation,
    Reservation, ResourceName, Side, Slot, Ticket, Want,
};

/// Obstacles of one sort that are looked at, and about how many of all sorts are told.
const MOST: usize = 10;

/// What can never be had, whoever holds what.
pub(super) fn invalid<B: Book>(
    draft: &Draft<'_, B>,
    name: &ResourceName,
    wants: &Wants,
) -> Option<RefusalStatus> {
    let is_registered =
        || draft.owner(name.as_str()).is_some() || draft.place(name.as_str()).is_some();
    if draft.limits.requires_registration && !is_registered() {
        return Some(RefusalStatus::NotRegistered);
    }
    let is_shared_slot = |want: &Want| {
        let owner = draft.owner(want.name.as_str());
        want.mode == Mode::Shared
            && owner.is_some_and(|(definition, index)| definition.is_pool() || index.is_some())
    };
    wants
        .iter()
        .any(is_shared_slot)
        .then_some(RefusalStatus::SharedPool)
}

/// The principal holds it already, in the other mode.
pub(super) fn other_mode(name: &ResourceName, own: &Arc<Reservation>) -> Refusal {
    Refusal {
        obstacles: vec![Obstacle {
            needed: name.clone(),
            found: own.resource.to_string(),
            relation: Relation::OtherMode,
            by: By::Reservation(Arc::clone(own)),
        }],
        ..Refusal::plainly(RefusalStatus::NotAvailable)
    }
}

/// Everything that stands in the way. `is_waiting` is whether the one who asks is in the line.
pub(super) fn refusal<'w, B: Book>(
    draft: &mut Draft<'_, B>,
    who: Option<&Principal>,
    name: &ResourceName,
    wants: &(impl Iterator<Item = &'w Want> + Clone),
    ahead: &[Arc<Ticket>],
    is_waiting: bool,
) -> Refusal {
    let mut taken: Vec<Hold> = Vec::new();
    let mut obstacles = Vec::new();
    for want in wants.clone() {
        if let Some(hold) = find::one(draft, who, want, &taken, ahead) {
            taken.push(hold);
            continue;
        }
        let mut look = Look {
            draft,
            who,
            mode: want.mode,
            want,
            ahead,
            found: Vec::new(),
        };
        look.everywhere();
        obstacles.append(&mut look.found);
    }
    let is_itself = |obstacle: &Obstacle| {
        obstacle.needed == *name
            && obstacle.relation == Relation::Itself
            && matches!(obstacle.by, By::Reservation(_))
    };
    let status = if obstacles.iter().any(is_itself) {
        RefusalStatus::AlreadyHeld
    } else {
        RefusalStatus::NotAvailable
    };
    let before = ahead_of(draft, who, wants, ahead);
    Refusal {
        status,
        obstacles: shortened(obstacles),
        position: (is_waiting || before > 0).then_some(before + 1),
        cycle: Vec::new(),
    }
}

/// How many of those ahead wait for any of it.
fn ahead_of<'w, B: Book>(
    draft: &Draft<'_, B>,
    who: Option<&Principal>,
    wants: &(impl Iterator<Item = &'w Want> + Clone),
    ahead: &[Arc<Ticket>],
) -> usize {
    let pool_of = |want: &Want| {
        let (definition, _) = draft.owner(want.name.as_str())?;
        definition.is_pool().then_some(&definition.name)
    };
    let is_in_the_way = |ticket: &&Arc<Ticket>| {
        wants.clone().any(|want| {
            let node = draft.node(&want.name);
            let mut pools = ticket.wants.iter().filter_map(pool_of);
            who != Some(&ticket.principal)
                && (pool_of(want).is_some_and(|pool| pools.any(|claimed| claimed == pool))
                    || find::claims(
                        draft,
                        ticket,
                        who,
                        node.as_ref().unwrap_or(&want.name),
                        &want.path,
                        want.mode,
                    ))
        })
    };
    ahead.iter().filter(is_in_the_way).count()
}

/// What ends first first, and of many at least one of each kind.
fn shortened(mut obstacles: Vec<Obstacle>) -> Vec<Obstacle> {
    obstacles.sort_by_key(Obstacle::ends);
    let mut kept: Vec<Obstacle> = Vec::new();
    for obstacle in obstacles {
        let is_of_its_kind = |other: &Obstacle| {
            other.needed == obstacle.needed
                && other.relation == obstacle.relation
                && std::mem::discriminant(&other.by) == std::mem::discriminant(&obstacle.by)
        };
        if kept.len() < MOST || !kept.iter().any(is_of_its_kind) {
            kept.push(obstacle);
        }
    }
    kept
}

/// A look around for what keeps somebody from what is wanted.
struct Look<'l, 'a, B> {
    draft: &'l Draft<'a, B>,
    who: Option<&'l Principal>,
    /// In which mode it is to be held.
    mode: Mode,
    want: &'l Want,
    ahead: &'l [Arc<Ticket>],
    found: Vec<Obstacle>,
}

impl<B: Book> Look<'_, '_, B> {
    fn everywhere(&mut self) {
        let draft = self.draft;
        let name = &self.want.name;
        let owner = draft.owner(name.as_str());
        match owner {
            Some((definition, None)) if definition.is_pool() => self.slots(definition, 0),
            Some((definition, None)) => {
                self.at(name, &name.to_string(), Relation::Itself);
                self.below(name);
                // Slots from when it was a pool.
                self.slots(definition, 1);
            }
            Some((definition, Some(index))) => {
                let slot = Slot {
                    pool: definition.name.clone(),
                    index,
                };
                if index >= definition.capacity.slots() {
                    self.add(slot.to_string(), Relation::Itself, By::Capacity);
                }
                if let Some(node) = definition.node(index) {
                    let before = self.found.len();
                    self.at(&node, &slot.to_string(), Relation::Itself);
                    self.below(&node);
                    if self.found.len() == before {
                        self.slots(definition, 0);
                    }
                }
            }
            None => {
                self.at(name, &name.to_string(), Relation::Itself);
                self.below(name);
            }
        }
        for ancestor in self.want.path.names() {
            self.at(ancestor, ancestor.as_str(), Relation::Ancestor);
        }
        self.line();
    }

    /// The slots from this one on, when none of them is left.
    fn slots(&mut self, definition: &Definition, from: usize) {
        let who = self.who;
        let capacity = usize::from(definition.capacity.slots());
        for (index, (node, name)) in pool::nodes(definition).enumerate().skip(from) {
            // A slot that drains keeps out even the one who holds it, and in every mode.
            let drains = index >= capacity;
            self.who = who.filter(|_| !drains);
            self.mode = if drains {
                Mode::Exclusive
            } else {
                self.want.mode
            };
            self.at(&node, &name, Relation::Slot);
        }
        (self.who, self.mode) = (who, self.want.mode);
        self.below(&definition.name);
    }

    fn at(&mut self, node: &ResourceName, name: &str, relation: Relation) {
        self.holders(Side::At, node, |_| name.to_owned(), relation);
        if let Some(closure) = self.draft.closure(node.as_str()) {
            self.add(name.to_owned(), relation, By::LockDelay(closure.until));
        }
    }

    fn below(&mut self, name: &ResourceName) {
        let found = |held: &Reservation| {
            let mut below = held.holds().filter(|held| held.path.contains(name));
            below.next().map_or_else(String::new, |held| held.name())
        };
        self.holders(Side::Below, name, found, Relation::Descendant);
        let draft = self.draft;
        for closure in draft.closures_below(name.as_str()).take(MOST) {
            let by = By::LockDelay(closure.until);
            self.add(closure.node.to_string(), Relation::Descendant, by);
        }
    }

    fn holders(
        &mut self,
        side: Side,
        name: &ResourceName,
        found: impl Fn(&Reservation) -> String,
        relation: Relation,
    ) {
        let draft = self.draft;
        let who = self.who;
        for mode in Mode::ALL {
            if !mode.excludes(self.mode) {
                continue;
            }
            let others = draft
                .holders(side, name.as_str(), mode)
                .filter(|held| who != Some(&held.principal));
            for held in others.take(MOST) {
                self.add(found(held), relation, By::Reservation(Arc::clone(held)));
            }
        }
    }

    /// Who is ahead in the line with a right to it.
    fn line(&mut self) {
        let want = self.want;
        let node = self.draft.node(&want.name);
        let pool = self.draft.owner(want.name.as_str()).map(|(pool, _)| pool);
        for ticket in self.ahead {
            let wants_slot = |claim: &Want| {
                let claimed = self.draft.owner(claim.name.as_str()).map(|(pool, _)| pool);
                claimed.is_some() && claimed == pool
            };
            let node = node.as_ref().unwrap_or(&want.name);
            let claims = find::claims(self.draft, ticket, self.who, node, &want.path, want.mode)
                || (self.who != Some(&ticket.principal) && ticket.wants.iter().any(wants_slot));
            if claims {
                let by = By::Waiter(ticket.principal.clone());
                self.add(want.name.to_string(), Relation::Itself, by);
            }
            if self.found.len() >= 4 * MOST {
                break;
            }
        }
    }

    fn add(&mut self, found: String, relation: Relation, by: By) {
        self.found.push(Obstacle {
            needed: self.want.name.clone(),
            found,
            relation,
            by,
        });
    }
}
