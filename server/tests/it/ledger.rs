//! What the ledger keeps and whom it lets wait, without the doors in front of it.

use std::{sync::Arc, time::Duration};

use coop_engine::{
    Book as _, Caller, Capacity, Command, ForceReleaseItem, Mode, Outcome, Path, RefusalStatus,
    RegisterItem, ReleaseToken, Requester, Reservation, ReserveItem, ReserveOutcome, ResourceName,
    Ttl, UnreserveItem, UnreserveOutcome, Wait,
};
use coop_locker::{
    domain::{reservations, settings},
    keyring::KeyText,
    ledger::{Credential, Decided, Found, Ledger, Refused},
    model::Tier,
    random,
};
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use crate::support::{App, Tenant, by};

/// Somebody with a key, in front of the ledger.
#[derive(Clone)]
struct Asker {
    ledger: Ledger,
    tasks: TaskTracker,
    credential: Arc<Credential>,
}

impl Asker {
    fn of(app: &App, tenant: &Tenant) -> Self {
        let key = KeyText::parse(&tenant.key).expect("a key");
        let ledger = app.services.ledger.clone();
        let digest = app.services.keyring.digest(&key);
        let Found::Live(credential) = ledger.credentials().find(&digest) else {
            panic!("the key is gone");
        };
        let tasks = app.services.tasks.clone();
        Self {
            ledger,
            tasks,
            credential,
        }
    }

    async fn decide(&self, command: Command) -> Result<Decided, Refused> {
        let caller = Caller {
            issuer: None,
            label: self.credential.label(),
        };
        self.ledger.decide(&self.credential, caller, command).await
    }

    async fn reserve(&self, item: ReserveItem) -> ReserveOutcome {
        let decided = self.decide(Command::Reserve(vec![item])).await;
        first(decided.expect("decided"))
    }

    /// Asks and waits in a task of its own; comes back when the request is in the line.
    async fn wait_for(&self, item: ReserveItem) -> JoinHandle<Result<Decided, Refused>> {
        let wait = Wait {
            waiter: self.ledger.next_waiter(),
            at_most: Ttl::parse(30).expect("a TTL"),
        };
        let command = Command::Reserve(vec![ReserveItem {
            wait: Some(wait),
            ..item
        }]);
        let before = self.waiting().await;
        let asker = self.clone();
        let task = self.tasks.spawn(async move { asker.decide(command).await });
        self.until_waiting(before + 1).await;
        task
    }

    async fn waiting(&self) -> usize {
        let tenant = self.credential.tenant.id;
        let look = self.ledger.look(tenant, |book, _| {
            book.tickets().filter(|t| t.is_heard()).count()
        });
        look.await.expect("seen")
    }

