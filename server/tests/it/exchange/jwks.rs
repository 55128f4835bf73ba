//! Keys that are fetched: rotation, how often is asked, how long what was fetched is good for.

use coop_locker::model::{Check, IssuerKeys, TrustedIssuer};
use serde_json::json;

use super::world::{KeyServer, World};
use crate::support::keys::{Key, P256, RSA};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

async fn start() -> (World, KeyServer, TrustedIssuer) {
    let world = World::start().await;
    let server = KeyServer::start().await;
    let keys = IssuerKeys::Url(server.url.clone());
    let issuer = world.issuer_with(|settings| settings.keys = keys).await;
    (world, server, issuer)
}

/// Whether a token signed with that key is accepted now.
async fn accepts(world: &World, issuer: &TrustedIssuer, key: &'static Key) -> bool {
    let mut draft = world.draft(issuer);
    let algorithm = if key.id == RSA.id { "RS256" } else { "ES256" };
    draft.header = json!({"alg": algorithm, "kid": key.id});
    draft.key = key;
    world.exchange(&draft.sign()).await.status == 200
}

#[tokio::test]
async fn keys_are_fetched_once_in_ten_minutes_by_however_many_need_them() {
    let (world, server, issuer) = start().await;
    let jwt = world.draft(&issuer).sign();
    let answers = futures_util::future::join_all((0..16).map(|_| world.exchange(&jwt))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(server.asked(), 1, "together");
    world.app.clock.advance_ms(10 * MINUTE - 1);
    assert!(accepts(&world, &issuer, &RSA).await);
    assert_eq!(server.asked(), 1);
    world.app.clock.advance_ms(1);
    assert!(accepts(&world, &issuer, &RSA).await);
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn a_key_that_is_new_is_found_at_once_and_an_old_one_is_gone_within_ten_minutes() {
    let (world, server, issuer) = start().await;
    assert!(accepts(&world, &issuer, &RSA).await);
    server.set(&[&P256]);
    world.app.clock.advance_ms(30 * SECOND);
    assert!(accepts(&world, &issuer, &P256).await);
    assert!(!accepts(&world, &issuer, &RSA).await);
    assert_eq!(world.failures(&issuer).await[0].check, Check::Key);
}

#[tokio::test]
async fn unknown_keys_do_not_make_us_ask_more_often_than_every_thirty_seconds() {
    let (world, server, issuer) = start().await;
    for _ in 0..5 {
        assert!(!accepts(&world, &issuer, &P256).await);
    }
    assert_eq!(server.asked(), 1);
    server.set(&[&P256]);
    world.app.clock.advance_ms(30 * SECOND - 1);
    assert!(!accepts(&world, &issuer, &P256).await);
    world.app.clock.advance_ms(1);
    assert!(accepts(&world, &issuer, &P256).await);
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn while_the_keys_cannot_be_had_the_last_ones_are_good_for_a_day_and_no_longer() {
    let (world, server, issuer) = start().await;
    assert!(accepts(&world, &issuer, &RSA).await);
    server.say(500, "", "down");
    world.app.clock.advance_ms(24 * 60 * MINUTE - 1);
    assert!(accepts(&world, &issuer, &RSA).await);
    world.app.clock.advance_ms(30 * SECOND);
    assert!(!accepts(&world, &issuer, &RSA).await);
    assert_eq!(world.failures(&issuer).await[0].check, Check::Key);
    server.set(&[&RSA]);
    assert!(!accepts(&world, &issuer, &RSA).await, "asked a moment ago");
    world.app.clock.advance_ms(30 * SECOND);
    assert!(accepts(&world, &issuer, &RSA).await);
}

#[tokio::test]
async fn an_answer_that_is_no_small_key_set_from_the_very_address_is_not_taken() {
    for (status, location, body) in [
        (404, "", String::new()),
        (201, "", super::world::set(&[&RSA])),
        (200, "", "no keys".to_owned()),
        (
            200,
            "",
            format!("{}{}", super::world::set(&[&RSA]), " ".repeat(64 * 1024)),
        ),
    ] {
        let (world, server, issuer) = start().await;
        server.say(status, location, &body);
        assert!(!accepts(&world, &issuer, &RSA).await, "{status}");
    }
    let (world, server, issuer) = start().await;
    let elsewhere = KeyServer::start().await;
    server.say(302, &elsewhere.url, "");
    assert!(!accepts(&world, &issuer, &RSA).await);
    assert_eq!(elsewhere.asked(), 0, "redirects are not followed");
}
