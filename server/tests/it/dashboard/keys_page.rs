//! `/dashboard/keys`, as it works without scripting.

use coop_locker::{domain::tenants, model::Tier};
use serde_json::json;

use super::{
    Browser,
    browser::field,
    keys::{form_of, values},
};
use crate::support::{Answer, App, by};

const KEYS: &str = "/dashboard/keys";

/// Somebody with a Starter tenant.
async fn starter<'a>(app: &'a App, email: &str) -> Browser<'a> {
    let browser = Browser::signed_in(app, email).await;
    let page = browser.get("/dashboard").await;
    let at = page.text.find("ten_").expect("the tenant's id");
    let tenant = coop_locker::model::TenantId::parse(&page.text[at..at + 15]).expect("an id");
    let services = &app.services;
    let set = tenants::set_tier(
        &services.ledger,
        &services.clock,
        tenant,
        Tier::Starter,
        None,
        by(),
    );
    set.await.expect("changed");
    browser
}

async fn create(browser: &Browser<'_>, label: &str) -> Answer {
    let fields = [("action", "create"), ("label", label)];
    browser.post(KEYS, &fields).await
}

/// Makes a key and answers its id and its value.
async fn made(browser: &Browser<'_>, label: &str) -> (String, String) {
    let answer = create(browser, label).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), "no-store");
    let value = values(&answer.text)[0].to_owned();
    (id_of(browser, label).await, value)
}

async fn id_of(browser: &Browser<'_>, label: &str) -> String {
    let page = browser.get(KEYS).await.text;
    let name = format!("aria-label=\"Manage {label}\"");
    let at = page.find(&name).expect("the key's row");
    let link = page[..at].rfind("?key=").expect("its link");
    page[link + 5..]
        .split('"')
        .next()
        .expect("an id")
        .to_owned()
}

async fn act(browser: &Browser<'_>, action: &str, key: &str, label: &str) -> Answer {
    let fields = [
        ("action", action),
        ("key", key),
        ("label", label),
        ("version", "1"),
    ];
    browser.post(KEYS, &fields).await
}

#[tokio::test]
async fn a_key_that_is_made_works_under_its_label_and_is_never_shown_by_a_get() {
    let app = App::start().await;
    let ann = starter(&app, "ann@example.com").await;
    let (id, value) = made(&ann, "worker-prod").await;
    let who = app.get(&value, "/auth/whoami").await.json();
    assert_eq!(who["apiKeyLabel"], "worker-prod");
    assert_eq!(who["apiKeyId"], json!(id));
    for path in [KEYS.to_owned(), format!("{KEYS}?key={id}")] {
        let page = ann.get(&path).await;
        assert_eq!(page.status, 200);
        assert!(values(&page.text).is_empty(), "{path}");
        assert!(page.text.contains("2 of 10 used"));
        assert!(page.text.contains("by ann@example.com"));
    }
    let revealed = act(&ann, "reveal", &id, "").await;
    assert_eq!(values(&revealed.text)[0], value);
    app.shut_down().await;
}

#[tokio::test]
async fn a_label_that_is_none_or_taken_is_refused_on_the_page_with_what_was_typed() {
    let app = App::start().await;
    let ann = starter(&app, "ann@example.com").await;
    made(&ann, "ci").await;
    for (label, why) in [
        ("ci", "has this label"),
        ("default", "has this label"),
        ("", "The label"),
        ("   ", "The label"),
        (&"x".repeat(65), "The label"),
        ("a\u{7}b", "The label"),
    ] {
        let refused = create(&ann, label).await;
        assert_eq!(refused.status, 400, "{label:?}");
        assert!(refused.text.contains(why), "{label:?}: {}", refused.text);
        assert!(refused.text.contains("2 of 10 used"), "{label:?}");
        assert!(values(&refused.text).is_empty());
    }
    let refused = create(&ann, "ci").await;
    assert!(refused.text.contains("value=\"ci\""), "{}", refused.text);
    app.shut_down().await;
}

#[tokio::test]
async fn at_the_limit_the_page_names_the_tier_that_lifts_it_and_a_form_changes_nothing() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let page = ann.get(KEYS).await;
    assert!(page.text.contains("1 of 1 used"), "{}", page.text);
    assert!(page.text.contains("Starter has more"));
    assert!(!page.text.contains("value=\"create\""));
    let refused = create(&ann, "second").await;
    assert_eq!(refused.status, 403);
    assert!(values(&refused.text).is_empty());
    assert!(ann.get(KEYS).await.text.contains("1 of 1 used"));
    app.shut_down().await;
}

