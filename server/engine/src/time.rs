use crate::Ttl;

/// A point in time: microseconds since the Unix epoch, UTC, leap seconds not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// The latest time there is. Nothing that happens is later.
    pub const MAX: Self = Self(i64::MAX);

    /// From microseconds since the Unix epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the Unix epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The time so many microseconds later, at most [`Time::MAX`].
    #[must_use]
    pub(crate) const fn later_by_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// The time `ttl` later, at most [`Time::MAX`].
    #[must_use]
    pub fn saturating_add(self, ttl: Ttl) -> Self {
        self.later_by_micros(ttl.as_micros())
    }
}

#[cfg(test)]
mod tests {
    use super::Time;
    use crate::Ttl;

    #[test]
    fn adding_a_ttl_counts_in_microseconds_and_stops_at_the_end_of_time() {
        let ttl = Ttl::parse(2).expect("in range");
        assert_eq!(
            Time::from_micros(-5).saturating_add(ttl).as_micros(),
            1_999_995
        );
        assert_eq!(
            Time::from_micros(i64::MAX - 7).saturating_add(ttl),
            Time::MAX
        );
    }
}
