//! `/dashboard/events`, as it works without scripting, and as files.

use std::collections::BTreeSet;

use coop_locker::{domain::tenants, events::EVENT_TYPES, model::Tier};
use serde_json::{Value, json};

use super::{Browser, reservations::key_of, settings::tenant_of};
use crate::support::{App, by};

const EVENTS: &str = "/dashboard/events";

async fn reserve(app: &App, key: &str, item: Value) {
    let answer = app.reserve(key, json!([item])).await;
    assert_eq!(answer.json()[0]["status"], "ACQUIRED", "{}", answer.text);
}

/// The revisions on a page, in the order in which they are shown.
fn revisions(page: &str) -> Vec<u64> {
    let parts = page.split(" of event ").skip(1);
    parts
        .map(|part| part.split('<').next().expect("its end"))
        .map(|number| number.parse().expect("a revision"))
        .collect()
}

/// Where a link with this text leads.
fn link(page: &str, text: &str) -> Option<String> {
    let before = page.split(&format!(">{text}</a>")).next()?;
    if before.len() == page.len() {
        return None;
    }
    let from = before.rfind("href=\"")? + "href=\"".len();
    let to = before[from..].split('"').next()?;
    Some(to.replace("&amp;", "&"))
}

#[tokio::test]
async fn the_feed_is_turned_page_by_page_there_and_back_and_no_event_is_left_out() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let key = key_of(&ann).await;
    // A row of the log is a commit's: the pages begin and end within rows.
    for batch in 0..4 {
        let items: Value = (0..30)
            .map(|n| json!({"requester": "w", "resource": format!("r{batch}-{n}")}))
            .collect();
        assert_eq!(app.reserve(&key, items).await.status, 200);
    }
    let newest = ann.get(EVENTS).await.text;
    assert_eq!(revisions(&newest), (71..=120).rev().collect::<Vec<_>>());
    assert_eq!(link(&newest, "Newer"), None);
    assert!(newest.contains("The oldest event that is kept has revision 1."));
    let second = ann
        .get(&link(&newest, "Older").expect("older ones"))
        .await
        .text;
    assert_eq!(revisions(&second), (21..=70).rev().collect::<Vec<_>>());
    let last = ann
        .get(&link(&second, "Older").expect("older ones"))
        .await
        .text;
    assert_eq!(revisions(&last), (1..=20).rev().collect::<Vec<_>>());
    assert_eq!(link(&last, "Older"), None);
    let back = ann
        .get(&link(&last, "Newer").expect("newer ones"))
        .await
        .text;
    assert_eq!(revisions(&back), revisions(&second));
    let front = ann
        .get(&link(&back, "Newer").expect("newer ones"))
        .await
        .text;
    assert_eq!(revisions(&front), revisions(&newest));
    let beyond = ann.get(&format!("{EVENTS}?before=0")).await;
    assert_eq!(
        (beyond.status.as_u16(), revisions(&beyond.text).len()),
        (200, 0)
    );
    app.shut_down().await;
}

