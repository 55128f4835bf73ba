use std::{borrow::Borrow, fmt, sync::Arc};

use crate::text::{self, TextError};

/// The name of a resource, byte for byte as it was sent. Cheap to clone. Ordered by its bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceName(Arc<str>);

impl ResourceName {
    /// The most characters a name may have.
    pub const MAX_CHARACTERS: usize = 256;

    /// Takes 1 to 256 characters without control characters and without `>`, which separates the steps of a path.
    ///
    /// # Errors
    /// Says which of these rules the text breaks.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::check(text, Self::MAX_CHARACTERS)?;
        if text.contains('>') {
            return Err(TextError::ForbiddenCharacter('>'));
        }
        Ok(Self(Arc::from(text)))
    }

    /// The name as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Lets a map keyed by names be asked with a plain text; `Eq`, `Ord` and `Hash` are those of the text.
impl Borrow<str> for ResourceName {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::ResourceName;
    use crate::TextError;

    #[test]
    fn a_name_is_kept_byte_for_byte() {
        for text in ["a", " a ", "É", "E\u{301}", "Printer_0", "<&\"'/\\%00"] {
            assert_eq!(
                ResourceName::parse(text).map(|n| n.to_string()),
                Ok(text.into())
            );
        }
        assert_ne!(ResourceName::parse("É"), ResourceName::parse("E\u{301}"));
    }

    #[test]
    fn the_path_separator_is_refused() {
        let refused = ResourceName::parse("Office>Printer");
        assert_eq!(refused, Err(TextError::ForbiddenCharacter('>')));
    }

    #[test]
    fn a_name_of_256_characters_is_the_longest() {
        assert!(ResourceName::parse(&"ß".repeat(256)).is_ok());
        let refused = ResourceName::parse(&"ß".repeat(257));
        assert_eq!(refused, Err(TextError::TooLong { max: 256 }));
        assert_eq!(ResourceName::parse(""), Err(TextError::Empty));
        assert_eq!(ResourceName::parse("a\u{0}"), Err(TextError::Control));
    }
}
