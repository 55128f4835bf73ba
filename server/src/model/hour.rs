//! Hours as usage is counted: UTC, from one full hour to the next.

use coop_engine::Time;

const MICROS: i64 = 3600 * 1_000_000;

/// An hour, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hour(u32);

impl Hour {
    /// The hour of a moment. What was before 1970 is the first of them.
    #[must_use]
    pub fn of(time: Time) -> Self {
        Self(u32::try_from(time.as_micros().div_euclid(MICROS)).unwrap_or_default())
    }

    /// From the number of hours since the epoch.
    #[must_use]
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }

    /// Hours since the epoch.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// Its first moment.
    #[must_use]
    pub fn start(self) -> Time {
        Time::from_micros(i64::from(self.0) * MICROS)
    }

    /// So many hours earlier.
    #[must_use]
    pub const fn back(self, hours: u32) -> Self {
        Self(self.0.saturating_sub(hours))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_begins_where_the_one_before_ends() {
        let full = 1_795_478_400_000_000;
        let hour = Hour::of(Time::from_micros(full));
        assert_eq!(hour, Hour::of(Time::from_micros(full + MICROS - 1)));
        assert_eq!(hour.start(), Time::from_micros(full));
        assert_eq!(Hour::of(Time::from_micros(full - 1)), hour.back(1));
        assert_eq!(Hour::of(Time::from_micros(-1)).back(1), Hour::default());
    }
}
