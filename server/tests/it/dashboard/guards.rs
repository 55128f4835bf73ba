use http::{Method, StatusCode};
use leptos::server_fn::axum::server_fn_paths;

use super::Browser;
use crate::support::App;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Everything here that a POST may go to.
fn posts() -> Vec<&'static str> {
    let mut paths = vec![
        "/dashboard",
        "/dashboard/settings",
        "/admin/tenants/ten_00000000001",
        "/dashboard/issuers",
        "/claim",
        "/auth/dev",
        "/auth/sign-out",
    ];
    paths.extend(server_fn_paths().map(|(path, _)| path));
    paths
}

#[tokio::test]
async fn nothing_is_changed_for_another_site() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    assert!(posts().len() >= 6, "reveal and rotate are registered");
    for path in posts() {
        for foreign in [
            vec![FORM],
            vec![FORM, ("sec-fetch-site", "cross-site")],
            vec![FORM, ("sec-fetch-site", "same-site")],
            vec![FORM, ("sec-fetch-site", "none")],
            vec![FORM, ("origin", "https://evil.example")],
            vec![FORM, ("origin", "null")],
        ] {
            let answer = ann.send(Method::POST, path, &foreign, String::new()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {foreign:?}");
        }
        for own in [
            ("sec-fetch-site", "same-origin"),
            ("origin", "http://localhost:3000"),
        ] {
            let answer = ann
                .send(Method::POST, path, &[FORM, own], String::new())
                .await;
            assert_ne!(answer.status, StatusCode::FORBIDDEN, "{path} {own:?}");
        }
        // The last one may have been the sign-out.
        ann.post("/auth/dev", &[("email", "ann@example.com")]).await;
    }
    app.shut_down().await;
}

#[tokio::test]
async fn every_server_function_is_a_post_below_fn() {
    // Opening the door registers them.
    let app = App::start().await;
    for (path, method) in server_fn_paths() {
        assert_eq!(method, Method::POST, "{path}");
        assert!(path.starts_with("/fn/"), "{path}");
        let answer = Browser::new(&app).get(path).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
    app.shut_down().await;
}

#[tokio::test]
async fn pages_answer_to_the_base_urls_host_alone() {
    let app = App::start_with(&[("base_url", "https://locks.example")]).await;
    let browser = Browser::new(&app);
    for (host, status) in [
        ("locks.example", 200),
        ("LOCKS.EXAMPLE:443", 200),
        ("evil.example", 421),
        ("localhost:3000", 421),
    ] {
        for path in ["/", "/auth/sign-in"] {
            let answer = browser
                .send(Method::GET, path, &[("host", host)], String::new())
                .await;
            assert_eq!(answer.status, status, "{host}{path}");
        }
    }
    app.shut_down().await;
}

#[tokio::test]
async fn on_a_loopback_server_every_loopback_name_is_ours() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    for (host, status) in [
        ("127.0.0.1:4000", 200),
        ("[::1]", 200),
        ("evil.example:3000", 421),
    ] {
        let answer = browser
            .send(Method::GET, "/", &[("host", host)], String::new())
            .await;
        assert_eq!(answer.status, status, "{host}");
    }
    app.shut_down().await;
}

#[tokio::test]
async fn a_form_is_no_longer_than_64_kib() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let long = "x".repeat(64 * 1024);
    for path in posts() {
        let answer = ann.post(path, &[("email", &long)]).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
    app.shut_down().await;
}

#[tokio::test]
async fn what_is_not_there_is_a_page_with_the_request_id_and_so_is_every_other_failure() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    for (method, path, status) in [
        (Method::GET, "/nowhere", 404),
        (Method::GET, "/pkg/nothing.js", 404),
        (Method::GET, "/../Cargo.toml", 404),
        (Method::POST, "/nowhere", 404),
        (Method::PUT, "/dashboard", 405),
        (Method::CONNECT, "example.com:443", 404),
        (Method::OPTIONS, "*", 404),
    ] {
        let headers = [("sec-fetch-site", "same-origin")];
        let answer = browser
            .send(method.clone(), path, &headers, String::new())
            .await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        let id = answer.header("x-request-id");
        assert!(
            !id.is_empty() && answer.text.contains(id),
            "{method} {path}"
        );
    }
    app.shut_down().await;
}
