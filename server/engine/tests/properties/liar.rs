//! A book whose answers have nothing to do with each other.

use std::sync::Arc;

use coop_engine::{
    Book, Closure, Definition, Holds, IssuerId, Mode, Place, Principal, ReleaseToken, Reservation,
    ResourceName, Revision, Side, Ticket, Time, Ttl,
};
use proptest::{collection::vec, prelude::*};

use crate::steps::{requester_named, resource_named};

#[derive(Debug)]
pub struct Liar {
    revision: u64,
    last_now: i64,
    active: u64,
    holders: Vec<Arc<Reservation>>,
    due: Vec<Arc<Reservation>>,
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
        name.len() % 5 > 0
    }

    fn asked(&self, name: &str, _: &Principal) -> Option<&Arc<Reservation>> {
        self.some(name)
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

    fn closure(&self, _: &str) -> Option<&Arc<Closure>> {
        None
    }

    fn closures_below(&self, _: &str) -> impl Iterator<Item = &Arc<Closure>> {
        std::iter::empty()
    }

    fn closures_due(&self, _: Time) -> impl Iterator<Item = &Arc<Closure>> {
        std::iter::empty()
    }

    fn definition(&self, _: &str) -> Option<&Arc<Definition>> {
        None
    }

    fn definitions(&self) -> u64 {
        self.active
    }

    fn place(&self, _: &str) -> Option<&Place> {
        None
    }

    fn blocked_by(&self, _: &str) -> impl Iterator<Item = &ResourceName> {
        std::iter::empty()
    }

    fn tickets(&self) -> impl Iterator<Item = &Arc<Ticket>> {
        std::iter::empty()
    }

    fn next_deadline(&self) -> Option<Time> {
        None
    }
}

impl Liar {
    fn some(&self, resource: &str) -> Option<&Arc<Reservation>> {
        let number = resource.bytes().map(usize::from).sum::<usize>();
        self.holders.get(number % (self.holders.len() + 1))
    }
}

pub fn liar() -> impl Strategy<Value = Liar> {
    let some = || vec(reservation().prop_map(Arc::new), 0..=4);
    // The ends of the ranges are where arithmetic breaks.
    let revision = prop_oneof![any::<u64>(), Just(u64::MAX), Just(Revision::MAX.as_u64())];
    let last_now = prop_oneof![any::<i64>(), Just(i64::MAX), Just(i64::MIN)];
    let active = prop_oneof![any::<u64>(), Just(u64::MAX), Just(0)];
    (revision, last_now, active, some(), some()).prop_map(
        |(revision, last_now, active, holders, due)| Liar {
            revision,
            last_now,
            active,
            holders,
            due,
        },
    )
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
