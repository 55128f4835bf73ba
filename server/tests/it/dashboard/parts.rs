//! The parts of the dashboard that somebody has to be signed in for: who gets in, and whose things he sees.

use http::Method;

use super::Browser;
use crate::support::App;

/// Every page and file.
const PAGES: [&str; 4] = [
    "/dashboard/audit",
    "/dashboard/audit.jsonl",
    "/dashboard/audit.csv",
    "/dashboard/settings",
];
/// Every form, with what it would do.
const FORMS: [(&str, &str); 6] = [
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
