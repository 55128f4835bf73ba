//! What an end user may do with his token, and what he sees of others.

use coop_engine::Ttl;
use coop_locker::{
    domain::{
        issuers::{Edit, NewIssuer},
        usage,
    },
    model::Hour,
};
use http::Method;
use serde_json::{Value, json};

use super::world::{World, settings};
use crate::support::EVENTS;

#[tokio::test]
async fn an_end_user_acts_as_himself_and_his_issuer_and_name_are_shown_to_the_tenant() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let token = world.token(&issuer, "alice").await;
    let held = world.reserve(&token, json!({"resource": "a"})).await;
    assert_eq!(held["status"], "ACQUIRED");
    assert_eq!(held["requester"], "alice");
    let again = json!({"resource": "a", "requester": "alice"});
    assert_eq!(world.reserve(&token, again).await["status"], "ALREADY_HAD");

    let list = world
        .app
        .get(&world.tenant.key, "/Reservation")
        .await
        .json();
    let shown = &list["reservations"][0];
    assert_eq!(shown["requester"], "alice");
    assert_eq!(shown["endUser"], "alice");
    assert_eq!(shown["apiKeyLabel"], "acme-users");
    let events = world.app.column(EVENTS).await;
    assert!(
        events[0].contains("\"apiKeyLabel\":\"acme-users\""),
        "{events:?}"
    );
    assert!(events[0].contains("\"requester\":\"alice\""), "{events:?}");

    let item = json!([{"resource": "a", "releaseToken": held["releaseToken"]}]);
    let released = world.app.unreserve(&token, item).await.json();
    assert_eq!(released[0]["status"], "RELINQUISHED");
    assert_eq!(released[0]["requester"], "alice");
}

#[tokio::test]
async fn an_end_user_who_acts_for_another_is_refused_whole() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let token = world.token(&issuer, "alice").await;
    let items = json!([{"resource": "a"}, {"resource": "b", "requester": "bob"}]);
    let refused = world.app.reserve(&token, items.clone()).await;
    assert_eq!(refused.problem(403), "REQUESTER_MISMATCH");
    let refused = world.app.unreserve(&token, items).await;
    assert_eq!(refused.problem(403), "REQUESTER_MISMATCH");
    let refused = world.app.get(&token, "/Reservation?requester=bob").await;
    assert_eq!(refused.problem(403), "REQUESTER_MISMATCH");
    let list = world.app.get(&token, "/Reservation?requester=alice").await;
    assert_eq!(list.json()["reservations"], json!([]), "nothing was done");
}

#[tokio::test]
async fn the_same_name_of_a_key_of_another_issuer_or_of_another_end_user_is_somebody_else() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let other = world
        .add(
            world.tenant.id,
            NewIssuer {
                issuer: "https://other.example".to_owned(),
                audience: None,
                settings: coop_locker::model::IssuerSettings {
                    label: "others".to_owned(),
                    ..settings()
                },
                proof: coop_locker::domain::issuers::Proof::Asked,
            },
        )
        .await
        .expect("added");
    let alice = world.token(&issuer, "alice").await;
    let of_key = json!({"resource": "k", "requester": "alice", "metadata": {"a": "SECRET"}, "resourceType": "SECRET"});
    world.reserve(&world.tenant.key, of_key).await;
    let others = [
        ("k", "nobody's".to_owned()),
        ("o", world.token(&other, "alice").await),
        ("b", world.token(&issuer, "bob").await),
    ];
    for (name, token) in &others[1..] {
        let item = json!({"resource": name, "metadata": {"a": "SECRET"}});
        assert_eq!(world.reserve(token, item).await["status"], "ACQUIRED");
    }
    for (name, _) in &others {
        let refused = world.reserve(&alice, json!({"resource": name})).await;
        assert_eq!(refused["status"], "ALREADY_HELD", "{name}");
        // He learns that it is held and until when, and nothing of whom.
        let holder = &refused["heldBy"];
        for hidden in ["requester", "apiKeyLabel", "resourceType", "metadata"] {
            assert_eq!(holder[hidden], Value::Null, "{name} {hidden}");
        }
        assert_eq!(refused["holders"][0], *holder);
        let text = refused.to_string();
        for secret in ["SECRET", "bob", "others", "default"] {
            assert!(!text.contains(secret), "{text}");
        }
        let explanation = refused["explanation"].as_str().expect("text");
        assert!(
            explanation.starts_with("Somebody else holds it"),
            "{explanation}"
        );
        let item = json!([{"resource": name}]);
        let released = world.app.unreserve(&alice, item).await;
        let released = &released.json()[0];
        assert_eq!(released["status"], "DOESNT_OWN_RESERVATION");
        let explanation = released["explanation"].as_str().expect("text");
        assert!(explanation.starts_with("Somebody else"), "{explanation}");
    }
    let list = world.app.get(&alice, "/Reservation").await.json();
    assert_eq!(list["reservations"], json!([]));
    // The tenant's own key sees all of them.
    let list = world
        .app
        .get(&world.tenant.key, "/Reservation")
        .await
        .json();
    assert_eq!(list["reservations"].as_array().expect("array").len(), 3);
    let refused = world
        .reserve(
            &world.tenant.key,
            json!({"resource": "b", "requester": "w"}),
        )
        .await;
    assert_eq!(refused["heldBy"]["requester"], "bob");
}

