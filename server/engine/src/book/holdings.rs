use std::{
    collections::{BTreeMap, HashMap, hash_map::Entry},
    sync::Arc,
};

use super::Side;
use crate::{Mode, Principal, Reservation, ResourceName, Revision, Time};

/// Reservations, found by whatever they hold.
///
/// Callers choose the names, so the hash is one that they cannot aim at. Nothing depends on the order.
#[derive(Debug, Default)]
pub(crate) struct Holdings(HashMap<ResourceName, Node>);

/// What there is under a name: one of the two. A million names have one exclusive reservation each and nothing else, so
/// that is kept small.
#[derive(Debug, Default)]
struct Node {
    plain: Option<Arc<Reservation>>,
    crowd: Option<Box<Crowd>>,
}

#[derive(Debug, Default)]
struct Crowd {
    asked: HashMap<Principal, Arc<Reservation>>,
    at: Group,
    below: Group,
}

/// Holds by their mode.
#[derive(Debug, Default)]
struct Group {
    exclusive: Ends,
    shared: Ends,
}

/// Holds in the order of their end, and how many there are of whom.
#[derive(Debug, Default)]
struct Ends {
    in_order: BTreeMap<(Time, Revision), Counted>,
    of: HashMap<Principal, usize>,
    all: usize,
}

/// A reservation and how many of its holds are meant: several, where it holds more than one thing below a name.
#[derive(Debug)]
struct Counted {
    reservation: Arc<Reservation>,
    times: usize,
}

impl Holdings {
    pub(crate) fn reserve(&mut self, additional: usize) {
        self.0.reserve(additional);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is anything under this name.
    pub(crate) fn is_known(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Adds a reservation of a name under which there is nothing yet, and which holds nothing else. Answers whether it
    /// was one. Most are, and for them one look has to do.
    pub(crate) fn put_alone(&mut self, reservation: &Arc<Reservation>) -> bool {
        if !is_plain(reservation) {
            return false;
        }
        let Entry::Vacant(place) = self.0.entry(reservation.resource.clone()) else {
            return false;
        };
        place.insert(Node {
            plain: Some(Arc::clone(reservation)),
            crowd: None,
        });
        true
    }

    /// Takes such a reservation away. Answers whether just that was there.
    pub(crate) fn take_alone(&mut self, reservation: &Arc<Reservation>) -> bool {
        let Entry::Occupied(place) = self.0.entry(reservation.resource.clone()) else {
            return false;
        };
        // The same in everything, which for the usual case, the same pointer, costs nothing.
        let is_it = place.get().plain.as_ref() == Some(reservation);
        if is_it {
            place.remove();
        }
        is_it
    }

    pub(crate) fn put(&mut self, reservation: &Arc<Reservation>) {
        if !self.put_alone(reservation) {
            self.put_into_crowd(reservation);
        }
    }

    fn put_into_crowd(&mut self, reservation: &Arc<Reservation>) {
        let asked = &mut self.crowd(&reservation.resource).asked;
        asked.insert(reservation.principal.clone(), Arc::clone(reservation));
        for held in reservation.holds() {
            self.crowd(held.node)
                .at
                .of(reservation.mode)
                .add(reservation);
            for ancestor in held.path {
                let below = &mut self.crowd(ancestor).below;
                below.of(reservation.mode).add(reservation);
            }
        }
    }

    pub(crate) fn remove(&mut self, reservation: &Arc<Reservation>) {
        if self.take_alone(reservation) {
            return;
        }
        self.with_crowd(&reservation.resource, |crowd| {
            crowd.asked.remove(&reservation.principal);
        });
        for held in reservation.holds() {
            self.with_crowd(held.node, |crowd| {
                crowd.at.of(reservation.mode).take(reservation);
            });
            for ancestor in held.path {
                self.with_crowd(ancestor, |crowd| {
                    crowd.below.of(reservation.mode).take(reservation);
                });
            }
        }
    }

    /// The one that holds just this name, exclusively.
    pub(crate) fn plain(&self, name: &str) -> Option<&Arc<Reservation>> {
        self.0.get(name)?.plain.as_ref()
    }

    pub(crate) fn asked(&self, name: &str, principal: &Principal) -> Option<&Arc<Reservation>> {
        let node = self.0.get(name)?;
        let plain = node.plain.as_ref();
        plain
            .filter(|held| held.principal == *principal)
            .or_else(|| node.crowd.as_ref()?.asked.get(principal))
    }

    pub(crate) fn all_asked(&self, name: &str) -> impl Iterator<Item = &Arc<Reservation>> {
        self.0.get(name).into_iter().flat_map(Node::asked)
    }

    /// All there are.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Reservation>> {
        self.0.values().flat_map(Node::asked)
    }

    pub(crate) fn holders(
        &self,
        side: Side,
        name: &str,
        mode: Mode,
    ) -> impl Iterator<Item = &Arc<Reservation>> {
        let node = self.0.get(name);
        let plain = node.and_then(|node| node.plain.as_ref());
        let crowd = node.and_then(|node| node.crowd.as_ref());
        let in_order = crowd
            .into_iter()
            .flat_map(move |crowd| crowd.ends(side, mode).in_order.values());
        plain
            .filter(|_| is_seen(side, mode))
            .into_iter()
            .chain(in_order.map(|counted| &counted.reservation))
    }

    pub(crate) fn count(
        &self,
        side: Side,
        name: &str,
        mode: Mode,
        of: Option<&Principal>,
    ) -> usize {
        let Some(node) = self.0.get(name) else {
            return 0;
        };
        if let Some(held) = &node.plain {
            let is_meant = of.is_none_or(|principal| held.principal == *principal);
            return usize::from(is_seen(side, mode) && is_meant);
        }
        node.crowd.as_ref().map_or(0, |crowd| {
            let ends = crowd.ends(side, mode);
            of.map_or(ends.all, |principal| {
                ends.of.get(principal).copied().unwrap_or_default()
            })
        })
    }

    fn crowd(&mut self, name: &ResourceName) -> &mut Crowd {
        self.0.entry(name.clone()).or_default().as_crowd()
    }

    /// Takes something out of a crowd, and the crowd away when nothing is left.
    fn with_crowd(&mut self, name: &ResourceName, take: impl FnOnce(&mut Crowd)) {
        let node = self.0.get_mut(name);
        let Some(crowd) = node.and_then(|node| node.crowd.as_mut()) else {
            return;
        };
        take(crowd);
        if crowd.is_empty() {
            self.0.remove(name);
        }
    }
}

/// Whether it holds its own name exclusively and nothing else.
fn is_plain(reservation: &Reservation) -> bool {
    reservation.mode == Mode::Exclusive && reservation.holds.is_plain()
}

/// Whether a plain reservation is seen there.
fn is_seen(side: Side, mode: Mode) -> bool {
    side == Side::At && mode == Mode::Exclusive
}

impl Node {
    fn asked(&self) -> impl Iterator<Item = &Arc<Reservation>> {
        let crowd = self.crowd.iter().flat_map(|crowd| crowd.asked.values());
        self.plain.iter().chain(crowd)
    }

