//! Where a commit of the ledger becomes durable: one write and one flush, beside the database.
//!
//! A commit of the database itself writes every page that it touches: twice the time of a flush, and most of the processor's
//! work for a decision. So what was decided is written here first and answered; it is brought into the tables a moment later,
//! many commits in one transaction. After a crash the next process does that first. The number of the last commit that the
//! tables have is in the tables themselves (`commit_log.applied`), changed in the transaction that brings the commit, so each
//! is brought once.
//!
//! Two files take turns. They are filled with zeros beforehand: writing over what is there already needs one flush of the
//! disk, growing a file needs two. A file is written from its beginning again once the tables have all that it holds.
//!
mod file;
mod frame;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::StoreError;
use file::LogFile;
pub use frame::Record;

/// The log, for one writer.
pub struct CommitLog {
    id: i64,
    files: [LogFile; FILES],
    /// Which of them is written.
    current: usize,
    /// The number of the next commit.
    next: u64,
    /// Bytes of a file. A commit that is longer makes its file grow.
    size: u64,
}

/// A commit was not added.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// It is not in the log, and the next one takes its place.
    #[error("not written: {0}")]
    Unwritten(StoreError),
    /// Nobody knows whether it is in the log.
    #[error(transparent)]
    FateUnknown(StoreError),
}

impl CommitLog {
    /// Begins a log whose next commit has the number `next`, and whose files have `size` bytes each. What is [left] of a former
    /// one is taken away: the tables have to have it.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn begin(
        database: &Path,
        id: i64,
        next: u64,
        is_durable: bool,
        size: u64,
    ) -> Result<Self, StoreError> {
        let paths = paths(database);
        for path in &paths {
            remove(path)?;
        }
        // Whoever may not read the database may not read its log.
        let permissions = fs::metadata(database)
            .map_err(|e| StoreError::Io(database.into(), e))?
            .permissions();
        let make = |path| LogFile::make(path, id, is_durable, size, &permissions);
        let [one, other] = paths;
        Ok(Self {
            id,
            files: [make(one)?, make(other)?],
            current: 0,
            next,
            size,
        })
    }

    /// The number of the last commit; the tables have it when the log is begun.
    #[must_use]
    pub const fn last(&self) -> u64 {
        self.next - 1
    }

    /// Up to which commit the tables have to be brought before one of so many bytes can be added; 0 when there is room.
    #[must_use]
    pub const fn waits_for(&self, size: u64) -> u64 {
        if self.files[self.current].has_room(size, self.size) {
            0
        } else {
            self.files[1 - self.current].last
        }
    }

    /// The same for any commit that is not longer than a quarter of a file.
    #[must_use]
    pub const fn may_wait_for(&self) -> u64 {
        self.waits_for(self.size / 4)
    }

    /// Adds a commit and makes it durable. Answers its number. What it [waits for](Self::waits_for) has to be in the tables.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn append(&mut self, record: &Record) -> Result<u64, AppendError> {
        let number = self.next;
        if !self.files[self.current].has_room(record.size(), self.size) {
            self.current = 1 - self.current;
            self.files[self.current].rewind();
        }
        let file = &mut self.files[self.current];
        let written = match record.seal(self.id, number) {
            Some(frame) => file.write(frame.bytes(), number),
            None => Err(io::ErrorKind::FileTooLarge.into()),
        };
        written.map_err(|e| {
            // Without room it may be there nevertheless, if it went through the kernel's cache.
            let is_refused = is_refusal(&e) && file.erase().is_ok();
            let error = StoreError::Io(file.path.clone(), e);
            if is_refused {
                AppendError::Unwritten(error)
            } else {
                AppendError::FateUnknown(error)
            }
        })?;
        self.next += 1;
        Ok(number)
    }

    /// Takes its files away. The tables have to have everything.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn remove(self) -> Result<(), StoreError> {
        for file in self.files {
            remove(&file.path)?;
        }
        Ok(())
    }
}

/// Whether the file system has no room for it.
fn is_refusal(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), FileTooLarge | QuotaExceeded | StorageFull)
}

fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(StoreError::Io(path.to_owned(), e)),
        _ => Ok(()),
    }
}

/// What a former process left.
pub struct Left {
    /// The file.
    pub path: PathBuf,
    bytes: Vec<u8>,
    log: i64,
}

/// A commit as it is in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftCommit<'a> {
    /// Its number.
    pub number: u64,
    /// What it says.
    pub content: &'a [u8],
}

impl Left {
    /// Its commits, in order, up to the first that is not whole.
    pub fn commits(&self) -> impl Iterator<Item = LeftCommit<'_>> {
        frame::frames(self.log, &self.bytes)
    }

    /// The number of its newest commit, also if one before it is not whole. A commit is whole on the disk before the next one
    /// is begun.
    #[must_use]
    pub fn newest(&self) -> Option<u64> {
        frame::newest(self.log, &self.bytes)
    }
}

/// The files that a former process left beside a database, the older commits first.
///
/// # Errors
/// When a file cannot be read, is not the log `id`, or is no log.
pub fn left(database: &Path, id: i64) -> Result<Vec<Left>, StoreError> {
    let mut left = Vec::new();
    for path in paths(database) {
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
            Err(e) => return Err(StoreError::Io(path, e)),
        };
        let head = bytes.get(..frame::HEAD).unwrap_or(&bytes);
        let problem = match frame::read_head(head) {
            Some(log) if log == id => {
                left.push(Left { path, bytes, log });
                continue;
            }
            // A crash while the files were made: nothing was in them yet.
            None if head.iter().all(|byte| *byte == 0) => continue,
            Some(log) if frame::newest(log, &bytes).is_none() => continue,
            Some(_) => "is the log of another database, or of another copy of this one",
            None => "does not begin like a log",
        };
        let problem = format!("{} {problem}", path.display());
        return Err(StoreError::Unrecovered(problem));
    }
    left.sort_by_key(|file| file.commits().next().map(|first| first.number));
    Ok(left)
}

/// How many files there are.
pub const FILES: usize = 2;

/// Its files beside a database.
fn paths(database: &Path) -> [PathBuf; FILES] {
    ["-log1", "-log2"].map(|suffix| {
        let mut path = database.to_owned().into_os_string();
        path.push(suffix);
        PathBuf::from(path)
    })
}
