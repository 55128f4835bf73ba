//! The tier, how much is looked at, how long things are remembered.

use coop_locker::{domain::tenants, model::Tier};
use serde_json::json;

use super::world::World;
use crate::support::by;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

async fn set_tier(world: &World, tier: Tier) {
    let services = &world.app.services;
    let (ledger, clock) = (&services.ledger, &services.clock);
    tenants::set_tier(ledger, clock, world.tenant.id, tier, None, by())
        .await
        .expect("changed");
}

#[tokio::test]
async fn who_has_a_valid_jwt_or_key_learns_that_the_tier_is_too_low_and_nobody_else_does() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    set_tier(&world, Tier::Free).await;
    let refused = world.exchange(&world.draft(&issuer).sign()).await;
    assert_eq!(refused.problem(403), "TIER_REQUIRED");
    assert_eq!(refused.json()["upgradeRequired"], true);

    let mut draft = world.draft(&issuer);
    draft.claims["exp"] = json!(world.now() - 60);
    let expired = draft.sign();
    assert_eq!(world.exchange(&expired).await.problem(401), "JWT_REJECTED");
    let body = json!({ "jwt": "no.jwt.atall" }).to_string();
    let with_key = [("x-api-key", world.tenant.key.as_str())];
    assert_eq!(
        world.post(&body, &with_key).await.problem(403),
        "TIER_REQUIRED"
    );
    assert_eq!(world.post(&body, &[]).await.problem(401), "JWT_REJECTED");
    let with_another = [("x-api-key", "coop_sk_nothing")];
    assert_eq!(
        world.post(&body, &with_another).await.problem(401),
        "JWT_REJECTED"
    );
    let starter = world.app.tenant(Tier::Starter).await;
    let with_theirs = [("x-api-key", starter.key.as_str())];
    assert_eq!(
        world.post(&body, &with_theirs).await.problem(401),
        "JWT_REJECTED"
    );
    set_tier(&world, Tier::Pro).await;
    world.token(&issuer, "alice").await;
}

#[tokio::test]
async fn a_body_is_an_object_with_a_jwt_and_nothing_else_and_is_short() {
    let world = World::start().await;
    for (body, pointer) in [
        ("[]", ""),
        ("", ""),
        ("{}", "/jwt"),
        ("{\"jwt\": 5}", "/jwt"),
        ("{\"jwt\": \"a\", \"jwt\": \"b\"}", "/jwt"),
        ("{\"jwt\": \"a\", \"more\": 1}", "/more"),
    ] {
        let refused = world.post(body, &[]).await;
        assert_eq!(refused.problem(400), "INVALID_REQUEST", "{body}");
        assert_eq!(refused.json()["errors"][0]["pointer"], pointer, "{body}");
    }
    let long = json!({ "jwt": "a".repeat(16 * 1024) }).to_string();
    assert_eq!(
        world.post(&long, &[]).await.problem(413),
        "PAYLOAD_TOO_LARGE"
    );
}

#[tokio::test]
async fn an_address_that_tries_without_end_is_told_to_wait_and_its_keys_work_on() {
    let world = World::start().await;
    let body = json!({ "jwt": "no.jwt.atall" }).to_string();
    for attempt in 0..2_000 {
        let refused = world.post(&body, &[]).await;
        if refused.status == 429 {
            assert!(attempt >= 600, "{attempt}");
            assert_eq!(refused.json()["limitType"], "authentication");
            assert_eq!(refused.json()["tier"], serde_json::Value::Null);
            assert!(
                refused
                    .header("retry-after")
                    .parse::<u64>()
                    .expect("seconds")
                    > 0
            );
            let list = world.app.get(&world.tenant.key, "/Reservation").await;
            assert_eq!(list.status, 200);
            return;
        }
    }
    panic!("never told to wait");
}

#[tokio::test]
async fn the_last_hundred_refusals_are_kept_and_all_are_counted() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let mut draft = world.draft(&issuer);
    draft.claims["sub"] = json!("");
    let jwt = draft.sign();
    for _ in 0..105 {
        world.exchange(&jwt).await.problem(401);
    }
    assert_eq!(world.failures(&issuer).await.len(), 100);
    assert_eq!(world.hours(&issuer).await[0].refused, 105);
    world.app.clock.advance_ms(60 * MINUTE);
    world.exchange(&jwt).await.problem(401);
    let hours: Vec<u64> = world
        .hours(&issuer)
        .await
        .iter()
        .map(|h| h.refused)
        .collect();
    assert_eq!(hours, [1, 105]);
}

#[tokio::test]
async fn what_nobody_needs_any_more_is_forgotten() {
    let world = World::start().await;
    let issuer = world.issuer_with(|settings| settings.one_time = true).await;
    let mut draft = world.draft(&issuer);
    draft.claims["jti"] = json!("once");
    let jwt = draft.sign();
    let token = world.exchange(&jwt).await.json();
    let token = token["token"].as_str().expect("a token").to_owned();
    world.exchange(&jwt).await.problem(401);
    let count = async |table: &'static str| world.app.column(table).await[0].clone();
    for (wait, tokens, used, failures) in [
        (60 * MINUTE, "1", "1", "1"),
        (MINUTE, "1", "0", "1"),
        (DAY, "0", "0", "1"),
        (30 * DAY, "0", "0", "0"),
    ] {
        world.app.clock.advance_ms(wait);
        let services = &world.app.services;
        let tiers = &services.settings.tiers;
        coop_locker::domain::housekeeping::prune(&services.ledger, tiers, services.clock.now())
            .await
            .expect("pruned");
        let found = (
            count("SELECT CAST(COUNT(*) AS TEXT) FROM access_tokens").await,
            count("SELECT CAST(COUNT(*) AS TEXT) FROM used_jwts").await,
            count("SELECT CAST(COUNT(*) AS TEXT) FROM exchange_failures").await,
        );
        assert_eq!(
            found,
            (tokens.to_owned(), used.to_owned(), failures.to_owned())
        );
    }
    let counts = count("SELECT CAST(COUNT(*) AS TEXT) FROM exchange_counts").await;
    assert_eq!(counts, "0");
    let refused = world.app.get(&token, "/Reservation").await;
    assert_eq!(refused.problem(401), "API_KEY_INVALID");
}
