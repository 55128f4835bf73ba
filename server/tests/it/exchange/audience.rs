//! Audiences of a tenant's own choice, and who may have which.

use coop_locker::{
    auth::exchange::{CHALLENGE_CLAIM, Exchange},
    domain::{
        Error,
        issuers::{Edit, NewIssuer, Proof},
    },
    model::{Check, IssuerSettings, Tier, TrustedIssuer},
};
use serde_json::json;

use super::world::{ISSUER, World, settings};

fn new(audience: Option<&str>, label: &str) -> NewIssuer {
    NewIssuer {
        issuer: ISSUER.to_owned(),
        audience: audience.map(str::to_owned),
        settings: IssuerSettings {
            label: label.to_owned(),
            ..settings()
        },
        proof: Proof::Asked,
    }
}

/// Whether a JWT with this challenge proves the audience.
async fn proves(world: &World, issuer: &TrustedIssuer, challenge: Option<&str>) -> bool {
    let mut draft = world.draft(issuer);
    draft.claims[CHALLENGE_CLAIM] = json!(challenge);
    let services = &world.app.services;
    let exchange = Exchange::new(services);
    let attempt = exchange
        .attempt_for(issuer.clone(), &draft.sign())
        .expect("of that issuer");
    exchange
        .proves(services, attempt)
        .await
        .expect("a valid token")
        .1
}

#[tokio::test]
async fn the_audience_that_names_the_tenant_needs_no_proof_and_is_nobody_elses() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let own = format!("http://localhost:3000/t/{}", world.tenant.id);
    assert_eq!(issuer.audience, own);
    assert!(issuer.is_accepted());
    let other = world.app.tenant(Tier::Starter).await;
    let refused = world.add(other.id, new(Some(&own), "a")).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    // The same issuer of another tenant has an audience of its own.
    let theirs = world.issuer_of(other.id, |_| {}).await;
    let answer = world.exchange(&world.draft(&theirs).sign()).await.json();
    assert_eq!(answer["tenantId"], other.id.to_string());
}

#[tokio::test]
async fn an_audience_of_choice_is_taken_once_a_token_of_its_issuer_carries_our_challenge() {
    let world = World::start().await;
    let issuer = world
        .add(world.tenant.id, new(Some("https://api.acme.example"), "a"))
        .await
        .expect("added");
    let challenge = issuer.challenge.clone().expect("a challenge");
    world
        .exchange(&world.draft(&issuer).sign())
        .await
        .problem(401);
    for wrong in [None, Some(""), Some("another")] {
        assert!(!proves(&world, &issuer, wrong).await, "{wrong:?}");
    }
    assert!(proves(&world, &issuer, Some(&challenge)).await);
    let issuer = world.edit(&issuer, Edit::Proven).await;
    assert!(issuer.is_accepted());
    world.token(&issuer, "alice").await;
}

#[tokio::test]
async fn whoever_proves_an_audience_has_it_and_whoever_only_claims_it_keeps_nobody_from_it() {
    let world = World::start().await;
    let other = world.app.tenant(Tier::Starter).await;
    let claimed = world
        .add(other.id, new(Some("api"), "squatter"))
        .await
        .expect("added");
    let issuer = world
        .add(world.tenant.id, new(Some("api"), "owner"))
        .await
        .expect("added");
    let issuer = world.edit(&issuer, Edit::Proven).await;
    let answer = world.exchange(&world.draft(&issuer).sign()).await.json();
    assert_eq!(answer["tenantId"], world.tenant.id.to_string());
    let services = &world.app.services;
    let late = coop_locker::domain::issuers::change(
        &services.ledger,
        &services.clock,
        other.id,
        claimed.id,
        claimed.version,
        Edit::Proven,
        crate::support::by(),
    )
    .await;
    assert!(matches!(late, Err(Error::Taken)), "{late:?}");
    let again = world.add(other.id, new(Some("api"), "again")).await;
    assert!(matches!(again, Err(Error::Taken)), "{again:?}");
}

#[tokio::test]
async fn labels_and_pairs_of_issuer_and_audience_are_taken_once() {
    let world = World::start().await;
    world.issuer().await;
    for label in ["acme-users", "other"] {
        let again = world.add(world.tenant.id, new(None, label)).await;
        assert!(matches!(again, Err(Error::Taken)), "{label}: {again:?}");
    }
    let free = world.app.tenant(Tier::Free).await;
    let refused = world.add(free.id, new(None, "a")).await;
    assert!(matches!(refused, Err(Error::TierRequired)), "{refused:?}");
}

#[tokio::test]
async fn a_token_is_tried_against_the_issuer_that_it_is_meant_for() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let exchange = Exchange::new(&world.app.services);
    let mut draft = world.draft(&issuer);
    assert!(exchange.attempt_for(issuer.clone(), &draft.sign()).is_ok());
    draft.claims["iss"] = json!("https://other.example");
    let refused = exchange.attempt_for(issuer, &draft.sign()).err();
    assert_eq!(refused, Some(Check::Issuer));
}
