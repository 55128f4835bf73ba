//! Short texts that people type: parsed once, and good from then on.

/// A text that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnusableText {
    /// There is nothing to see in it.
    #[error("is empty")]
    Empty,
    /// It has more characters than that.
    #[error("is longer than {0} characters")]
    TooLong(usize),
    /// It holds what nobody can see or type.
    #[error("holds control characters")]
    Control,
}

/// Why somebody of the operator's does something to a tenant. The tenant's owner reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

/// What a tenant is called on its dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantName(String);

impl Reason {
    /// The most characters.
    pub const LONGEST: usize = 500;

    /// Takes 1 to 500 characters, without the space around them.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, UnusableText> {
        line(text, Self::LONGEST).map(Self)
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TenantName {
    /// The most characters.
    pub const LONGEST: usize = 100;

    /// Takes 1 to 100 characters, without the space around them.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, UnusableText> {
        line(text, Self::LONGEST).map(Self)
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn line(text: &str, longest: usize) -> Result<String, UnusableText> {
    let text = text.trim();
    if text.is_empty() {
        return Err(UnusableText::Empty);
    }
    if text.chars().count() > longest {
        return Err(UnusableText::TooLong(longest));
    }
    if text.contains(char::is_control) {
        return Err(UnusableText::Control);
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_line_that_says_something() {
        assert_eq!(Reason::parse("  spam ").map(|r| r.0), Ok("spam".to_owned()));
        assert!(Reason::parse(&"\u{e9}".repeat(500)).is_ok());
        for (text, problem) in [
            ("", UnusableText::Empty),
            (" \t ", UnusableText::Empty),
            ("a\u{0}b", UnusableText::Control),
            ("a\nb", UnusableText::Control),
            (&"x".repeat(501), UnusableText::TooLong(500)),
        ] {
            assert_eq!(Reason::parse(text), Err(problem), "{text:?}");
        }
    }
}
