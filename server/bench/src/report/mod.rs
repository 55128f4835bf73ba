//! The report, in Markdown.

mod goals;

use std::{fmt, time::Duration};

use crate::{
    hand_off::{HandOffs, WAITERS},
    machine::Machine,
    rounds::Figures,
    stats::median,
};

pub use goals::{Better, Held};

/// All that one run has to say.
pub struct Report {
    pub machine: Machine,
    pub settings: String,
    /// One flush of the disk, in microseconds.
    pub flush_us: f64,
    /// The same of a disk that has rested.
    pub rested_flush_us: f64,
    pub series: Vec<Series>,
    /// The rounds of hand-offs.
    pub hand_offs: Vec<HandOffs>,
    pub expiry: Expiry,
}

/// How late expiries were announced.
pub struct Expiry {
    pub count: u32,
    pub p50: Duration,
    pub most: Duration,
}

/// The rounds with one number of clients.
pub struct Series {
    pub clients: u32,
    pub ceiling: Vec<Figures>,
    pub ours: Vec<Figures>,
    /// Of the ceiling that flushes before it answers.
    pub durable: Vec<Figures>,
    /// Empty unless it was asked for.
    pub redis: Vec<Figures>,
    /// The server's memory after the last round.
    pub resident_kib: u32,
}

/// Medians over the rounds of one series.
struct Summary {
    clients: u32,
    ceiling_rate: f64,
    rate: f64,
    /// Of the rates, round by round: neighbours in time share the machine's mood.
    ratio: f64,
    p50_us: f64,
    p99_us: f64,
    spread: f64,
    ceiling_spread: f64,
    cpu_us: f64,
    ceiling_cpu_us: f64,
    cpu_ratio: f64,
    flushes: f64,
    resident_mib: f64,
    durable: Option<Beside>,
    redis: Option<Beside>,
}

/// Medians over the rounds of another server that has on its disk what it answers.
struct Beside {
    rate: f64,
    p50_us: f64,
    p99_us: f64,
    cpu_us: f64,
    /// Its cycles, divided by the ceiling's.
    of_ceiling: f64,
    /// Ours, divided by its.
    ratio: f64,
}

/// Medians over the rounds of hand-offs.
struct HandingOn {
    rate: f64,
    p50_us: f64,
    p99_us: f64,
    spread: f64,
    after_answer_p99_us: f64,
    flushes: f64,
}

impl HandingOn {
    fn of(rounds: &[HandOffs]) -> Self {
        let of = |figure: fn(&HandOffs) -> f64| middle(rounds.iter().map(figure));
        Self {
            rate: of(|round| round.rate),
            p50_us: of(|round| round.p50.as_secs_f64() * 1e6),
            p99_us: of(|round| round.p99.as_secs_f64() * 1e6),
            spread: of(|round| round.p99.as_secs_f64() / round.p50.as_secs_f64()),
            after_answer_p99_us: of(|round| round.after_answer_p99.as_secs_f64() * 1e6),
            flushes: of(|round| round.flushes),
        }
    }
}

impl Series {
    pub fn new(clients: u32) -> Self {
        Self {
            clients,
            ceiling: Vec::new(),
            ours: Vec::new(),
            durable: Vec::new(),
            redis: Vec::new(),
            resident_kib: 0,
        }
    }

    fn summary(&self) -> Summary {
        let ours = |figure: fn(&Figures) -> f64| middle(self.ours.iter().map(figure));
        let ceiling = |figure: fn(&Figures) -> f64| middle(self.ceiling.iter().map(figure));
        let paired = |others: &[Figures], figure: fn(&Figures) -> f64| {
            let pairs = self.ours.iter().zip(others);
            middle(pairs.map(|(ours, other)| figure(ours) / figure(other)))
        };
        Summary {
            clients: self.clients,
            ceiling_rate: ceiling(|figures| figures.rate),
            rate: ours(|figures| figures.rate),
            ratio: paired(&self.ceiling, |figures| figures.rate),
            p50_us: ours(|figures| figures.p50.as_secs_f64() * 1e6),
            p99_us: ours(|figures| figures.p99.as_secs_f64() * 1e6),
            spread: ours(Figures::spread),
            ceiling_spread: ceiling(Figures::spread),
            cpu_us: ours(|figures| figures.cpu_us),
            ceiling_cpu_us: ceiling(|figures| figures.cpu_us),
            cpu_ratio: paired(&self.ceiling, |figures| figures.cpu_us),
            flushes: middle(self.ours.iter().filter_map(|figures| figures.flushes)),
            resident_mib: f64::from(self.resident_kib) / 1024.0,
            durable: self.beside(&self.durable),
            redis: self.beside(&self.redis),
        }
    }

