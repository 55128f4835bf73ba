//! Commits that are brought into the tables together.

use std::collections::HashMap;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{
    row::{Begin, Book, Plain, Row},
    stored::corrupt,
    tables,
};
use crate::store::StoreError;

/// What some commits come to. A reservation that begins and ends within them leaves its events and no row.
#[derive(Default)]
pub(super) struct Window<'a> {
    begun: HashMap<(i64, u64), Begin<'a>>,
    ended: Vec<(i64, &'a str, u64)>,
    renewed: HashMap<(i64, u64), Renewal<'a>>,
    plain: Vec<Plain<'a>>,
    books: HashMap<i64, Book>,
}

struct Renewal<'a> {
    resource: &'a str,
    expires_at: Option<i64>,
    ttl_seconds: Option<u32>,
}

impl<'a> Window<'a> {
    /// Adds the next commit's content.
    ///
    /// # Errors
    /// When it is not what this version writes.
    pub(super) fn add(&mut self, content: &'a [u8]) -> Result<(), StoreError> {
        let mut rest = content;
        while !rest.is_empty() {
            let (row, after) =
                postcard::take_from_bytes(rest).map_err(|_| corrupt("a commit in the log"))?;
            self.add_row(row);
            rest = after;
        }
        Ok(())
    }

    fn add_row(&mut self, row: Row<'a>) {
        match row {
            Row::Begin(begin) => {
                self.begun
                    .insert((begin.tenant, begin.fencing_token), begin);
            }
            Row::End {
                tenant,
                resource,
                fencing_token,
            } => {
                let key = (tenant, fencing_token);
                if self.begun.remove(&key).is_none() {
                    self.renewed.remove(&key);
                    self.ended.push((tenant, resource, fencing_token));
                }
            }
            Row::Renew {
                tenant,
                resource,
                fencing_token,
                expires_at,
                ttl_seconds,
            } => {
                let key = (tenant, fencing_token);
                if let Some(begun) = self.begun.get_mut(&key) {
                    (begun.expires_at, begun.ttl_seconds) = (expires_at, ttl_seconds);
                } else {
                    let renewal = Renewal {
                        resource,
                        expires_at,
                        ttl_seconds,
                    };
                    self.renewed.insert(key, renewal);
                }
            }
            Row::Plain(row) => self.plain.push(row),
            Row::Book(book) => drop(self.books.insert(book.tenant, book)),
        }
    }

    /// Brings all of it into the tables, which have every commit up to `last` then. All or nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) fn apply(&self, database: &mut Connection, last: u64) -> Result<(), StoreError> {
        let database = Transaction::new(database, TransactionBehavior::Immediate)?;
        for (tenant, resource, fencing_token) in &self.ended {
            tables::end(&database, *tenant, resource, *fencing_token)?;
        }
        for row in self.begun.values() {
            tables::begin(&database, row)?;
        }
        for ((tenant, fencing_token), renewal) in &self.renewed {
            let which = (*tenant, renewal.resource, *fencing_token);
            tables::renew(&database, which, renewal.expires_at, renewal.ttl_seconds)?;
        }
        for row in &self.plain {
            tables::plain(&database, row)?;
        }
        for row in self.books.values() {
            tables::book(&database, row)?;
        }
        tables::applied(&database, last)?;
        Ok(database.commit()?)
    }
}

#[cfg(test)]
mod tests {
    use coop_engine::Time;
    use proptest::prelude::*;

    use super::*;
    use crate::{ledger::test_tables, model::StoredAudit};

    /// What happens to a reservation in a commit.
    #[derive(Clone, Copy, Debug)]
    enum Step {
        Begin(u64),
        Renew(u64, i64),
        End(u64),
    }

    fn content(step: Step) -> Vec<u8> {
        let row = match step {
            Step::Begin(fencing_token) => Row::Begin(Begin {
                tenant: 1,
                resource: "r",
                fencing_token,
                requester: "w",
                release_token: [7; 16],
                reserved_at: 1,
                expires_at: None,
                ttl_seconds: None,
                api_key_label: "",
                resource_type: "",
                metadata: Some("{}"),
                issuer_id: Some(-1),
                mode: 1,
                holds: None,
            }),
            Step::Renew(fencing_token, until) => Row::Renew {
                tenant: 1,
                resource: "r",
                fencing_token,
                expires_at: Some(until),
                ttl_seconds: Some(5),
            },
            Step::End(fencing_token) => Row::End {
                tenant: 1,
                resource: "r",
                fencing_token,
            },
        };
        postcard::to_stdvec(&row).expect("written")
    }

