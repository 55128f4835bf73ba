//! Trusted issuers on the dashboard: every form, as a browser without scripting sends it.

use axum::body::Body;
use coop_locker::{
    auth::dev,
    clock::Clock as _,
    domain::{sign_in, tenants},
    model::{Identity, TenantId, Tier},
};
use http::{Request, header};
use serde_json::{Value, json};

use super::{Browser, browser::field};
use crate::{
    exchange::{KeyServer, LOOPBACK, key_set},
    support::{
        Answer, App, by,
        jwt::Draft,
        keys::{P256, RSA},
    },
};

const PAGE: &str = "/dashboard/issuers";
const ISSUER: &str = "https://id.example.com";

struct Scene {
    app: App,
    tenant: TenantId,
}

impl Scene {
    /// Ann has signed in, and has a tenant of that tier.
    async fn new(tier: Tier) -> Self {
        let app = App::start_with(&[LOOPBACK]).await;
        let ann = Browser::signed_in(&app, "ann@example.com").await;
        assert_eq!(ann.get(PAGE).await.status, 200);
        let services = &app.services;
        let identity = Identity {
            issuer: dev::ISSUER.to_owned(),
            subject: "ann@example.com".to_owned(),
            email: None,
            name: None,
        };
        let tenant = sign_in::known_tenant_of(&services.ledger, &identity).await;
        let tenant = tenant.expect("read").expect("made with the page");
        let (ledger, clock) = (&services.ledger, &services.clock);
        tenants::set_tier(ledger, clock, tenant, tier, None, by())
            .await
            .expect("changed");
        Self { app, tenant }
    }

    async fn ann(&self) -> Browser<'_> {
        Browser::signed_in(&self.app, "ann@example.com").await
    }

    fn audience(&self) -> String {
        format!("http://localhost:3000/t/{}", self.tenant)
    }

    fn jwt(&self, audience: &str, change: impl FnOnce(&mut Value)) -> String {
        let now = self.app.clock.now().as_micros() / 1_000_000;
        let mut claims = json!({
            "iss": ISSUER, "aud": audience, "sub": "alice", "iat": now, "exp": now + 60,
        });
        change(&mut claims);
        let draft = Draft {
            header: json!({"alg": "RS256", "kid": RSA.id}),
            claims,
            key: &RSA,
            finish: |token| token,
        };
        draft.sign()
    }

    async fn exchange(&self, jwt: &str) -> Answer {
        let request = Request::post("/api/v1/auth/token")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(json!({ "jwt": jwt }).to_string()));
        self.app.send(request.expect("a request")).await
    }
}

/// A form that adds an issuer, with these fields in place of its own.
async fn add(browser: &Browser<'_>, fields: &[(&str, &str)]) -> Answer {
    let keys = key_set(&[&RSA, &P256]);
    let mut all = vec![
        ("action", "add"),
        ("issuer", ISSUER),
        ("audience", ""),
        ("label", "users"),
        ("keys_url", ""),
        ("keys", keys.as_str()),
        ("kid", ""),
        ("alg_RS256", "on"),
        ("max_ttl", "3600"),
        ("max_active", ""),
        ("max_age", ""),
    ];
    all.retain(|(name, _)| !fields.iter().any(|(other, _)| other == name));
    all.extend(fields);
    browser.post(PAGE, &all).await
}

/// A form of the first issuer on the page.
async fn act(browser: &Browser<'_>, action: &str, more: &[(&str, &str)]) -> Answer {
    let page = browser.get(PAGE).await.text;
    let (id, version) = (field(&page, "id"), field(&page, "version"));
    let mut fields = vec![("action", action), ("id", &id), ("version", &version)];
    fields.extend(more);
    browser.post(PAGE, &fields).await
}

