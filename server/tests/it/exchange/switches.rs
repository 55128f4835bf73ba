//! The checks that an issuer's owner decides about.

use coop_locker::{
    domain::issuers::Edit,
    model::{Check, SigningAlgorithm},
};
use serde_json::json;

use super::{
    cases::{assert_all, at, case, claim},
    world::World,
};

#[tokio::test]
async fn only_the_algorithms_of_the_issuers_list_are_taken() {
    let world = World::start().await;
    let issuer = world
        .issuer_with(|settings| settings.algorithms = vec![SigningAlgorithm::Ps256])
        .await;
    world
        .exchange(&world.draft(&issuer).sign())
        .await
        .problem(401);
    assert_eq!(world.failures(&issuer).await[0].check, Check::Algorithm);
    // The same check, once it is known whose list it is not in.
    let mut draft = world.draft(&issuer);
    draft.header["alg"] = json!("PS256");
    assert_eq!(world.exchange(&draft.sign()).await.status, 200);
}

#[tokio::test]
async fn a_disabled_issuers_tokens_and_those_of_a_suspended_tenant_are_refused() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let disabled = world.edit(&issuer, Edit::Enabled(false)).await;
    let enabled_again = |world: World| async {
        world
            .app
            .meddle("UPDATE tenants SET suspended_at = 1")
            .await;
        world.restart().await
    };
    assert_all(
        &world,
        &disabled,
        vec![case("disabled", Check::Enabled, |_| {})],
    )
    .await;
    let enabled = world.edit(&disabled, Edit::Enabled(true)).await;
    assert_all(&world, &enabled, vec![case("enabled", None, |_| {})]).await;
    let world = enabled_again(world).await;
    assert_all(
        &world,
        &enabled,
        vec![case("suspended", Check::Tenant, |_| {})],
    )
    .await;
    world.app.shut_down().await;
}

#[tokio::test]
async fn a_one_time_issuers_token_has_a_jti_and_is_exchanged_once_until_it_could_not_be_anyway() {
    let world = World::start().await;
    let issuer = world.issuer_with(|settings| settings.one_time = true).await;
    let of = |jti: &'static str, fails: Option<Check>| claim("jti", json!(jti), fails);
    assert_all(
        &world,
        &issuer,
        vec![
            case("no jti", Check::OneTime, |_| {}),
            of("", Some(Check::OneTime)),
            of("a", None),
            of("a", Some(Check::OneTime)),
            of("b", None),
            of("a", Some(Check::OneTime)),
        ],
    )
    .await;
    let world = world.restart().await;
    assert_all(&world, &issuer, vec![of("a", Some(Check::OneTime))]).await;
    world.app.shut_down().await;
}

#[tokio::test]
async fn of_many_who_exchange_one_one_time_token_at_once_one_succeeds() {
    let world = World::start().await;
    let issuer = world.issuer_with(|settings| settings.one_time = true).await;
    let mut draft = world.draft(&issuer);
    draft.claims["jti"] = json!("once");
    let jwt = draft.sign();
    let answers = futures_util::future::join_all((0..16).map(|_| world.exchange(&jwt))).await;
    let accepted = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(accepted, 1);
}

#[tokio::test]
async fn a_token_older_than_its_issuer_allows_is_refused() {
    let world = World::start().await;
    let issuer = world
        .issuer_with(|settings| settings.max_age_seconds = Some(60))
        .await;
    assert_all(
        &world,
        &issuer,
        vec![at("iat", -90, None), at("iat", -91, Check::MaxAge)],
    )
    .await;
}
