//! Every check of a JWT, failing alone: the token is a valid one but for the one thing that is named. Its bearer is told
//! nothing, its issuer's owner which check it was.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use coop_locker::model::Check;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

use super::{
    cases::{Case, assert_all, at, case, claim, header, without},
    world::{ISSUER, World},
};
use crate::support::{
    jwt::Draft,
    keys::{ED25519, P256, P384, RSA, STRANGER},
};

#[tokio::test]
async fn a_valid_jwt_of_every_algorithm_is_exchanged_for_a_token_of_its_subject() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    let answer = world.exchange(&world.draft(&issuer).sign()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), "no-store");
    let token = answer.json();
    let value = token["token"].as_str().expect("a token");
    assert!(value.starts_with("coop_at_") && value.len() == 57);
    assert_eq!(token["tokenType"], "Bearer");
    assert_eq!(token["expiresIn"], 900);
    assert_eq!(token["expiresAt"], "2026-11-24T00:15:00.000Z");
    assert_eq!(token["requester"], "alice");
    assert_eq!(token["tenantId"], world.tenant.id.to_string());

    let signed_by = |name, key| {
        case(name, None, move |draft: &mut Draft| {
            let key: &crate::support::keys::Key = key;
            draft.header = json!({"alg": name, "kid": key.id});
        })
    };
    let with_key = |mut case: Case, key: &'static crate::support::keys::Key| {
        let change = case.change;
        case.change = Box::new(move |draft| {
            change(draft);
            draft.key = key;
        });
        case
    };
    assert_all(
        &world,
        &issuer,
        vec![
            signed_by("RS256", &*RSA),
            signed_by("PS256", &*RSA),
            with_key(signed_by("ES256", &*P256), &P256),
            with_key(signed_by("ES384", &*P384), &P384),
            with_key(signed_by("EdDSA", &*ED25519), &ED25519),
            header("typ", json!("at+jwt"), None),
            header("typ", json!("jwt"), None),
            // What would lead elsewhere is not looked at.
            header("jku", json!("https://evil.example/keys"), None),
            header("x5u", json!("https://evil.example/keys"), None),
            claim("aud", json!([issuer.audience]), None),
            case("several audiences, issued to us", None, |draft| {
                draft.claims["azp"] = draft.claims["aud"].clone();
                draft.claims["aud"] = json!(["other", draft.claims["aud"]]);
            }),
            claim("azp", json!("some-client"), None),
            at("exp", -29, None),
            at("nbf", 30, None),
            at("iat", 30, None),
            at("exp", 24 * 3_600, None),
            claim("sub", json!("s".repeat(255)), None),
            claim("email", json!(5), None),
        ],
    )
    .await;
    let hours = world.hours(&issuer).await;
    assert_eq!(
        (hours.len(), hours[0].exchanged, hours[0].refused),
        (1, 19, 0)
    );
}

#[tokio::test]
async fn a_jwt_lives_on_in_its_token_for_what_is_left_of_it() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    for (left, lives) in [(3_600, 900), (900, 900), (60, 60), (1, 1), (-10, 20)] {
        let mut draft = world.draft(&issuer);
        draft.claims["exp"] = (world.now() + left).into();
        let answer = world.exchange(&draft.sign()).await.json();
        assert_eq!(answer["expiresIn"], lives, "{left}: {answer}");
    }
}

