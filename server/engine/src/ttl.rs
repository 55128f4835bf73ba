use std::{error, fmt, num::NonZeroU32};

/// How long a reservation lives from its grant on: 1 to 31,536,000 whole seconds (365 days).
// Non-zero, so that `Option<Ttl>` takes four bytes in a million reservations and not eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ttl(NonZeroU32);

impl Ttl {
    /// The longest life in seconds.
    pub const MAX_SECONDS: u32 = 31_536_000;

    /// Takes a number of seconds of any integer type.
    ///
    /// # Errors
    /// If it is not within 1 to [`Ttl::MAX_SECONDS`].
    pub fn parse(seconds: impl TryInto<u32>) -> Result<Self, TtlError> {
        let seconds = seconds.try_into().map_err(|_| TtlError)?;
        if seconds > Self::MAX_SECONDS {
            return Err(TtlError);
        }
        NonZeroU32::new(seconds).map(Self).ok_or(TtlError)
    }

    /// The life in seconds.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.0.get()
    }

    /// The life in microseconds.
    #[must_use]
    pub fn as_micros(self) -> i64 {
        i64::from(self.seconds()) * 1_000_000
    }
}

/// A time to live that is out of range. `Display` finishes the sentence "this number ...".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TtlError;

impl fmt::Display for TtlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let max = Ttl::MAX_SECONDS;
        write!(f, "must be a whole number of seconds from 1 to {max}")
    }
}

impl error::Error for TtlError {}

#[cfg(test)]
mod tests {
    use super::{Ttl, TtlError};

    #[test]
    fn one_second_to_365_days_is_a_ttl() {
        assert_eq!(Ttl::parse(1_u64).map(Ttl::seconds), Ok(1));
        assert_eq!(
            Ttl::parse(31_536_000_i64).map(Ttl::as_micros),
            Ok(31_536_000_000_000)
        );
    }

    #[test]
    fn everything_else_is_refused_whatever_its_type() {
        assert_eq!(Ttl::parse(0_u32), Err(TtlError));
        assert_eq!(Ttl::parse(-1_i64), Err(TtlError));
        assert_eq!(Ttl::parse(31_536_001_i32), Err(TtlError));
        assert_eq!(Ttl::parse(u64::MAX), Err(TtlError));
        // One whose lower 32 bits alone would pass.
        assert_eq!(Ttl::parse((1_u64 << 32) + 60), Err(TtlError));
    }

    #[test]
    fn the_error_names_the_range() {
        let said = "must be a whole number of seconds from 1 to 31536000";
        assert_eq!(TtlError.to_string(), said);
    }

    #[test]
    fn an_optional_ttl_takes_four_bytes() {
        assert_eq!(size_of::<Option<Ttl>>(), 4);
    }
}
