//! `GET /auth/whoami`.

use coop_locker::{domain::tenants, model::Tier};
use serde_json::json;

use crate::support::{App, by};

#[tokio::test]
async fn it_says_whose_key_it_is_and_what_is_left_and_never_the_key() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Starter).await;
    app.reserve(&tenant.key, json!([{"requester": "w", "resource": "a"}]))
        .await;
    let answer = app.get(&tenant.key, "/auth/whoami").await;
    assert!(!answer.text.contains(&tenant.key));
    assert_eq!(answer.json()["tenantId"], tenant.id.to_string());
    insta::assert_json_snapshot!(answer.json(), { ".tenantId" => "[id]", ".apiKeyId" => "[id]" });
}

#[tokio::test]
async fn a_tier_change_acts_on_the_very_next_request() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    assert_eq!(
        app.get(&tenant.key, "/auth/whoami").await.json()["tier"],
        "Free"
    );
    let services = &app.services;
    let set = tenants::set_tier(
        &services.ledger,
        &services.clock,
        tenant.id,
        Tier::Pro,
        None,
        by(),
    );
    set.await.expect("changed");
    let answer = app.get(&tenant.key, "/auth/whoami").await;
    assert_eq!(answer.json()["tier"], "Pro");
    assert_eq!(
        answer.header("ratelimit-policy"),
        "\"pro-read\";q=50000;w=60"
    );
}