#[tokio::test]
async fn an_issuer_is_added_tried_changed_switched_and_deleted_without_scripting() {
    let scene = Scene::new(Tier::Starter).await;
    let ann = scene.ann().await;
    let added = add(&ann, &[]).await;
    assert_eq!(added.status, 303, "{}", added.text);
    assert_eq!(added.header("location"), PAGE);
    let page = ann.get(PAGE).await;
    assert_eq!(page.header("cache-control"), "no-store");
    for part in [ISSUER, "users", &scene.audience(), "enabled", "uploaded"] {
        assert!(page.text.contains(part), "{part}");
    }
    let jwt = scene.jwt(&scene.audience(), |_| {});
    let token = scene.exchange(&jwt).await.json();
    let token = token["token"].as_str().expect("a token").to_owned();

    let good = act(&ann, "test", &[("jwt", &jwt)]).await;
    assert_eq!(good.status, 200);
    assert!(
        good.text.contains("exchanged for one of alice"),
        "{}",
        good.text
    );
    assert!(!good.text.contains(&jwt), "it is not shown again");
    let expired = scene.jwt(&scene.audience(), |claims| claims["exp"] = json!(1));
    let bad = act(&ann, "test", &[("jwt", &expired)]).await;
    assert!(bad.text.contains("would be refused"), "{}", bad.text);
    assert!(bad.text.contains(">failed<") && bad.text.contains(">not made<"));
    let page = ann.get(PAGE).await.text;
    assert!(
        page.contains("1 exchanged, 0 refused"),
        "trying counts for nothing"
    );

    let settings = [
        ("label", "people"),
        ("keys_url", ""),
        ("keys", ""),
        ("alg_ES256", "on"),
        ("alg_RS256", "on"),
        ("max_ttl", "60"),
        ("max_active", "5"),
        ("max_age", "30"),
        ("one_time", "on"),
    ];
    assert_eq!(act(&ann, "change", &settings).await.status, 303);
    let refused = scene.app.get(&token, "/Reservation").await;
    assert_eq!(refused.problem(401), "API_KEY_REVOKED");
    let page = ann.get(PAGE).await.text;
    assert!(
        page.contains("people") && page.contains("RS256, ES256"),
        "{page}"
    );
    scene.exchange(&jwt).await.problem(401);
    let page = ann.get(PAGE).await.text;
    assert!(page.contains("1 exchanged, 1 refused"), "{page}");
    assert!(page.contains("a jti that was not used before"), "{page}");

    assert_eq!(act(&ann, "disable", &[]).await.status, 303);
    assert!(ann.get(PAGE).await.text.contains("disabled"));
    assert_eq!(act(&ann, "enable", &[]).await.status, 303);
    assert_eq!(act(&ann, "delete", &[]).await.status, 303);
    assert!(
        ann.get(PAGE)
            .await
            .text
            .contains("No issuer is trusted yet")
    );
    scene.app.shut_down().await;
}

#[tokio::test]
async fn an_audience_of_choice_is_proven_with_a_token_that_carries_the_challenge() {
    let scene = Scene::new(Tier::Starter).await;
    let ann = scene.ann().await;
    let audience = "https://api.example.com";
    add(&ann, &[("audience", audience)]).await;
    let page = ann.get(PAGE).await.text;
    assert!(page.contains("not proven yet"));
    let at = page
        .find("</code> set to ")
        .or_else(|| page.find("set to "));
    let rest = &page[at.expect("a challenge")..];
    let start = rest.find("<code>").expect("a code") + "<code>".len();
    let challenge = rest[start..][..32].to_owned();
    let without = scene.jwt(audience, |_| {});
    let refused = act(&ann, "prove", &[("jwt", &without)]).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert!(refused.text.contains("does not carry the challenge"));
    let expired = scene.jwt(audience, |claims| claims["exp"] = json!(1));
    let refused = act(&ann, "prove", &[("jwt", &expired)]).await;
    assert!(refused.text.contains(">failed<"), "{}", refused.text);
    scene.exchange(&without).await.problem(401);
    let with = scene.jwt(audience, |claims| {
        claims["coop_locker_challenge"] = json!(challenge);
    });
    let proven = act(&ann, "prove", &[("jwt", &with)]).await;
    assert_eq!(proven.status, 303, "{}", proven.text);
    assert_eq!(scene.exchange(&without).await.status, 200);
    scene.app.shut_down().await;
}

#[tokio::test]
async fn keys_at_an_address_are_fetched_before_they_are_kept() {
    let scene = Scene::new(Tier::Starter).await;
    let ann = scene.ann().await;
    let server = KeyServer::start().await;
    server.say(404, "", "");
    let by_url = [("keys", ""), ("keys_url", server.url.as_str())];
    let refused = add(&ann, &by_url).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert!(refused.text.contains("no usable key at this address"));
    server.set(&[&RSA]);
    scene.app.clock.advance_ms(30_000);
    assert_eq!(add(&ann, &by_url).await.status, 303);
    assert!(ann.get(PAGE).await.text.contains(&server.url));
    let jwt = scene.jwt(&scene.audience(), |_| {});
    assert_eq!(scene.exchange(&jwt).await.status, 200);
    scene.app.shut_down().await;
}

