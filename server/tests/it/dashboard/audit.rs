//! The audit log on the dashboard, and as files.

use serde_json::Value;

use super::Browser;
use crate::support::App;

#[tokio::test]
async fn sign_ins_and_sign_outs_are_in_the_log_with_from_where() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    ann.get("/dashboard").await;
    ann.post("/auth/sign-out", &[]).await;
    ann.post("/auth/dev", &[("email", "ann@example.com")]).await;
    let lines = ann.get("/dashboard/audit.jsonl").await;
    assert_eq!(lines.header("content-type"), "application/jsonl");
    assert_eq!(lines.header("cache-control"), "no-store");
    assert!(
        lines
            .header("content-disposition")
            .contains("attachment; filename=\"audit-ten_")
    );
    let entries: Vec<Value> = lines
        .text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let actions: Vec<&str> = entries
        .iter()
        .map(|entry| entry["action"].as_str().expect("a text"))
        .collect();
    // At the first sign-in there was no tenant yet whose log it could be in.
    assert_eq!(
        actions,
        ["session.sign_in", "session.sign_out", "tenant.create"]
    );
    assert_eq!(entries[0]["number"], 3);
    assert_eq!(entries[0]["actor"]["kind"], "user");
    assert_eq!(entries[0]["actor"]["subject"], "ann@example.com");
    assert_eq!(entries[0]["address"], "127.0.0.1");
    assert!(entries[0]["requestId"].is_string());
    app.shut_down().await;
}

#[tokio::test]
async fn the_log_is_filtered_and_turned_page_by_page() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    for number in 0..60 {
        let fields = [("action", "rename"), ("name", &format!("name {number}"))];
        ann.post("/dashboard/settings", &fields).await;
    }
    let first = ann.get("/dashboard/audit").await.text;
    assert!(first.contains("after: name 59") && !first.contains("after: name 9<"));
    let older = first.split("href=\"/dashboard/audit?action=&amp;").nth(1);
    let older = older
        .and_then(|rest| rest.split('"').next())
        .expect("older ones");
    let second = ann
        .get(&format!("/dashboard/audit?action=&{older}"))
        .await
        .text;
    assert!(second.contains("after: name 9<") && second.contains("tenant.create"));
    assert!(!second.contains("after: name 59"));
    assert!(!second.contains("Older entries"));
    let created = ann.get("/dashboard/audit?action=tenant.create").await.text;
    assert!(created.contains("tenant.create") && !created.contains("tenant.rename"));
    let nothing = ann.get("/dashboard/audit?action=issuer.").await.text;
    assert!(nothing.contains("Nothing to show"));
    app.shut_down().await;
}

#[tokio::test]
async fn a_spreadsheet_gets_the_whole_log_and_no_formula() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let agent = [
        ("user-agent", "=HYPERLINK(\"http://evil.example\")"),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    // More than one piece of the file.
    for number in 0..510 {
        let body = format!("action=rename&name=n{number}");
        ann.send(http::Method::POST, "/dashboard/settings", &agent, body)
            .await;
    }
    let file = ann.get("/dashboard/audit.csv?action=tenant.").await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    let rows: Vec<&str> = file.text.split("\r\n").collect();
    assert_eq!(
        rows.len(),
        1 + 511 + 1,
        "a header, the entries, the end of the last line"
    );
    assert!(rows[0].starts_with("number,at,who,action"));
    assert!(rows[1].starts_with("\"511\",\"") && rows[511].starts_with("\"1\",\""));
    assert!(
        rows[1].contains("\"'=HYPERLINK(\"\"http://evil.example\"\")\""),
        "{}",
        rows[1]
    );
    assert!(!file.text.contains(",\"="));
    app.shut_down().await;
}
