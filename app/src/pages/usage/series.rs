//! What is stacked into which column.

use crate::{
    components::{Column, grouped},
    model::{HourUsage, Moment, Usage, UsageRange},
};
use std::collections::BTreeMap;

/// Labels that have a series of their own. The last tone is for all others.
const LABELS: usize = 5;
const HOUR: i64 = 3_600_000_000;

/// What a chart shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Series {
    pub(super) names: Vec<String>,
    pub(super) columns: Vec<Column>,
}

impl Series {
    /// Operations by the labels that did most, and the others.
    pub(super) fn by_label(usage: &Usage, range: UsageRange, now: Moment) -> Self {
        let mut totals: BTreeMap<&str, u64> = BTreeMap::new();
        for hour in &usage.hours {
            if let Some(label) = &hour.label {
                *totals.entry(label).or_default() += hour.reads + hour.writes;
            }
        }
        let mut labels: Vec<(&str, u64)> = totals.into_iter().collect();
        labels.sort_by_key(|(_, total)| std::cmp::Reverse(*total));
        let has_others =
            labels.len() > LABELS || usage.hours.iter().any(|hour| hour.label.is_none());
        labels.truncate(LABELS);
        let labels: Vec<&str> = labels.into_iter().map(|(label, _)| label).collect();
        let mut names: Vec<String> = labels.iter().map(|&label| label.to_owned()).collect();
        if has_others {
            names.push("all others".into());
        }
        let place = |hour: &HourUsage| {
            let own = labels
                .iter()
                .position(|label| hour.label.as_deref() == Some(label));
            own.unwrap_or(labels.len())
        };
        Self::new(names, usage, range, now, |hour, values| {
            values[place(hour)] += hour.reads + hour.writes;
        })
    }

    /// Reads and writes.
    pub(super) fn by_kind(usage: &Usage, range: UsageRange, now: Moment) -> Self {
        let names = vec!["reads".into(), "writes".into()];
        Self::new(names, usage, range, now, |hour, values| {
            values[0] += hour.reads;
            values[1] += hour.writes;
        })
    }

    /// Refusals by the limits that there were any of.
    pub(super) fn by_limit(usage: &Usage, range: UsageRange, now: Moment) -> Self {
        let refused = |at: usize, hour: &HourUsage| hour.refusals.get(at).copied().unwrap_or(0);
        let met: Vec<usize> = (0..usage.limit_types.len())
            .filter(|at| usage.hours.iter().any(|hour| refused(*at, hour) > 0))
            .collect();
        let names = met
            .iter()
            .map(|at| usage.limit_types[*at].clone())
            .collect();
        Self::new(names, usage, range, now, |hour, values| {
            for (value, at) in values.iter_mut().zip(&met) {
                *value += refused(*at, hour);
            }
        })
    }

    fn new(
        names: Vec<String>,
        usage: &Usage,
        range: UsageRange,
        now: Moment,
        add: impl Fn(&HourUsage, &mut [u64]),
    ) -> Self {
        let step = i64::from(range.step());
        let number = |moment: Moment| (moment.0 - usage.since.0).div_euclid(HOUR * step);
        let count = number(now).clamp(0, i64::from(range.hours())) + 1;
        let mut columns: Vec<Column> = (0..count)
            .map(|number| column(usage.since.later(number * step), range, names.len()))
            .collect();
        for hour in &usage.hours {
            let at = usize::try_from(number(hour.hour)).ok();
            if let Some(column) = at.and_then(|at| columns.get_mut(at)) {
                add(hour, &mut column.values);
            }
        }
        Self { names, columns }
    }

    /// All of it.
    pub(super) fn total(&self) -> u64 {
        self.columns.iter().flat_map(|column| &column.values).sum()
    }

    /// When there was most, in a sentence.
    pub(super) fn peak(&self) -> String {
        let total = |column: &&Column| column.values.iter().sum::<u64>();
        self.columns
            .iter()
            .max_by_key(total)
            .map_or_else(String::new, |most| {
                format!("Most were {}, at {}.", grouped(total(&most)), most.name)
            })
    }
}

fn column(from: Moment, range: UsageRange, series: usize) -> Column {
    let (clock, day) = (from.clock(), from.day());
    let hour = from.0.div_euclid(HOUR).rem_euclid(24);
    let (name, tick) = match range {
        UsageRange::Day => {
            let tick = (hour % 3 == 0).then(|| (clock.clone(), hour % 6 != 0));
            (format!("{day}, {clock}"), tick)
        }
        UsageRange::Week => {
            let days = from.0.div_euclid(HOUR * 24);
            let tick = (hour == 0).then(|| (day.clone(), days % 2 != 0));
            (format!("{day}, {clock} to {}", from.later(4).clock()), tick)
        }
    };
    Column {
        name,
        tick,
        values: vec![0; series],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A full hour that is one of the four of a week's columns.
    const SINCE: Moment = Moment(500_000 * HOUR);

    fn hour(later: i64, label: Option<&str>, reads: u64, refusals: [u64; 2]) -> HourUsage {
        HourUsage {
            hour: SINCE.later(later),
            label: label.map(str::to_owned),
            reads,
            writes: 1,
            refusals: refusals.into(),
        }
    }

    fn usage(hours: Vec<HourUsage>) -> Usage {
        Usage {
            since: SINCE,
            hours,
            limit_types: vec!["rate".into(), "daily".into()],
            ..Usage::default()
        }
    }

    fn values(series: &Series) -> Vec<&[u64]> {
        series
            .columns
            .iter()
            .map(|column| &*column.values)
            .collect()
    }

    #[test]
    fn labels_are_stacked_by_how_much_they_did_and_the_rest_is_others() {
        let mut hours: Vec<_> = (0..7)
            .map(|number| hour(0, Some(&format!("key {number}")), number, [0, 0]))
            .collect();
        hours.push(hour(2, None, 9, [0, 0]));
        let series = Series::by_label(&usage(hours), UsageRange::Day, SINCE.later(2));
        assert_eq!(
            series.names,
            ["key 6", "key 5", "key 4", "key 3", "key 2", "all others"]
        );
        assert_eq!(
            values(&series),
            [&[7, 6, 5, 4, 3, 3][..], &[0; 6], &[0, 0, 0, 0, 0, 10]]
        );
        assert_eq!(series.total(), 38);
    }

    #[test]
    fn a_week_has_four_hours_in_a_column_and_only_limits_that_were_met_are_told() {
        let hours = vec![
            hour(0, Some("a"), 1, [0, 2]),
            hour(3, Some("a"), 1, [0, 3]),
            hour(4, Some("b"), 1, [0, 0]),
        ];
        let usage = usage(hours);
        let series = Series::by_kind(&usage, UsageRange::Week, SINCE.later(5));
        assert_eq!(values(&series), [[2, 2], [1, 1]]);
        let series = Series::by_limit(&usage, UsageRange::Week, SINCE.later(5));
        assert_eq!(series.names, ["daily"]);
        assert_eq!(values(&series), [[5], [0]]);
        assert!(
            series.peak().starts_with("Most were 5, at "),
            "{}",
            series.peak()
        );
    }
}
