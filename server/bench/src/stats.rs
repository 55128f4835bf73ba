//! Percentiles and medians.

use std::time::Duration;

/// The value below which `per_mille` thousandths of the sorted values lie (nearest rank); zero without values.
pub fn percentile(sorted: &[Duration], per_mille: usize) -> Duration {
    let rank = (sorted.len() * per_mille).div_ceil(1000);
    sorted
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

/// The middle value, or the mean of the two in the middle; `None` without values.
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(values[middle - 1], upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let values: Vec<_> = (1..=200).map(Duration::from_micros).collect();
        assert_eq!(percentile(&values, 500), Duration::from_micros(100));
        assert_eq!(percentile(&values, 990), Duration::from_micros(198));
        assert_eq!(percentile(&values, 1000), Duration::from_micros(200));
        assert_eq!(percentile(&values[..1], 500), Duration::from_micros(1));
        assert_eq!(percentile(&[], 500), Duration::ZERO);
    }

    #[test]
    fn the_median_does_not_care_for_order_or_outliers() {
        assert_eq!(median([9.0, 1.0, 1000.0]), Some(9.0));
        assert_eq!(median([4.0, 1.0, 2.0, 1000.0]), Some(3.0));
        assert_eq!(median([]), None);
    }
}