#[tokio::test]
async fn a_jwt_that_cannot_be_worked_with_is_refused_before_anybody_is_asked() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    assert_all(
        &world,
        &issuer,
        vec![
            case("two parts", Check::Shape, |draft| {
                draft.finish = |token| token.rsplit_once('.').expect("three parts").0.to_owned();
            }),
            case("four parts", Check::Shape, |draft| {
                draft.finish = |token| format!("{token}.e");
            }),
            claim("note", json!("n".repeat(8 * 1024)), Check::Shape),
            case("no JSON in its header", Check::Shape, |draft| {
                draft.finish = |token| {
                    let rest = token.split_once('.').expect("three parts").1;
                    format!("aaaa.{rest}")
                };
            }),
            header("alg", json!("none"), Check::Algorithm),
            header("alg", json!("HS256"), Check::Algorithm),
            header("alg", json!("RS512"), Check::Algorithm),
            header("alg", Value::Null, Check::Algorithm),
            header("crit", json!(["exp"]), Check::Critical),
            header("crit", Value::Null, Check::Critical),
            header("typ", json!("logout+jwt"), Check::Type),
            header("typ", json!("dpop+jwt"), Check::Type),
            header("typ", json!(5), Check::Type),
            claim("iss", json!("https://evil.example"), Check::Issuer),
            claim("iss", json!(format!("{ISSUER}/")), Check::Issuer),
            claim("iss", json!([ISSUER]), Check::Issuer),
            without("iss", Check::Issuer),
            claim("aud", json!("other"), Check::Issuer),
            claim("aud", json!(["other"]), Check::Issuer),
            claim("aud", json!([]), Check::Issuer),
            claim("aud", json!(5), Check::Issuer),
            without("aud", Check::Issuer),
            claim("aud", json!([issuer.audience, "other"]), Check::Issuer),
            case(
                "several audiences, issued to another",
                Check::Issuer,
                |draft| {
                    draft.claims["aud"] = json!([draft.claims["aud"], "other"]);
                    draft.claims["azp"] = json!("other");
                },
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_signature_of_anybody_else_is_refused() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    assert_all(
        &world,
        &issuer,
        vec![
            header("kid", json!("unknown"), Check::Key),
            header("kid", json!(P256.id), Check::Key),
            header("kid", Value::Null, Check::Key),
            case("the key comes along", Check::Key, |draft| {
                draft.key = &STRANGER;
                draft.header = json!({"alg": "RS256", "kid": "mine", "jwk": STRANGER.jwk()});
            }),
            case("another key of that id", Check::Signature, |draft| {
                draft.key = &STRANGER;
            }),
            case("no signature", Check::Signature, |draft| {
                draft.finish = |token| cut(&token, "");
            }),
            case(
                "our public key as a shared secret",
                Check::Algorithm,
                |draft| {
                    draft.header = json!({"alg": "HS256", "kid": RSA.id});
                    draft.finish = |token| {
                        let message = token.rsplit_once('.').expect("three parts").0.as_bytes();
                        let secret = EncodingKey::from_secret(RSA.public());
                        let signature =
                            crypto::sign(message, &secret, Algorithm::HS256).expect("signed");
                        cut(&token, &signature)
                    };
                },
            ),
            case("somebody else afterwards", Check::Signature, |draft| {
                draft.finish = |token| {
                    let parts: Vec<&str> = token.split('.').collect();
                    let claims = BASE64_URL_SAFE_NO_PAD.decode(parts[1]).expect("base64");
                    let claims = String::from_utf8(claims).expect("text");
                    let claims = BASE64_URL_SAFE_NO_PAD.encode(claims.replace("alice", "carol"));
                    format!("{}.{claims}.{}", parts[0], parts[2])
                };
            }),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_claim_that_is_wrong_or_missing_or_of_another_type_is_refused() {
    let world = World::start().await;
    let issuer = world.issuer().await;
    assert_all(
        &world,
        &issuer,
        vec![
            at("exp", -30, Check::Expiry),
            claim("exp", json!("2999-01-01"), Check::Claims),
            claim("exp", Value::Null, Check::Claims),
            without("exp", Check::Claims),
            at("nbf", 31, Check::NotBefore),
            claim("nbf", json!("now"), Check::Claims),
            at("iat", 31, Check::IssuedAt),
            claim("iat", json!("now"), Check::Claims),
            without("iat", Check::Claims),
            at("exp", 24 * 3_600 + 1, Check::Lifetime),
            at("iat", -23 * 3_600 - 1, Check::Lifetime),
            claim("sub", json!(""), Check::Subject),
            claim("sub", json!("s".repeat(256)), Check::Subject),
            claim("sub", json!("a\nb"), Check::Subject),
            claim("sub", json!(1001), Check::Claims),
            without("sub", Check::Claims),
            claim("jti", json!(5), Check::Claims),
        ],
    )
    .await;
}

/// The token with another signature.
fn cut(token: &str, signature: &str) -> String {
    let message = token.rsplit_once('.').expect("three parts").0;
    format!("{message}.{signature}")
}
