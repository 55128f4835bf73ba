use http::Method;

use super::Browser;
use crate::support::App;

/// What the page and its form answer.
async fn statuses(browser: &Browser<'_>, header: Option<(&str, &str)>) -> (u16, u16) {
    let mut headers = vec![
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    headers.extend(header);
    let page = browser
        .send(Method::GET, "/auth/dev", &headers, String::new())
        .await;
    let body = "email=ann%40example.com".to_owned();
    let form = browser
        .send(Method::POST, "/auth/dev", &headers, body)
        .await;
    (page.status.as_u16(), form.status.as_u16())
}

#[tokio::test]
async fn it_is_there_on_this_machine() {
    let app = App::start().await;
    assert_eq!(statuses(&Browser::new(&app), None).await, (200, 303));
    app.shut_down().await;
}

#[tokio::test]
async fn it_does_not_exist_for_other_machines_or_behind_anything() {
    let app = App::start().await;
    for peer in ["192.168.0.7:1234", "[2001:db8::1]:1234"] {
        let browser = Browser::from_peer(&app, peer);
        assert_eq!(statuses(&browser, None).await, (404, 404), "{peer}");
    }
    for header in [
        ("forwarded", "for=127.0.0.1"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-host", "localhost"),
        ("x-forwarded-proto", "http"),
    ] {
        let browser = Browser::new(&app);
        assert_eq!(
            statuses(&browser, Some(header)).await,
            (404, 404),
            "{header:?}"
        );
        assert_eq!(browser.cookie("coop_session"), None);
    }
    app.shut_down().await;
}

#[tokio::test]
async fn it_does_not_exist_beside_a_provider_on_a_public_address_or_when_it_is_off() {
    for settings in [
        vec![
            ("google_client_id", "id"),
            ("google_client_secret", "secret"),
        ],
        vec![("base_url", "https://locks.example")],
        vec![("dev_sign_in", "false")],
    ] {
        let app = App::start_with(&settings).await;
        assert_eq!(
            statuses(&Browser::new(&app), None).await,
            (404, 404),
            "{settings:?}"
        );
        app.shut_down().await;
    }
}

#[tokio::test]
async fn it_leads_back_to_paths_of_ours_alone() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    for (asked, path) in [
        ("/claim", "/claim"),
        ("/dashboard?a=b", "/dashboard?a=b"),
        ("", "/dashboard"),
        ("//evil.example", "/dashboard"),
        ("/\\evil.example", "/dashboard"),
        ("https://evil.example/", "/dashboard"),
        ("/\u{9}/evil.example", "/dashboard"),
    ] {
        let fields = [("email", "ann@example.com"), ("return_to", asked)];
        let answer = browser.post("/auth/dev", &fields).await;
        assert_eq!(answer.header("location"), path, "{asked:?}");
    }
    app.shut_down().await;
}

#[tokio::test]
async fn what_is_no_address_signs_nobody_in() {
    let app = App::start().await;
    for email in ["", "ann", "@", "ann@", "a b@example.com"] {
        let browser = Browser::new(&app);
        let answer = browser.post("/auth/dev", &[("email", email)]).await;
        assert_eq!(answer.status, 400, "{email:?}");
        assert_eq!(browser.cookie("coop_session"), None);
    }
    app.shut_down().await;
}
