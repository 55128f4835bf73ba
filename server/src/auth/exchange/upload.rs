//! What an issuer's owner gives as its keys, read before it is kept.

use serde_json::json;

use super::pem;
use crate::{
    auth::{jwks::KeySet, outbound::check_url},
    config::PrivateNetworks,
    model::IssuerKeys,
};

/// An address to fetch a key set from.
///
/// # Errors
/// What is wrong with it, in words for its author.
pub fn read_address(text: &str, networks: &PrivateNetworks) -> Result<IssuerKeys, String> {
    match check_url(text.trim(), networks) {
        Ok(url) => Ok(IssuerKeys::Url(url.into())),
        Err(problem) => Err(format!("The address of the keys {problem}.")),
    }
}

/// A key set (RFC 7517), a single key of one, or a public key in PEM, which needs a `kid` to be found by.
///
/// # Errors
/// What is wrong with it, in words for its author. Private keys are refused: they should not be here at all.
pub fn read_upload(text: &str, kid: Option<&str>) -> Result<IssuerKeys, String> {
    let text = text.trim();
    if text.contains("PRIVATE KEY") {
        return Err("This is a private key. Upload the public one, and replace this one: it has left its place."
            .to_owned());
    }
    let set = if text.starts_with("-----BEGIN") {
        let kid = kid
            .filter(|kid| !kid.is_empty())
            .ok_or("A PEM key needs a key id: the kid in the header of the tokens.")?;
        json!({ "keys": [pem::read(text, kid)?] })
    } else {
        let value: serde_json::Value = serde_json::from_str(text)
            .map_err(|_| "The keys are neither a JSON key set nor a PEM public key.")?;
        if value.get("kty").is_some() {
            json!({ "keys": [value] })
        } else {
            value
        }
    };
    let text = set.to_string();
    let keys =
        KeySet::parse(text.as_bytes()).map_err(|problem| format!("The key set: {problem}."))?;
    if !keys.is_usable() {
        return Err(
            "There is no usable key in it: public, with a kid, RSA of 2048 to 4096 bits, P-256, P-384 or Ed25519."
                .to_owned(),
        );
    }
    if keys.has_secrets {
        return Err("There is a private or shared key in it. Upload public keys only, and replace that one."
            .to_owned());
    }
    Ok(IssuerKeys::Set(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_public_key_is_refused_with_words_for_its_author() {
        for (text, hint) in [
            ("", "neither"),
            ("hello", "neither"),
            ("{}", "array of keys"),
            ("{\"keys\": []}", "no usable key"),
            (
                "{\"kty\": \"oct\", \"kid\": \"a\", \"k\": \"AAAA\"}",
                "no usable key",
            ),
            (
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
                "private key",
            ),
            (
                "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
                "PEM",
            ),
        ] {
            let said = read_upload(text, Some("kid")).expect_err("refused");
            assert!(said.contains(hint), "{text}: {said}");
        }
        let said = read_upload("-----BEGIN PUBLIC KEY-----", None).expect_err("refused");
        assert!(said.contains("key id"), "{said}");
    }
}