    async fn until_waiting(&self, number: usize) {
        while self.waiting().await != number {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    async fn release(&self, held: &Reservation) {
        let item = UnreserveItem {
            requester: held.principal.requester.clone(),
            resource: held.resource.clone(),
            token: Some(held.release_token),
        };
        let decided = self.decide(Command::Unreserve(vec![item])).await;
        let Outcome::Unreserve(outcomes) = decided.expect("decided").outcome else {
            panic!("another answer");
        };
        assert!(matches!(outcomes[..], [UnreserveOutcome::Relinquished(_)]));
    }
}

fn first(decided: Decided) -> ReserveOutcome {
    match decided.outcome {
        Outcome::Reserve(mut outcomes) => outcomes.remove(0),
        other => panic!("{other:?}"),
    }
}

fn held(outcome: &ReserveOutcome) -> &Arc<Reservation> {
    outcome.reservation().expect("granted")
}

fn name(text: &str) -> ResourceName {
    ResourceName::parse(text).expect("a name")
}

fn take(requester: &str, resource: &str) -> ReserveItem {
    ReserveItem {
        requester: Requester::parse(requester).expect("a requester"),
        resource: name(resource),
        mode: Mode::Exclusive,
        ttl: None,
        resource_type: "UserDefined".into(),
        metadata: None,
        token: ReleaseToken::from_random(random::bytes()),
        wait: None,
    }
}

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
async fn what_is_released_goes_to_the_one_who_has_waited_longest_in_the_same_commit() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    let asker = Asker::of(&app, &tenant);
    let owned = asker.reserve(take("w0", "a")).await;
    let first_in_line = asker.wait_for(take("w1", "a")).await;
    let second_in_line = asker.wait_for(take("w2", "a")).await;
    assert!(app.services.ledger.is_anybody_waiting(tenant.id));
    let count = |held: Arc<Reservation>| {
        let ledger = app.services.ledger.clone();
        let id = tenant.id;
        async move {
            let seen = ledger.look(id, move |book, _| book.waiting_for(&held));
            seen.await.expect("seen")
        }
    };
    assert_eq!(count(Arc::clone(held(&owned))).await, 2);
    asker.release(held(&owned)).await;
    let granted = first(first_in_line.await.expect("no panic").expect("decided"));
    assert_eq!(held(&granted).principal.requester.as_str(), "w1");
    assert_eq!(held(&granted).fencing_token.as_u64(), 3);
    assert!(!second_in_line.is_finished());
    // A newcomer does not get ahead.
    let ReserveOutcome::Refused(refusal) = asker.reserve(take("w3", "a")).await else {
        panic!("barged in");
    };
    assert_eq!(refusal.position, Some(2));
    asker.release(held(&granted)).await;
    let granted = first(second_in_line.await.expect("no panic").expect("decided"));
    assert_eq!(held(&granted).principal.requester.as_str(), "w2");
    assert!(!app.services.ledger.is_anybody_waiting(tenant.id));
}

#[tokio::test]
async fn whoever_has_waited_long_enough_is_refused_at_the_deadline() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    let asker = Asker::of(&app, &tenant);
    asker.reserve(take("w0", "a")).await;
    let waits = asker.wait_for(take("w1", "a")).await;
    app.clock.advance_ms(29_999);
    app.services.ledger.tick();
    assert_eq!(asker.waiting().await, 1);
    app.clock.advance_ms(1);
    app.services.ledger.tick();
    let ReserveOutcome::Refused(refusal) = first(waits.await.expect("no panic").expect("decided"))
    else {
        panic!("granted");
    };
    assert_eq!(refusal.status, RefusalStatus::AlreadyHeld);
    assert_eq!(asker.waiting().await, 0);
}

#[tokio::test]
async fn a_request_whose_client_goes_leaves_the_line_and_the_next_one_gets_it() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    let asker = Asker::of(&app, &tenant);
    let owned = asker.reserve(take("w0", "a")).await;
    let goes = asker.wait_for(take("w1", "a")).await;
    let stays = asker.wait_for(take("w2", "a")).await;
    goes.abort();
    asker.until_waiting(1).await;
    asker.release(held(&owned)).await;
    let granted = first(stays.await.expect("no panic").expect("decided"));
    assert_eq!(held(&granted).principal.requester.as_str(), "w2");
}

#[tokio::test]
async fn a_request_that_waits_ends_with_its_key_and_is_granted_nothing() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    let asker = Asker::of(&app, &tenant);
    let (_, other_key) = app.make_key(tenant.id, "other").await;
    let other = Asker::of(
        &app,
        &Tenant {
            id: tenant.id,
            key: other_key,
        },
    );
    let owned = other.reserve(take("w0", "a")).await;
    let with_old_value = asker.wait_for(take("w1", "a")).await;
    let with_other_key = other.wait_for(take("w2", "a")).await;
    app.rotate_default(tenant.id).await;
    let ended = with_old_value.await.expect("no panic");
    assert!(matches!(ended, Err(Refused::KeyRotated)), "{ended:?}");
    other.until_waiting(1).await;
    other.release(held(&owned)).await;
    let granted = first(with_other_key.await.expect("no panic").expect("decided"));
    assert_eq!(held(&granted).principal.requester.as_str(), "w2");
}

#[tokio::test]
async fn a_server_that_stops_refuses_those_who_wait_and_lets_nobody_begin_to() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    let asker = Asker::of(&app, &tenant);
    asker.reserve(take("w0", "a")).await;
    let waits = asker.wait_for(take("w1", "a")).await;
    app.services.ledger.end_waits();
    let refused = first(waits.await.expect("no panic").expect("decided"));
    assert!(refused.reservation().is_none());
    let wait = Wait {
        waiter: app.services.ledger.next_waiter(),
        at_most: Ttl::parse(60).expect("a TTL"),
    };
    let late = ReserveItem {
        wait: Some(wait),
        ..take("w2", "a")
    };
    assert!(asker.reserve(late).await.reservation().is_none());
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
