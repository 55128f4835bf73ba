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
    email: Option<String>,
    name: Option<String>,
}

/// Who the token says has signed in, once everything about it has been checked.
pub(super) async fn verify(
    token: &str,
    jwks: &Jwks,
    expected: &Expected<'_>,
) -> Result<Identity, Rejected> {
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
    Ok(Identity {
        // The settings' spelling, so that a slash at the end makes no second person.
        issuer: claims.iss.trim_end_matches('/').to_owned(),
        subject: claims.sub,
        email: claims.email,
        name: claims.name,
    })
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
    if claims.sub.is_empty() || claims.sub.len() > LONGEST_SUBJECT {
        return failed("sub is empty or too long");
    }
    Ok(())
}