    fn beside(&self, other: &[Figures]) -> Option<Beside> {
        let of = |figure: fn(&Figures) -> f64| middle(other.iter().map(figure));
        let rates = |some: &[Figures], others: &[Figures]| {
            let pairs = some.iter().zip(others);
            middle(pairs.map(|(one, other)| one.rate / other.rate))
        };
        (!other.is_empty()).then(|| Beside {
            rate: of(|figures| figures.rate),
            p50_us: of(|figures| figures.p50.as_secs_f64() * 1e6),
            p99_us: of(|figures| figures.p99.as_secs_f64() * 1e6),
            cpu_us: of(|figures| figures.cpu_us),
            of_ceiling: rates(other, &self.ceiling),
            ratio: rates(&self.ours, other),
        })
    }
}

/// A missing figure must not look like a good one, and no comparison with "not a number" holds.
fn middle(values: impl Iterator<Item = f64>) -> f64 {
    median(values).unwrap_or(f64::NAN)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.machine)?;
        writeln!(f, "- settings: {}; medians over the rounds", self.settings)?;
        writeln!(
            f,
            "- one flush of the disk (4 KiB, fdatasync): {:.0} µs; after a rest of 100 µs, as between a lone client's: {:.0} µs",
            self.flush_us, self.rested_flush_us
        )?;

        writeln!(f)?;
        writeln!(
            f,
            "| clients | ceiling, cycles/s | ours, cycles/s | ratio | p50, µs | p99, µs | p99 / p50 | ceiling's | CPU a cycle, µs | ceiling's, µs | ratio | flushes a cycle | memory, MiB |"
        )?;
        writeln!(f, "|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")?;
        let summaries: Vec<Summary> = self.series.iter().map(Series::summary).collect();
        for summary in &summaries {
            writeln!(f, "{summary}")?;
        }

        writeln!(f, "\n{}", Beside::HEADINGS)?;
        for summary in &summaries {
            let clients = summary.clients;
            for (name, beside) in [
                ("the durable ceiling", &summary.durable),
                ("Redis", &summary.redis),
            ] {
                if let Some(beside) = beside {
                    writeln!(f, "| {clients} | {name} {beside}")?;
                }
            }
        }

        let hand_offs = HandingOn::of(&self.hand_offs);
        writeln!(f)?;
        writeln!(
            f,
            "| waiters | hand-offs/s | p50, µs | p99, µs | p99 / p50 | p99 after the release was answered, µs | flushes a hand-off |"
        )?;
        writeln!(f, "|--:|--:|--:|--:|--:|--:|--:|")?;
        writeln!(f, "{hand_offs}")?;

        writeln!(f, "\n{}", Held::HEADINGS)?;
        let cycles = summaries.iter().flat_map(goals::of);
        let others = goals::of_hand_offs(&hand_offs);
        let all = cycles.chain(others).chain([goals::of_expiry(&self.expiry)]);
        for goal in all {
            writeln!(f, "{goal}")?;
        }
        let Expiry { count, p50, .. } = &self.expiry;
        let p50 = p50.as_secs_f64() * 1e3;
        writeln!(
            f,
            "\nOf {count} expiries the middle one was announced {p50:.1} ms after its deadline."
        )
    }
}

impl Beside {
    const HEADINGS: &str = "\
| clients | beside it | cycles/s | p50, µs | p99, µs | CPU a cycle, µs | of the ceiling's cycles | ours of its cycles |
|--:|---|--:|--:|--:|--:|--:|--:|";
}

impl fmt::Display for Beside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "| {:.0} | {:.0} | {:.0} | {:.1} | {:.2} | {:.2} |",
            self.rate, self.p50_us, self.p99_us, self.cpu_us, self.of_ceiling, self.ratio
        )
    }
}

