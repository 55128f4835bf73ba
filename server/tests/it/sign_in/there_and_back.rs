//! The way to the provider and back.

use http::Method;

use super::{
    browser::Browser,
    provider::{CLIENT, TOKEN, field},
    world::{World, back},
};

const MINUTE: i64 = 60_000;
const CALLBACK: &str = "/auth/google/callback";

#[tokio::test]
async fn a_person_signs_in_and_gets_to_the_page_that_he_asked_for() {
    let world = World::start().await;
    let mut browser = world.browser();
    assert!(!browser.is_signed_in().await);
    let way = browser.begin("/claim").await;
    let answer = browser.get(&world.consent(&way)).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("location")),
        (303, "/claim")
    );
    assert!(browser.is_signed_in().await);
    let known = world
        .app
        .column("SELECT issuer || ' ' || subject FROM identities")
        .await;
    assert_eq!(known, [format!("{} 1001", world.provider.issuer)]);
}

#[tokio::test]
async fn the_provider_is_asked_with_pkce_state_and_nonce_for_a_code_to_the_configured_address() {
    let world = World::at("https://locks.example").await;
    let mut browser = world.browser();
    let (first, second) = (browser.begin("/").await, browser.begin("/").await);
    assert!(
        first
            .as_str()
            .starts_with(&format!("{}/authorize?", world.provider.issuer))
    );
    assert_eq!(field(&first, "response_type"), "code");
    assert_eq!(field(&first, "client_id"), CLIENT);
    assert_eq!(field(&first, "scope"), "openid email profile");
    assert_eq!(field(&first, "code_challenge_method"), "S256");
    assert_eq!(
        field(&first, "redirect_uri"),
        format!("https://locks.example{CALLBACK}")
    );
    for name in ["state", "nonce", "code_challenge"] {
        assert_eq!(field(&first, name).len(), 43, "{name} has 256 bits");
        assert_ne!(
            field(&first, name),
            field(&second, name),
            "{name} is made anew"
        );
    }
}

#[tokio::test]
async fn the_way_back_is_configured_and_not_taken_from_the_host_that_was_asked() {
    let world = World::start().await;
    let request = http::Request::get("/auth/google").header("host", "127.0.0.1:4000");
    let answer = world
        .app
        .send(request.body(axum::body::Body::empty()).expect("a request"))
        .await;
    let way = url::Url::parse(answer.header("location")).expect("an address");
    assert_eq!(
        field(&way, "redirect_uri"),
        format!("http://localhost:3000{CALLBACK}")
    );
}

#[tokio::test]
async fn no_link_to_the_sign_in_leads_to_another_site() {
    let world = World::start().await;
    let mut browser = world.browser();
    for foreign in [
        "https://evil.example",
        "//evil.example",
        "/%5Cevil.example",
        "/%09/evil.example",
    ] {
        let way = browser.begin(foreign).await;
        let answer = browser.get(&world.consent(&way)).await;
        assert_eq!(answer.header("location"), "/dashboard", "{foreign}");
    }
}

#[tokio::test]
async fn a_way_back_works_once() {
    let world = World::start().await;
    let mut browser = world.browser();
    let way = browser.begin("/").await;
    let path = world.consent(&way);
    assert_eq!(browser.get(&path).await.status, 303);
    // Even if the provider took the code a second time.
    let again = world.consent(&way);
    assert_eq!(again, path);
    let before = world.provider.count(TOKEN);
    refused(&mut browser, &again, 400).await;
    assert_eq!(
        world.provider.count(TOKEN),
        before,
        "the code is not shown again"
    );
}

#[tokio::test]
async fn of_many_who_come_back_at_once_with_the_same_state_one_gets_in() {
    let world = World::start().await;
    let mut browser = world.browser();
    let way = browser.begin("/").await;
    let path = world.consent(&way);
    let visits = (0..8).map(|_| {
        let mut other = Browser::new(&world.app);
        other.jar.clone_from(&browser.jar);
        let path = path.clone();
        async move { other.get(&path).await.status.as_u16() }
    });
    let mut statuses = futures_util::future::join_all(visits).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 400, 400, 400, 400, 400, 400, 400]);
}

#[tokio::test]
async fn a_code_that_was_used_already_is_of_no_use_to_a_new_sign_in() {
    let world = World::start().await;
    let mut browser = world.browser();
    let first = browser.begin("/").await;
    let path = world.consent(&first);
    let code = path.split_once("&code=").expect("a code").1.to_owned();
    assert_eq!(browser.get(&path).await.status, 303);
    let mut other = world.browser();
    let second = other.begin("/").await;
    refused(&mut other, &back(&second, &code), 502).await;
}

#[tokio::test]
async fn a_code_that_was_given_to_another_sign_in_fails_by_its_verifier() {
    let world = World::start().await;
    let (mut victim, mut thief) = (world.browser(), world.browser());
    let (given, began) = (victim.begin("/").await, thief.begin("/").await);
    let path = world.consent(&given);
    let code = path.split_once("&code=").expect("a code").1;
    refused(&mut thief, &back(&began, code), 502).await;
}

#[tokio::test]
async fn a_state_is_worth_nothing_in_another_browser_and_is_not_used_up_there() {
    let world = World::start().await;
    let mut browser = world.browser();
    let way = browser.begin("/").await;
    let path = world.consent(&way);
    let mut stranger = world.browser();
    refused(&mut stranger, &path, 400).await;
    stranger.begin("/").await;
    refused(&mut stranger, &path, 400).await;
    assert_eq!(browser.get(&path).await.status, 303);
}