    /// The steps that the engine could have made: a reservation begins once, and ends once if at all.
    fn possible(wanted: &[(u8, u64, i64)]) -> Vec<Step> {
        let (mut live, mut next) = (Vec::new(), 1);
        let mut steps = Vec::new();
        for (kind, which, until) in wanted {
            let chosen = live.get(usize::try_from(*which).expect("small") % live.len().max(1));
            match (kind, chosen.copied()) {
                (0, _) | (_, None) => {
                    live.push(next);
                    steps.push(Step::Begin(next));
                    next += 1;
                }
                (1, Some(token)) => steps.push(Step::Renew(token, *until)),
                (_, Some(token)) => {
                    live.retain(|live| *live != token);
                    steps.push(Step::End(token));
                }
            }
        }
        steps
    }

    /// What the tables are after the commits were brought into them, so many at a time.
    fn tables_after(commits: &[Vec<u8>], at_a_time: usize) -> Vec<(i64, Option<i64>, Option<u32>)> {
        let mut tables = Connection::open_in_memory().expect("a database");
        test_tables::create(&tables);
        let mut last = 0;
        for some in commits.chunks(at_a_time) {
            let mut window = Window::default();
            for commit in some {
                window.add(commit).expect("whole");
            }
            last += some.len() as u64;
            window.apply(&mut tables, last).expect("applied");
        }
        let mut select = tables
            .prepare("SELECT fencing_token, expires_at, ttl_seconds FROM reservations ORDER BY 1")
            .expect("a statement");
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let rows = select.query_map([], row).expect("rows");
        rows.map(|row| row.expect("a row")).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_tables_do_not_depend_on_which_commits_came_together(
            wanted in prop::collection::vec((0..3_u8, 0..8_u64, 1..1_000_i64), 1..40),
            at_a_time in 2..12_usize,
        ) {
            let commits: Vec<_> = possible(&wanted).into_iter().map(content).collect();
            let one_by_one = tables_after(&commits, 1);
            prop_assert_eq!(&one_by_one, &tables_after(&commits, at_a_time));
            prop_assert_eq!(one_by_one, tables_after(&commits, commits.len()));
        }
    }

    #[test]
    fn audit_entries_of_one_window_are_chained_and_resources_are_written_in_order() {
        let mut tables = Connection::open_in_memory().expect("a database");
        test_tables::create(&tables);
        tables
            .execute_batch(
                "INSERT INTO tenants (id, name, tier, created_at) VALUES (1, 't', 'free', 0)",
            )
            .expect("a tenant");
        let define = |capacity| Plain::Define {
            tenant: 1,
            name: "Printer",
            capacity,
            most: capacity,
            blocks: "[]",
            tree_path: "[]",
            lock_delay_seconds: None,
        };
        let undefine = || Plain::Undefine {
            tenant: 1,
            name: "Printer",
        };
        let audit = |entry| Plain::Audit {
            tenant: 1,
            at: 5,
            entry,
        };
        let rows = [
            define(1),
            audit("one"),
            undefine(),
            define(2),
            audit("two"),
            undefine(),
            define(3),
        ];
        let mut content = Vec::new();
        for row in rows {
            postcard::to_io(&Row::Plain(row), &mut content).expect("written");
        }
        let mut window = Window::default();
        window.add(&content).expect("whole");
        window.apply(&mut tables, 1).expect("applied");
        let capacity = tables.query_row("SELECT capacity FROM definitions", [], |row| row.get(0));
        assert_eq!(capacity, Ok(3));
        let last = tables::last_audit(&tables, 1).expect("read");
        let first = StoredAudit::after(None, Time::from_micros(5), "one".to_owned());
        let second = StoredAudit::after(Some(&first), Time::from_micros(5), "two".to_owned());
        assert_eq!(last, Some(second));
    }

    #[test]
    fn what_is_no_commit_is_not_taken_for_one() {
        let mut content = content(Step::Begin(1));
        content.pop();
        assert!(Window::default().add(&content).is_err());
        assert!(Window::default().add(&[200]).is_err());
    }
}