#[tokio::test]
async fn a_token_opens_nothing_of_another_tenant() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let other = world.app.tenant(coop_locker::model::Tier::Starter).await;
    let theirs = world.issuer_of(other.id, |_| {}).await;
    let (ours, theirs) = (
        world.token(&issuer, "alice").await,
        world.token(&theirs, "alice").await,
    );
    assert_eq!(
        world.reserve(&ours, json!({"resource": "a"})).await["status"],
        "ACQUIRED"
    );
    for key in [&theirs, &other.key] {
        let list = world.app.get(key, "/Reservation").await.json();
        assert_eq!(list["reservations"], json!([]));
    }
    let held = world.reserve(&theirs, json!({"resource": "a"})).await;
    assert_eq!(held["status"], "ACQUIRED");
    for key in ["", "coop_at_nothing", &ours[..50]] {
        world.revoke(key).await.problem(401);
    }
    assert_eq!(world.app.get(&ours, "/Reservation").await.status, 200);
}

#[tokio::test]
async fn what_an_end_user_holds_is_his_after_a_restart_too() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let alice = world.token(&issuer, "alice").await;
    let held = world.reserve(&alice, json!({"resource": "a"})).await;
    let world = world.restart().await;
    let again = world.reserve(&alice, json!({"resource": "a"})).await;
    assert_eq!(again["status"], "ALREADY_HAD");
    assert_eq!(again["releaseToken"], held["releaseToken"]);
    let item = json!({"resource": "a", "requester": "alice"});
    let refused = world.reserve(&world.tenant.key, item).await;
    assert_eq!(refused["status"], "ALREADY_HELD");
    let list = world.app.get(&alice, "/Reservation").await.json();
    assert_eq!(list["reservations"][0]["resource"], "a");
    world.app.shut_down().await;
}

#[tokio::test]
async fn nothing_of_an_end_users_lasts_longer_than_his_issuer_allows() {
    let world = World::start().await;
    let issuer = world
        .issuer_with(|settings| settings.max_ttl = Ttl::parse(120_u32).expect("a TTL"))
        .await;
    let token = world.token(&issuer, "alice").await;
    for (name, ttl, ends) in [
        ("none", Value::Null, "00:02:00"),
        ("long", json!(3_600), "00:02:00"),
        ("short", json!(60), "00:01:00"),
    ] {
        let held = world
            .reserve(&token, json!({"resource": name, "ttlSeconds": ttl}))
            .await;
        let expected = format!("2026-11-24T{ends}.000Z");
        assert_eq!(held["expiresAt"], expected.as_str(), "{name}");
    }
}