#[tokio::test]
async fn a_new_label_is_in_what_is_reserved_from_then_on_and_not_in_what_was() {
    let app = App::start().await;
    let ann = starter(&app, "ann@example.com").await;
    let (id, value) = made(&ann, "before").await;
    let reserve = |name: &str| app.reserve(&value, json!([{"requester": "w", "resource": name}]));
    reserve("a").await;
    let renamed = act(&ann, "rename", &id, "after").await;
    assert_eq!(renamed.status, 303);
    let page = ann.get(renamed.header("location")).await;
    assert!(page.text.contains("The key has its new label"));
    reserve("b").await;
    let list = app.get(&value, "/Reservation").await.json();
    let labels: Vec<_> = list["reservations"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| row["apiKeyLabel"].clone())
        .collect();
    assert_eq!(labels, [json!("before"), json!("after")]);
    let taken = act(&ann, "rename", &id, "default").await;
    assert_eq!(taken.status, 400);
    app.shut_down().await;
}

#[tokio::test]
async fn a_key_is_revoked_by_typing_its_label_and_says_so_ever_after() {
    let app = App::start().await;
    let ann = starter(&app, "ann@example.com").await;
    let (id, value) = made(&ann, "temporary").await;
    let wrong = act(&ann, "revoke", &id, "temporar").await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.text.contains("type its label: temporary"));
    assert_eq!(app.get(&value, "/auth/whoami").await.status, 200);

    let revoked = act(&ann, "revoke", &id, "temporary").await;
    assert_eq!(revoked.status, 303, "{}", revoked.text);
    let page = ann.get(revoked.header("location")).await;
    assert!(page.text.contains("1 of 10 used"), "{}", page.text);
    let refused = app.get(&value, "/auth/whoami").await;
    assert_eq!(refused.problem(401), "API_KEY_REVOKED");

    let app = app.restart().await;
    let refused = app.get(&value, "/auth/whoami").await;
    assert_eq!(refused.problem(401), "API_KEY_REVOKED");
    app.shut_down().await;
}

#[tokio::test]
async fn the_default_key_is_rotated_and_not_revoked() {
    let app = App::start().await;
    let ann = starter(&app, "ann@example.com").await;
    let (key, _) = form_of(&ann).await;
    let manage = ann.get(&format!("{KEYS}?key={key}")).await;
    assert!(manage.text.contains("can be rotated, not revoked"));
    assert!(!manage.text.contains("value=\"revoke\""));
    assert_eq!(field(&manage.text, "version"), "1");
    assert_eq!(act(&ann, "revoke", &key, "default").await.status, 403);
    let rotated = act(&ann, "rotate", &key, "").await;
    let value = values(&rotated.text)[0];
    assert_eq!(app.get(value, "/auth/whoami").await.status, 200);
    assert_eq!(act(&ann, "rotate", &key, "").await.status, 409);
    app.shut_down().await;
}

#[tokio::test]
async fn nobody_does_anything_with_a_key_of_somebody_else() {
    let app = App::start().await;
    let ann = starter(&app, "ann@example.com").await;
    let (id, value) = made(&ann, "anns").await;
    let bob = starter(&app, "bob@example.com").await;
    for action in ["reveal", "rename", "rotate", "revoke"] {
        for key in [id.as_str(), "key_00000000001", "nonsense", ""] {
            let answer = act(&bob, action, key, "anns").await;
            assert_eq!(answer.status, 404, "{action} {key}: {}", answer.text);
            assert!(!answer.text.contains("coop_sk_"), "{action} {key}");
        }
    }
    let page = bob.get(&format!("{KEYS}?key={id}")).await;
    assert!(!page.text.contains("anns"), "{}", page.text);
    let nobody = act(&Browser::new(&app), "revoke", &id, "anns").await;
    assert_eq!(nobody.status, 303);
    assert!(nobody.header("location").starts_with("/auth/sign-in"));
    assert_eq!(app.get(&value, "/auth/whoami").await.status, 200);
    app.shut_down().await;
}
