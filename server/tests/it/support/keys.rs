//! Keys of token issuers, generated when a test first needs them.

use std::sync::LazyLock;

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256,
    },
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

pub static RSA: LazyLock<Key> = LazyLock::new(|| Key::rsa("rsa"));
/// The same id as [`RSA`], and not in the provider's set.
pub static STRANGER: LazyLock<Key> = LazyLock::new(|| Key::rsa("rsa"));
pub static P256: LazyLock<Key> = LazyLock::new(|| Key {
    id: "p256",
    pair: Pair::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key")),
});
pub static P384: LazyLock<Key> = LazyLock::new(|| Key {
    id: "p384",
    pair: Pair::P384(EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).expect("a key")),
});
pub static ED25519: LazyLock<Key> = LazyLock::new(|| Key {
    id: "ed25519",
    pair: Pair::Ed25519(Ed25519KeyPair::generate().expect("a key")),
});

pub struct Key {
    pub id: &'static str,
    pair: Pair,
}

enum Pair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Key {
    pub fn rsa(id: &'static str) -> Self {
        let pair = Pair::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"));
        Self { id, pair }
    }

    /// The public half, as bytes that a confused verifier could take for a shared secret.
    pub fn public(&self) -> &[u8] {
        match &self.pair {
            Pair::Rsa(pair) => pair.public_key().as_ref(),
            Pair::P256(pair) | Pair::P384(pair) => pair.public_key().as_ref(),
            Pair::Ed25519(pair) => pair.public_key().as_ref(),
        }
    }

    /// The public half as a member of a key set.
    pub fn jwk(&self) -> Value {
        let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        match &self.pair {
            Pair::Rsa(pair) => {
                let key = pair.public_key();
                let n = text(key.modulus().big_endian_without_leading_zero());
                let e = text(key.exponent().big_endian_without_leading_zero());
                json!({"kid": self.id, "kty": "RSA", "use": "sig", "n": n, "e": e})
            }
            // SEC 1, section 2.3.3: a byte that says "uncompressed", then both coordinates.
            Pair::P256(_) => {
                let (x, y) = self.public()[1..].split_at(32);
                json!({"kid": self.id, "kty": "EC", "crv": "P-256", "x": text(x), "y": text(y)})
            }
            Pair::P384(_) => {
                let (x, y) = self.public()[1..].split_at(48);
                json!({"kid": self.id, "kty": "EC", "crv": "P-384", "x": text(x), "y": text(y)})
            }
            Pair::Ed25519(_) => {
                let x = text(self.public());
                json!({"kid": self.id, "kty": "OKP", "crv": "Ed25519", "x": x})
            }
        }
    }

    pub fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let signed = match algorithm {
                    "PS256" => pair.sign(&RSA_PSS_SHA256, &random, message, &mut signature),
                    "RS512" => pair.sign(&RSA_PKCS1_SHA512, &random, message, &mut signature),
                    _ => pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature),
                };
                signed.expect("signed");
                signature
            }
            Pair::P256(pair) | Pair::P384(pair) => {
                let signature = pair.sign(&random, message).expect("signed");
                signature.as_ref().to_vec()
            }
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }
}
