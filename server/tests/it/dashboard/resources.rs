//! `/dashboard/resources` and the setting that makes names be registered, as they work without scripting.

use serde_json::json;

use super::{Browser, reservations::key_of};
use crate::support::{Answer, App};

const RESOURCES: &str = "/dashboard/resources";

async fn post(browser: &Browser<'_>, action: &str, name: &str, rest: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("action", action), ("name", name)];
    fields.extend(rest);
    browser.post(RESOURCES, &fields).await
}

async fn registered(browser: &Browser<'_>, name: &str, rest: &[(&str, &str)]) {
    let done = post(browser, "register", name, rest).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(
        done.header("location"),
        "/dashboard/resources?done=register"
    );
}

#[tokio::test]
async fn a_definition_is_registered_changed_and_deleted_and_the_log_has_it() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    assert!(
        ann.get(RESOURCES)
            .await
            .text
            .contains("No resource is registered")
    );
    let rest = [
        ("capacity", "3"),
        ("blocks", "power\r\n\r\nair \r\n"),
        ("tree_path", "Site>Office"),
        ("lock_delay", "30"),
    ];
    registered(&ann, "Printer", &rest).await;
    let page = ann.get(RESOURCES).await.text;
    for part in [
        "3 free",
        "Printer_2 free",
        "power, air ",
        "in Site &gt; Office",
        "30 s",
        "1 of 500",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let one = ann.get("/dashboard/resources?name=Printer").await.text;
    assert!(one.contains(">\npower\nair </textarea>"), "{one}");
    assert!(one.contains("Site&gt;Office"));

    let again = post(&ann, "register", "Printer", &[("capacity", "1")]).await;
    assert_eq!(again.status, 400);
    assert!(again.text.contains("Printer is registered already"));

    let edited = post(&ann, "edit", "Printer", &[("capacity", "1")]).await;
    assert_eq!(edited.header("location"), "/dashboard/resources?done=edit");
    let page = ann.get(RESOURCES).await.text;
    assert!(
        page.contains("1 free") && !page.contains("in Site"),
        "{page}"
    );

    let deleted = post(&ann, "delete", "Printer", &[]).await;
    assert_eq!(
        deleted.header("location"),
        "/dashboard/resources?done=delete"
    );
    let page = ann.get(RESOURCES).await.text;
    assert!(page.contains("No resource is registered"), "{page}");
    let log = ann.get("/dashboard/audit?action=resource.").await.text;
    assert_eq!(log.matches("resource.register").count(), 2, "{log}");
    assert_eq!(log.matches("resource.delete").count(), 1);
    app.shut_down().await;
}

#[tokio::test]
async fn every_problem_is_said_beside_its_field_and_what_was_typed_stays() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let rest = [
        ("capacity", "1001"),
        ("blocks", "x\ny>z"),
        ("tree_path", "Site>"),
        ("lock_delay", "-1"),
    ];
    let refused = post(&ann, "register", "a>b", &rest).await;
    assert_eq!(refused.status, 400);
    for field in ["name", "capacity", "blocks", "tree_path", "lock_delay"] {
        let problem = format!("id=\"{field}-problem\"");
        assert!(refused.text.contains(&problem), "{field}: {}", refused.text);
    }
    for typed in [
        "a&gt;b",
        "\"1001\"",
        ">\nx\ny>z</textarea>",
        "Site&gt;",
        "\"-1\"",
    ] {
        assert!(refused.text.contains(typed), "{typed}: {}", refused.text);
    }
    // What only all definitions together know.
    registered(&ann, "a", &[("capacity", "1"), ("blocks", "b")]).await;
    let cycle = post(&ann, "register", "b", &[("capacity", "1"), ("blocks", "a")]).await;
    assert_eq!(cycle.status, 400);
    assert!(
        cycle.text.contains("id=\"blocks-problem\""),
        "{}",
        cycle.text
    );
    let page = ann.get(RESOURCES).await.text;
    assert!(page.contains("1 of 500"));
    app.shut_down().await;
}

#[tokio::test]
async fn what_is_held_is_neither_moved_nor_deleted_but_may_shrink_and_drains() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let key = key_of(&ann).await;
    registered(&ann, "P", &[("capacity", "2"), ("tree_path", "Site")]).await;
    let items = json!([
        {"requester": "w1", "resource": "P", "ttlSeconds": 60},
        {"requester": "w2", "resource": "P"},
    ]);
    let answer = app.reserve(&key, items).await.json();
    assert_eq!(answer[1]["status"], "ACQUIRED", "{answer}");

    let moved = [("capacity", "2"), ("tree_path", "Yard")];
    for refused in [
        post(&ann, "edit", "P", &moved).await,
        post(&ann, "delete", "P", &[]).await,
    ] {
        assert_eq!(refused.status, 409, "{}", refused.text);
        assert!(
            refused.text.contains("held or waited for"),
            "{}",
            refused.text
        );
    }
    let shrunk = [("capacity", "1"), ("tree_path", "Site")];
    assert_eq!(post(&ann, "edit", "P", &shrunk).await.status, 303);
    let page = ann.get(RESOURCES).await.text;
    assert!(page.contains("P_0 held, P_1 draining"), "{page}");
    assert!(page.contains("1 held, 1 draining"), "{page}");
    let one = ann.get("/dashboard/resources?name=P").await.text;
    assert!(one.contains("w1") && one.contains("w2"), "{one}");
    app.shut_down().await;
}

#[tokio::test]
async fn where_registration_is_required_a_name_that_is_not_registered_is_not_valid() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let key = key_of(&ann).await;
    registered(&ann, "known", &[("capacity", "1")]).await;
    let status = async |name: &str| {
        let item = json!([{"requester": "w", "resource": name}]);
        let answer = app.reserve(&key, item).await.json();
        answer[0]["status"].as_str().expect("a status").to_owned()
    };
    for (action, expected) in [
        ("require-registration", "NOT_VALID"),
        ("any-name", "ACQUIRED"),
    ] {
        let done = ann.post("/dashboard/settings", &[("action", action)]).await;
        let to = format!("/dashboard/settings?done={action}");
        assert_eq!(done.header("location"), to, "{}", done.text);
        assert_eq!(status("unknown").await, expected, "{action}");
    }
    assert_eq!(status("known").await, "ACQUIRED");
    let log = ann.get("/dashboard/audit?action=tenant.").await.text;
    assert!(log.contains("tenant.registration_on") && log.contains("tenant.registration_off"));
    app.shut_down().await;
}
