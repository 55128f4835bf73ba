//! Linearizability: whatever happens to the server, there is an order of all requests, each at some moment between its
//! question and its answer, in which a server that does one thing at a time would have given the same answers. A request
//! without an answer may have been carried out at any later moment, or never.
//!
//! Histories are small and many, because finding the order costs more than any power of their length.

mod bugs;
mod client;
mod history;
mod inside;
mod laboratory;
mod liar;
mod outside;
mod transaction;
mod words;
mod world;

use self::{
    client::Plan,
    laboratory::{Inside, Outside, Trouble},
};

/// One mode, nothing that ends by itself.
const EXCLUSIVE: Plan = Plan {
    capacities: &[1, 1],
    requests: 7,
    shares: false,
    ttl: None,
    renews: false,
    transacts: false,
};

const EXPIRING: Plan = Plan {
    ttl: Some(1),
    ..EXCLUSIVE
};

const RENEWED: Plan = Plan {
    renews: true,
    ..EXPIRING
};

const SHARED: Plan = Plan {
    shares: true,
    ..RENEWED
};

const POOLS: Plan = Plan {
    capacities: &[2, 1],
    ..RENEWED
};

const TRANSACTIONS: Plan = Plan {
    capacities: &[1, 1, 1],
    transacts: true,
    renews: true,
    ..EXCLUSIVE
};

fn outside(plan: Plan, troubles: &[Trouble]) {
    let mut outside = Outside::start();
    for trouble in troubles {
        if let Err(story) = outside.window(plan, *trouble) {
            panic!("no order explains this ({trouble:?}):\n{story}");
        }
    }
}

async fn inside(plan: Plan, windows: usize, trouble: Trouble) {
    let mut inside = Inside::start().await;
    for _ in 0..windows {
        if let Err(story) = inside.window(plan, trouble, &laboratory::honest).await {
            panic!("no order explains this:\n{story}");
        }
    }
}

#[test]
fn over_http_exclusive_reservations_are_linearizable() {
    outside(EXCLUSIVE, &[Trouble::None; 24]);
}

#[test]
fn over_http_exclusive_reservations_are_linearizable_though_the_server_is_killed() {
    outside(EXCLUSIVE, &[Trouble::Kill; 10]);
}

#[test]
fn over_http_exclusive_reservations_are_linearizable_though_the_server_is_stopped_and_started() {
    outside(EXCLUSIVE, &[Trouble::Stop; 6]);
}

#[test]
fn over_http_exclusive_reservations_are_linearizable_though_the_server_stands_still_for_a_while() {
    outside(EXCLUSIVE, &[Trouble::Pause; 8]);
}

#[test]
fn over_http_what_expires_while_the_server_is_dead_is_linearizable() {
    outside(EXPIRING, &[Trouble::LongDeath; 4]);
}

#[test]
fn over_http_shared_reservations_are_linearizable_though_the_server_is_killed() {
    outside(SHARED, &[Trouble::None; 12]);
    outside(SHARED, &[Trouble::Kill; 6]);
}

#[test]
fn over_http_transactions_are_linearizable_though_the_server_is_killed() {
    outside(TRANSACTIONS, &[Trouble::None; 12]);
    outside(TRANSACTIONS, &[Trouble::Kill; 6]);
}

#[test]
fn over_http_pools_are_linearizable_though_the_server_is_killed() {
    outside(POOLS, &[Trouble::None; 12]);
    outside(POOLS, &[Trouble::Kill; 6]);
}

#[tokio::test(flavor = "multi_thread")]
async fn exclusive_reservations_are_linearizable_in_the_ledger() {
    inside(RENEWED, 30, Trouble::None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn exclusive_reservations_are_linearizable_in_a_ledger_that_is_opened_again() {
    inside(RENEWED, 10, Trouble::Stop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shared_reservations_are_linearizable_in_the_ledger() {
    inside(SHARED, 30, Trouble::None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pools_are_linearizable_in_the_ledger() {
    inside(POOLS, 30, Trouble::None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shared_reservations_are_linearizable_in_a_ledger_that_is_opened_again() {
    inside(SHARED, 10, Trouble::Stop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pools_are_linearizable_in_a_ledger_that_is_opened_again() {
    inside(POOLS, 10, Trouble::Stop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_are_linearizable_in_the_ledger() {
    inside(TRANSACTIONS, 30, Trouble::None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_are_linearizable_in_a_ledger_that_is_opened_again() {
    inside(TRANSACTIONS, 10, Trouble::Stop).await;
}