#[tokio::test]
async fn a_form_that_cannot_be_used_is_told_what_is_wrong_with_it_and_adds_nothing() {
    let scene = Scene::new(Tier::Starter).await;
    let ann = scene.ann().await;
    for (fields, status, hint) in [
        (&[("issuer", "")] as &[(&str, &str)], 400, "issuer"),
        (&[("label", " ")], 400, "label"),
        (&[("alg_RS256", "")], 400, "algorithm"),
        (&[("keys", "")], 400, "Give the keys"),
        (&[("keys", "nonsense")], 400, "neither"),
        (
            &[("keys", "-----BEGIN RSA PRIVATE KEY-----")],
            400,
            "private key",
        ),
        (
            &[("keys", ""), ("keys_url", "http://id.example.com/keys")],
            400,
            "https://",
        ),
        (
            &[("keys", ""), ("keys_url", "https://10.0.0.1/keys")],
            400,
            "DNS name",
        ),
        (&[("max_ttl", "0")], 400, "longest reservation"),
        (&[("max_ttl", "long")], 400, "whole number"),
        (&[("max_age", "86401")], 400, "maximum age"),
        (&[("max_active", "0")], 400, "at least one"),
        (
            &[("audience", "http://localhost:3000/t/ten_00000000000")],
            400,
            "another tenant",
        ),
        (&[("action", "dance")], 404, ""),
    ] {
        let refused = add(&ann, fields).await;
        assert_eq!(refused.status, status, "{fields:?}: {}", refused.text);
        assert!(refused.text.contains(hint), "{hint}: {}", refused.text);
    }
    assert!(
        ann.get(PAGE)
            .await
            .text
            .contains("No issuer is trusted yet")
    );
    add(&ann, &[]).await;
    let again = add(&ann, &[]).await;
    assert_eq!(again.status, 400);
    assert!(again.text.contains("taken already"), "{}", again.text);
    let old = act(&ann, "disable", &[("version", "7")]).await;
    assert!(old.status == 400 || old.status == 409, "{}", old.text);
    scene.app.shut_down().await;
}

#[tokio::test]
async fn a_form_for_an_older_version_changes_nothing() {
    let scene = Scene::new(Tier::Starter).await;
    let ann = scene.ann().await;
    add(&ann, &[]).await;
    let page = ann.get(PAGE).await.text;
    let (id, version) = (field(&page, "id"), field(&page, "version"));
    let fields = [("action", "disable"), ("id", &*id), ("version", &*version)];
    assert_eq!(ann.post(PAGE, &fields).await.status, 303);
    assert_eq!(ann.post(PAGE, &fields).await.status, 409);
    scene.app.shut_down().await;
}

#[tokio::test]
async fn an_issuer_of_somebody_else_is_no_issuer_at_all() {
    let scene = Scene::new(Tier::Starter).await;
    let ann = scene.ann().await;
    add(&ann, &[]).await;
    let page = ann.get(PAGE).await.text;
    let id = field(&page, "id");
    let bob = Browser::signed_in(&scene.app, "bob@example.com").await;
    assert!(!bob.get(PAGE).await.text.contains(ISSUER));
    for action in ["change", "enable", "disable", "delete", "test", "prove"] {
        for id in [id.as_str(), "iss_00000000001", "nonsense", ""] {
            let fields = [("action", action), ("id", id), ("version", "1")];
            let refused = bob.post(PAGE, &fields).await;
            assert_eq!(refused.status, 404, "{action} {id}: {}", refused.text);
        }
    }
    assert!(ann.get(PAGE).await.text.contains(ISSUER));
    let nobody = Browser::new(&scene.app)
        .post(PAGE, &[("action", "add")])
        .await;
    assert_eq!(nobody.status, 303);
    assert!(nobody.header("location").starts_with("/auth/sign-in"));
    scene.app.shut_down().await;
}

#[tokio::test]
async fn a_tier_without_exchange_is_told_so_and_adds_nothing() {
    let scene = Scene::new(Tier::Free).await;
    let ann = scene.ann().await;
    assert!(
        ann.get(PAGE)
            .await
            .text
            .contains("begins with the Starter tier")
    );
    let refused = add(&ann, &[]).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    scene.app.shut_down().await;
}

#[tokio::test]
async fn a_sign_in_of_long_ago_is_not_enough_to_name_an_issuer_and_enough_to_try_a_token() {
    let scene = Scene::new(Tier::Starter).await;
    let ann = scene.ann().await;
    scene.app.clock.advance_ms(16 * 60_000);
    for action in ["add", "change", "enable", "disable", "delete", "prove", ""] {
        let answer = ann.post(PAGE, &[("action", action)]).await;
        assert_eq!(answer.status, 303, "{action}");
        let to = answer.header("location");
        assert!(to.starts_with("/auth/again?"), "{action}: {to}");
    }
    let tried = ann.post(PAGE, &[("action", "test"), ("id", "iss_x")]).await;
    assert_eq!(tried.status, 404, "{}", tried.text);
    scene.app.shut_down().await;
}
