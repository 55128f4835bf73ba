//! A stream ends with what opened it, and nothing that happens afterwards is in it.

use coop_locker::{
    domain::{admin, api_keys, issuers::Edit, settings, tenants},
    model::{ApiKeyId, Reason, Tier},
};
use serde_json::json;

use crate::{
    exchange::{World, issuer_settings},
    support::{App, EventStream, Tenant, by},
};

/// What ends a key's streams, and what they are told.
const ENDS_OF_KEYS: [(&str, &str); 4] = [
    ("rotated", "API_KEY_ROTATED"),
    ("revoked", "API_KEY_REVOKED"),
    ("suspended", "TENANT_SUSPENDED"),
    ("deleted", "API_KEY_REVOKED"),
];

/// The same for a token's.
const ENDS_OF_TOKENS: [(&str, &str); 6] = [
    ("revoked", "API_KEY_REVOKED"),
    ("expired", "TOKEN_EXPIRED"),
    ("disabled", "API_KEY_REVOKED"),
    ("changed", "API_KEY_REVOKED"),
    ("downgraded", "API_KEY_REVOKED"),
    ("suspended", "TENANT_SUSPENDED"),
];

async fn reserve(app: &App, key: &str, resource: &str) {
    let item = json!([{"requester": "w", "resource": resource}]);
    assert_eq!(app.reserve(key, item).await.status, 200);
}

/// The rest of a stream is what it is told at its end.
async fn assert_cut(stream: &mut EventStream, code: &str, why: &str) {
    let last = stream.event().await.unwrap_or_else(|| panic!("{why}"));
    assert_eq!(last.event, "CREDENTIAL_REVOKED", "{why}: {last:?}");
    assert_eq!((last.id, last.json()["code"].as_str()), (None, Some(code)));
    assert!(
        !last.json()["detail"]
            .as_str()
            .unwrap_or_default()
            .is_empty()
    );
    assert_eq!(stream.frame().await, None, "{why}");
}

async fn end_key(app: &App, tenant: &Tenant, key: ApiKeyId, how: &str) {
    let services = &app.services;
    let (ledger, clock) = (&services.ledger, &services.clock);
    match how {
        "rotated" => {
            let key = api_keys::find(ledger, tenant.id, key).await.expect("there");
            let keyring = &services.keyring;
            let rotated =
                api_keys::rotate(ledger, keyring, clock, tenant.id, key.id, key.version, by());
            rotated.await.expect("rotated");
        }
        "revoked" => api_keys::revoke(ledger, clock, tenant.id, key, by())
            .await
            .expect("revoked"),
        "suspended" => suspend(app, tenant).await,
        _ => settings::delete(ledger, tenant.id, "acme")
            .await
            .expect("deleted"),
    }
}

async fn suspend(app: &App, tenant: &Tenant) {
    let (ledger, clock) = (&app.services.ledger, &app.services.clock);
    let reason = Reason::parse("a test").expect("a reason");
    admin::suspend(ledger, clock, tenant.id, reason, by())
        .await
        .expect("suspended");
}

#[tokio::test]
async fn a_stream_ends_with_its_key_and_shows_nothing_that_happens_afterwards() {
    for (how, code) in ENDS_OF_KEYS {
        let app = App::start().await;
        let tenant = app.tenant(Tier::Starter).await;
        let other = app.tenant(Tier::Starter).await;
        let (key, value) = app.make_key(tenant.id, "worker").await;
        let mut stream = app.events(&value, "").await;
        // One that has caught up and waits, and one that has everything before it.
        let mut behind = app.events(&value, "").await;
        let mut theirs = app.events(&other.key, "").await;
        reserve(&app, &tenant.key, "a").await;
        assert_eq!(stream.ids(1).await, [1]);
        end_key(&app, &tenant, key.id, how).await;
        if how == "rotated" || how == "revoked" {
            reserve(&app, &tenant.key, "b").await;
        }
        assert_cut(&mut stream, code, how).await;
        assert_cut(&mut behind, code, how).await;
        reserve(&app, &other.key, "c").await;
        assert_eq!(theirs.ids(1).await, [1], "{how}");
    }
}

