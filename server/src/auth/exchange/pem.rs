//! A public key in PEM (RFC 7468, section 13) as a member of a key set, so that there is one form in which keys are kept and
//! checked.

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";

/// DER tags (X.690).
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_ID: u8 = 0x06;

/// 1.2.840.113549.1.1.1
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// 1.2.840.10045.2.1
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// 1.2.840.10045.3.1.7
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// 1.3.132.0.34
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
/// 1.3.101.112
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

pub(super) fn read(pem: &str, kid: &str) -> Result<Value, &'static str> {
    let inside = pem
        .strip_prefix(BEGIN)
        .and_then(|rest| rest.trim_end().strip_suffix(END))
        .ok_or("The PEM has to be one block BEGIN PUBLIC KEY ... END PUBLIC KEY.")?;
    let base64: String = inside.split_whitespace().collect();
    let der = BASE64_STANDARD.decode(base64).ok();
    let mut jwk = der
        .and_then(|der| jwk(&der))
        .ok_or("The PEM is not a public key of RSA, P-256, P-384 or Ed25519.")?;
    jwk["kid"] = kid.into();
    jwk["use"] = "sig".into();
    Ok(jwk)
}

/// `SubjectPublicKeyInfo` (RFC 5280, section 4.1): an algorithm with its parameters, then the key.
fn jwk(der: &[u8]) -> Option<Value> {
    let (mut info, []) = take(der, SEQUENCE)? else {
        return None;
    };
    let mut algorithm = next(&mut info, SEQUENCE)?;
    let key = next(&mut info, BIT_STRING)?;
    // The first byte counts the bits that the last one does not use: none.
    let (0, key) = key.split_first().map(|(unused, key)| (*unused, key))? else {
        return None;
    };
    if !info.is_empty() {
        return None;
    }
    let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    match next(&mut algorithm, OBJECT_ID)? {
        RSA => {
            // RFC 8017, appendix A.1.1.
            let (mut numbers, []) = take(key, SEQUENCE)? else {
                return None;
            };
            let n = unsigned(next(&mut numbers, INTEGER)?);
            let e = unsigned(next(&mut numbers, INTEGER)?);
            Some(json!({"kty": "RSA", "n": text(n), "e": text(e)}))
        }
        EC => {
            let (curve, length) = match next(&mut algorithm, OBJECT_ID)? {
                P256 => ("P-256", 32),
                P384 => ("P-384", 48),
                _ => return None,
            };
            // SEC 1, section 2.3.3: a byte that says "uncompressed", then both coordinates.
            let point = key.strip_prefix(&[4])?;
            if point.len() != 2 * length {
                return None;
            }
            let (x, y) = point.split_at(length);
            Some(json!({"kty": "EC", "crv": curve, "x": text(x), "y": text(y)}))
        }
        ED25519 if key.len() == 32 => Some(json!({"kty": "OKP", "crv": "Ed25519", "x": text(key)})),
        _ => None,
    }
}

/// A leading zero only says that a number is not negative.
fn unsigned(number: &[u8]) -> &[u8] {
    let first = number.iter().position(|byte| *byte != 0);
    &number[first.unwrap_or(number.len())..]
}

fn next<'a>(der: &mut &'a [u8], tag: u8) -> Option<&'a [u8]> {
    let (content, rest) = take(der, tag)?;
    *der = rest;
    Some(content)
}

/// The content of the element with that tag at the beginning, and what comes after it.
fn take(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let rest = der.strip_prefix(&[tag])?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81 | 0x82 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = digits
                .iter()
                .fold(0, |length, digit| length << 8 | usize::from(*digit));
            (length, rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::{
        encoding::{AsDer as _, PublicKeyX509Der},
        rsa::{KeyPair as RsaKeyPair, KeySize},
        signature::{
            ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
            KeyPair as _,
        },
    };

    use super::*;

    /// RFC 8410, section 10.1.
    const ED25519_PEM: &str = "-----BEGIN PUBLIC KEY-----\n\
        MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
        -----END PUBLIC KEY-----\n";

    #[test]
    fn the_example_of_rfc_8410_is_read() {
        let jwk = read(ED25519_PEM, "k").expect("a key");
        assert_eq!(jwk["kty"], "OKP");
        assert_eq!(jwk["x"], "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE");
        assert_eq!(jwk["kid"], "k");
    }

    #[test]
    fn a_key_that_is_cut_anywhere_is_none() {
        let der = BASE64_STANDARD
            .decode("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=")
            .expect("base64");
        assert!(jwk(&der).is_some());
        for length in 0..der.len() {
            assert!(jwk(&der[..length]).is_none(), "{length}");
        }
        assert!(jwk(&[&der[..], &[0]].concat()).is_none());
    }

    fn pem(der: &[u8]) -> String {
        let text = BASE64_STANDARD.encode(der);
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).expect("ASCII"))
            .collect();
        format!("{BEGIN}\n{}\n{END}\n", lines.join("\n"))
    }

    #[test]
    fn keys_that_another_library_wrote_are_read() {
        let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        for (curve, algorithm, length) in [
            ("P-256", &ECDSA_P256_SHA256_FIXED_SIGNING, 32),
            ("P-384", &ECDSA_P384_SHA384_FIXED_SIGNING, 48),
        ] {
            let pair = EcdsaKeyPair::generate(algorithm).expect("a key");
            let der: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("written");
            let jwk = read(&pem(der.as_ref()), "k").expect("a key");
            let (x, y) = pair.public_key().as_ref()[1..].split_at(length);
            assert_eq!(jwk["crv"], curve);
            assert_eq!((&jwk["x"], &jwk["y"]), (&json!(text(x)), &json!(text(y))));
        }
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("written");
        let jwk = read(&pem(der.as_ref()), "k").expect("a key");
        let modulus = pair.public_key().modulus();
        let modulus = modulus.big_endian_without_leading_zero();
        assert_eq!(jwk["n"], json!(text(modulus)));
        assert_eq!(jwk["e"], "AQAB");
    }
}
