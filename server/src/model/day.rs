//! Days as limits count them: UTC, from midnight to midnight.

use coop_engine::Time;

const MICROS: i64 = 24 * 3600 * 1_000_000;

/// A day, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(u32);

impl Day {
    /// The day of a moment. What was before 1970 is the first of them.
    #[must_use]
    pub fn of(time: Time) -> Self {
        Self(u32::try_from(time.as_micros().div_euclid(MICROS)).unwrap_or_default())
    }

    /// From the number of days since the epoch.
    #[must_use]
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }

    /// Days since the epoch.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The first moment of the next day.
    #[must_use]
    pub fn end(self) -> Time {
        Time::from_micros((i64::from(self.0) + 1) * MICROS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_where_the_next_one_begins() {
        let midnight = 1_795_478_400_000_000;
        let day = Day::of(Time::from_micros(midnight));
        assert_eq!(day, Day::of(Time::from_micros(midnight + MICROS - 1)));
        assert_eq!(day.end(), Time::from_micros(midnight + MICROS));
        assert_eq!(Day::of(day.end()), Day::from_number(day.number() + 1));
        assert_eq!(Day::of(Time::from_micros(-1)), Day::from_number(0));
    }
}
