use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse},
};
use serde_json::Value;

use super::ALGORITHMS;

/// Members that only private or shared keys have (RFC 7518, sections 6.2 to 6.4; RFC 8037 has `d` too).
const SECRET_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
/// Shorter RSA keys are broken, longer ones make every verification expensive; in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// A key that signatures can be held against.
pub(super) struct Key {
    pub(super) id: String,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) decoding: DecodingKey,
}

impl Key {
    /// Reads one member of a set. None: it is no key that we may use. Sets hold keys for other purposes too, so one of
    /// those does not spoil the set.
    pub(super) fn read(json: &Value) -> Option<Self> {
        if has_secret(json) {
            return None;
        }
        let jwk: Jwk = serde_json::from_value(json.clone()).ok()?;
        let common = &jwk.common;
        let signs = common
            .public_key_use
            .as_ref()
            .is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
        let verifies = common
            .key_operations
            .as_ref()
            .is_none_or(|operations| operations.contains(&KeyOperations::Verify));
        if !signs || !verifies {
            return None;
        }
        let mut algorithms = algorithms(&jwk.algorithm)?;
        // A key that names its algorithm is for that one only.
        if let Some(named) = json.get("alg") {
            let named: Algorithm = named.as_str()?.parse().ok()?;
            algorithms.retain(|algorithm| *algorithm == named && ALGORITHMS.contains(algorithm));
        }
        Some(Self {
            id: common.key_id.clone().filter(|id| !id.is_empty())?,
            algorithms,
            decoding: DecodingKey::from_jwk(&jwk).ok()?,
        })
    }
}

/// Whether a member of a set holds what nobody but its owner may have.
pub(super) fn has_secret(json: &Value) -> bool {
    SECRET_MEMBERS.iter().any(|name| json.get(name).is_some())
}

fn algorithms(parameters: &AlgorithmParameters) -> Option<Vec<Algorithm>> {
    match parameters {
        AlgorithmParameters::RSA(rsa) => RSA_BITS
            .contains(&bits(&rsa.n)?)
            .then(|| vec![Algorithm::RS256, Algorithm::PS256]),
        AlgorithmParameters::EllipticCurve(ec) => match ec.curve {
            EllipticCurve::P256 => Some(vec![Algorithm::ES256]),
            EllipticCurve::P384 => Some(vec![Algorithm::ES384]),
            _ => None,
        },
        AlgorithmParameters::OctetKeyPair(pair) => {
            (pair.curve == EllipticCurve::Ed25519).then(|| vec![Algorithm::EdDSA])
        }
        _ => None,
    }
}

/// The length of a number in bits.
fn bits(base64: &str) -> Option<usize> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(base64).ok()?;
    let first = bytes.iter().position(|byte| *byte != 0)?;
    Some((bytes.len() - first) * 8 - bytes[first].leading_zeros() as usize)
}
