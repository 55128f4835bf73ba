use std::{fmt, hint};

use uuid::{Builder, Uuid, fmt::Hyphenated};

/// The secret that proves who may release a reservation: a UUID of version 4.
///
/// Comparing (`==` is [`ReleaseToken::matches`]) takes the same time wherever the difference is, and `Debug` never
/// shows the value, so that no log line can.
#[derive(Clone, Copy)]
pub struct ReleaseToken([u8; 16]);

impl ReleaseToken {
    /// Makes a token of 16 random bytes, 122 bits of which are kept: the others say "UUID, version 4" (RFC 9562,
    /// section 5.4). The bytes must come from a generator fit for secrets.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(Builder::from_random_bytes(bytes).into_uuid().into_bytes())
    }

    /// Reads a token in the one form that is ever given out: 36 characters, hyphenated, in any case.
    /// `None` is no token that could ever match.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // The parser also knows forms without hyphens, with braces and with a prefix; they all differ in length.
        if text.len() != Hyphenated::LENGTH {
            return None;
        }
        let uuid = Uuid::try_parse(text).ok()?;
        Some(Self(uuid.into_bytes()))
    }

    /// A token that was stored as [`ReleaseToken::as_bytes`].
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Whether both are the same token, in constant time.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        let pairs = self.0.iter().zip(&other.0);
        // Opaque to the optimiser, which could otherwise stop at the first difference.
        let difference = pairs.fold(0, |found, (a, b)| hint::black_box(found | (a ^ b)));
        difference == 0
    }
}

impl PartialEq for ReleaseToken {
    fn eq(&self, other: &Self) -> bool {
        self.matches(other)
    }
}

impl Eq for ReleaseToken {}

/// Lower case with hyphens, as it goes to the holder.
impl fmt::Display for ReleaseToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(Uuid::from_bytes(self.0).as_hyphenated(), f)
    }
}

impl fmt::Debug for ReleaseToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReleaseToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::ReleaseToken;

    const TEXT: &str = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0";

    #[test]
    fn a_token_is_read_in_any_case_and_written_in_lower_case() {
        let token = ReleaseToken::parse(TEXT).expect("a token");
        assert_eq!(token.to_string(), TEXT);
        assert_eq!(ReleaseToken::parse(&TEXT.to_uppercase()), Some(token));
        assert_eq!(ReleaseToken::from_bytes(*token.as_bytes()), token);
    }

    #[test]
    fn other_forms_of_a_uuid_are_no_token() {
        let forms = [
            String::new(),
            TEXT.replace('-', ""),
            format!("{{{TEXT}}}"),
            format!("urn:uuid:{TEXT}"),
            format!(" {TEXT}"),
            TEXT.replace('f', "g"),
            TEXT.replacen('-', "0", 1),
            "é".repeat(18),
            "0f1e2d3c4b5a49788796a5b4c3d2e1f0----".into(),
            "{0f1e2d3c-4b5a-4978-8796a5b4c3d2e1f}".into(),
        ];
        for form in forms {
            assert_eq!(ReleaseToken::parse(&form), None, "{form}");
        }
    }

    #[test]
    fn random_bytes_become_a_version_4_uuid() {
        let ones = ReleaseToken::from_random([0xff; 16]).to_string();
        assert_eq!(ones, "ffffffff-ffff-4fff-bfff-ffffffffffff");
        let zeros = ReleaseToken::from_random([0; 16]).to_string();
        assert_eq!(zeros, "00000000-0000-4000-8000-000000000000");
    }

    #[test]
    fn tokens_that_differ_in_one_bit_anywhere_do_not_match() {
        let token = ReleaseToken::parse(TEXT).expect("a token");
        assert!(token.matches(&token));
        for bit in 0..128 {
            let mut bytes = *token.as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(
                !token.matches(&ReleaseToken::from_bytes(bytes)),
                "bit {bit}"
            );
        }
    }

    #[test]
    fn debugging_output_never_shows_the_secret() {
        let token = ReleaseToken::parse(TEXT);
        assert_eq!(format!("{token:?}"), "Some(ReleaseToken(..))");
    }
}
