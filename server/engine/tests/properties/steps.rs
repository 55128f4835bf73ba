//! Random commands, in a world small enough that they get into each other's way.

use std::sync::Arc;

use coop_engine::{
    Caller, Capacity, CheckItem, Command, ForceReleaseItem, IssuerId, Limits, Method, Mode, Path,
    RegisterItem, ReleaseToken, RenewItem, Requester, ReserveItem, ResourceName, Revision, Time,
    Transaction, Ttl, UnreserveItem, VerifyItem, Wait, WaiterId,
};
use proptest::{collection::vec, option, prelude::*};

use crate::{
    history::{About, Grant},
    model::Model,
};

/// Names, some of which are made slots or get places in trees.
pub const NAMES: [&str; 10] = ["a", "b", "P", "P_0", "P_1", "P_2", "t", "u", "v", "c"];
const PATHS: [&[&str]; 6] = [&[], &[], &["t"], &["t", "u"], &["u"], &["a", "P"]];

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
struct Take {
    requester: u8,
    resource: usize,
    shared: bool,
    ttl: Option<u32>,
    wait: Option<u32>,
}

#[derive(Clone, Debug)]
struct Renewal {
    requester: u8,
    resource: usize,
    proof: Proof,
    ttl: Option<u32>,
    at_most: Option<u32>,
    shorten: bool,
}

#[derive(Clone, Debug)]
struct Define {
    name: usize,
    capacity: u16,
    blocks: Vec<usize>,
    path: usize,
    delay: Option<u32>,
}

#[derive(Clone, Debug)]
enum Ask {
    Reserve(Vec<Take>),
    Transactions(Vec<(u8, u8, Vec<Take>, Option<u32>)>),
    Unreserve(Vec<(u8, usize, Proof)>),
    /// Gives back what was granted so many grants ago.
    GiveBack(usize),
    Renew(Vec<Renewal>),
    Verify(Vec<(usize, usize)>),
    Check(Vec<(Option<u8>, usize, bool)>),
    ForceRelease(usize),
    Register(Vec<Define>),
    Delete(usize),
    Leave(u64),
    EndWaits,
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
    let limits = (
        option::weighted(0.3, 0..=8_u64),
        option::weighted(0.2, 0..=4_u64),
        prop_oneof![0..=4_usize, Just(100)],
        prop::bool::weighted(0.1),
    );
    let limits = limits.prop_map(
        |(active, of_one, expirations, requires_registration)| Limits {
            active_reservations: active,
            of_one_principal: of_one,
            expirations,
            requires_registration,
        },
    );
    let issuer = option::weighted(0.2, 1..=2_i64);
    (clock, issuer, 0..3_u8, ask(), limits).prop_map(|(clock, issuer, label, ask, limits)| Step {
        clock,
        issuer,
        label,
        ask,
        limits,
    })
}