#[tokio::test]
async fn the_feed_is_filtered_and_what_cannot_be_asked_is_told() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let key = key_of(&ann).await;
    reserve(&app, &key, json!({"requester": "ada", "resource": "door"})).await;
    reserve(
        &app,
        &key,
        json!({"requester": "bob", "resource": "doorbell"}),
    )
    .await;
    let items = json!([{"requester": "ada", "resource": "door", "releaseToken": "x"}]);
    assert_eq!(app.unreserve(&key, items).await.status, 403);
    let register = [("action", "register"), ("name", "pool"), ("capacity", "2")];
    assert_eq!(
        ann.post("/dashboard/resources", &register).await.status,
        303
    );
    for (query, expected) in [
        ("", vec![3, 2, 1]),
        ("?type=RESERVED", vec![2, 1]),
        ("?type=RESOURCE_REGISTERED", vec![3]),
        ("?resource=door", vec![1]),
        ("?prefix=door", vec![2, 1]),
        ("?requester=bob", vec![2]),
        ("?label=default", vec![2, 1]),
        ("?label=other", vec![]),
        ("?type=RESERVED&requester=ada&prefix=do", vec![1]),
    ] {
        let page = ann.get(&format!("{EVENTS}{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        assert_eq!(revisions(&page.text), expected, "{query}");
    }
    for query in [
        "?type=NOTHING",
        "?before=x",
        "?after=18446744073709551616",
        "?before=1&after=2",
    ] {
        let page = ann.get(&format!("{EVENTS}{query}")).await;
        assert_eq!(page.status, 400, "{query}");
    }
    let wide = ann.get(&format!("{EVENTS}?after={}", u64::MAX)).await;
    assert_eq!(wide.status, 200);
    assert_eq!(
        ann.get("/dashboard/events.csv?type=NOTHING").await.status,
        400
    );
    app.shut_down().await;
}

#[tokio::test]
async fn files_hold_what_the_filter_lets_through_for_programs_and_for_spreadsheets() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let key = key_of(&ann).await;
    let tenant = tenant_of(&app, "ann@example.com").await;
    let services = &app.services;
    tenants::set_tier(
        &services.ledger,
        &services.clock,
        tenant,
        Tier::Pro,
        None,
        by(),
    )
    .await
    .expect("set");
    let formula = json!({
        "requester": "=1+1", "resource": "a,\"b\"", "metadata": {"n": 1},
    });
    reserve(&app, &key, formula).await;
    // More than one piece of the file.
    for batch in 0..6 {
        let items: Value = (0..100)
            .map(|n| json!({"requester": "w", "resource": format!("r{batch}-{n}")}))
            .collect();
        assert_eq!(app.reserve(&key, items).await.status, 200);
    }
    let lines = ann.get("/dashboard/events.jsonl").await;
    assert_eq!(lines.header("content-type"), "application/jsonl");
    assert_eq!(lines.header("cache-control"), "no-store");
    let disposition = lines.header("content-disposition");
    assert!(
        disposition.contains("filename=\"events-ten_"),
        "{disposition}"
    );
    let events: Vec<Value> = lines
        .text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let numbers: Vec<u64> = events
        .iter()
        .filter_map(|one| one["revision"].as_u64())
        .collect();
    assert_eq!(numbers, (1..=601).rev().collect::<Vec<_>>());
    // As the API shows it.
    let history = app.get(&key, "/events/history?limit=1").await.json();
    assert_eq!(events.last(), Some(&history["events"][0]));

    let csv = ann.get("/dashboard/events.csv?requester=%3D1%2B1").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let rows: Vec<&str> = csv.text.split("\r\n").collect();
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert!(rows[0].starts_with("revision,at,type,resource,requester,apiKeyLabel"));
    assert!(
        rows[1].contains(",\"a,\"\"b\"\"\",\"'=1+1\",\"default\",\"1\","),
        "{}",
        rows[1]
    );

    let held = ann.get("/dashboard/reservations.csv?prefix=a").await;
    let rows: Vec<&str> = held.text.split("\r\n").collect();
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert!(rows[1].starts_with("\"a,\"\"b\"\"\",\"'=1+1\",\"exclusive\",\"default\","));
    let held = ann.get("/dashboard/reservations.jsonl").await;
    assert_eq!(held.text.lines().count(), 601);
    let first: Value = serde_json::from_str(held.text.lines().next().expect("one")).expect("JSON");
    assert_eq!(first["resource"], "a,\"b\"");
    assert_eq!(first["metadata"], json!({"n": 1}));
    assert!(!held.text.contains("releaseToken"), "whose is it?");
    app.shut_down().await;
}

#[tokio::test]
async fn nobody_sees_events_or_usage_of_another_tenant() {
    let app = App::start().await;
    let other = app.tenant(Tier::Free).await;
    reserve(
        &app,
        &other.key,
        json!({"requester": "secretive", "resource": "vault"}),
    )
    .await;
    app.keep_usage().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    for path in [
        EVENTS,
        "/dashboard/events?after=0",
        "/dashboard/events.csv",
        "/dashboard/events.jsonl",
        "/dashboard/reservations.csv",
        "/dashboard/reservations.jsonl",
        "/dashboard/usage",
    ] {
        let seen = ann.get(path).await;
        assert_eq!(seen.status, 200, "{path}");
        assert!(
            !seen.text.contains("vault") && !seen.text.contains("secretive"),
            "{path}"
        );
    }
    assert!(
        ann.get("/dashboard/usage")
            .await
            .text
            .contains("Nothing was asked")
    );
    app.shut_down().await;
}

#[test]
fn the_dashboard_has_a_word_for_every_type_of_the_api() {
    let words: BTreeSet<&str> = app::model::EVENT_KINDS
        .iter()
        .map(|(kind, _)| *kind)
        .collect();
    let types: BTreeSet<&str> = EVENT_TYPES.iter().copied().collect();
    assert_eq!(words, types);
}
