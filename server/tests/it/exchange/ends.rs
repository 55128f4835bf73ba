//! How a token ends: at once, for requests under way too, and for good.

use axum::body::Body;
use coop_locker::{
    domain::{issuers::Edit, tenants},
    model::Tier,
};
use http::Request;
use serde_json::json;

use super::world::{World, settings};
use crate::support::by;

async fn code(world: &World, token: &str) -> String {
    world.app.get(token, "/Reservation").await.problem(401)
}

#[tokio::test]
async fn a_token_survives_a_restart_and_expires_on_time() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let token = world.token(&issuer, "alice").await;
    let world = world.restart().await;
    world.app.clock.advance_ms(900_000 - 1);
    assert_eq!(world.app.get(&token, "/Reservation").await.status, 200);
    world.app.clock.advance_ms(1);
    assert_eq!(code(&world, &token).await, "TOKEN_EXPIRED");
    let world = world.restart().await;
    assert_eq!(code(&world, &token).await, "TOKEN_EXPIRED");
    world.app.shut_down().await;
}

#[tokio::test]
async fn a_token_ends_when_its_bearer_says_so_and_a_key_does_not_end_like_that() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let (token, other) = (
        world.token(&issuer, "alice").await,
        world.token(&issuer, "alice").await,
    );
    let answer = world.revoke(&token).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (200, json!({"revoked": true}))
    );
    assert_eq!(code(&world, &token).await, "API_KEY_REVOKED");
    assert_eq!(world.revoke(&token).await.problem(401), "API_KEY_REVOKED");
    assert_eq!(world.app.get(&other, "/Reservation").await.status, 200);
    let refused = world.revoke(&world.tenant.key).await;
    assert_eq!(refused.problem(400), "INVALID_REQUEST");
    let world = world.restart().await;
    assert_eq!(code(&world, &token).await, "API_KEY_REVOKED");
    assert_eq!(world.app.get(&other, "/Reservation").await.status, 200);
    world.app.shut_down().await;
}

#[tokio::test]
async fn a_token_that_somebody_found_ends_when_he_reports_it() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let token = world.token(&issuer, "alice").await;
    let request = Request::post("/api/v1/keys/report-leak")
        .header("content-type", "application/json")
        .body(Body::from(json!({ "key": token }).to_string()));
    let answer = world.app.send(request.expect("a request")).await;
    assert_eq!(answer.json(), json!({"status": "RECEIVED"}));
    assert_eq!(code(&world, &token).await, "API_KEY_REVOKED");
    let list = world.app.get(&world.tenant.key, "/Reservation").await;
    assert_eq!(list.status, 200, "the tenant's key is what it was");
}

#[tokio::test]
async fn a_change_of_any_kind_of_its_issuer_ends_a_token_and_nobody_elses() {
    for kind in ["disabled", "changed", "deleted"] {
        let world = World::start().await;
        let issuer = world.issuer().await;
        let other = world.app.tenant(Tier::Starter).await;
        let bystander = world.issuer_of(other.id, |_| {}).await;
        let token = world.token(&issuer, "alice").await;
        let bystander = world.token(&bystander, "alice").await;
        match kind {
            "disabled" => drop(world.edit(&issuer, Edit::Enabled(false)).await),
            "changed" => {
                let changed = world.edit(&issuer, Edit::Settings(settings())).await;
                assert_eq!(changed.version, 2);
            }
            _ => world.delete(&issuer).await,
        }
        assert_eq!(code(&world, &token).await, "API_KEY_REVOKED", "{kind}");
        for key in [&bystander, &world.tenant.key] {
            assert_eq!(world.app.get(key, "/Reservation").await.status, 200);
        }
        let world = world.restart().await;
        let expected = if kind == "deleted" {
            "API_KEY_INVALID"
        } else {
            "API_KEY_REVOKED"
        };
        assert_eq!(code(&world, &token).await, expected, "{kind}");
        assert_eq!(world.app.get(&bystander, "/Reservation").await.status, 200);
        world.app.shut_down().await;
    }
}

#[tokio::test]
async fn a_token_opens_nothing_in_a_tier_without_exchange_or_for_a_suspended_tenant() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let token = world.token(&issuer, "alice").await;
    let services = &world.app.services;
    let (ledger, clock) = (&services.ledger, &services.clock);
    tenants::set_tier(ledger, clock, world.tenant.id, Tier::Free, None, by())
        .await
        .expect("changed");
    assert_eq!(code(&world, &token).await, "API_KEY_REVOKED");
    tenants::set_tier(ledger, clock, world.tenant.id, Tier::Pro, None, by())
        .await
        .expect("changed");
    assert_eq!(world.app.get(&token, "/Reservation").await.status, 200);
    world
        .app
        .meddle("UPDATE tenants SET suspended_at = 1")
        .await;
    let world = world.restart().await;
    let refused = world.app.get(&token, "/Reservation").await;
    assert_eq!(refused.problem(403), "TENANT_SUSPENDED");
    world.app.shut_down().await;
}

#[tokio::test]
async fn a_request_under_way_when_its_token_ends_is_refused_and_changes_nothing() {
    for (kind, expected) in [
        ("revoked", "API_KEY_REVOKED"),
        ("changed", "API_KEY_REVOKED"),
        ("expired", "TOKEN_EXPIRED"),
    ] {
        let world = World::start().await;
        let issuer = world.issuer().await;
        let token = world.token(&issuer, "alice").await;
        let body = json!([{"resource": "a"}]).to_string();
        let (first, rest) = body.split_at(5);
        let (send, receive) =
            tokio::sync::mpsc::channel::<Result<String, std::convert::Infallible>>(1);
        send.send(Ok(first.to_owned())).await.expect("open");
        let stream = futures_util::stream::unfold(receive, async |mut receive| {
            receive.recv().await.map(|part| (part, receive))
        });
        let request = Request::post("/api/v1/Reservation/reserve")
            .header("x-api-key", &token)
            .header("content-type", "application/json")
            .body(Body::from_stream(stream))
            .expect("a request");
        let end = async {
            // The channel holds one part: when this goes through, the first one was read, so the token was looked at.
            send.send(Ok(String::new())).await.expect("open");
            send.send(Ok(String::new())).await.expect("open");
            match kind {
                "revoked" => drop(world.revoke(&token).await),
                "changed" => drop(world.edit(&issuer, Edit::Settings(settings())).await),
                _ => world.app.clock.advance_ms(900_000),
            }
            send.send(Ok(rest.to_owned())).await.expect("open");
            drop(send);
        };
        let (answer, ()) = tokio::join!(world.app.send(request), end);
        assert_eq!(answer.problem(401), expected, "{kind}");
        let list = world
            .app
            .get(&world.tenant.key, "/Reservation")
            .await
            .json();
        assert_eq!(list["reservations"], json!([]), "{kind}");
    }
}
