//! The parts of the dashboard that somebody has to be signed in for: who gets in, and whose things he sees.

use std::collections::BTreeSet;

use http::Method;

use super::Browser;
use crate::support::App;

/// Every page and file.
const PAGES: [&str; 16] = [
    "/dashboard",
    "/dashboard/keys",
    "/dashboard/reservations",
    "/dashboard/reservations.jsonl",
    "/dashboard/reservations.csv",
    "/dashboard/resources",
    "/dashboard/events",
    "/dashboard/events.jsonl",
    "/dashboard/events.csv",
    "/dashboard/usage",
    "/dashboard/issuers",
    "/dashboard/audit",
    "/dashboard/audit.jsonl",
    "/dashboard/audit.csv",
    "/dashboard/live",
    "/dashboard/settings",
];
/// Every form, with what it would do.
const FORMS: [(&str, &str); 16] = [
    ("/dashboard", "action=reveal&key=key_00000000001"),
    ("/dashboard/keys", "action=create&label=stolen"),
    (
        "/dashboard/keys",
        "action=revoke&key=key_00000000001&label=x",
    ),
    (
        "/dashboard/reservations",
        "action=force-release&resource=door&token=1&reason=x",
    ),
    (
        "/dashboard/resources",
        "action=register&name=stolen&capacity=1",
    ),
    ("/dashboard/resources", "action=delete&name=door"),
    ("/dashboard/settings", "action=require-registration"),
    ("/dashboard/issuers", "action=add&issuer=x"),
    ("/dashboard/issuers", "action=test&id=iss_00000000001"),
    ("/dashboard/issuers", "action=delete&id=iss_00000000001"),
    ("/dashboard/settings", "action=rename&name=stolen"),
    ("/dashboard/settings", "action=reveal-off&confirm=yes"),
    ("/dashboard/settings", "action=reveal-on"),
    ("/dashboard/settings", "action=end-others"),
    ("/dashboard/settings", "action=end-session&session=00"),
    (
        "/dashboard/settings",
        "action=delete&name=ann%40example.com",
    ),
];

fn all() -> impl Iterator<Item = (Method, &'static str, &'static str)> {
    let pages = PAGES.into_iter().map(|path| (Method::GET, path, ""));
    pages.chain(
        FORMS
            .into_iter()
            .map(|(path, form)| (Method::POST, path, form)),
    )
}

#[tokio::test]
async fn without_a_session_each_leads_to_the_sign_in_and_a_key_is_none() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    ann.get("/dashboard").await;
    let before = ann.get("/dashboard/audit.jsonl").await.text;
    let key = app.tenant(coop_locker::model::Tier::Enterprise).await.key;
    let bearer = format!("Bearer {key}");
    for credential in [
        ("accept", "text/html"),
        ("x-api-key", key.as_str()),
        ("authorization", &bearer),
        ("cookie", &format!("coop_session={key}")),
    ] {
        for (method, path, form) in all() {
            let headers = [
                credential,
                ("sec-fetch-site", "same-origin"),
                ("content-type", "application/x-www-form-urlencoded"),
            ];
            let nobody = Browser::new(&app);
            let answer = nobody
                .send(method.clone(), path, &headers, form.to_owned())
                .await;
            assert_eq!(answer.status, 303, "{method} {path}: {}", answer.text);
            let to = format!("/auth/sign-in?return_to={}", path.replace('/', "%2F"));
            assert_eq!(answer.header("location"), to, "{method} {path}");
            assert!(!answer.text.contains("ann@"), "{method} {path}");
        }
    }
    assert_eq!(ann.get("/dashboard/audit.jsonl").await.text, before);
    app.shut_down().await;
}

#[tokio::test]
async fn each_is_about_ones_own_tenant_alone() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let fields = [("action", "rename"), ("name", "Anns own")];
    ann.post("/dashboard/settings", &fields).await;
    let before = ann.get("/dashboard/audit.jsonl").await.text;
    let bob = Browser::signed_in(&app, "bob@example.com").await;
    for path in PAGES {
        let page = bob.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        for hers in ["Anns own", "ann@example.com"] {
            assert!(!page.text.contains(hers), "{path}: {hers}");
        }
    }
    for (path, form) in FORMS {
        let headers = [
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let answer = bob
            .send(Method::POST, path, &headers, form.to_owned())
            .await;
        assert!(!answer.status.is_server_error(), "{form}");
    }
    assert_eq!(ann.get("/dashboard/audit.jsonl").await.text, before);
    assert!(ann.get("/dashboard").await.text.contains("Anns own"));
    app.shut_down().await;
}

#[test]
fn every_page_of_the_dashboard_is_in_this_table() {
    let mounted: BTreeSet<&str> = app::paths()
        .filter(|path| path.starts_with("/dashboard"))
        .collect();
    let here: BTreeSet<&str> = PAGES
        .into_iter()
        .filter(|path| !path.contains('.') && *path != app::routes::LIVE)
        .collect();
    assert_eq!(mounted, here);
}

/// Every server function, with arguments that are in order.
const FUNCTIONS: [(&str, &str); 2] = [
    ("/fn/keys/reveal", "id=key_00000000001"),
    ("/fn/keys/rotate", "id=key_00000000001&version=1"),
];

#[tokio::test]
async fn every_server_function_wants_a_session_and_finds_nothing_of_others() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let tenant = app.tenant(coop_locker::model::Tier::Free).await;
    let registered: BTreeSet<String> = leptos::server_fn::axum::server_fn_paths()
        .map(|(path, _)| path.to_owned())
        .collect();
    let here: BTreeSet<String> = FUNCTIONS.map(|(path, _)| path.to_owned()).into();
    assert_eq!(registered, here);
    for (path, arguments) in FUNCTIONS {
        let headers = [
            ("accept", "application/json"),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("x-api-key", tenant.key.as_str()),
        ];
        let nobody = Browser::new(&app);
        let answer = nobody
            .send(Method::POST, path, &headers, arguments.to_owned())
            .await;
        assert_eq!(answer.status, 401, "{path}: {}", answer.text);
        let answer = ann
            .send(Method::POST, path, &headers, arguments.to_owned())
            .await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text);
    }
    app.shut_down().await;
}