fn ask() -> impl Strategy<Value = Ask> {
    let name = 0..NAMES.len();
    let wait = |weight| option::weighted(weight, 1..=4_u32);
    let take = |waits| {
        let parts = (0..3_u8, 0..NAMES.len(), prop::bool::weighted(0.3));
        let times = (option::weighted(0.7, 1..=3_u32), wait(waits));
        (parts, times).prop_map(|((requester, resource, shared), (ttl, wait))| Take {
            requester,
            resource,
            shared,
            ttl,
            wait,
        })
    };
    let proof = || {
        prop_oneof![
            5 => Just(Proof::Last),
            2 => any::<usize>().prop_map(Proof::Other),
            1 => Just(Proof::Unknown),
            1 => Just(Proof::Missing),
        ]
    };
    let transaction = (0..3_u8, 0..3_u8, vec(take(0.05), 0..=3), wait(0.5));
    let shape = (1..=3_u16, vec(name.clone(), 0..=2), 0..PATHS.len());
    let definition = (name.clone(), shape, option::weighted(0.4, 1..=2_u32));
    let definition = definition.prop_map(|(name, (capacity, blocks, path), delay)| Define {
        name,
        capacity,
        blocks,
        path,
        delay,
    });
    let ttls = (wait(0.7), wait(0.3));
    let renewal = (0..3_u8, name.clone(), proof(), ttls, any::<bool>());
    let renewal = renewal.prop_map(|(requester, resource, proof, ttls, shorten)| Renewal {
        requester,
        resource,
        proof,
        ttl: ttls.0,
        at_most: ttls.1,
        shorten,
    });
    prop_oneof![
        5 => vec(take(0.05), 0..=4).prop_map(Ask::Reserve),
        6 => take(0.8).prop_map(|take| Ask::Reserve(vec![take])),
        4 => vec(transaction.clone(), 1..=1).prop_map(Ask::Transactions),
        1 => vec(transaction, 0..=2).prop_map(Ask::Transactions),
        3 => vec((0..3_u8, name.clone(), proof()), 0..=4).prop_map(Ask::Unreserve),
        6 => (0..4_usize).prop_map(Ask::GiveBack),
        2 => vec(renewal, 0..=3).prop_map(Ask::Renew),
        1 => vec((name.clone(), any::<usize>()), 0..=3).prop_map(Ask::Verify),
        1 => vec((option::of(0..3_u8), name.clone(), any::<bool>()), 0..=3).prop_map(Ask::Check),
        1 => any::<usize>().prop_map(Ask::ForceRelease),
        4 => vec(definition, 1..=3).prop_map(Ask::Register),
        1 => name.prop_map(Ask::Delete),
        1 => (0..6_u64).prop_map(Ask::Leave),
        1 => prop_oneof![3 => Just(Ask::Expire), 1 => Just(Ask::EndWaits)],
    ]
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

    /// The command in full; `number` makes its tokens and waiters different from those of other steps.
    pub fn command(&self, number: usize, model: &Model) -> Command {
        match &self.ask {
            Ask::Reserve(items) => Command::Reserve(full(items, number, 0)),
            Ask::Transactions(all) => {
                let full = all.iter().enumerate();
                let full = full.map(|(index, (requester, method, items, wait))| Transaction {
                    id: Arc::from(format!("{number}.{index}")),
                    method: [Method::AllOrNone, Method::First, Method::AsManyAsPossible]
                        [usize::from(*method)],
                    items: one_requester(items, *requester, number, index),
                    wait: wait.map(|seconds| waiting(number, seconds)),
                });
                Command::Transactions(full.collect())
            }
            Ask::Unreserve(items) => {
                let full = items
                    .iter()
                    .map(|(requester, resource, proof)| UnreserveItem {
                        requester: requester_named(*requester),
                        token: token(proof, NAMES[*resource], model),
                        resource: resource_named(*resource),
                    });
                Command::Unreserve(full.collect())
            }
            Ask::GiveBack(ago) => {
                let grant = model.state.live.iter().rev().nth(*ago);
                let item = grant.map(|grant| UnreserveItem {
                    requester: Requester::parse(&grant.who.1).expect("a requester"),
                    token: Some(ReleaseToken::from_bytes(grant.token)),
                    resource: ResourceName::parse(&grant.name).expect("a name"),
                });
                Command::Unreserve(item.into_iter().collect())
            }
            Ask::Renew(items) => {
                let ttl = |seconds: Option<u32>| seconds.and_then(|ttl| Ttl::parse(ttl).ok());
                let full = items.iter().map(|item| RenewItem {
                    requester: requester_named(item.requester),
                    token: token(&item.proof, NAMES[item.resource], model),
                    resource: resource_named(item.resource),
                    ttl: ttl(item.ttl),
                    at_most: ttl(item.at_most),
                    allow_shorten: item.shorten,
                });
                Command::Renew(full.collect())
            }
            Ask::Verify(items) => {
                let revisions = model.history.len() as u64 + 3;
                let full = items.iter().map(|(resource, token)| VerifyItem {
                    resource: resource_named(*resource),
                    fencing_token: Revision::new(*token as u64 % revisions),
                });
                Command::Verify(full.collect())
            }
            Ask::Check(items) => {
                let full = items.iter().map(|(requester, resource, shared)| CheckItem {
                    requester: requester.map(requester_named),
                    resource: resource_named(*resource),
                    mode: mode(*shared),
                });
                Command::Check(full.collect())
            }
            Ask::ForceRelease(number) => {
                let live = &model.state.live;
                let grant = live.get(number % live.len().max(1));
                let item = grant.map(|grant| ForceReleaseItem {
                    resource: ResourceName::parse(&grant.name).expect("a name"),
                    fencing_token: Revision::new(grant.number),
                });
                Command::ForceRelease(item.into_iter().collect())
            }
            Ask::Register(items) => Command::Register(items.iter().map(definition).collect()),
            Ask::Delete(name) => Command::Delete(resource_named(*name)),
            Ask::Leave(ago) => {
                let ago = (number as u64).saturating_sub(*ago);
                Command::Leave(vec![WaiterId::new(ago)])
            }
            Ask::EndWaits => Command::EndWaits,
            Ask::Expire => Command::Expire,
        }
    }
}

