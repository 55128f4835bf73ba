//! A book whose answers have nothing to do with each other.

use std::sync::Arc;

use coop_engine::{
    Ask, Book, Capacity, Closure, Definition, Holds, IssuerId, Listener, Mode, Path, Place,
    Principal, ReleaseToken, Reservation, ReserveItem, ResourceName, Revision, Side, Ticket,
    TicketId, Time, Ttl, WaiterId, Want,
};
use proptest::{collection::vec, option, prelude::*};

use crate::steps::{requester_named, resource_named};

#[derive(Debug)]
pub struct Liar {
    revision: u64,
    last_now: i64,
    active: u64,
    holders: Vec<Arc<Reservation>>,
    due: Vec<Arc<Reservation>>,
    definitions: Vec<Arc<Definition>>,
    closures: Vec<Arc<Closure>>,
    places: Vec<Place>,
    tickets: Vec<Arc<Ticket>>,
}

impl Book for Liar {
    fn revision(&self) -> Revision {
        Revision::new(self.revision)
    }

    fn last_now(&self) -> Time {
        Time::from_micros(self.last_now)
    }

    fn active(&self) -> u64 {
        self.active
    }

    fn active_of(&self, _: &Principal) -> u64 {
        self.active
    }

    fn is_known(&self, name: &str) -> bool {
        !name.len().is_multiple_of(5)
    }

    fn asked(&self, name: &str, _: &Principal) -> Option<&Arc<Reservation>> {
        some(&self.holders, name)
    }

    fn all_asked(&self, _: &str) -> impl Iterator<Item = &Arc<Reservation>> {
        self.holders.iter()
    }

    fn holders(&self, _: Side, _: &str, _: Mode) -> impl Iterator<Item = &Arc<Reservation>> {
        self.holders.iter()
    }

    fn count(&self, _: Side, name: &str, _: Mode, of: Option<&Principal>) -> usize {
        let sum = name.bytes().map(usize::from).sum::<usize>();
        sum % (if of.is_some() { 2 } else { 3 })
    }

    fn due(&self, _: Time) -> impl Iterator<Item = &Arc<Reservation>> {
        self.due.iter()
    }

    fn closure(&self, node: &str) -> Option<&Arc<Closure>> {
        some(&self.closures, node)
    }

    fn closures_below(&self, _: &str) -> impl Iterator<Item = &Arc<Closure>> {
        self.closures.iter()
    }

    fn closures_due(&self, _: Time) -> impl Iterator<Item = &Arc<Closure>> {
        self.closures.iter()
    }

    fn definition(&self, name: &str) -> Option<&Arc<Definition>> {
        some(&self.definitions, name)
    }

    fn definitions(&self) -> u64 {
        self.active
    }

    fn place(&self, name: &str) -> Option<&Place> {
        some(&self.places, name)
    }

    fn blocked_by(&self, _: &str) -> impl Iterator<Item = &ResourceName> {
        self.definitions.iter().map(|definition| &definition.name)
    }

    fn tickets(&self) -> impl Iterator<Item = &Arc<Ticket>> {
        self.tickets.iter()
    }

    fn next_deadline(&self) -> Option<Time> {
        None
    }
}

fn some<'a, T>(known: &'a [T], name: &str) -> Option<&'a T> {
    let number = name.bytes().map(usize::from).sum::<usize>();
    known.get(number % (known.len() + 1))
}

pub fn liar() -> impl Strategy<Value = Liar> {
    let some = || vec(reservation().prop_map(Arc::new), 0..=4);
    // The ends of the ranges are where arithmetic breaks.
    let revision = prop_oneof![any::<u64>(), Just(u64::MAX), Just(Revision::MAX.as_u64())];
    let last_now = prop_oneof![any::<i64>(), Just(i64::MAX), Just(i64::MIN)];
    let active = prop_oneof![any::<u64>(), Just(u64::MAX), Just(0)];
    let known = (
        vec(definition().prop_map(Arc::new), 0..=4),
        vec(closure().prop_map(Arc::new), 0..=2),
        vec(place(), 0..=4),
        vec(ticket().prop_map(Arc::new), 0..=4),
    );
    let held = (some(), some());
    (revision, last_now, active, held, known).prop_map(
        |(revision, last_now, active, (holders, due), known)| Liar {
            revision,
            last_now,
            active,
            holders,
            due,
            definitions: known.0,
            closures: known.1,
            places: known.2,
            tickets: known.3,
        },
    )
}

fn name() -> impl Strategy<Value = ResourceName> {
    any::<usize>().prop_map(resource_named)
}

fn path() -> impl Strategy<Value = Path> {
    vec(name(), 0..=2).prop_map(Path::new)
}

prop_compose! {
    fn definition()(
        name in name(),
        capacities in (1..=1_000_u16, 1..=1_000_u16),
        blocks in vec(name(), 0..=3),
        tree_path in path(),
    ) -> Definition {
        Definition {
            name,
            capacity: Capacity::parse(capacities.0).expect("in range"),
            most: Capacity::parse(capacities.1.min(9)).expect("in range"),
            blocks: blocks.into(),
            tree_path,
            lock_delay: Ttl::parse(Ttl::MAX_SECONDS).ok(),
        }
    }
}

prop_compose! {
    fn closure()(node in name(), path in path(), until: i64) -> Closure {
        Closure { node, path, until: Time::from_micros(until) }
    }
}

prop_compose! {
    fn place()(parent in option::of(name()), mentions in 0..=1_usize) -> Place {
        Place { parent, mentions }
    }
}

prop_compose! {
    fn ticket()(
        id: u64,
        requester in 0..2_u8,
        name in name(),
        times in (any::<i64>(), option::of(any::<i64>())),
    ) -> Ticket {
        let item = ReserveItem {
            requester: requester_named(requester),
            resource: name.clone(),
            mode: Mode::Shared,
            ttl: None,
            resource_type: Arc::from("UserDefined"),
            metadata: None,
            token: ReleaseToken::from_bytes([0; 16]),
            wait: None,
        };
        let listener = times.1.map(|until| Listener {
            waiter: WaiterId::new(id),
            ask: Ask::Reserve(item.clone()),
            label: Arc::from("label"),
            until: Time::from_micros(until),
        });
        Ticket {
            id: TicketId::new(id),
            principal: Principal { issuer: None, requester: item.requester.clone() },
            wants: vec![Want { name, path: Path::default(), mode: Mode::Exclusive }],
            ask: Ask::Reserve(item),
            listeners: listener.into_iter().collect(),
            kept_until: Time::from_micros(times.0),
        }
    }
}

prop_compose! {
    fn reservation()(
        fencing_token: u64,
        names in (0..2_u8, 0..8_u8),
        issuer: Option<i64>,
        token: [u8; 16],
        times: (i64, Option<i64>),
    ) -> Reservation {
        Reservation {
            fencing_token: Revision::new(fencing_token),
            resource: resource_named(usize::from(names.1)),
            principal: Principal {
                issuer: issuer.map(IssuerId::new),
                requester: requester_named(names.0),
            },
            mode: Mode::Exclusive,
            holds: Holds::PLAIN,
            release_token: ReleaseToken::from_bytes(token),
            reserved_at: Time::from_micros(times.0),
            expires_at: times.1.map(Time::from_micros),
            ttl: Ttl::parse(1).ok(),
            label: Arc::from("label"),
            resource_type: Arc::from("UserDefined"),
            metadata: None,
        }
    }
}
