//! The report, in Markdown.

use std::fmt;

use super::{Pair, page::Place};
use crate::{
    machine::Machine,
    report::{Better, Held},
};

/// All that one run has to say.
pub struct Report {
    machine: Machine,
    reservations: [u32; 2],
    /// By the number of clients.
    pub cycles: Vec<(u32, Pair)>,
    pub pages: Vec<(Place, Pair)>,
    pub start: Pair,
    pub first: Pair,
    /// For one reservation, after it was made.
    pub bytes_in_memory_filled: f64,
    /// For one reservation, after it was loaded.
    pub bytes_in_memory_loaded: f64,
    /// For one reservation and its event.
    pub bytes_on_disk: f64,
}

impl Report {
    pub fn new(machine: Machine, reservations: [u32; 2]) -> Self {
        let nothing = || Pair::of(&[], &[]);
        Self {
            machine,
            reservations,
            cycles: Vec::new(),
            pages: Vec::new(),
            start: nothing(),
            first: nothing(),
            bytes_in_memory_filled: f64::NAN,
            bytes_in_memory_loaded: f64::NAN,
            bytes_on_disk: f64::NAN,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.machine)?;
        let [few, many] = self.reservations;
        writeln!(f, "\n| what | with {few} | with {many} | ratio |")?;
        writeln!(f, "|---|--:|--:|--:|")?;
        let mut row = |what: &str, pair: &Pair| {
            let Pair { few, many, ratio } = pair;
            writeln!(f, "| {what} | {few:.0} | {many:.0} | {ratio:.2} |")
        };
        for (clients, pair) in &self.cycles {
            row(&format!("a cycle, median of {clients} clients, µs"), pair)?;
        }
        for (place, pair) in &self.pages {
            row(&format!("the {place} page of 100, µs"), pair)?;
        }
        row("start until ready, ms", &self.start)?;
        row(
            "first cycle after it, the book being loaded, ms",
            &self.first,
        )?;
        writeln!(f, "\n| bytes for one reservation | |\n|---|--:|")?;
        writeln!(
            f,
            "| in memory, after it was made | {:.0} |",
            self.bytes_in_memory_filled
        )?;
        writeln!(
            f,
            "| in memory, after it was loaded | {:.0} |",
            self.bytes_in_memory_loaded
        )?;
        writeln!(
            f,
            "| on disk, its event included | {:.0} |",
            self.bytes_on_disk
        )?;

        writeln!(f, "\n{}", Held::HEADINGS)?;
        let held = |clients, measure: String, value, mark| {
            Held::new(clients, measure, value, (mark, mark), Better::Lower)
        };
        for (clients, pair) in &self.cycles {
            let measure = format!("a cycle beside {many}, of the one beside {few}");
            writeln!(f, "{}", held(*clients, measure, pair.ratio, 1.2))?;
        }
        for (place, pair) in &self.pages {
            let measure = format!("the {place} page of {many}, of the one of {few}");
            writeln!(f, "{}", held(1, measure, pair.ratio, 1.2))?;
        }
        let measure = format!("ms until ready with {many} on disk");
        writeln!(f, "{}", held(1, measure, self.start.many, 200.0))
    }
}
