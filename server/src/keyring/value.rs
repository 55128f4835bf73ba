//! The format of key values: prefix, 43 base62 characters of randomness, 6 of CRC-32 over everything before.
//!
//! The checksum refuses typing mistakes without a look-up and lets secret scanners be exact. `_` is the only
//! separator, so that a double click selects all of it.

use secrecy::{ExposeSecret, SecretString};

use crate::{base62, random};

/// In front of API keys.
pub const API_KEY_PREFIX: &str = "coop_sk_";
/// In front of tokens that a JWT was exchanged for.
pub const TOKEN_PREFIX: &str = "coop_at_";
/// Random characters, 256 bits of them.
pub const RANDOM_LENGTH: usize = 43;
/// Characters of the checksum.
pub const CHECKSUM_LENGTH: usize = 6;
/// The digits, in order of value.
pub const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A text that no key value can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// A well-formed value: the right shape, not necessarily a key of anybody's.
pub struct KeyText(SecretString);

impl KeyText {
    /// A new API key from the operating system's generator.
    #[must_use]
    pub fn generate_api_key() -> Self {
        Self::generate(API_KEY_PREFIX)
    }

    /// A new token for whoever exchanged a JWT.
    #[must_use]
    pub fn generate_token() -> Self {
        Self::generate(TOKEN_PREFIX)
    }

    fn generate(prefix: &str) -> Self {
        let mut text = String::with_capacity(prefix.len() + RANDOM_LENGTH + CHECKSUM_LENGTH);
        text.push_str(prefix);
        base62::push(&mut text, &random::bytes::<32>(), RANDOM_LENGTH);
        let checksum = checksum(&text);
        text.push_str(&checksum);
        Self(SecretString::from(text))
    }

    /// Takes a text that somebody presents.
    ///
    /// # Errors
    /// [`Malformed`] without saying where: the presenter knows what he meant to send.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let random = text
            .strip_prefix(API_KEY_PREFIX)
            .or_else(|| text.strip_prefix(TOKEN_PREFIX))
            .ok_or(Malformed)?;
        if random.len() != RANDOM_LENGTH + CHECKSUM_LENGTH
            || !random.bytes().all(|b| b.is_ascii_alphanumeric())
        {
            return Err(Malformed);
        }
        let (body, sum) = text.split_at(text.len() - CHECKSUM_LENGTH);
        if checksum(body) != sum {
            return Err(Malformed);
        }
        Ok(Self(SecretString::from(text)))
    }

    /// The value itself. It goes into a hash, a cipher, or a `no-store` answer, nowhere else.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Enough to recognise it in a list: `coop_sk_Ab3d…x9Qz`.
    #[must_use]
    pub fn hint(&self) -> String {
        let (prefix, rest) = self.expose().split_at(API_KEY_PREFIX.len());
        format!(
            "{prefix}{}…{}",
            &rest[..4],
            &rest[RANDOM_LENGTH - 4..RANDOM_LENGTH]
        )
    }
}

fn checksum(text: &str) -> String {
    let mut digits = String::with_capacity(CHECKSUM_LENGTH);
    base62::push(
        &mut digits,
        &crc32fast::hash(text.as_bytes()).to_be_bytes(),
        CHECKSUM_LENGTH,
    );
    digits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_is_a_key_as_it_stands_or_refused(text in any::<String>()) {
            if let Ok(key) = KeyText::parse(&text) {
                prop_assert_eq!(key.expose(), text);
            }
        }

        /// The same for what comes near: the right prefix, and digits, of about the right number.
        #[test]
        fn what_looks_like_a_key_is_one_only_with_its_checksum(
            prefix in "coop_(sk|at)_",
            rest in "[0-9A-Za-z]{40,46}",
            sum in "[0-9A-Za-z]{6}",
        ) {
            let right = checksum(&format!("{prefix}{rest}"));
            let is_long_enough = rest.len() == RANDOM_LENGTH;
            let text = format!("{prefix}{rest}{sum}");
            prop_assert_eq!(KeyText::parse(&text).is_ok(), is_long_enough && sum == right);
            let text = format!("{prefix}{rest}{right}");
            let parsed = KeyText::parse(&text);
            prop_assert_eq!(parsed.is_ok(), is_long_enough);
            if let Ok(key) = parsed {
                prop_assert_eq!(key.expose(), text);
                prop_assert!(key.hint().starts_with(&prefix));
            }
        }
    }

    #[test]
    fn a_generated_key_is_well_formed_and_its_hint_shows_eight_characters() {
        let key = KeyText::generate_api_key();
        assert!(KeyText::parse(key.expose()).is_ok());
        assert_eq!(key.expose().len(), 57);
        let hint = key.hint();
        assert_eq!(hint.chars().count(), "coop_sk_".len() + 9);
        assert!(
            key.expose()
                .starts_with(hint.split('…').next().expect("a beginning"))
        );
    }

    #[test]
    fn no_single_mistyped_character_passes_the_checksum() {
        let key = KeyText::generate_api_key();
        for at in 0..key.expose().len() {
            let mut typo = key.expose().as_bytes().to_vec();
            typo[at] = if typo[at] == b'x' { b'y' } else { b'x' };
            let typo = String::from_utf8(typo).expect("ASCII");
            assert!(KeyText::parse(&typo).is_err(), "character {at}");
        }
    }

    #[test]
    fn other_shapes_are_refused() {
        let key = KeyText::generate_api_key();
        for text in [
            "",
            "coop_sk_",
            &key.expose()[1..],
            &format!("{} ", key.expose()),
            &key.expose().to_uppercase(),
        ] {
            assert!(KeyText::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_published_alphabet_is_the_one_in_use() {
        assert_eq!(ALPHABET.as_bytes(), base62::ALPHABET);
    }
}
