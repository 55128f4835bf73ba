use coop_locker::{domain::tenants, model::Tier};

use super::Browser;
use crate::support::{App, by};

/// A tenant made on the command line: its id and its claim code.
async fn ownerless(app: &App) -> (String, String) {
    let services = &app.services;
    let created = tenants::create(
        &services.ledger,
        &services.keyring,
        &services.clock,
        "acme",
        None,
        Tier::Pro,
        by(),
    );
    let created = created.await.expect("made");
    (created.tenant.id.to_string(), created.claim_code)
}

#[tokio::test]
async fn a_person_who_has_not_been_to_the_dashboard_takes_a_tenant_over_and_finds_it_there() {
    let app = App::start().await;
    let (tenant, code) = ownerless(&app).await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    // Looking around makes no tenant of his own.
    for path in ["/", "/claim"] {
        assert_eq!(ann.get(path).await.status, 200);
    }
    let claimed = ann.post("/claim", &[("code", &code)]).await;
    assert_eq!(
        (claimed.status.as_u16(), claimed.header("location")),
        (303, "/dashboard")
    );
    let page = ann.get("/dashboard").await.text;
    assert!(page.contains(&tenant) && page.contains("Pro"));
    app.shut_down().await;
}

#[tokio::test]
async fn a_code_works_once_and_a_wrong_one_never() {
    let app = App::start().await;
    let (tenant, code) = ownerless(&app).await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    for wrong in ["", "nonsense", &code[1..]] {
        let answer = ann.post("/claim", &[("code", wrong)]).await;
        assert!(answer.status.is_client_error(), "{wrong:?}");
    }
    assert_eq!(ann.post("/claim", &[("code", &code)]).await.status, 303);
    let bob = Browser::signed_in(&app, "bob@example.com").await;
    assert!(
        bob.post("/claim", &[("code", &code)])
            .await
            .status
            .is_client_error()
    );
    assert!(!bob.get("/dashboard").await.text.contains(&tenant));
    app.shut_down().await;
}

#[tokio::test]
async fn an_owner_cannot_take_a_second_tenant_and_the_code_is_not_used_up() {
    let app = App::start().await;
    let (_, code) = ownerless(&app).await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    assert_eq!(ann.get("/dashboard").await.status, 200);
    assert!(
        ann.post("/claim", &[("code", &code)])
            .await
            .status
            .is_client_error()
    );
    let bob = Browser::signed_in(&app, "bob@example.com").await;
    assert_eq!(bob.post("/claim", &[("code", &code)]).await.status, 303);
    app.shut_down().await;
}

#[tokio::test]
async fn nobody_claims_without_having_signed_in() {
    let app = App::start().await;
    let (_, code) = ownerless(&app).await;
    let answer = Browser::new(&app).post("/claim", &[("code", &code)]).await;
    assert_eq!(answer.status, 303);
    assert_eq!(
        answer.header("location"),
        "/auth/sign-in?return_to=%2Fclaim"
    );
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    assert_eq!(
        ann.post("/claim", &[("code", &code)])
            .await
            .header("location"),
        "/dashboard"
    );
    app.shut_down().await;
}
