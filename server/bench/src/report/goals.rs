//! What the figures are held against. The floor is what a 300-line prototype reached, less a fifth; below it the design
//! is not used as it should be. All are ratios within one run.
//!
//! With few clients a ratio to the HTTP ceiling says more about the machine's disk than about the server: a fast processor
//! raises the ceiling and nothing durable with it. So there the same is asked of the durable ceiling, which does less than
//! any prototype: four fifths of it.

use std::fmt;

use super::{Expiry, HandingOn, Summary};
use crate::hand_off::WAITERS;

/// One figure with its two marks.
pub struct Held {
    clients: u32,
    measure: String,
    value: f64,
    floor: f64,
    goal: f64,
    better: Better,
}

/// Which way is up.
#[derive(Clone, Copy)]
pub enum Better {
    Higher,
    Lower,
}

/// The goals that are set for this number of clients; other numbers have none.
pub fn of(summary: &Summary) -> Vec<Held> {
    let clients = summary.clients;
    let goal = |measure: &str, value, marks, better| {
        Held::new(clients, measure.to_owned(), value, marks, better)
    };
    let mut goals = Vec::new();
    let rate = match clients {
        1 => Some((0.25, 0.42)),
        16 => Some((0.35, 0.55)),
        64 | 256 => Some((0.42, 0.70)),
        _ => None,
    };
    if let Some(marks) = rate {
        goals.push(goal(
            "cycles/s, of the ceiling's",
            summary.ratio,
            marks,
            Better::Higher,
        ));
    }
    let durable = summary.durable.as_ref();
    if let (1 | 16, Some(durable)) = (clients, durable) {
        goals.push(goal(
            "cycles/s, of the durable ceiling's",
            durable.ratio,
            (0.80, 1.0),
            Better::Higher,
        ));
    }
    let redis = match clients {
        1 => Some((0.55, 0.95)),
        16 => Some((0.72, 1.1)),
        64 => Some((0.48, 0.78)),
        256 => Some((0.30, 0.46)),
        _ => None,
    };
    if let (Some(marks), Some(redis)) = (redis, &summary.redis) {
        goals.push(goal(
            "cycles/s, of Redis'",
            redis.ratio,
            marks,
            Better::Higher,
        ));
    }
    if clients == 64 {
        goals.push(goal(
            "server CPU a cycle, of the ceiling's",
            summary.cpu_ratio,
            (2.5, 1.5),
            Better::Lower,
        ));
        goals.push(goal(
            "p99, of own p50",
            summary.spread,
            (3.0, 2.0),
            Better::Lower,
        ));
    }
    let flushes = match clients {
        16 => Some((0.5, 0.3)),
        64 => Some((0.2, 0.10)),
        256 => Some((0.15, 0.05)),
        _ => None,
    };
    if let Some(marks) = flushes {
        goals.push(goal(
            "disk flushes a cycle",
            summary.flushes,
            marks,
            Better::Lower,
        ));
    }
    goals
}

/// The goals of hand-offs.
pub fn of_hand_offs(handing_on: &HandingOn) -> [Held; 2] {
    let goal = |measure: &str, value, marks| {
        Held::new(WAITERS, measure.to_owned(), value, marks, Better::Lower)
    };
    [
        goal("hand-off p99, of own p50", handing_on.spread, (3.0, 1.5)),
        goal("disk flushes a hand-off", handing_on.flushes, (1.1, 1.0)),
    ]
}

/// The goal of expiries.
pub fn of_expiry(expiry: &Expiry) -> Held {
    let measure = "ms from a deadline until somebody who waits has it, at most".to_owned();
    let most = expiry.most.as_secs_f64() * 1e3;
    Held::new(expiry.count, measure, most, (100.0, 100.0), Better::Lower)
}

impl Held {
    /// The beginning of a table of these.
    pub const HEADINGS: &str =
        "| clients | measure | value | floor | goal | |\n|--:|---|--:|--:|--:|---|";

    /// A figure with its floor and its goal.
    pub const fn new(
        clients: u32,
        measure: String,
        value: f64,
        (floor, goal): (f64, f64),
        better: Better,
    ) -> Self {
        Self {
            clients,
            measure,
            value,
            floor,
            goal,
            better,
        }
    }

    fn reaches(&self, mark: f64) -> bool {
        match self.better {
            Better::Higher => self.value >= mark,
            Better::Lower => self.value <= mark,
        }
    }

    fn verdict(&self) -> &'static str {
        if self.reaches(self.goal) {
            "pass, goal reached"
        } else if self.reaches(self.floor) {
            "pass"
        } else {
            "FAIL"
        }
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "| {} | {} | {:.2} | {:.2} | {:.2} | {} |",
            self.clients,
            self.measure,
            self.value,
            self.floor,
            self.goal,
            self.verdict()
        )
    }
}
