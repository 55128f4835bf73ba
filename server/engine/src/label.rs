use std::{fmt, sync::Arc};

use crate::text::{self, TextError};

/// The label of an API key, as people see it in events and tables. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(Arc<str>);

impl Label {
    /// The most characters a label may have.
    pub const MAX_CHARACTERS: usize = 64;

    /// Takes 1 to 64 characters without control characters, not all of them white space: a label that cannot be seen
    /// names nothing.
    ///
    /// # Errors
    /// Says which of these rules the text breaks.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::check(text, Self::MAX_CHARACTERS)?;
        if text.trim().is_empty() {
            return Err(TextError::Blank);
        }
        Ok(Self(Arc::from(text)))
    }

    /// The label as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What reservations and events carry is the text of that moment, not the label of a key.
impl From<Label> for Arc<str> {
    fn from(label: Label) -> Self {
        label.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Label;
    use crate::TextError;

    #[test]
    fn a_label_keeps_its_text() {
        let label = Label::parse(" worker-prod ").expect("valid");
        assert_eq!(label.as_str(), " worker-prod ");
        assert_eq!(&*Arc::<str>::from(label), " worker-prod ");
    }

    #[test]
    fn a_label_of_white_space_only_is_refused() {
        assert_eq!(Label::parse("  \u{a0}"), Err(TextError::Blank));
        assert_eq!(Label::parse(""), Err(TextError::Empty));
        assert_eq!(Label::parse("\t"), Err(TextError::Control));
    }

    #[test]
    fn a_label_of_64_characters_is_the_longest() {
        assert!(Label::parse(&"é".repeat(64)).is_ok());
        let refused = Label::parse(&"é".repeat(65));
        assert_eq!(refused, Err(TextError::TooLong { max: 64 }));
    }
}
