//! Key sets of token issuers (RFC 7517), read strictly: public, asymmetric, long enough, found by `kid` alone.

mod key;
mod set;
#[cfg(test)]
mod tests;

pub use set::{Jwks, KeyError, KeySet, VerificationKey};

use jsonwebtoken::Algorithm;

/// The algorithms that tokens may be signed with: asymmetric ones, so that nothing public can sign.
pub const ALGORITHMS: [Algorithm; 5] = [
    Algorithm::RS256,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];