fn full(items: &[Take], number: usize, part: usize) -> Vec<ReserveItem> {
    let items = items.iter().enumerate();
    let full = items.map(|(index, take)| ReserveItem {
        requester: requester_named(take.requester),
        resource: resource_named(take.resource),
        mode: mode(take.shared),
        ttl: take.ttl.and_then(|ttl| Ttl::parse(ttl).ok()),
        resource_type: Arc::from("UserDefined"),
        metadata: None,
        token: fresh_token(number, part * 10 + index),
        wait: take.wait.map(|seconds| waiting(number, seconds)),
    });
    full.collect()
}

fn one_requester(items: &[Take], requester: u8, number: usize, part: usize) -> Vec<ReserveItem> {
    let mut items = full(items, number, part);
    for item in &mut items {
        item.requester = requester_named(requester);
    }
    items
}

fn definition(item: &Define) -> RegisterItem {
    let path = PATHS[item.path]
        .iter()
        .map(|name| ResourceName::parse(name));
    // Few are pools, so that others can be blockers and stand in trees.
    let is_pool = NAMES[item.name] == "P";
    RegisterItem {
        name: resource_named(item.name),
        capacity: Capacity::parse(if is_pool { item.capacity } else { 1 }).expect("in range"),
        blocks: item
            .blocks
            .iter()
            .map(|name| resource_named(*name))
            .collect(),
        tree_path: Path::new(path.collect::<Result<_, _>>().expect("names")),
        lock_delay: item.delay.and_then(|delay| Ttl::parse(delay).ok()),
    }
}

fn waiting(number: usize, seconds: u32) -> Wait {
    Wait {
        waiter: WaiterId::new(number as u64),
        at_most: Ttl::parse(seconds).expect("in range"),
    }
}

fn mode(shared: bool) -> Mode {
    if shared {
        Mode::Shared
    } else {
        Mode::Exclusive
    }
}

pub fn requester_named(number: u8) -> Requester {
    Requester::parse(&format!("w{number}")).expect("a requester")
}

pub fn resource_named(number: usize) -> ResourceName {
    ResourceName::parse(NAMES[number % NAMES.len()]).expect("a name")
}

fn fresh_token(step: usize, item: usize) -> ReleaseToken {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&u32::try_from(step).expect("few steps").to_be_bytes());
    bytes[4] = u8::try_from(item).expect("few items");
    ReleaseToken::from_random(bytes)
}

fn token(proof: &Proof, resource: &str, model: &Model) -> Option<ReleaseToken> {
    let unknown = ReleaseToken::from_random([0xff; 16]);
    let grants = || {
        model.history.iter().filter_map(|fact| match &fact.about {
            About::Grant(grant) => Some(grant),
            About::Definition(_) => None,
        })
    };
    let grant: Option<&Grant> = match proof {
        Proof::Missing => return None,
        Proof::Unknown => return Some(unknown),
        Proof::Last => {
            let known_as =
                |grant: &&Grant| grant.name == resource || grant.holds[0].known_as == resource;
            grants().rfind(known_as)
        }
        Proof::Other(number) => {
            let count = grants().count().max(1);
            grants().nth(number % count)
        }
    };
    Some(grant.map_or(unknown, |grant| ReleaseToken::from_bytes(grant.token)))
}