#[tokio::test]
async fn a_sign_in_may_take_ten_minutes_and_no_more() {
    let world = World::start().await;
    for (millis, status) in [(10 * MINUTE - 1, 303), (10 * MINUTE, 400)] {
        let mut browser = world.browser();
        let way = browser.begin("/").await;
        world.app.clock.advance_ms(millis);
        assert_eq!(
            browser.get(&world.consent(&way)).await.status,
            status,
            "{millis}"
        );
    }
}

#[tokio::test]
async fn two_tabs_sign_in_side_by_side() {
    let world = World::start().await;
    let mut browser = world.browser();
    let (first, second) = (browser.begin("/a").await, browser.begin("/b").await);
    for (way, page) in [(first, "/a"), (second, "/b")] {
        let answer = browser.get(&world.consent(&way)).await;
        assert_eq!(answer.header("location"), page);
    }
}

#[tokio::test]
async fn a_way_back_that_lacks_a_part_or_has_it_twice_is_refused() {
    let world = World::start().await;
    let mut browser = world.browser();
    let way = browser.begin("/").await;
    let state = field(&way, "state");
    for query in [
        String::new(),
        "?code=c".to_owned(),
        "?state=&code=c".to_owned(),
        format!("?state={state}x&code=c"),
        format!("?state={state}&state={state}&code=c"),
        format!("?state={}&code=c", "s".repeat(5_000)),
    ] {
        refused(&mut browser, &format!("{CALLBACK}{query}"), 400).await;
    }
    // The last, since it uses the attempt up.
    refused(&mut browser, &format!("{CALLBACK}?state={state}"), 400).await;
    refused(&mut browser, &world.consent(&way), 400).await;
}

#[tokio::test]
async fn a_way_back_from_another_provider_is_refused() {
    let world = World::start().await;
    let mut browser = world.browser();
    let way = browser.begin("/").await;
    let path = format!("{}&iss=https://evil.example", world.consent(&way));
    refused(&mut browser, &path, 400).await;
    let way = browser.begin("/").await;
    let path = format!("{}&iss={}", world.consent(&way), world.provider.issuer);
    assert_eq!(browser.get(&path).await.status, 303);
}

#[tokio::test]
async fn whoever_calls_it_off_is_told_so_and_the_attempt_is_over() {
    let world = World::start().await;
    let mut browser = world.browser();
    let way = browser.begin("/").await;
    let state = field(&way, "state");
    let path = format!("{CALLBACK}?state={state}&error=access_denied");
    let text = refused(&mut browser, &path, 403).await;
    assert!(text.contains("You did not sign in"), "{text}");
    refused(&mut browser, &world.consent(&way), 400).await;
}

#[tokio::test]
async fn what_a_provider_says_of_its_refusal_is_not_shown() {
    let world = World::start().await;
    let mut browser = world.browser();
    let way = browser.begin("/").await;
    let state = field(&way, "state");
    let path =
        format!("{CALLBACK}?state={state}&error=call-0900-evil&error_description=call-0900-evil");
    let text = refused(&mut browser, &path, 502).await;
    assert!(!text.contains("0900"), "{text}");
}

#[tokio::test]
async fn one_person_owns_one_tenant_whatever_his_address_is() {
    let world = World::start().await;
    for (subject, email) in [
        ("1", "a@example.com"),
        ("1", "b@example.com"),
        ("2", "a@example.com"),
    ] {
        let mut browser = world.browser();
        let way = browser.begin("/").await;
        let path = world.consent_with(&way, |draft| {
            draft.claims["sub"] = subject.into();
            draft.claims["email"] = email.into();
        });
        assert_eq!(browser.get(&path).await.status, 303);
        assert!(browser.is_signed_in().await);
    }
    let known = world
        .app
        .column("SELECT subject FROM identities ORDER BY subject")
        .await;
    assert_eq!(known, ["1", "2"]);
}

#[tokio::test]
async fn the_providers_tokens_are_not_kept() {
    let world = World::start().await;
    let mut browser = world.browser();
    world.sign_in(&mut browser).await;
    let kept = world.app.column("SELECT data FROM sessions").await;
    assert_eq!(kept.len(), 1, "the attempt is gone: {kept:?}");
    assert!(kept[0].contains("1001"), "{kept:?}");
    assert!(
        !kept[0].contains("google-") && !kept[0].contains("eyJ"),
        "{kept:?}"
    );
}

#[tokio::test]
async fn without_a_provider_there_is_nothing_here() {
    let app = crate::support::App::start().await;
    let mut browser = Browser::new(&app);
    for path in ["/auth/google", CALLBACK] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
        let posted = browser.request(Method::POST, path, "same-origin").await;
        assert!(posted.status.is_client_error(), "{path}");
    }
}

/// The answer's text, having checked that nobody was signed in by it.
async fn refused(browser: &mut Browser<'_>, path: &str, status: u16) -> String {
    let before = browser.session().map(str::to_owned);
    let answer = browser.get(path).await;
    assert_eq!(answer.status, status, "{path}: {}", answer.text);
    assert_eq!(browser.session().map(str::to_owned), before, "{path}");
    answer.text
}