#[tokio::test]
async fn a_stream_waiting_when_its_key_ends_is_woken() {
    for (how, code) in ENDS_OF_KEYS {
        let app = App::start().await;
        let tenant = app.tenant(Tier::Starter).await;
        let (key, value) = app.make_key(tenant.id, "worker").await;
        let mut stream = app.events(&value, "").await;
        assert!(
            stream
                .frame()
                .await
                .is_some_and(|first| first.retry.is_some())
        );
        assert!(
            stream
                .frame()
                .await
                .is_some_and(|second| second.id.is_some())
        );
        // Both at once, the stream first: it has nothing to read and waits, and the clock stands still.
        tokio::join!(
            biased;
            assert_cut(&mut stream, code, how),
            end_key(&app, &tenant, key.id, how),
        );
    }
}

#[tokio::test]
async fn a_stream_ends_with_its_token_and_the_tenants_own_go_on() {
    for (how, code) in ENDS_OF_TOKENS {
        let world = World::start().await;
        let issuer = world.issuer().await;
        let token = world.token(&issuer, "alice").await;
        let mut hers = world.app.events(&token, "").await;
        let mut tenants_own = world.app.events(&world.tenant.key, "").await;
        world.reserve(&token, json!({"resource": "a"})).await;
        assert_eq!(hers.ids(1).await, [1]);
        assert_eq!(tenants_own.ids(1).await, [1]);
        let services = &world.app.services;
        let (ledger, clock) = (&services.ledger, &services.clock);
        let end = async {
            match how {
                "revoked" => drop(world.revoke(&token).await),
                "expired" => world.app.clock.advance_ms(900_000),
                "disabled" => drop(world.edit(&issuer, Edit::Enabled(false)).await),
                "changed" => {
                    let same = issuer_settings();
                    drop(world.edit(&issuer, Edit::Settings(same)).await);
                }
                "downgraded" => {
                    let id = world.tenant.id;
                    tenants::set_tier(ledger, clock, id, Tier::Free, None, by())
                        .await
                        .expect("changed");
                }
                _ => suspend(&world.app, &world.tenant).await,
            }
        };
        tokio::join!(biased; assert_cut(&mut hers, code, how), end);
        if how == "suspended" {
            assert_cut(&mut tenants_own, code, how).await;
        } else {
            reserve(&world.app, &world.tenant.key, "b").await;
            assert_eq!(tenants_own.ids(1).await, [2], "{how}");
        }
    }
}

#[tokio::test]
async fn a_thousand_streams_end_with_their_key_and_the_new_value_opens_as_many() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Enterprise).await;
    let mut streams = Vec::new();
    for _ in 0..1_000 {
        streams.push(app.events(&tenant.key, "").await);
    }
    let value = app.rotate_default(tenant.id).await;
    for stream in &mut streams {
        assert_cut(stream, "API_KEY_ROTATED", "rotated").await;
    }
    let refused = app.get(&tenant.key, "/events").await;
    assert_eq!(refused.problem(401), "API_KEY_ROTATED");
    let mut stream = app.events(&value, "").await;
    reserve(&app, &value, "a").await;
    assert_eq!(stream.ids(1).await, [1]);
}

#[tokio::test]
async fn a_server_that_stops_ends_its_streams_and_says_when_to_come_back() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let mut stream = app.events(&tenant.key, "").await;
    reserve(&app, &tenant.key, "a").await;
    assert_eq!(stream.ids(1).await, [1]);
    app.services.stop.cancel();
    let last = stream.frame().await.expect("a frame");
    assert_eq!((last.retry, last.event.as_str()), (Some(2_000), ""));
    assert_eq!(stream.frame().await, None);
}
