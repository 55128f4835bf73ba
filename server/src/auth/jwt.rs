//! One JWT, held against everything that sign-in and exchange demand alike (RFC 7519, RFC 8725). Each check is named, in the
//! order in which they are made.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use coop_engine::Time;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, errors::ErrorKind};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::jwks::ALGORITHMS;
use crate::{domain::exchange, model::Check};

#[expect(clippy::cast_precision_loss, reason = "30")]
pub(super) const LEEWAY: f64 = exchange::LEEWAY as f64;
/// No token that lives longer than this is taken, in seconds: it could be used for as long after it leaked.
const LONGEST_LIFE: f64 = 24.0 * 3_600.0;
/// OpenID Connect Core 1.0, section 2: a subject is no longer.
const LONGEST_SUBJECT: usize = 255;

/// A header that can be worked with. What else it says (`jku`, `x5u`, `jwk`, `x5c`) is not looked at: nobody brings his own
/// key.
pub(super) struct Header {
    pub(super) algorithm: Algorithm,
    pub(super) key_id: Option<String>,
    token_type: Option<Value>,
}

/// Reads the header of a token of at most `largest` bytes.
pub(super) fn read_header(token: &str, largest: usize) -> Result<Header, Check> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, _, _] = parts[..] else {
        return Err(Check::Shape);
    };
    if token.len() > largest {
        return Err(Check::Shape);
    }
    let mut header: Map<String, Value> = read(header).ok_or(Check::Shape)?;
    let named = header.get("alg").and_then(Value::as_str);
    let algorithm = named
        .and_then(|name| name.parse().ok())
        .filter(|algorithm| ALGORITHMS.contains(algorithm))
        .ok_or(Check::Algorithm)?;
    if header.contains_key("crit") {
        return Err(Check::Critical);
    }
    let key_id = header.get("kid").and_then(Value::as_str).map(str::to_owned);
    Ok(Header {
        algorithm,
        key_id,
        token_type: header.remove("typ"),
    })
}

impl Header {
    /// An access token or a plain JWT; not a logout token, a `DPoP` proof, or anything else that an issuer signs (RFC 8725,
    /// section 3.11).
    pub(super) fn check_type(&self) -> Result<(), Check> {
        match &self.token_type {
            None => Ok(()),
            Some(Value::String(name))
                if name.eq_ignore_ascii_case("JWT") || name.eq_ignore_ascii_case("at+jwt") =>
            {
                Ok(())
            }
            Some(_) => Err(Check::Type),
        }
    }
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn holds(&self, ours: &str) -> bool {
        match self {
            Self::One(one) => one == ours,
            Self::Many(many) => many.iter().any(|one| one == ours),
        }
    }

    /// Whether there are several, so that it has to be said which of them the token was issued to.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self, Self::Many(many) if many.len() != 1)
    }
}

/// What a token says before anybody knows whether it is true: only good to find out whom to ask.
#[derive(Deserialize)]
pub(super) struct Unverified {
    pub(super) iss: String,
    aud: Audience,
    azp: Option<String>,
}

impl Unverified {
    /// Reads the claims of a token with three parts.
    pub(super) fn read(token: &str) -> Result<Self, Check> {
        let claims = token.split('.').nth(1).and_then(read);
        claims.ok_or(Check::Issuer)
    }

    /// The one audience that decides.
    pub(super) fn audience(&self) -> Option<&str> {
        match &self.aud {
            Audience::One(one) => Some(one),
            Audience::Many(many) => match &many[..] {
                [one] => Some(one),
                _ => self.azp.as_deref(),
            },
        }
    }
}

fn read<T: DeserializeOwned>(part: &str) -> Option<T> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// The claims that every token has. Types matter: an `iss` that is a list, or an `exp` that is a text, does not parse.
#[derive(Clone, Deserialize)]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) sub: String,
    pub(super) aud: Audience,
    pub(super) azp: Option<String>,
    pub(super) exp: f64,
    iat: f64,
    nbf: Option<f64>,
    pub(super) jti: Option<String>,
}

/// The claims, once the signature has been checked and that they are from `issuer` for `audience`.
pub(super) fn verified<C: DeserializeOwned>(
    token: &str,
    header: &Header,
    key: &DecodingKey,
    issuer: &str,
    audience: &str,
) -> Result<C, Check> {
    let mut validation = Validation::new(header.algorithm);
    // Without these a token without `aud`, or with `iss` as a list, would pass.
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[issuer]);
    // That crate asks the machine's clock; ours is asked in `check_times`.
    validation.validate_exp = false;
    match decode::<C>(token, key, &validation) {
        Ok(decoded) => Ok(decoded.claims),
        Err(error) => Err(match error.kind() {
            ErrorKind::InvalidIssuer => Check::Issuer,
            ErrorKind::InvalidAudience => Check::Audience,
            ErrorKind::MissingRequiredClaim(_)
            | ErrorKind::InvalidClaimFormat(_)
            | ErrorKind::Json(_)
            | ErrorKind::Utf8(_) => Check::Claims,
            _ => Check::Signature,
        }),
    }
}

impl Claims {
    /// `exp`, `nbf` and `iat`, by our clock.
    pub(super) fn check_times(&self, now: Time) -> Result<(), Check> {
        let now = seconds(now);
        if self.exp + LEEWAY <= now {
            return Err(Check::Expiry);
        }
        if self.nbf.is_some_and(|from| from - LEEWAY > now) {
            return Err(Check::NotBefore);
        }
        if self.iat - LEEWAY > now {
            return Err(Check::IssuedAt);
        }
        Ok(())
    }

    pub(super) fn check_lifetime(&self) -> Result<(), Check> {
        if self.exp - self.iat > LONGEST_LIFE {
            return Err(Check::Lifetime);
        }
        Ok(())
    }

    /// It is meant for `ours`; with several audiences it was issued to `ours`.
    pub(super) fn check_audience(&self, ours: &str) -> Result<(), Check> {
        let is_issued_to_ours = || self.azp.as_deref() == Some(ours);
        if !self.aud.holds(ours) || (self.aud.is_shared() && !is_issued_to_ours()) {
            return Err(Check::Audience);
        }
        Ok(())
    }

    pub(super) fn check_subject(&self) -> Result<(), Check> {
        if self.sub.is_empty() || self.sub.len() > LONGEST_SUBJECT {
            return Err(Check::Subject);
        }
        Ok(())
    }

    /// Whether it was issued no longer ago than that, by our clock.
    pub(super) fn check_age(&self, now: Time, most: u32) -> Result<(), Check> {
        if seconds(now) - self.iat > f64::from(most) + LEEWAY {
            return Err(Check::MaxAge);
        }
        Ok(())
    }

    /// `exp`, to the second.
    pub(super) fn expires_at(&self) -> Time {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a cast of a number that is too large stops at the largest"
        )]
        let seconds = self.exp as i64;
        Time::from_micros(seconds.saturating_mul(1_000_000))
    }
}

fn seconds(time: Time) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit 53 bits")]
    let seconds = (time.as_micros() / 1_000_000) as f64;
    seconds
}
