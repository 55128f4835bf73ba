use std::{borrow::Borrow, fmt, sync::Arc};

use crate::text::{self, TextError};

/// Who asks: a text of the caller's choice, byte for byte as it was sent. Cheap to clone.
///
/// It identifies somebody only together with an issuer, as a [`Principal`](crate::Principal).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Requester(Arc<str>);

impl Requester {
    /// The most characters a requester may have.
    pub const MAX_CHARACTERS: usize = 256;

    /// Takes 1 to 256 characters without control characters.
    ///
    /// # Errors
    /// Says which of these rules the text breaks.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::check(text, Self::MAX_CHARACTERS)?;
        Ok(Self(Arc::from(text)))
    }

    /// The requester as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Lets a map keyed by requesters be asked with a plain text; `Eq`, `Ord` and `Hash` are those of the text.
impl Borrow<str> for Requester {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Requester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Requester;
    use crate::TextError;

    #[test]
    fn a_requester_is_kept_byte_for_byte_and_may_look_like_a_path() {
        for text in ["w1", " ", "Company>IT", "auth0|42"] {
            assert_eq!(
                Requester::parse(text).map(|r| r.to_string()),
                Ok(text.into())
            );
        }
    }

    #[test]
    fn a_requester_of_256_characters_is_the_longest() {
        assert!(Requester::parse(&"r".repeat(256)).is_ok());
        let refused = Requester::parse(&"r".repeat(257));
        assert_eq!(refused, Err(TextError::TooLong { max: 256 }));
        assert_eq!(Requester::parse(""), Err(TextError::Empty));
        assert_eq!(Requester::parse("a\rb"), Err(TextError::Control));
    }
}
