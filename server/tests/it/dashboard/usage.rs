//! `/dashboard/usage`, as it works without scripting.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Browser, reservations::key_of, settings::tenant_of};
use crate::support::App;

const USAGE: &str = "/dashboard/usage";
const HOUR: i64 = 3_600_000;

fn item(requester: &str, resource: &str) -> Value {
    json!([{"requester": requester, "resource": resource}])
}

#[tokio::test]
async fn operations_of_each_hour_are_shown_by_key_by_kind_and_by_what_was_refused() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let key = key_of(&ann).await;
    let empty = ann.get(USAGE).await.text;
    assert!(
        empty.contains("Nothing was asked in the last 24 hours"),
        "{empty}"
    );
    for number in 0..7 {
        app.reserve(&key, item("w", &format!("r{number}"))).await;
    }
    app.clock.advance_ms(HOUR);
    for _ in 0..3 {
        app.get(&key, "/Reservation").await;
    }
    let many: Value = (0..100)
        .map(|n| json!({"requester": "w", "resource": format!("many{n}")}))
        .collect();
    let mut refused = 0;
    for _ in 0..4 {
        let answer = app.reserve(&key, many.clone()).await;
        refused += u64::from(answer.status == 429);
    }
    assert_eq!(refused, 2);
    app.keep_usage().await;
    let page = ann.get(USAGE).await.text;
    for part in [
        ": default 7</title>",
        ": default 203</title>",
        ": reads 3, writes 200</title>",
        ": rate 2</title>",
        "207 of 10,000",
        "107 of 500",
        "210 in all",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains(" style="));
    let week = ann.get(&format!("{USAGE}?range=7d")).await.text;
    assert!(week.contains("210 in all") && week.contains("Free keeps 24 hours"));
    let days = week.matches("class=\"chart-tick").count();
    assert!(days >= 3 * 7, "each chart names its days: {days}");
    assert_eq!(ann.get(&format!("{USAGE}?range=%00")).await.status, 400);
    app.shut_down().await;
}

#[tokio::test]
async fn contended_resources_are_told_with_their_waits_and_holds() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let key = key_of(&ann).await;
    let tenant = tenant_of(&app, "ann@example.com").await;
    app.reserve(&key, item("ada", "calm")).await;
    let page = ann.get(USAGE).await.text;
    assert!(page.contains("resource=calm") && page.contains("These were granted most"));
    let held = app.reserve(&key, item("ada", "door")).await.json();
    for _ in 0..3 {
        let refused = app.reserve(&key, item("bob", "door")).await.json();
        assert_eq!(refused[0]["status"], "ALREADY_HELD");
    }
    let wait = json!([{"requester": "eve", "resource": "door", "waitSeconds": 50}]);
    let release = async {
        while !app.services.ledger.is_anybody_waiting(tenant) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        app.clock.advance_ms(40_000);
        let token = &held[0]["releaseToken"];
        let items = json!([{"requester": "ada", "resource": "door", "releaseToken": token}]);
        app.unreserve(&key, items).await
    };
    let (granted, released) = tokio::join!(app.reserve(&key, wait), release);
    assert_eq!(granted.json()[0]["status"], "ACQUIRED");
    assert_eq!(released.json()[0]["status"], "RELINQUISHED");
    let page = ann.get(USAGE).await.text;
    let row = page.split("resource=door").nth(1).expect("a row");
    let row = row.split("</tr>").next().expect("its end");
    for part in [
        r#"data-label="Refused" class="number">3<"#,
        "<span>1</span><span class=\"muted fence\">mean 40 s, longest 40 s</span>",
        r#"data-label="Grants" class="number">2<"#,
    ] {
        assert!(row.contains(part), "{part}: {row}");
    }
    assert_eq!(row.matches("mean 40 s, longest 40 s").count(), 2, "{row}");
    assert!(!page.contains("resource=calm"), "{page}");
    app.shut_down().await;
}
