//! What a key, or an issuer's tokens, do in an hour.
//!
//! A count is one word, its hour above and the number below, so that a request pays for one addition. Even and odd hours
//! have words of their own: what was counted just before the full hour is still there when the job comes that keeps it,
//! a few seconds later. That job takes the counts out and adds them to what is on the disk, so nothing has to be restored
//! at a start.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use crate::model::{Hour, HourUsage, LimitType, TenantId, UsageSource};

/// What is counted of an hour: reads, writes, and refusals by limit.
const COUNTS: usize = 2 + LimitType::ALL.len();
const BITS: u32 = 40;
const MOST: u64 = (1 << BITS) - 1;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Operations that took from the quota of reads.
    Reads,
    /// Operations that took from the quota of writes.
    Writes,
    /// A request that was answered 429.
    Refused(LimitType),
}

impl Count {
    const fn place(self) -> usize {
        match self {
            Self::Reads => 0,
            Self::Writes => 1,
            Self::Refused(limit) => 2 + limit as usize,
        }
    }
}

#[derive(Debug)]
struct Whose {
    tenant: TenantId,
    source: UsageSource,
    label: Mutex<Arc<str>>,
}

/// The counts of even or of odd hours.
#[derive(Debug)]
pub struct HourSlot {
    whose: Arc<Whose>,
    words: [AtomicU64; COUNTS],
    pub(super) is_listed: AtomicBool,
}

/// All counts of one source.
#[derive(Debug)]
pub(super) struct HourCounts {
    whose: Arc<Whose>,
    slots: [Arc<HourSlot>; 2],
}

impl HourCounts {
    pub(super) fn new(tenant: TenantId, source: UsageSource, label: &str) -> Self {
        let whose = Arc::new(Whose {
            tenant,
            source,
            label: Mutex::new(label.into()),
        });
        let slot = || {
            Arc::new(HourSlot {
                whose: Arc::clone(&whose),
                words: Default::default(),
                is_listed: AtomicBool::new(false),
            })
        };
        Self {
            slots: [slot(), slot()],
            whose,
        }
    }

    pub(super) fn tenant(&self) -> TenantId {
        self.whose.tenant
    }

    /// What it is called from now on.
    pub(super) fn set_label(&self, label: &str) {
        *self
            .whose
            .label
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = label.into();
    }

    /// Where an hour is counted.
    pub(super) fn slot(&self, hour: Hour) -> &Arc<HourSlot> {
        &self.slots[usize::from(hour.number() % 2 == 1)]
    }
}

impl HourSlot {
    pub(super) fn add(&self, hour: Hour, what: Count, number: u64) {
        self.add_at(hour, what.place(), number);
    }

    fn add_at(&self, hour: Hour, place: usize, number: u64) {
        let word = &self.words[place];
        // The hour of a word changes every two hours, and nobody counts 2^40 in one.
        if unpack(word.load(Ordering::Relaxed)).0 == hour {
            word.fetch_add(number, Ordering::Relaxed);
            return;
        }
        let add = |word| {
            let (counted, count) = unpack(word);
            // A clock that was set back makes no new hour: what was counted stays counted.
            Some(if hour > counted {
                pack(hour, number)
            } else {
                pack(counted, count + number)
            })
        };
        let _ = word.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// Takes what was counted out; nothing when nothing was.
    pub(super) fn take(&self) -> Option<HourUsage> {
        let taken: [(Hour, u64); COUNTS] =
            std::array::from_fn(|at| unpack(self.words[at].fetch_and(!MOST, Ordering::Relaxed)));
        // A word that nothing was added to lately still has an earlier hour, and a count of nothing.
        let counted = taken.iter().filter(|(_, count)| *count > 0);
        let hour = counted.map(|(hour, _)| *hour).max()?;
        let [(_, reads), (_, writes), refusals @ ..] = taken;
        let label = self.whose.label.lock();
        Some(HourUsage {
            tenant: self.whose.tenant,
            hour,
            source: self.whose.source,
            label: label
                .unwrap_or_else(PoisonError::into_inner)
                .as_ref()
                .to_owned(),
            reads,
            writes,
            refusals: refusals.map(|(_, count)| count),
        })
    }

    /// Counts again what was taken and could not be kept.
    pub(super) fn give_back(&self, usage: &HourUsage) {
        let counts = [usage.reads, usage.writes].into_iter();
        for (place, count) in counts.chain(usage.refusals).enumerate() {
            if count > 0 {
                self.add_at(usage.hour, place, count);
            }
        }
    }
}

fn pack(hour: Hour, count: u64) -> u64 {
    (u64::from(hour.number()) << BITS) | count.min(MOST)
}

fn unpack(word: u64) -> (Hour, u64) {
    let hour = u32::try_from(word >> BITS).unwrap_or(u32::MAX);
    (Hour::from_number(hour), word & MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts() -> HourCounts {
        let source = UsageSource::from_i64(7);
        HourCounts::new(TenantId::from_i64(1), source, "ci")
    }

    #[test]
    fn an_hour_is_counted_apart_from_the_one_before_and_taken_once() {
        let (ten, eleven) = (Hour::from_number(500_010), Hour::from_number(500_011));
        let counts = counts();
        let slot = counts.slot(ten);
        slot.add(ten, Count::Writes, 3);
        slot.add(ten, Count::Writes, 4);
        counts.slot(eleven).add(eleven, Count::Reads, 2);
        slot.add(ten, Count::Refused(LimitType::Daily), 1);
        counts.set_label("robot");
        let taken = slot.take().expect("something");
        assert_eq!((taken.hour, taken.reads, taken.writes), (ten, 0, 7));
        assert_eq!(taken.refusals, [0, 1, 0, 0, 0, 0]);
        assert_eq!(taken.label, "robot");
        assert_eq!(slot.take(), None);
        slot.give_back(&taken);
        slot.add(ten, Count::Writes, 1);
        assert_eq!(slot.take().map(|usage| usage.writes), Some(8));
        let other = counts.slot(eleven).take().expect("something");
        assert_eq!((other.hour, other.reads, other.writes), (eleven, 2, 0));
    }

    #[test]
    fn two_hours_later_the_same_words_count_anew_and_a_clock_set_back_makes_no_hour() {
        let (ten, twelve) = (Hour::from_number(500_010), Hour::from_number(500_012));
        let counts = counts();
        let slot = counts.slot(ten);
        slot.add(ten, Count::Reads, 5);
        assert_eq!(slot.take().map(|usage| usage.hour), Some(ten));
        slot.add(twelve, Count::Reads, 1);
        slot.add(ten, Count::Reads, 1);
        let taken = slot.take().expect("something");
        assert_eq!((taken.hour, taken.reads), (twelve, 2));
    }
}
