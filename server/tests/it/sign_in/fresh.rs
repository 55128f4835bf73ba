//! Another sign-in, before what a session left open must not be enough for.

use serde_json::json;

use super::{browser::Browser, world::World};
use crate::support::Answer;

const SETTINGS: &str = "/dashboard/settings";
const MINUTE: i64 = 60_000;

async fn delete(browser: &mut Browser<'_>) -> Answer {
    let fields = [("action", "delete"), ("name", "not the name")];
    browser.submit(SETTINGS, &fields).await
}

fn has_to_sign_in(answer: &Answer) -> bool {
    match answer.status.as_u16() {
        303 => {
            assert!(answer.header("location").starts_with("/auth/again?"));
            true
        }
        // The form itself was looked at.
        400 => false,
        _ => panic!("{}", answer.text),
    }
}

/// Signs in once more, and the provider says that the person showed who he is at this second.
async fn again(world: &World, browser: &mut Browser<'_>, auth_time: Option<i64>) -> Answer {
    let way = browser.begin(&format!("{SETTINGS}&again=1")).await;
    let asked: Vec<(String, String)> = way
        .query_pairs()
        .into_owned()
        .filter(|(name, _)| name == "prompt" || name == "max_age")
        .collect();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(asked, [pair("prompt", "login"), pair("max_age", "0")]);
    let back = world.consent_with(&way, |draft| {
        if let Some(auth_time) = auth_time {
            draft.claims["auth_time"] = json!(auth_time);
        }
    });
    browser.get(&back).await
}

#[tokio::test]
async fn after_fifteen_minutes_a_person_is_asked_again_and_gets_back_to_where_he_was() {
    let world = World::start().await;
    let mut browser = world.browser();
    world.sign_in(&mut browser).await;
    world.app.clock.advance_ms(15 * MINUTE);
    assert!(!has_to_sign_in(&delete(&mut browser).await));
    world.app.clock.advance_ms(1);
    assert!(has_to_sign_in(&delete(&mut browser).await));
    let old = browser.session().expect("a session").to_owned();
    let answer = again(&world, &mut browser, Some(world.now())).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("location")),
        (303, SETTINGS)
    );
    assert_ne!(browser.session(), Some(old.as_str()));
    assert!(!has_to_sign_in(&delete(&mut browser).await));
}

#[tokio::test]
async fn a_provider_that_did_not_ask_him_again_is_not_believed() {
    let world = World::start().await;
    let mut browser = world.browser();
    world.sign_in(&mut browser).await;
    world.app.clock.advance_ms(16 * MINUTE);
    let answer = again(&world, &mut browser, Some(world.now() - 16 * 60)).await;
    assert_eq!(answer.status, 502);
    assert!(has_to_sign_in(&delete(&mut browser).await));
    // One that does not say when is: it was told to ask.
    assert_eq!(again(&world, &mut browser, None).await.status, 303);
    assert!(!has_to_sign_in(&delete(&mut browser).await));
}

#[tokio::test]
async fn a_sign_in_that_the_provider_answered_from_an_old_session_of_its_own_is_old() {
    let world = World::start().await;
    let mut browser = world.browser();
    let way = browser.begin("/dashboard").await;
    let an_hour_ago = world.now() - 3600;
    let back = world.consent_with(&way, |draft| {
        draft.claims["auth_time"] = json!(an_hour_ago);
    });
    assert_eq!(browser.get(&back).await.status, 303);
    assert!(browser.is_signed_in().await);
    assert!(has_to_sign_in(&delete(&mut browser).await));
}

#[tokio::test]
async fn an_ordinary_sign_in_asks_the_provider_for_nothing_more() {
    let world = World::start().await;
    let way = world.browser().begin("/dashboard").await;
    assert!(
        way.query_pairs()
            .all(|(name, _)| name != "prompt" && name != "max_age")
    );
}