#[tokio::test]
async fn what_was_held_under_a_longer_bound_is_renewed_within_the_present_one() {
    let world = World::start().await;
    let bound = |seconds: u32| Ttl::parse(seconds).expect("a TTL");
    let issuer = world
        .issuer_with(|settings| settings.max_ttl = bound(3_600))
        .await;
    let token = world.token(&issuer, "alice").await;
    let held = world.reserve(&token, json!({"resource": "a"})).await;
    assert_eq!(held["expiresAt"], "2026-11-24T01:00:00.000Z");
    let mut lowered = settings();
    lowered.max_ttl = bound(120);
    let issuer = world.edit(&issuer, Edit::Settings(lowered)).await;
    // The change has ended the token; its bearer comes back with another.
    let token = world.token(&issuer, "alice").await;
    let renew = async |shorten: bool| {
        let item = json!([{"resource": "a", "releaseToken": held["releaseToken"], "allowShorten": shorten}]);
        let answer = world.app.post(&token, "/Reservation/renew", &item).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()[0].clone()
    };
    // What was granted stays granted, and no renewal adds to it beyond the bound.
    world.app.clock.advance_ms(10_000);
    assert_eq!(renew(false).await["expiresAt"], held["expiresAt"]);
    assert_eq!(renew(true).await["remainingMs"], 120_000);
}

#[tokio::test]
async fn an_end_user_holds_as_much_as_his_issuer_allows_and_others_are_not_counted() {
    let world = World::start().await;
    let issuer = world
        .issuer_with(|settings| settings.max_active = Some(2))
        .await;
    let (alice, bob) = (
        world.token(&issuer, "alice").await,
        world.token(&issuer, "bob").await,
    );
    let two = json!([{"resource": "a"}, {"resource": "b"}]);
    assert_eq!(world.app.reserve(&alice, two).await.status, 200);
    let refused = world.app.reserve(&alice, json!([{"resource": "c"}])).await;
    assert_eq!(refused.problem(429), "ACTIVE_RESERVATIONS_EXCEEDED");
    assert_eq!(refused.json()["limitType"], "activeReservations");
    assert_eq!(refused.json()["limit"], 2);
    assert_eq!(refused.json()["upgradeRequired"], false);
    world.reserve(&bob, json!({"resource": "c"})).await;
    let three = json!([
        {"resource": "d", "requester": "x"}, {"resource": "e", "requester": "x"}, {"resource": "f", "requester": "x"},
    ]);
    assert_eq!(
        world.app.reserve(&world.tenant.key, three).await.status,
        200
    );
}

#[tokio::test]
async fn whoami_says_who_the_end_user_is_and_nothing_of_the_tenants_other_use() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let token = world.token(&issuer, "alice").await;
    let me = world.app.get(&token, "/auth/whoami").await.json();
    assert_eq!(me["tenantId"], world.tenant.id.to_string());
    assert_eq!(me["endUser"], "alice");
    assert_eq!(me["apiKeyLabel"], "acme-users");
    assert_eq!(me["apiKeyId"], Value::Null);
    assert_eq!(me["limits"]["apiKeys"], Value::Null);
    assert_eq!(me["limits"]["activeReservations"], Value::Null);
    assert_eq!(me["limits"]["jwtExchange"], true);
}

#[tokio::test]
async fn what_is_not_meant_for_end_users_does_not_open_to_their_tokens() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let token = world.token(&issuer, "alice").await;
    for (key, path, status, code) in [
        (&token, "/Resource/register", 403, "TOKEN_SCOPE"),
        (&token, "/keys", 403, "TOKEN_SCOPE"),
        (&token, "/Reservation/reserve", 400, "INVALID_REQUEST"),
        (
            &world.tenant.key,
            "/Resource/register",
            400,
            "INVALID_REQUEST",
        ),
    ] {
        let body = json!([]);
        let answer = world.app.call(key, Method::POST, path, Some(&body)).await;
        assert_eq!(answer.problem(status), code, "{path}");
        // Whoever it is, he is told where his tenant stands.
        assert!(!answer.header("ratelimit").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn what_end_users_do_in_an_hour_is_counted_by_the_label_of_their_issuer() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    for subject in ["alice", "bob"] {
        let token = world.token(&issuer, subject).await;
        world.app.get(&token, "/Reservation").await;
    }
    world.app.keep_usage().await;
    let ledger = &world.app.services.ledger;
    let hours = usage::hours(ledger, world.tenant.id, Hour::default()).await;
    let hours = hours.expect("read");
    let told: Vec<_> = hours.iter().map(|one| (&*one.label, one.reads)).collect();
    assert_eq!(told, [("acme-users", 2)]);
}
