use std::fmt;

/// The number of an event within its tenant: one more than the event before, never used again. The revision of a
/// grant is its fencing token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(u64);

impl Revision {
    /// Before the first event.
    pub const ZERO: Self = Self(0);

    /// The last one that a JSON number carries exactly everywhere, 2^53 - 1 (RFC 8259, section 6). At a million
    /// events a second it is reached after 285 years; a book takes nothing beyond it.
    pub const MAX: Self = Self((1 << 53) - 1);

    /// From its number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The revision of the following event.
    #[must_use]
    pub const fn next(self) -> Self {
        // Out of reach; and if not, a number that does not grow is what a book refuses.
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