    fn as_crowd(&mut self) -> &mut Crowd {
        let crowd = self.crowd.get_or_insert_default();
        if let Some(held) = self.plain.take() {
            crowd.at.exclusive.add(&held);
            crowd.asked.insert(held.principal.clone(), held);
        }
        crowd
    }
}

impl Crowd {
    fn ends(&self, side: Side, mode: Mode) -> &Ends {
        let group = match side {
            Side::At => &self.at,
            Side::Below => &self.below,
        };
        match mode {
            Mode::Exclusive => &group.exclusive,
            Mode::Shared => &group.shared,
        }
    }

    fn is_empty(&self) -> bool {
        self.asked.is_empty()
            && [Side::At, Side::Below].into_iter().all(|side| {
                Mode::ALL
                    .into_iter()
                    .all(|mode| self.ends(side, mode).all == 0)
            })
    }
}

impl Group {
    fn of(&mut self, mode: Mode) -> &mut Ends {
        match mode {
            Mode::Exclusive => &mut self.exclusive,
            Mode::Shared => &mut self.shared,
        }
    }
}

impl Ends {
    fn add(&mut self, reservation: &Arc<Reservation>) {
        let counted = self
            .in_order
            .entry(reservation.end())
            .or_insert_with(|| Counted {
                reservation: Arc::clone(reservation),
                times: 0,
            });
        counted.times += 1;
        *self.of.entry(reservation.principal.clone()).or_default() += 1;
        self.all += 1;
    }

    fn take(&mut self, reservation: &Reservation) {
        let end = reservation.end();
        let Some(counted) = self.in_order.get_mut(&end) else {
            return;
        };
        counted.times -= 1;
        if counted.times == 0 {
            self.in_order.remove(&end);
        }
        if let Some(held) = self.of.get_mut(&reservation.principal) {
            *held -= 1;
            if *held == 0 {
                self.of.remove(&reservation.principal);
            }
        }
        self.all -= 1;
    }
}
