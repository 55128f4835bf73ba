//! A count of a day's things in one word.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::model::Day;

/// A count that begins anew every day: the day above, the count below, so that both change at once.
#[derive(Debug, Default)]
pub(super) struct DayCount(AtomicU64);

const COUNT_BITS: u32 = 40;
const MOST: u64 = (1 << COUNT_BITS) - 1;

impl DayCount {
    pub(super) fn new(day: Day, count: u64) -> Self {
        Self(AtomicU64::new(pack(day, count)))
    }

    /// Adds, unless that would be more than `most`; then it answers how many there are.
    pub(super) fn add(&self, day: Day, number: u64, most: Option<u64>) -> Result<(), u64> {
        let add = |word| {
            let (counted, count) = unpack(word);
            // A clock that was set back makes no new day: what was counted stays counted.
            let (day, count) = if day > counted {
                (day, 0)
            } else {
                (counted, count)
            };
            let sum = count.saturating_add(number);
            most.is_none_or(|most| sum <= most).then(|| pack(day, sum))
        };
        match self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add)
        {
            Ok(_) => Ok(()),
            Err(word) => Err(count_on(day, word)),
        }
    }

    /// Takes back what was added on that day.
    pub(super) fn give_back(&self, day: Day, number: u64) {
        let subtract = |word| {
            let (counted, count) = unpack(word);
            (day <= counted).then(|| pack(counted, count.saturating_sub(number)))
        };
        // Nothing to take back from a day that nothing was added on.
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, subtract);
    }

    pub(super) fn on(&self, day: Day) -> u64 {
        count_on(day, self.0.load(Ordering::Relaxed))
    }

    /// The day and its count.
    pub(super) fn read(&self) -> (Day, u64) {
        unpack(self.0.load(Ordering::Relaxed))
    }
}

const fn pack(day: Day, count: u64) -> u64 {
    let count = if count > MOST { MOST } else { count };
    ((day.number() as u64) << COUNT_BITS) | count
}

fn unpack(word: u64) -> (Day, u64) {
    let day = u32::try_from(word >> COUNT_BITS).unwrap_or(u32::MAX);
    (Day::from_number(day), word & MOST)
}

fn count_on(day: Day, word: u64) -> u64 {
    let (counted, count) = unpack(word);
    if day > counted { 0 } else { count }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_begins_anew_with_the_day_and_never_goes_back_to_an_earlier_one() {
        let (monday, tuesday) = (Day::from_number(20_000), Day::from_number(20_001));
        let count = DayCount::default();
        assert_eq!(count.add(monday, 7, Some(10)), Ok(()));
        assert_eq!(count.add(monday, 4, Some(10)), Err(7));
        assert_eq!(count.add(monday, 3, Some(10)), Ok(()));
        assert_eq!(count.add(tuesday, 1, Some(10)), Ok(()));
        assert_eq!(count.on(tuesday), 1);
        assert_eq!(count.add(monday, 1, Some(10)), Ok(()));
        assert_eq!(count.read(), (tuesday, 2));
        assert_eq!(count.on(Day::from_number(20_002)), 0);
    }

    #[test]
    fn what_is_given_back_can_be_had_again() {
        let day = Day::from_number(20_000);
        let count = DayCount::new(day, 10);
        count.give_back(day, 4);
        assert_eq!(count.on(day), 6);
        count.give_back(Day::from_number(20_001), 4);
        assert_eq!(count.on(day), 6);
        let _ = count.add(day, u64::MAX, None);
        assert_eq!(count.read(), (day, MOST));
    }
}
