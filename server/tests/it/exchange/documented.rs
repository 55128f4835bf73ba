//! Every documented status of `/auth/token`, made to happen.

use axum::body::Body;
use coop_locker::{domain::tenants, model::Tier};
use http::Request;
use serde_json::json;

use super::world::World;
use crate::support::{Answer, by};

const HIDE_TOKENS: &str = "ALTER TABLE access_tokens RENAME TO hidden";
/// More JWTs than are looked at in a minute.
const MOST_TO_USE_UP: usize = 5_000;

pub async fn provoke(method: &str, status: u16) -> Answer {
    let world = World::start().await;
    let issuer = world.issuer().await;
    if method == "delete" {
        let token = world.token(&issuer, "alice").await;
        return provoke_revocation(world, &token, status).await;
    }
    let jwt = world.draft(&issuer).sign();
    let body = json!({ "jwt": jwt }).to_string();
    match status {
        200 => world.post(&body, &[]).await,
        400 => world.post("{}", &[]).await,
        401 => world.exchange("no.jwt.atall").await,
        403 => {
            let services = &world.app.services;
            let (ledger, clock) = (&services.ledger, &services.clock);
            tenants::set_tier(ledger, clock, world.tenant.id, Tier::Free, None, by())
                .await
                .expect("changed");
            world.post(&body, &[]).await
        }
        // A client that goes away in the middle is told the same as one that is too slow, which takes longer to test.
        408 => {
            let broken = futures_util::stream::iter([Ok("{"), Err("gone")]);
            send(&world, "application/json", Body::from_stream(broken)).await
        }
        413 => world.exchange(&"a".repeat(16 * 1024)).await,
        415 => send(&world, "text/plain", Body::from(body)).await,
        429 => {
            for _ in 0..MOST_TO_USE_UP {
                let answer = world.exchange("no.jwt.atall").await;
                if answer.status == 429 {
                    return answer;
                }
            }
            panic!("never told to wait");
        }
        503 => {
            world.app.meddle(HIDE_TOKENS).await;
            world.post(&body, &[]).await
        }
        _ => panic!("nobody knows how to provoke {status}"),
    }
}

async fn provoke_revocation(world: World, token: &str, status: u16) -> Answer {
    match status {
        200 => world.revoke(token).await,
        400 => world.revoke(&world.tenant.key).await,
        401 => world.revoke("coop_at_nothing").await,
        403 => {
            world
                .app
                .meddle("UPDATE tenants SET suspended_at = 1")
                .await;
            world.restart().await.revoke(token).await
        }
        503 => {
            world.app.meddle(HIDE_TOKENS).await;
            world.revoke(token).await
        }
        _ => panic!("nobody knows how to provoke {status}"),
    }
}

async fn send(world: &World, content_type: &str, body: Body) -> Answer {
    let request = Request::post("/api/v1/auth/token")
        .header("content-type", content_type)
        .body(body);
    world.app.send(request.expect("a request")).await
}