impl fmt::Display for HandingOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "| {WAITERS} | {:.0} ", self.rate)?;
        write!(
            f,
            "| {:.0} | {:.0} | {:.1} ",
            self.p50_us, self.p99_us, self.spread
        )?;
        write!(
            f,
            "| {:.0} | {:.3} |",
            self.after_answer_p99_us, self.flushes
        )
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "| {} ", self.clients)?;
        write!(
            f,
            "| {:.0} | {:.0} | {:.2} ",
            self.ceiling_rate, self.rate, self.ratio
        )?;
        write!(
            f,
            "| {:.0} | {:.0} | {:.1} | {:.1} ",
            self.p50_us, self.p99_us, self.spread, self.ceiling_spread
        )?;
        write!(
            f,
            "| {:.1} | {:.1} | {:.2} ",
            self.cpu_us, self.ceiling_cpu_us, self.cpu_ratio
        )?;
        write!(f, "| {:.3} | {:.0} |", self.flushes, self.resident_mib)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn figures(rate: f64, p99: u64, cpu_us: f64, flushes: Option<f64>) -> Figures {
        Figures {
            rate,
            p50: Duration::from_micros(100),
            p99: Duration::from_micros(p99),
            cpu_us,
            flushes,
        }
    }

    fn report(rate: f64) -> String {
        let mut series = Series::new(64);
        series.durable.push(figures(900.0, 200, 12.0, None));
        series.redis.push(figures(800.0, 300, 5.0, None));
        series.ceiling.push(figures(1000.0, 150, 10.0, None));
        series.ours.push(figures(rate, 250, 20.0, Some(0.15)));
        series.resident_kib = 10 * 1024;
        let machine = Machine {
            cpu: "A CPU".to_owned(),
            cores: 2,
            kernel: "6.1".to_owned(),
            filesystem: "ext4".to_owned(),
            commit: "abc".to_owned(),
            load: "0.01".to_owned(),
        };
        let report = Report {
            machine,
            settings: "1 round".to_owned(),
            flush_us: 321.4,
            rested_flush_us: 402.6,
            series: vec![series],
            hand_offs: vec![HandOffs {
                rate: 2000.0,
                p50: Duration::from_micros(400),
                p99: Duration::from_micros(1300),
                after_answer_p99: Duration::from_micros(7),
                flushes: 1.05,
            }],
            expiry: Expiry {
                count: 100,
                p50: Duration::from_millis(2),
                most: Duration::from_millis(101),
            },
        };
        report.to_string()
    }

    #[test]
    fn figures_stand_in_the_order_of_the_headings() {
        let text = report(500.0);
        let row =
            "| 64 | 1000 | 500 | 0.50 | 100 | 250 | 2.5 | 1.5 | 20.0 | 10.0 | 2.00 | 0.150 | 10 |";
        assert!(text.contains(row), "{text}");
        assert!(text.contains("321 µs; after"), "{text}");
        assert!(text.contains("403 µs"), "{text}");
    }

    #[test]
    fn who_else_was_measured_is_shown_and_redis_held_against_its_goals() {
        let text = report(500.0);
        for row in [
            "| 64 | the durable ceiling | 900 | 100 | 200 | 12.0 | 0.90 | 0.56 |",
            "| 64 | Redis | 800 | 100 | 300 | 5.0 | 0.80 | 0.62 |",
            "| 64 | cycles/s, of Redis' | 0.62 | 0.48 | 0.78 | pass |",
        ] {
            assert!(text.contains(row), "{text}");
        }
        let mut few = Series::new(16);
        few.durable.push(figures(1000.0, 200, 12.0, None));
        few.ours.push(figures(790.0, 200, 12.0, None));
        let held = goals::of(&few.summary());
        let row = "| 16 | cycles/s, of the durable ceiling's | 0.79 | 0.80 | 1.00 | FAIL |";
        assert!(held.iter().any(|goal| goal.to_string() == row));
        let alone = Series::new(64).summary();
        assert!(
            goals::of(&alone)
                .iter()
                .all(|goal| !goal.to_string().contains("Redis"))
        );
    }

    #[test]
    fn hand_offs_and_expiries_are_held_against_their_goals() {
        let text = report(500.0);
        for row in [
            "| 64 | 2000 | 400 | 1300 | 3.2 | 7 | 1.050 |",
            "| 64 | hand-off p99, of own p50 | 3.25 | 3.00 | 1.50 | FAIL |",
            "| 64 | disk flushes a hand-off | 1.05 | 1.10 | 1.00 | pass |",
            "at most | 101.00 | 100.00 | 100.00 | FAIL |",
        ] {
            assert!(text.contains(row), "{text}");
        }
    }

    #[test]
    fn a_missed_floor_and_a_reached_goal_are_said() {
        assert!(
            report(410.0)
                .contains("| 64 | cycles/s, of the ceiling's | 0.41 | 0.42 | 0.70 | FAIL |")
        );
        assert!(report(430.0).contains("| 0.43 | 0.42 | 0.70 | pass |"));
        assert!(report(710.0).contains("| 0.71 | 0.42 | 0.70 | pass, goal reached |"));
    }
}
