//! Whom the ledger lets wait.

use std::sync::Arc;

use coop_engine::{RefusalStatus, Reservation, ReserveItem, ReserveOutcome, Ttl, Wait};
use coop_locker::{ledger::Refused, model::Tier};

use super::asker::{Asker, first, held, take};
use crate::support::{App, Tenant};

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
