//! Random commands, in a world small enough that they get into each other's way.

use std::sync::Arc;

use coop_engine::{
    Caller, Command, IssuerId, Limits, ReleaseToken, Requester, ReserveItem, ResourceName, Time,
    Ttl, UnreserveItem,
};
use proptest::{collection::vec, option, prelude::*};

use crate::model::Model;

/// One command, some of it relative to what happened before.
#[derive(Clone, Debug)]
pub struct Step {
    clock: Clock,
    issuer: Option<i64>,
    label: u8,
    ask: Ask,
    pub limits: Limits,
}

#[derive(Clone, Debug)]
enum Clock {
    /// So many microseconds after the last decision, or before.
    Jump(i64),
    /// The next deadline and so many microseconds more, or less.
    Deadline(i64),
}

#[derive(Clone, Debug)]
enum Ask {
    Reserve(Vec<(u8, u8, Option<u32>)>),
    Unreserve(Vec<(u8, u8, Proof)>),
    Expire,
}

#[derive(Clone, Debug)]
enum Proof {
    /// The token of the last grant of the resource, ended or not.
    Last,
    /// That of any grant there ever was, found by this number.
    Other(usize),
    /// One that was never given out.
    Unknown,
    Missing,
}

pub fn step() -> impl Strategy<Value = Step> {
    let clock = prop_oneof![
        4 => (0..1_500_000_i64).prop_map(Clock::Jump),
        1 => (-5_000_000..0_i64).prop_map(Clock::Jump),
        2 => (-1..=1_i64).prop_map(Clock::Deadline),
    ];
    let take = (0..2_u8, 0..8_u8, option::weighted(0.7, 1..=3_u32));
    let proof = prop_oneof![
        5 => Just(Proof::Last),
        2 => any::<usize>().prop_map(Proof::Other),
        1 => Just(Proof::Unknown),
        1 => Just(Proof::Missing),
    ];
    let ask = prop_oneof![
        5 => vec(take, 0..=5).prop_map(Ask::Reserve),
        5 => vec((0..2_u8, 0..8_u8, proof), 0..=5).prop_map(Ask::Unreserve),
        1 => Just(Ask::Expire),
    ];
    let limits = (
        option::weighted(0.6, 0..=8_u64),
        option::weighted(0.3, 0..=4_u64),
        0..=4_usize,
    )
        .prop_map(|(active, of_one_principal, expirations)| Limits {
            active_reservations: active,
            of_one_principal,
            expirations,
            requires_registration: false,
        });
    let issuer = option::weighted(0.3, 1..=2_i64);
    (clock, issuer, 0..3_u8, ask, limits).prop_map(|(clock, issuer, label, ask, limits)| Step {
        clock,
        issuer,
        label,
        ask,
        limits,
    })
}

impl Step {
    pub fn clock(&self, model: &Model) -> Time {
        let micros = match self.clock {
            Clock::Jump(by) => model.last_now + by,
            Clock::Deadline(by) => model.next_deadline().unwrap_or(model.last_now) + by,
        };
        Time::from_micros(micros)
    }

    pub fn caller(&self) -> Caller {
        Caller {
            issuer: self.issuer.map(IssuerId::new),
            label: Arc::from(format!("key {}", self.label)),
        }
    }

    /// The command in full; `number` makes its tokens different from those of other steps.
    pub fn command(&self, number: usize, model: &Model) -> Command {
        match &self.ask {
            Ask::Reserve(items) => {
                let items = items.iter().enumerate();
                let full = items.map(|(index, (requester, resource, ttl))| ReserveItem {
                    requester: requester_named(*requester),
                    resource: resource_named(*resource),
                    ttl: ttl.and_then(|ttl| Ttl::parse(ttl).ok()),
                    resource_type: Arc::from("UserDefined"),
                    metadata: None,
                    mode: coop_engine::Mode::Exclusive,
                    wait: None,
                    token: fresh_token(number, index),
                });
                Command::Reserve(full.collect())
            }
            Ask::Unreserve(items) => {
                let full = items.iter().map(|(requester, resource, proof)| {
                    let resource = resource_named(*resource);
                    UnreserveItem {
                        requester: requester_named(*requester),
                        token: token(proof, &resource, model),
                        resource,
                    }
                });
                Command::Unreserve(full.collect())
            }
            Ask::Expire => Command::Expire,
        }
    }
}

pub fn requester_named(number: u8) -> Requester {
    Requester::parse(&format!("w{number}")).expect("a requester")
}

pub fn resource_named(number: u8) -> ResourceName {
    ResourceName::parse(&format!("r{number}")).expect("a name")
}

fn fresh_token(step: usize, item: usize) -> ReleaseToken {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&u32::try_from(step).expect("few steps").to_be_bytes());
    bytes[4] = u8::try_from(item).expect("few items");
    ReleaseToken::from_random(bytes)
}

fn token(proof: &Proof, resource: &ResourceName, model: &Model) -> Option<ReleaseToken> {
    let unknown = ReleaseToken::from_random([0xff; 16]);
    let grants = || model.history.iter().map(|fact| &fact.grant);
    let grant = match proof {
        Proof::Missing => return None,
        Proof::Unknown => return Some(unknown),
        Proof::Last => grants().rfind(|grant| grant.resource == *resource),
        Proof::Other(number) => grants().nth(number % model.history.len().max(1)),
    };
    Some(grant.map_or(unknown, |grant| ReleaseToken::from_bytes(grant.token)))
}
