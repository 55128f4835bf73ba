//! What makes an ID token ours (OpenID Connect Core 1.0, section 3.1.3.7).

use coop_engine::Time;
use serde::Deserialize;

use crate::{
    auth::{
        jwks::{Jwks, KeyError},
        jwt::{self, Claims},
    },
    model::{Check, Identity},
};

/// Larger tokens are not looked at, in bytes.
const LARGEST: usize = 16 * 1024;

/// Which check a token failed. For the log; the person learns only that it failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Rejected {
    #[error("it has to be otherwise: {}", .0.demand())]
    Check(Check),
    #[error("its key: {0}")]
    Key(#[from] KeyError),
    #[error("its claim {0}")]
    Claim(&'static str),
}

impl From<Check> for Rejected {
    fn from(check: Check) -> Self {
        Self::Check(check)
    }
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

/// What an ID token has beside the claims that every token has.
#[derive(Deserialize)]
struct IdToken {
    #[serde(flatten)]
    claims: Claims,
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
    let header = jwt::read_header(token, LARGEST)?;
    let key = jwks.key(header.key_id.as_deref(), header.algorithm).await?;
    let decoding = key.decoding().ok_or(KeyError::Unknown)?;
    let token: IdToken = jwt::verified(
        token,
        &header,
        decoding,
        expected.issuer,
        expected.client_id,
    )?;
    check(&token, expected)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "seconds, and saturating: a time that is far away is only far away"
    )]
    let shown = token
        .auth_time
        .map(|seconds| Time::from_micros((seconds * 1e6) as i64));
    let identity = Identity {
        // The settings' spelling, so that a slash at the end makes no second person.
        issuer: token.claims.iss.trim_end_matches('/').to_owned(),
        subject: token.claims.sub,
        email: token.email,
        name: token.name,
    };
    Ok((identity, shown))
}

fn check(token: &IdToken, expected: &Expected<'_>) -> Result<(), Rejected> {
    let claims = &token.claims;
    claims.check_times(expected.now)?;
    claims.check_audience(expected.client_id)?;
    claims.check_subject()?;
    let party = claims.azp.as_deref();
    if party.is_some_and(|party| party != expected.client_id) {
        return Err(Rejected::Claim("azp is somebody else"));
    }
    if token.nonce.as_deref() != Some(expected.nonce) {
        return Err(Rejected::Claim("nonce is of another sign-in"));
    }
    // A provider that does not say when is believed that it asked: Google does not say.
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit 53 bits")]
    let is_too_early = |not_before: i64| {
        token
            .auth_time
            .is_some_and(|shown| shown + jwt::LEEWAY < not_before as f64)
    };
    if expected.not_before.is_some_and(is_too_early) {
        return Err(Rejected::Claim("auth_time is before this sign-in"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_800_000_000;
    const LEEWAY: i64 = crate::domain::exchange::LEEWAY;

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
        let token: IdToken = serde_json::from_value(claims).expect("claims");
        let expected = Expected {
            issuer: "https://accounts.example",
            client_id: "us",
            nonce: "n",
            not_before,
            now: Time::from_micros(NOW * 1_000_000),
        };
        match check(&token, &expected) {
            Ok(()) => None,
            Err(Rejected::Check(check)) => Some(check.code()),
            Err(Rejected::Claim(reason)) => reason.split(' ').next(),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn every_refusal_names_the_claim_that_it_is_about() {
        assert_eq!(refusal("sub", json!("1")), None);
        for (name, value) in [
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
        assert_eq!(refusal("aud", json!(["us", "them"])), Some("aud"));
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
