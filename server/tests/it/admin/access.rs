//! Nobody else learns that there is such a part.

use http::{Method, Request, header};

use super::{admin, page_of, world};
use crate::{
    sign_in::{browser::Browser, world::World},
    support::{Answer, App},
};

const MINUTE: i64 = 60_000;

/// A page without what differs from answer to answer.
fn plain(answer: &Answer) -> String {
    let id = answer.header("x-request-id");
    let policy = answer.header("content-security-policy");
    let nonce = policy.split("'nonce-").nth(1).expect("a nonce");
    let nonce = nonce.split('\'').next().expect("an end");
    // The nonce may be written with entities.
    answer
        .text
        .replace(id, "ID")
        .replace(nonce, "NONCE")
        .replace(&nonce.replace('=', "&#x3D;"), "NONCE")
}

async fn is_like_nothing(browser: &mut Browser<'_>, who: &str) {
    let nothing = browser.get("/nowhere").await;
    assert_eq!(nothing.status, 404);
    for path in [
        "/admin",
        "/admin/",
        "/admin/tenants/ten_00000000001",
        "/admin/x",
    ] {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            let answer = browser.request(method.clone(), path, "same-origin").await;
            assert_eq!(answer.status, 404, "{who}: {method} {path}");
            assert_eq!(answer.header("allow"), "", "{who}: {method} {path}");
            assert_eq!(plain(&answer), plain(&nothing), "{who}: {method} {path}");
        }
    }
}

#[tokio::test]
async fn for_everybody_else_it_is_like_a_path_that_leads_nowhere() {
    let world = world().await;
    is_like_nothing(&mut world.browser(), "nobody").await;
    let mut owner = world.browser();
    world.sign_in_as(&mut owner, "owner").await;
    is_like_nothing(&mut owner, "an owner").await;
    assert!(!owner.get("/dashboard").await.text.contains("/admin"));
    let mut root = admin(&world).await;
    assert_eq!(root.get("/admin").await.status, 200);
    assert!(
        root.get("/dashboard")
            .await
            .text
            .contains("href=\"/admin\"")
    );
    world.app.shut_down().await;
}

#[tokio::test]
async fn whoever_is_taken_off_the_list_is_none_with_the_next_request() {
    let world = world().await;
    let root = admin(&world).await;
    let session = root.session().expect("a session").to_owned();
    assert_eq!(world.browser().get("/admin").await.status, 404);
    // The same sessions, under a configuration that names somebody else.
    let World { app, provider } = world;
    let app = app
        .restart_with(&[
            ("google_client_id", crate::sign_in::provider::CLIENT),
            ("google_client_secret", crate::sign_in::provider::SECRET),
            ("google_issuer", &provider.issuer),
            ("admins", &format!("{} other", provider.issuer)),
        ])
        .await;
    let mut browser = Browser::new(&app);
    browser.jar.insert("coop_session".to_owned(), session);
    assert!(browser.is_signed_in().await);
    assert_eq!(browser.get("/admin").await.status, 404);
    app.shut_down().await;
}

#[tokio::test]
async fn neither_a_key_nor_the_development_sign_in_opens_it() {
    // Somebody of that name at a provider is an admin; whoever calls himself so on this machine is none.
    let app = App::start_with(&[("admins", "https://id.example root@example.com")]).await;
    let key = app.tenant(coop_locker::model::Tier::Enterprise).await.key;
    let bearer = format!("Bearer {key}");
    for (name, value) in [
        ("x-api-key", key.as_str()),
        ("authorization", &bearer),
        ("cookie", &format!("coop_session={key}")),
    ] {
        for method in ["GET", "POST"] {
            let request = Request::builder()
                .method(method)
                .uri("/admin")
                .header(header::HOST, "localhost:3000")
                .header("sec-fetch-site", "same-origin")
                .header(name, value)
                .body(axum::body::Body::empty());
            let answer = app.send(request.expect("a request")).await;
            assert_eq!(answer.status, 404, "{name} {method}");
        }
    }
    let mut browser = Browser::new(&app);
    browser
        .submit("/auth/dev", &[("email", "root@example.com")])
        .await;
    assert_eq!(browser.get("/admin").await.status, 404);
    app.shut_down().await;
}

#[tokio::test]
async fn what_changes_something_wants_a_sign_in_of_the_last_fifteen_minutes() {
    let world = world().await;
    let mut owner = world.browser();
    world.sign_in_as(&mut owner, "owner").await;
    owner.get("/dashboard").await;
    let id = super::tenants::only_tenant(&world.app).await;
    let mut root = admin(&world).await;
    let fields = [("action", "suspend"), ("reason", "spam")];
    world.app.clock.advance_ms(15 * MINUTE + 1);
    let answer = root.submit(&page_of(&id), &fields).await;
    assert_eq!(answer.status, 303);
    let again = format!("/auth/again?return_to=%2Fadmin%2Ftenants%2F{id}");
    assert_eq!(answer.header("location"), again);
    let page = root.get(&again).await.text;
    assert!(page.contains("Sign in once more"), "{page}");
    let reasons = world
        .app
        .column("SELECT COALESCE(suspension_reason, 'none') FROM tenants");
    assert_eq!(reasons.await, ["none"]);

    // Reading goes on; after another sign-in the same form works.
    assert_eq!(root.get(&page_of(&id)).await.status, 200);
    world.sign_in_as(&mut root, "root").await;
    let answer = root.submit(&page_of(&id), &fields).await;
    assert_eq!(
        answer.header("location"),
        format!("{}?done=suspend", page_of(&id))
    );
    world.app.shut_down().await;
}
