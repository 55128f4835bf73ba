//! `POST /keys/report-leak`: to possess a key is enough to end it.

use coop_locker::{
    domain::audit,
    keyring::KeyText,
    model::{Actor, TenantId, Tier},
};
use http::{Method, Request, header};
use serde_json::{Value, json};

use crate::support::{Answer, App};

async fn report(app: &App, body: &Value) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri("/api/v1/keys/report-leak")
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.to_string().into());
    app.send(request.expect("a request")).await
}

async fn last_deed(app: &App, tenant: TenantId) -> (Actor, String, Value) {
    let page = audit::list(&app.services.ledger, tenant, "", None, 1).await;
    let entry = page.expect("read").entries.remove(0);
    (entry.by.actor, entry.deed.action, entry.deed.detail)
}

#[tokio::test]
async fn a_further_key_is_revoked_and_its_owner_sees_why() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Starter).await;
    let (key, value) = app.make_key(tenant.id, "robot").await;
    let answer = report(&app, &json!({"key": value})).await;
    assert_eq!(answer.json(), json!({"status": "RECEIVED"}));
    let refused = app.get(&value, "/auth/whoami").await;
    assert_eq!(refused.problem(401), "API_KEY_REVOKED");
    let (actor, action, detail) = last_deed(&app, tenant.id).await;
    assert_eq!(actor, Actor::Finder);
    assert_eq!(action, "api_key.leak_reported");
    assert_eq!(detail["hint"], key.hint);
    assert_eq!(detail["done"], "revoked");
    app.shut_down().await;
}

#[tokio::test]
async fn the_default_key_gets_a_new_value_which_whoever_reported_is_not_told() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let answer = report(&app, &json!({"key": tenant.key})).await;
    assert_eq!(answer.json(), json!({"status": "RECEIVED"}));
    let refused = app.get(&tenant.key, "/auth/whoami").await;
    assert_eq!(refused.problem(401), "API_KEY_ROTATED");
    assert_eq!(last_deed(&app, tenant.id).await.2["done"], "rotated");
    app.shut_down().await;
}

#[tokio::test]
async fn everything_else_gets_the_same_answer_and_changes_nothing() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let old = tenant.key.clone();
    let new = app.rotate_default(tenant.id).await;
    for value in [
        KeyText::generate_api_key().expose(),
        "coop_sk_",
        "nonsense",
        "",
        &old,
    ] {
        let answer = report(&app, &json!({"key": value})).await;
        assert_eq!(answer.status, 200, "{value}");
        assert_eq!(answer.json(), json!({"status": "RECEIVED"}), "{value}");
    }
    assert_eq!(app.get(&new, "/auth/whoami").await.status, 200);
    for wrong in [
        json!({}),
        json!([]),
        json!({"key": 7}),
        json!({"key": new, "x": 1}),
    ] {
        let answer = report(&app, &wrong).await;
        assert_eq!(answer.problem(400), "INVALID_REQUEST", "{wrong}");
        assert!(!answer.text.contains(&new));
    }
    app.shut_down().await;
}
