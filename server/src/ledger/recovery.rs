//! What an earlier process made durable and did not bring into the tables.

use std::path::Path;

use rusqlite::Connection;

use super::window::Window;
use crate::{
    random,
    store::{CommitLog, FILES, StoreError, left},
};

/// What to do about a log that cannot be read to its end.
const KEEP: &str = "Keep a copy of all of the database's files. How to go on without what is in the log alone, the guide to \
                    self-hosting says under \"Put a copy back\"";

/// Brings into the tables what only the log has, and begins a new one, under an id of its own.
///
/// # Errors
/// When the log is missing, another database's, damaged or has a gap, and when a file or the database fails. Nothing is lost
/// then: the files stay as they are.
pub(super) fn recover(
    database: &Path,
    tables: &mut Connection,
    is_durable: bool,
    size: u64,
) -> Result<CommitLog, StoreError> {
    let last = catch_up(database, tables)?;
    let id = random::u64().cast_signed();
    let log = CommitLog::begin(database, id, last + 1, is_durable, size)?;
    // Until here the files are empty, and nobody misses them.
    tables.execute("UPDATE commit_log SET id = ?1, is_open = 1", [id])?;
    Ok(log)
}

/// Brings into the tables what only the log has. It is not needed any more then. Answers with the number of the last commit.
fn catch_up(database: &Path, tables: &mut Connection) -> Result<u64, StoreError> {
    let select = "SELECT id, applied, is_open FROM commit_log";
    let (id, applied, is_open): (i64, i64, bool) = tables.query_row(select, [], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    let applied = applied.cast_unsigned();
    let mut last = applied;
    let left = left(database, id)?;
    if is_open && left.len() < FILES {
        return Err(StoreError::Unrecovered(format!(
            "the server was not stopped, and the files {0}-log1 and {0}-log2 that it left are not there, or not both: they hold \
             what was acknowledged last. Put them back. If they are lost, or if this is a copy of a database, do what the \
             guide to self-hosting says under \"Put a copy back\"",
            database.display()
        )));
    }
    let mut window = Window::default();
    for file in &left {
        for commit in file.commits().skip_while(|commit| commit.number <= applied) {
            if commit.number != last + 1 {
                return Err(StoreError::Unrecovered(format!(
                    "the commits {} to {} are missing before what {} holds. {KEEP}",
                    last + 1,
                    commit.number - 1,
                    file.path.display(),
                )));
            }
            window.add(commit.content)?;
            last = commit.number;
        }
    }
    for file in &left {
        if let Some(newest) = file.newest().filter(|newest| *newest > last) {
            return Err(StoreError::Unrecovered(format!(
                "commit {} is damaged in {}, or the file has been changed: up to {newest} there are whole ones after it, which \
                 were acknowledged. {KEEP}",
                last + 1,
                file.path.display(),
            )));
        }
    }
    let commits = last - applied;
    if commits > 0 {
        window.apply(tables, last)?;
        tracing::info!(
            commits,
            "brought into the tables what was durable in the log only"
        );
    }
    tables.execute("UPDATE commit_log SET is_open = 0", [])?;
    Ok(last)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use tempfile::TempDir;

    use super::*;
    use crate::{
        ledger::{
            row::{Plain, Row},
            test_tables,
        },
        store::Record,
    };

    /// Bytes of a file.
    const SIZE: u64 = 256 * 1024;
    /// Where the second commit of a file begins, if the first is short.
    const SECOND: u64 = 2 * 4096;

    /// A database without a tenant in it, and what its events tell.
    struct Site {
        folder: TempDir,
        database: PathBuf,
    }

    impl Site {
        fn new() -> Self {
            let folder = TempDir::new().expect("a folder");
            let database = folder.path().join("test.db");
            let site = Self { folder, database };
            test_tables::create(&site.tables());
            site
        }

        fn tables(&self) -> Connection {
            Connection::open(&self.database).expect("a database")
        }

        fn recover(&self) -> Result<CommitLog, StoreError> {
            recover(&self.database, &mut self.tables(), true, SIZE)
        }

        /// The numbers of the commits that the tables have, each told by an event of its own.
        fn told(&self) -> Vec<u64> {
            let tables = self.tables();
            let mut select = tables
                .prepare("SELECT revision FROM events ORDER BY revision")
                .expect("a statement");
            let rows = select.query_map([], |row| row.get(0)).expect("rows");
            rows.map(|row: rusqlite::Result<i64>| row.expect("a row").cast_unsigned())
                .collect()
        }

        fn copy(&self) -> Self {
            let folder = TempDir::new().expect("a folder");
            for entry in self.folder.path().read_dir().expect("a folder") {
                let entry = entry.expect("a file");
                fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("copied");
            }
            let database = folder.path().join("test.db");
            Self { folder, database }
        }

        /// One of the log's files.
        fn file(&self, number: usize) -> PathBuf {
            self.folder
                .path()
                .join(["test.db-log1", "test.db-log2"][number])
        }
    }

    fn commit(number: u64, length: usize) -> Record {
        let row = Row::Plain(Plain::Events {
            tenant: 1,
            revision: number,
            at: 0,
            data: &"x".repeat(length),
        });
        let mut record = Record::default();
        postcard::to_io(&row, record.content_mut()).expect("written");
        record
    }

    fn append(log: &mut CommitLog, length: usize) -> u64 {
        let record = commit(log.last() + 1, length);
        assert_eq!(log.waits_for(record.size()), 0);
        log.append(&record).expect("appended")
    }

    #[test]
    fn what_was_committed_is_in_the_tables_once_however_often_it_is_recovered() {
        let site = Site::new();
        let mut log = site.recover().expect("an empty log");
        for number in 1..=3 {
            assert_eq!(append(&mut log, 10), number);
        }
        drop(log);
        assert!(site.told().is_empty());
        // As if the machine had stopped before the files were taken away.
        catch_up(&site.database, &mut site.tables()).expect("caught up");
        assert_eq!(site.told(), [1, 2, 3]);
        let mut log = site.recover().expect("recovered");
        assert_eq!(site.told(), [1, 2, 3]);
        assert_eq!(append(&mut log, 10), 4);
        drop(log);
        assert_eq!(site.recover().expect("recovered").last(), 4);
        assert_eq!(site.told(), [1, 2, 3, 4]);
    }

    #[test]
    fn a_start_that_was_cut_off_anywhere_leaves_what_the_next_one_can_begin_with() {
        let site = Site::new();
        let mut log = site.recover().expect("an empty log");
        append(&mut log, 10);
        drop(log);
        catch_up(&site.database, &mut site.tables()).expect("caught up");
        fs::remove_file(site.file(1)).expect("removed");
        assert_eq!(site.copy().recover().expect("recovered").last(), 1);
        fs::remove_file(site.file(0)).expect("removed");
        assert_eq!(site.copy().recover().expect("recovered").last(), 1);
        CommitLog::begin(&site.database, 77, 2, true, SIZE).expect("begun");
        fs::write(site.file(1), [0; 4096]).expect("written");
        let mut log = site.recover().expect("recovered");
        assert_eq!(append(&mut log, 10), 2);
        drop(log);
        site.recover().expect("recovered");
        assert_eq!(site.told(), [1, 2]);
    }

    #[test]
    fn a_log_that_is_missing_is_said_and_not_taken_for_an_empty_one() {
        let site = Site::new();
        let mut log = site.recover().expect("an empty log");
        append(&mut log, 10);
        drop(log);
        for missing in 0..2 {
            let copy = site.copy();
            fs::remove_file(copy.file(missing)).expect("removed");
            let refused = copy.recover().err().expect("refused").to_string();
            assert!(refused.contains("test.db-log1 and"), "{refused}");
            assert!(copy.told().is_empty());
        }
        // Commits of both files, of which the first is gone.
        let mut log = site.recover().expect("recovered");
        for _ in 0..10 {
            append(&mut log, 30_000);
        }
        drop(log);
        let mut bytes = fs::read(site.file(0)).expect("a file");
        bytes[4096..].fill(0);
        fs::write(site.file(0), &bytes).expect("written");
        let refused = site.recover().err().expect("refused").to_string();
        assert!(
            refused.contains("the commits 2 to 8 are missing"),
            "{refused}"
        );
    }

    #[test]
    fn a_torn_commit_is_as_if_it_had_not_been_made() {
        let site = Site::new();
        let mut log = site.recover().expect("an empty log");
        append(&mut log, 40);
        append(&mut log, 40);
        drop(log);
        // So many bytes stand before what a commit says.
        let end = SECOND + 16 + commit(2, 40).content().len() as u64;
        for cut in SECOND..=end {
            let torn = site.copy();
            let file = fs::File::options().write(true).open(torn.file(0));
            file.expect("a file").set_len(cut).expect("cut");
            let mut log = torn.recover().expect("recovered");
            let kept: &[u64] = if cut == end { &[1, 2] } else { &[1] };
            assert_eq!(torn.told(), kept, "{cut}");
            assert_eq!(append(&mut log, 5), kept.len() as u64 + 1);
        }
    }

    #[test]
    fn a_commit_that_is_damaged_before_whole_ones_is_said_and_nothing_is_taken_away() {
        let site = Site::new();
        let mut log = site.recover().expect("an empty log");
        for _ in 0..3 {
            append(&mut log, 40);
        }
        drop(log);
        let mut bytes = fs::read(site.file(0)).expect("a file");
        bytes[usize::try_from(SECOND).expect("small") + 20] ^= 1;
        fs::write(site.file(0), &bytes).expect("written");
        let refused = site.recover().err().expect("refused").to_string();
        assert!(refused.contains("commit 2 is damaged"), "{refused}");
        assert!(refused.contains("up to 3"), "{refused}");
        assert!(site.told().is_empty());
        assert_eq!(fs::read(site.file(0)).expect("a file"), bytes);
        // A damaged last one cannot be told from one that was being written.
        bytes.truncate(usize::try_from(SECOND).expect("small") + 4096);
        fs::write(site.file(0), &bytes).expect("written");
        site.recover().expect("recovered");
        assert_eq!(site.told(), [1]);
    }

    #[test]
    fn files_take_turns_and_a_crash_at_any_time_loses_nothing() {
        let site = Site::new();
        let mut log = site.recover().expect("an empty log");
        let mut tables = site.tables();
        let mut window = Vec::new();
        for number in 1..=30 {
            let record = commit(number, 30_000);
            let needed = log.waits_for(record.size());
            if needed > 0 {
                let mut due = Window::default();
                let rest =
                    window.split_off(usize::try_from(needed - applied(&tables)).expect("few"));
                for record in &window {
                    due.add(Record::content(record)).expect("whole");
                }
                due.apply(&mut tables, needed).expect("applied");
                drop(due);
                window = rest;
            }
            log.append(&record).expect("appended");
            window.push(record);
            let crashed = site.copy();
            crashed.recover().expect("recovered");
            assert_eq!(crashed.told(), (1..=number).collect::<Vec<_>>());
        }
        assert!(applied(&tables) >= 15, "both files were written again");
    }

    fn applied(tables: &Connection) -> u64 {
        let applied = tables.query_row("SELECT applied FROM commit_log", [], |row| row.get(0));
        let applied: i64 = applied.expect("a row");
        applied.cast_unsigned()
    }

    #[test]
    fn a_commit_that_is_longer_than_a_file_is_whole_after_a_crash() {
        let site = Site::new();
        let mut log = site.recover().expect("an empty log");
        append(&mut log, 300_000);
        append(&mut log, 1);
        assert_eq!(log.waits_for(100), 0);
        drop(log);
        site.recover().expect("recovered");
        assert_eq!(site.told(), [1, 2]);
    }

    #[test]
    fn a_log_that_does_not_fit_the_database_is_refused_and_left_alone() {
        let (site, other) = (Site::new(), Site::new());
        let older = site.copy();
        let mut log = site.recover().expect("an empty log");
        append(&mut log, 1);
        drop(log);
        for stranger in [&other, &older] {
            fs::copy(site.file(0), stranger.file(0)).expect("copied");
            let refused = stranger.recover().err().expect("refused").to_string();
            assert!(refused.contains("another database"), "{refused}");
            assert_eq!(fs::read(stranger.file(0)).ok(), fs::read(site.file(0)).ok());
            assert!(stranger.told().is_empty());
        }
        fs::write(other.file(0), "no log at all, but long enough for a head").expect("written");
        let refused = other.recover().err().expect("refused").to_string();
        assert!(refused.contains("does not begin like a log"), "{refused}");
    }
}
