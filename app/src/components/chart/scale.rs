//! Where the lines of a scale lie.

/// A scale from nothing up to something round: the distance between two lines, and how many there are above nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scale {
    step: u64,
    lines: u64,
}

/// Lines above nothing, at most.
const LINES: u64 = 5;

impl Scale {
    /// One with room for this much.
    pub(super) fn for_most(most: u64) -> Self {
        let mut tens: u64 = 1;
        loop {
            for digit in [1, 2, 5] {
                let step = tens.saturating_mul(digit);
                if most <= step.saturating_mul(LINES) {
                    let lines = most.div_ceil(step).max(1);
                    return Self { step, lines };
                }
            }
            tens = tens.saturating_mul(10);
        }
    }

    /// What is at the top.
    pub(super) const fn top(self) -> u64 {
        self.step.saturating_mul(self.lines)
    }

    /// The lines, the top first.
    pub(super) fn values(self) -> impl Iterator<Item = u64> {
        (0..=self.lines).rev().map(move |line| line * self.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_at_round_numbers_and_few() {
        for (most, expected) in [
            (0, vec![1, 0]),
            (1, vec![1, 0]),
            (4, vec![4, 3, 2, 1, 0]),
            (7, vec![8, 6, 4, 2, 0]),
            (23, vec![25, 20, 15, 10, 5, 0]),
            (101, vec![150, 100, 50, 0]),
            (4_321, vec![5_000, 4_000, 3_000, 2_000, 1_000, 0]),
        ] {
            let values: Vec<u64> = Scale::for_most(most).values().collect();
            assert_eq!(values, expected, "{most}");
        }
        assert!(Scale::for_most(u64::MAX).top() > u64::MAX / 2);
    }
}
