//! What the ledger keeps, without the doors in front of it.

mod asker;
mod durable;
mod waiting;

use std::sync::Arc;

use coop_engine::{
    Book as _, Capacity, Command, ForceReleaseItem, Mode, Outcome, Path, RefusalStatus,
    RegisterItem, Requester, ReserveItem, ReserveOutcome, Ttl,
};
use coop_locker::{
    domain::{reservations, settings},
    model::Tier,
};

use crate::support::{App, by};
use asker::{Asker, first, held, name, take};

fn printers() -> RegisterItem {
    RegisterItem {
        name: name("Printer"),
        capacity: Capacity::parse(2).expect("a capacity"),
        blocks: vec![name("Paper")],
        tree_path: Path::new(vec![name("Office")]),
        lock_delay: Some(Ttl::parse(60).expect("a TTL")),
    }
}

#[tokio::test]
async fn what_is_defined_held_and_closed_is_so_after_a_restart() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    let asker = Asker::of(&app, &tenant);
    let registered = asker.decide(Command::Register(vec![printers()])).await;
    assert_eq!(registered.expect("decided").outcome, Outcome::Registered);
    let shared = ReserveItem {
        mode: Mode::Shared,
        ttl: Some(Ttl::parse(500).expect("a TTL")),
        ..take("reader", "Manual")
    };
    let granted = [
        asker.reserve(take("w1", "Printer")).await,
        asker.reserve(take("w2", "Scanner")).await,
        asker.reserve(shared.clone()).await,
    ];
    let granted = granted.map(|outcome| Arc::clone(held(&outcome)));
    let other_reader = ReserveItem {
        requester: Requester::parse("other").expect("a requester"),
        ..shared.clone()
    };
    assert!(asker.reserve(other_reader).await.reservation().is_some());
    let expiring = ReserveItem {
        ttl: Some(Ttl::parse(1).expect("a TTL")),
        ..take("w1", "Office2")
    };
    let closing = RegisterItem {
        name: name("Office2"),
        capacity: Capacity::ONE,
        blocks: Vec::new(),
        ..printers()
    };
    let registered = asker.decide(Command::Register(vec![closing])).await;
    assert_eq!(registered.expect("decided").outcome, Outcome::Registered);
    asker.reserve(expiring).await;
    app.clock.advance_ms(2_000);
    asker.decide(Command::Expire).await.expect("decided");

    let look = |app: &App| {
        let ledger = app.services.ledger.clone();
        let id = tenant.id;
        async move {
            let seen = ledger.look(id, |book, _| {
                let definitions: Vec<_> = book.definitions_after("", 10).cloned().collect();
                let mut all: Vec<_> = book.reservations().cloned().collect();
                all.sort_by_key(|held| held.fencing_token);
                let closure = book.closure("Office2").cloned();
                (definitions, all, closure, book.revision())
            });
            seen.await.expect("seen")
        }
    };
    let before = look(&app).await;
    assert_eq!(before.0.len(), 2);
    assert!(before.2.is_some(), "the lock delay runs");
    assert_eq!(before.1[..3], granted);
    let app = app.restart().await;
    assert_eq!(look(&app).await, before);
    let asker = Asker::of(&app, &tenant);
    let refused = asker.reserve(take("w3", "Office2")).await;
    let ReserveOutcome::Refused(refusal) = refused else {
        panic!("the lock delay is forgotten");
    };
    assert!(refusal.available_at().is_some());
    // What began before can be renewed, released and deleted after.
    let app = app.restart_after(60_000).await;
    let asker = Asker::of(&app, &tenant);
    assert!(
        asker
            .reserve(take("w3", "Office2"))
            .await
            .reservation()
            .is_some()
    );
    asker.release(&granted[0]).await;
    let deleted = asker.decide(Command::Delete(name("Printer"))).await;
    assert_eq!(deleted.expect("decided").outcome, Outcome::Deleted);
    let app = app.restart().await;
    let (definitions, all, closure, _) = look(&app).await;
    assert_eq!(definitions.len(), 1);
    assert_eq!(all.len(), 4);
    assert_eq!(closure, None);
}

#[tokio::test]
async fn a_renewal_is_there_after_a_restart_also_of_what_was_granted_in_the_same_moment() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    let asker = Asker::of(&app, &tenant);
    let item = ReserveItem {
        ttl: Some(Ttl::parse(10).expect("a TTL")),
        ..take("w", "a")
    };
    let granted = asker.reserve(item).await;
    let granted = held(&granted);
    app.clock.advance_ms(5_000);
    let renew = coop_engine::RenewItem {
        requester: granted.principal.requester.clone(),
        resource: name("a"),
        token: Some(granted.release_token),
        ttl: Some(Ttl::parse(100).expect("a TTL")),
        at_most: None,
        allow_shorten: false,
    };
    let renewed = asker.decide(Command::Renew(vec![renew])).await;
    let Outcome::Renew(outcomes) = renewed.expect("decided").outcome else {
        panic!("another answer");
    };
    let [coop_engine::RenewOutcome::Renewed(renewed)] = &outcomes[..] else {
        panic!("{outcomes:?}");
    };
    let app = app.restart_after(50_000).await;
    let asker = Asker::of(&app, &tenant);
    let again = asker.reserve(take("w", "a")).await;
    assert_eq!(again, ReserveOutcome::AlreadyHad(Arc::clone(renewed)));
}

#[tokio::test]
async fn a_reservation_taken_by_force_is_in_the_audit_log_and_a_newer_one_is_not_touched() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    let asker = Asker::of(&app, &tenant);
    let owned = asker.reserve(take("w0", "a")).await;
    let waits = asker.wait_for(take("w1", "a")).await;
    let grant = ForceReleaseItem {
        resource: name("a"),
        fencing_token: held(&owned).fencing_token,
    };
    let force = || {
        let ledger = app.services.ledger.clone();
        let grant = grant.clone();
        let id = tenant.id;
        async move {
            let done = reservations::force_release(&ledger, id, grant, "stuck", by());
            done.await.expect("done")
        }
    };
    assert!(force().await);
    let granted = first(waits.await.expect("no panic").expect("decided"));
    assert_eq!(held(&granted).principal.requester.as_str(), "w1");
    assert!(!force().await, "that grant has ended");
    let entries = app
        .column("SELECT entry FROM audit WHERE entry LIKE '%reservation.force_release%'")
        .await;
    assert_eq!(entries.len(), 1);
    assert!(entries[0].contains("stuck") && entries[0].contains("w0"));
}

#[tokio::test]
async fn where_registration_is_required_an_unknown_name_is_refused_also_after_a_restart() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    let services = &app.services;
    settings::require_registration(&services.ledger, &services.clock, tenant.id, true, by())
        .await
        .expect("switched");
    let app = app.restart().await;
    let asker = Asker::of(&app, &tenant);
    let ReserveOutcome::Refused(refusal) = asker.reserve(take("w", "a")).await else {
        panic!("granted");
    };
    assert_eq!(refusal.status, RefusalStatus::NotRegistered);
    let services = &app.services;
    settings::require_registration(&services.ledger, &services.clock, tenant.id, false, by())
        .await
        .expect("switched");
    assert!(asker.reserve(take("w", "a")).await.reservation().is_some());
}
