//! What makes an ID token ours (OpenID Connect Core 1.0, section 3.1.3.7).

use coop_engine::Time;
use jsonwebtoken::{Validation, decode, decode_header, errors};
use serde::Deserialize;

use crate::{
    auth::jwks::{ALGORITHMS, Jwks, KeyError},
    model::Identity,
};

/// What clocks may differ by, in seconds.
const LEEWAY: i64 = 30;
/// OpenID Connect Core 1.0, section 2: a subject is no longer.
const LONGEST_SUBJECT: usize = 255;
/// Larger tokens are not looked at, in bytes.
const LARGEST: usize = 16 * 1024;

/// Which check a token failed. For the log; the person learns only that it failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Rejected {
    #[error("it is too large")]
    TooLarge,
    #[error("{0}")]
    Token(#[from] errors::Error),
    #[error("its header asks for what is not understood")]
    Header,
    #[error("its key: {0}")]
    Key(#[from] KeyError),
    #[error("its claim {0}")]
    Claim(&'static str),
}

/// What this sign-in expects.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    /// The second before which the person must not have shown who he is, if that matters.
    pub(super) not_before: Option<i64>,
    pub(super) now: Time,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Types matter: an `iss` that is a list, or a `nonce` that is a number, does not parse.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: f64,
    iat: f64,
    nonce: Option<String>,
    auth_time: Option<f64>,
    email: Option<String>,
    name: Option<String>,
}

/// Who the token says has signed in, and when, once everything about it has been checked.
pub(super) async fn verify(
    token: &str,
    jwks: &Jwks,
    expected: &Expected<'_>,
) -> Result<(Identity, Option<Time>), Rejected> {
    if token.len() > LARGEST {
        return Err(Rejected::TooLarge);
    }
    let header = decode_header(token)?;
    if !ALGORITHMS.contains(&header.alg) || header.crit.is_some() {
        return Err(Rejected::Header);
    }
    let key = jwks.key(header.kid.as_deref(), header.alg).await?;
    let decoding = key.decoding().ok_or(KeyError::Unknown)?;
    let mut validation = Validation::new(header.alg);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_audience(&[expected.client_id]);
    validation.set_issuer(&[expected.issuer]);
    // That crate asks the machine's clock; ours is asked below.
    validation.validate_exp = false;
    let claims = decode::<Claims>(token, decoding, &validation)?.claims;
    check(&claims, expected)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "seconds, and saturating: a time that is far away is only far away"
    )]
    let shown = claims
        .auth_time
        .map(|seconds| Time::from_micros((seconds * 1e6) as i64));
    let identity = Identity {
        // The settings' spelling, so that a slash at the end makes no second person.
        issuer: claims.iss.trim_end_matches('/').to_owned(),
        subject: claims.sub,
        email: claims.email,
        name: claims.name,
    };
    Ok((identity, shown))
}

fn check(claims: &Claims, expected: &Expected<'_>) -> Result<(), Rejected> {
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit 53 bits")]
    let now = (expected.now.as_micros() / 1_000_000) as f64;
    #[expect(clippy::cast_precision_loss, reason = "30")]
    let leeway = LEEWAY as f64;
    let failed = |claim| Err(Rejected::Claim(claim));
    if claims.iss != expected.issuer {
        return failed("iss is another provider");
    }
    let (is_ours, is_alone) = match &claims.aud {
        Audience::One(one) => (one == expected.client_id, true),
        Audience::Many(many) => (
            many.iter().any(|one| one == expected.client_id),
            many.len() == 1,
        ),
    };
    if !is_ours {
        return failed("aud is somebody else");
    }
    match &claims.azp {
        Some(party) if party != expected.client_id => return failed("azp is somebody else"),
        None if !is_alone => return failed("azp is missing, with several audiences"),
        _ => {}
    }
    if claims.exp + leeway <= now {
        return failed("exp is over");
    }
    if claims.iat - leeway > now {
        return failed("iat is still to come");
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return failed("nonce is of another sign-in");
    }
    // A provider that does not say when is believed that it asked: Google does not say.
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit 53 bits")]
    let is_too_early = |not_before: i64| {
        claims
            .auth_time
            .is_some_and(|shown| shown + leeway < not_before as f64)
    };
    if expected.not_before.is_some_and(is_too_early) {
        return failed("auth_time is before this sign-in");
    }
    if claims.sub.is_empty() || claims.sub.len() > LONGEST_SUBJECT {
        return failed("sub is empty or too long");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_800_000_000;

    /// Why claims that are good but for this are refused.
    fn refusal(name: &str, value: Value) -> Option<&'static str> {
        refusal_since(None, name, value)
    }

    fn refusal_since(not_before: Option<i64>, name: &str, value: Value) -> Option<&'static str> {
        let mut claims = json!({
            "iss": "https://accounts.example", "sub": "1", "aud": "us", "nonce": "n",
            "iat": NOW, "exp": NOW + 60,
        });
        claims[name] = value;
        let claims: Claims = serde_json::from_value(claims).expect("claims");
        let expected = Expected {
            issuer: "https://accounts.example",
            client_id: "us",
            nonce: "n",
            not_before,
            now: Time::from_micros(NOW * 1_000_000),
        };
        match check(&claims, &expected) {
            Ok(()) => None,
            Err(Rejected::Claim(reason)) => reason.split(' ').next(),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn every_refusal_names_the_claim_that_it_is_about() {
        assert_eq!(refusal("sub", json!("1")), None);
        for (name, value) in [
            ("iss", json!("https://accounts.example/")),
            ("iss", json!("accounts.example")),
            ("aud", json!("them")),
            ("aud", json!(["them"])),
            ("aud", json!([])),
            ("azp", json!("them")),
            ("exp", json!(NOW - LEEWAY)),
            ("iat", json!(NOW + LEEWAY + 1)),
            ("nonce", json!("m")),
            ("nonce", Value::Null),
            ("sub", json!("")),
        ] {
            assert_eq!(refusal(name, value.clone()), Some(name), "{value}");
        }
        // Of several audiences one has to be named as the party that the token was issued to.
        assert_eq!(refusal("aud", json!(["us", "them"])), Some("azp"));
    }

    #[test]
    fn whoever_has_to_sign_in_again_must_not_have_done_so_before() {
        for (not_before, auth_time, expected) in [
            (None, json!(NOW - 100_000), None),
            (Some(NOW), json!(NOW), None),
            (Some(NOW), json!(NOW - LEEWAY), None),
            (Some(NOW), Value::Null, None),
            (Some(NOW), json!(NOW - LEEWAY - 1), Some("auth_time")),
            (Some(NOW), json!(0), Some("auth_time")),
        ] {
            let refused = refusal_since(not_before, "auth_time", auth_time.clone());
            assert_eq!(refused, expected, "{not_before:?} {auth_time}");
        }
    }

    #[test]
    fn times_may_have_fractions_and_clocks_may_differ_by_the_leeway() {
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit 53 bits")]
        let (now, leeway) = (NOW as f64, LEEWAY as f64);
        assert_eq!(refusal("exp", json!(now - leeway + 0.5)), None);
        assert_eq!(refusal("exp", json!(now - leeway - 0.5)), Some("exp"));
        assert_eq!(refusal("iat", json!(now + leeway)), None);
        assert_eq!(refusal("iat", json!(now + leeway + 0.5)), Some("iat"));
    }
}
