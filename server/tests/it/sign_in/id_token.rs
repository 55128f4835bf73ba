//! Every check of an ID token, failing alone: the token is a valid one but for the one thing that is named.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

use super::{provider::CLIENT, world::World};
use crate::support::{
    jwt::Draft,
    keys::{ED25519, P256, RSA, STRANGER},
};

/// A name, and what is done to a valid token.
struct Case(&'static str, Box<dyn FnOnce(&mut Draft)>);

/// What each of these does to a valid token decides whether it signs somebody in.
async fn assert_all(accepted: bool, cases: Vec<Case>) {
    let world = World::start().await;
    for Case(name, change) in cases {
        let mut browser = world.browser();
        let way = browser.begin("/").await;
        let answer = browser.get(&world.consent_with(&way, change)).await;
        let expected = if accepted { 303 } else { 502 };
        assert_eq!(answer.status, expected, "{name}");
        assert_eq!(browser.session().is_some(), accepted, "{name}");
        assert_eq!(browser.is_signed_in().await, accepted, "{name}");
    }
    // Nothing else stood in the way.
    world.sign_in(&mut world.browser()).await;
}

fn case(name: &'static str, change: impl FnOnce(&mut Draft) + 'static) -> Case {
    Case(name, Box::new(change))
}

fn claim(name: &'static str, value: Value) -> Case {
    case(name, move |draft| draft.claims[name] = value)
}

fn without(name: &'static str) -> Case {
    case(name, move |draft| {
        draft
            .claims
            .as_object_mut()
            .expect("an object")
            .remove(name);
    })
}

/// The time claim moved so far from now, in seconds.
fn at(name: &'static str, seconds: i64) -> Case {
    case(name, move |draft| {
        // A draft is issued now.
        let now = draft.claims["iat"].as_i64().expect("a time");
        draft.claims[name] = (now + seconds).into();
    })
}

fn header(name: &'static str, value: Value) -> Case {
    case(name, move |draft| draft.header[name] = value)
}

#[tokio::test]
async fn valid_tokens_of_every_kind_sign_in() {
    assert_all(
        true,
        vec![
            case("as it is", |_| {}),
            header("alg", json!("PS256")),
            case("ES256", |draft| {
                draft.header = json!({"alg": "ES256", "kid": P256.id});
                draft.key = &P256;
            }),
            case("EdDSA", |draft| {
                draft.header = json!({"alg": "EdDSA", "kid": ED25519.id});
                draft.key = &ED25519;
            }),
            claim("aud", json!([CLIENT])),
            claim("azp", json!(CLIENT)),
            case("several audiences, issued to us", |draft| {
                draft.claims["aud"] = json!(["other", CLIENT]);
                draft.claims["azp"] = json!(CLIENT);
            }),
            at("exp", -29),
            at("iat", 30),
            claim("sub", json!("s".repeat(255))),
            without("email"),
            without("name"),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_claim_that_is_wrong_or_missing_or_of_another_type_signs_nobody_in() {
    assert_all(
        false,
        vec![
            claim("iss", json!("https://evil.example")),
            claim("iss", json!(["https://evil.example"])),
            case("iss as a list", |draft| {
                draft.claims["iss"] = json!([draft.claims["iss"].clone()]);
            }),
            case("iss with a path", |draft| {
                let issuer = draft.claims["iss"].as_str().expect("text").to_owned();
                draft.claims["iss"] = json!(format!("{issuer}/x"));
            }),
            without("iss"),
            claim("aud", json!("other")),
            claim("aud", json!(["other"])),
            claim("aud", json!([])),
            claim("aud", json!(5)),
            claim("aud", json!("")),
            without("aud"),
            claim("azp", json!("other")),
            claim("aud", json!([CLIENT, "other"])),
            case("several audiences, issued to another", |draft| {
                draft.claims["aud"] = json!([CLIENT, "other"]);
                draft.claims["azp"] = json!("other");
            }),
            at("exp", -30),
            claim("exp", json!("2999-01-01")),
            claim("exp", Value::Null),
            without("exp"),
            at("iat", 31),
            claim("iat", json!("now")),
            without("iat"),
            claim("nonce", json!("of-another-sign-in")),
            claim("nonce", json!("")),
            claim("nonce", json!(5)),
            without("nonce"),
            claim("sub", json!("")),
            claim("sub", json!("s".repeat(256))),
            claim("sub", json!(1001)),
            without("sub"),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_header_that_asks_for_anything_unusual_signs_nobody_in() {
    assert_all(
        false,
        vec![
            header("alg", json!("RS512")),
            header("alg", json!("none")),
            header("alg", json!("NONE")),
            header("alg", json!("HS256")),
            header("alg", json!("ES256")),
            header("alg", Value::Null),
            header("crit", json!(["exp"])),
            header("kid", json!("unknown")),
            header("kid", json!(P256.id)),
            header("kid", json!("")),
            header("kid", Value::Null),
            case("the key comes along", |draft| {
                draft.key = &STRANGER;
                draft.header = json!({"alg": "RS256", "kid": "mine", "jwk": STRANGER.jwk()});
            }),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_signature_of_anybody_else_signs_nobody_in() {
    assert_all(
        false,
        vec![
            case("another key of that id", |draft| draft.key = &STRANGER),
            case("no signature", |draft| {
                draft.finish = |token| cut(&token, "");
            }),
            case("unsecured", |draft| {
                draft.header = json!({"alg": "none", "kid": RSA.id});
                draft.finish = |token| cut(&token, "");
            }),
            case("two parts", |draft| {
                draft.finish = |token| token.rsplit_once('.').expect("three parts").0.to_owned();
            }),
            case("four parts", |draft| {
                draft.finish = |token| format!("{token}.e");
            }),
            case("signed with our public key as a shared secret", |draft| {
                draft.header = json!({"alg": "HS256", "kid": RSA.id});
                draft.finish = |token| {
                    let message = token.rsplit_once('.').expect("three parts").0.as_bytes();
                    let secret = EncodingKey::from_secret(RSA.public());
                    let signature =
                        crypto::sign(message, &secret, Algorithm::HS256).expect("signed");
                    cut(&token, &signature)
                };
            }),
            case("another person afterwards", |draft| {
                draft.finish = |token| {
                    let parts: Vec<&str> = token.split('.').collect();
                    let claims = BASE64_URL_SAFE_NO_PAD.decode(parts[1]).expect("base64");
                    let claims = String::from_utf8(claims)
                        .expect("text")
                        .replace("1001", "1002");
                    let claims = BASE64_URL_SAFE_NO_PAD.encode(claims);
                    format!("{}.{claims}.{}", parts[0], parts[2])
                };
            }),
            case("too large", |draft| {
                draft.claims["name"] = json!("n".repeat(16 * 1024));
            }),
        ],
    )
    .await;
}

/// The token with another signature.
fn cut(token: &str, signature: &str) -> String {
    let message = token.rsplit_once('.').expect("three parts").0;
    format!("{message}.{signature}")
}
