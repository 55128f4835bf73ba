use std::collections::HashSet;

use super::Browser;
use crate::support::{Answer, App};

fn nonce(answer: &Answer) -> String {
    let policy = answer.header("content-security-policy");
    let rest = policy.split_once("'nonce-").expect("a nonce").1;
    rest.split_once('\'').expect("an end").0.to_owned()
}

#[tokio::test]
async fn every_script_of_a_page_has_that_answers_own_nonce() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let mut seen = HashSet::new();
    for path in ["/", "/dashboard", "/claim", "/nowhere", "/"] {
        let page = ann.get(path).await;
        let nonce = nonce(&page);
        let scripts = page.text.matches("<script").count();
        let marked = page
            .text
            .split("<script")
            .skip(1)
            .filter(|tag| {
                tag.split('>')
                    .next()
                    .is_some_and(|tag| tag.contains(&nonce))
            })
            .count();
        assert!(
            scripts > 0 && scripts == marked,
            "{path}: {marked} of {scripts}"
        );
        assert!(seen.insert(nonce), "{path} repeats a nonce");
    }
    app.shut_down().await;
}

#[tokio::test]
async fn the_policy_allows_our_own_files_and_nothing_inline() {
    let app = App::start().await;
    let page = Browser::new(&app).get("/").await;
    let policy = page
        .header("content-security-policy")
        .replace(&nonce(&page), "N");
    insta::assert_snapshot!(policy, @"default-src 'none'; script-src 'nonce-N' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("strict-transport-security", ""),
    ] {
        assert_eq!(page.header(name), value, "{name}");
    }
    app.shut_down().await;
}

#[tokio::test]
async fn browsers_are_told_to_stay_with_https_where_it_is_https() {
    let app = App::start_with(&[("base_url", "https://locks.example")]).await;
    let page = Browser::new(&app).get("/").await;
    assert_eq!(page.header("strict-transport-security"), "max-age=63072000");
    app.shut_down().await;
}

#[tokio::test]
async fn what_a_signed_in_person_sees_is_kept_nowhere() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    for path in ["/", "/dashboard", "/claim", "/auth/sign-in", "/nowhere"] {
        assert_eq!(
            ann.get(path).await.header("cache-control"),
            "no-store",
            "{path}"
        );
    }
    app.shut_down().await;
}
