//! What all texts from outside have in common.

use std::{error, fmt};

/// Why a text was refused. `Display` finishes the sentence "this text ...".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextError {
    /// There is no character in it.
    Empty,
    /// There is nothing but white space in it.
    Blank,
    /// It has more characters (Unicode scalar values, not bytes) than allowed.
    TooLong {
        /// The most characters allowed.
        max: usize,
    },
    /// A control character (Unicode category Cc) is in it.
    Control,
    /// It holds a character that has a meaning of its own in this place.
    ForbiddenCharacter(char),
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("must not be empty"),
            Self::Blank => f.write_str("must not consist of white space only"),
            Self::TooLong { max } => write!(f, "must have at most {max} characters"),
            Self::Control => f.write_str("must not contain control characters"),
            Self::ForbiddenCharacter(character) => write!(f, "must not contain '{character}'"),
        }
    }
}

impl error::Error for TextError {}

/// Checks length and control characters, the rules that every text has. Nothing is trimmed or normalised: what is
/// stored and compared is byte for byte what was sent.
pub(crate) fn check(text: &str, max: usize) -> Result<(), TextError> {
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    // A character takes at least one byte, so most texts need no counting.
    if text.len() > max && text.chars().count() > max {
        return Err(TextError::TooLong { max });
    }
    if text.chars().any(char::is_control) {
        return Err(TextError::Control);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{TextError, check};

    #[test]
    fn length_is_counted_in_characters_and_not_in_bytes() {
        assert_eq!(check("äöü", 3), Ok(()));
        assert_eq!(check("äöüß", 3), Err(TextError::TooLong { max: 3 }));
        assert_eq!(check("", 3), Err(TextError::Empty));
    }

    #[test]
    fn control_characters_of_both_blocks_are_refused() {
        for text in ["a\nb", "\0", "a\t", "\u{7f}", "\u{85}"] {
            assert_eq!(check(text, 9), Err(TextError::Control), "{text:?}");
        }
        assert_eq!(check(" \u{a0}\u{200b}", 9), Ok(()));
    }

    #[test]
    fn errors_read_as_the_end_of_a_sentence() {
        let said = [
            (TextError::Empty, "must not be empty"),
            (TextError::Blank, "must not consist of white space only"),
            (
                TextError::TooLong { max: 64 },
                "must have at most 64 characters",
            ),
            (TextError::Control, "must not contain control characters"),
            (TextError::ForbiddenCharacter('>'), "must not contain '>'"),
        ];
        for (error, text) in said {
            assert_eq!(error.to_string(), text);
        }
    }
}
