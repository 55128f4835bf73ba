//! `/dashboard/reservations`, as it works without scripting.

use coop_locker::model::Tier;
use serde_json::{Value, json};

use super::{
    Browser,
    keys::{form_of, values},
};
use crate::support::{Answer, App};

const RESERVATIONS: &str = "/dashboard/reservations";

/// The value of somebody's default key.
pub async fn key_of(browser: &Browser<'_>) -> String {
    let (key, version) = form_of(browser).await;
    let fields = [("action", "reveal"), ("key", &key), ("version", &version)];
    let shown = browser.post("/dashboard", &fields).await;
    values(&shown.text)[0].to_owned()
}

/// Reserves and answers the fencing token.
async fn reserved(app: &App, key: &str, item: Value) -> u64 {
    let answer = app.reserve(key, json!([item])).await;
    let answer = answer.json();
    assert_eq!(answer[0]["status"], "ACQUIRED", "{answer}");
    answer[0]["fencingToken"].as_u64().expect("a token")
}

async fn force(browser: &Browser<'_>, resource: &str, token: u64, reason: &str) -> Answer {
    let path = format!("{RESERVATIONS}?resource={resource}&token={token}");
    let token = token.to_string();
    let fields = [
        ("action", "force-release"),
        ("resource", resource),
        ("token", &token),
        ("reason", reason),
    ];
    browser.post(&path, &fields).await
}

#[tokio::test]
async fn the_list_is_filtered_and_shown_by_pages() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let key = key_of(&ann).await;
    for index in 0..51 {
        let name = format!("desk-{index:02}");
        reserved(&app, &key, json!({"requester": "w", "resource": name})).await;
    }
    let door = json!({"requester": "guard", "resource": "door", "resourceType": "Room"});
    reserved(&app, &key, door).await;

    let page = ann.get(RESERVATIONS).await.text;
    assert!(
        page.contains("desk-49") && !page.contains("desk-50"),
        "{page}"
    );
    let at = page.find("cursor=").expect("a next page");
    let next = page[at..].split('"').next().expect("its end");
    let page = ann.get(&format!("{RESERVATIONS}?{next}")).await.text;
    assert!(
        page.contains("desk-50") && !page.contains("desk-49"),
        "{page}"
    );
    assert!(page.contains("First page") && !page.contains("Next page"));

    for (query, found) in [
        ("requester=guard", "door"),
        ("prefix=do", "door"),
        ("type=Room", "door"),
        ("prefix=desk-50", "desk-50"),
    ] {
        let page = ann.get(&format!("{RESERVATIONS}?{query}")).await.text;
        assert_eq!(page.matches("fencing token").count(), 1, "{query}");
        assert!(page.contains(found), "{query}");
    }
    let none = ann.get(&format!("{RESERVATIONS}?label=other")).await.text;
    assert!(none.contains("No active reservation matches"));
    let wrong = ann.get(&format!("{RESERVATIONS}?cursor=x")).await;
    assert_eq!(wrong.status, 400);
    app.shut_down().await;
}

#[tokio::test]
async fn a_reservation_is_ended_by_force_for_a_reason_that_the_log_has() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let key = key_of(&ann).await;
    let item = json!({"requester": "w1", "resource": "door", "metadata": {"commit": "8d9"}});
    let token = reserved(&app, &key, item).await;
    let here = format!("{RESERVATIONS}?resource=door&token={token}");
    let page = ann.get(&here).await.text;
    assert!(
        page.contains("Release by force") && page.contains("8d9"),
        "{page}"
    );

    let refused = force(&ann, "door", token, "  ").await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.header("cache-control"), "no-store");
    assert!(refused.text.contains("reason-problem"), "{}", refused.text);
    let refused = force(&ann, "door", token, &"x".repeat(501)).await;
    assert!(refused.text.contains(&"x".repeat(501)), "what was typed");

    let done = force(&ann, "door", token, "its <holder> is gone").await;
    assert_eq!(done.status, 303, "{}", done.text);
    let to = "/dashboard/reservations?done=force-release";
    assert_eq!(done.header("location"), to);
    let page = ann.get(to).await.text;
    assert!(page.contains("The reservation has ended") && page.contains("Nothing is reserved"));
    let log = ann.get("/dashboard/audit?action=reservation.").await.text;
    assert!(log.contains("reservation.force_release"), "{log}");
    assert!(log.contains("its &lt;holder&gt; is gone"), "{log}");

    // A newer one is another one.
    let item = json!({"requester": "w2", "resource": "door"});
    let newer = reserved(&app, &key, item).await;
    let again = force(&ann, "door", token, "again").await;
    assert_eq!(again.status, 409);
    assert!(again.text.contains("had ended already"), "{}", again.text);
    let gone = ann.get(&here).await;
    assert_eq!(gone.status, 404);
    assert!(gone.text.contains("has ended") && gone.text.contains("w2"));
    let page = ann
        .get(&format!("{RESERVATIONS}?resource=door&token={newer}"))
        .await;
    assert_eq!(page.status, 200);
    app.shut_down().await;
}

#[tokio::test]
async fn nobody_ends_a_reservation_of_another_tenant() {
    let app = App::start().await;
    let other = app.tenant(Tier::Free).await;
    let item = json!({"requester": "w1", "resource": "door"});
    let token = reserved(&app, &other.key, item).await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let seen = ann
        .get(&format!("{RESERVATIONS}?resource=door&token={token}"))
        .await;
    assert_eq!(seen.status, 404);
    assert!(!seen.text.contains("w1"));
    assert_eq!(force(&ann, "door", token, "mine").await.status, 409);
    let held = app.get(&other.key, "/Reservation").await.json();
    assert_eq!(held["reservations"][0]["resource"], "door");
    app.shut_down().await;
}
