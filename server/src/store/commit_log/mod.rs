//! Where a commit of the ledger becomes durable: one write and one flush, beside the database.
//!
//! A commit of the database itself writes every page that it touches: twice the time of a flush, and most of the processor's
//! work for a decision. So what was decided is written here first and answered; it is brought into the tables a moment later,
//! many commits in one transaction. After a crash the next process does that first. The number of the last commit that the tables have is in the tables themselves
//! (`commit_log.applied`), changed in the transaction that brings the commit, so each is brought once.
//!
//! Two files take turns. A server fills them with zeros beforehand: writing over what is there already needs one flush of the
//! disk, growing a file needs two. A file is written from its beginning again once the tables have all that it holds.

mod frame;

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use super::StoreError;
pub use frame::Record;

/// Bytes of a file. Both together are what the tables may lag behind: a second under full load. A commit that is longer makes
/// its file grow.
const SIZE: u64 = 8 * 1024 * 1024;

/// The log, for one writer.
pub struct CommitLog {
    of: Database,
    files: [LogFile; 2],
    /// Which of them is written.
    current: usize,
    /// The number of the next commit.
    next: u64,
}

/// Whose log it is.
struct Database {
    /// Its number for the log.
    id: i64,
    /// Whether anything has to reach a disk.
    is_durable: bool,
    /// Whoever may not read it may not read its log.
    permissions: fs::Permissions,
}

struct LogFile {
    path: PathBuf,
    /// Made when it is needed.
    file: Option<File>,
    /// Where the next frame goes.
    end: u64,
    /// The last commit in it; 0 when there is none.
    last: u64,
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
    /// Begins a log whose next commit has the number `next`. What is [left] of a former one is taken away: the tables have to
    /// have it.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn begin(
        database: &Path,
        id: i64,
        next: u64,
        is_durable: bool,
    ) -> Result<Self, StoreError> {
        for path in paths(database) {
            remove(&path)?;
        }
        let metadata = fs::metadata(database).map_err(|e| StoreError::Io(database.into(), e))?;
        let files = paths(database).map(|path| LogFile {
            path,
            file: None,
            end: frame::HEAD as u64,
            last: 0,
        });
        Ok(Self {
            of: Database {
                id,
                is_durable,
                permissions: metadata.permissions(),
            },
            files,
            current: 0,
            next,
        })
    }

    /// Makes its files and gives them their size, for many commits.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn make_files(&mut self) -> Result<(), StoreError> {
        let size = if self.of.is_durable { SIZE } else { 0 };
        for file in &mut self.files {
            file.open(&self.of, size)?;
        }
        Ok(())
    }

    /// The number of the last commit; the tables have it when the log is begun.
    #[must_use]
    pub const fn last(&self) -> u64 {
        self.next - 1
    }

    /// Up to which commit the tables have to be brought before one of so many bytes can be added; 0 when there is room.
    #[must_use]
    pub const fn waits_for(&self, size: u64) -> u64 {
        if self.files[self.current].has_room(size) {
            0
        } else {
            self.files[1 - self.current].last
        }
    }

    /// Adds a commit and makes it durable. Answers its number. What it [waits for](Self::waits_for) has to be in the tables.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn append(&mut self, record: &mut Record) -> Result<u64, AppendError> {
        let number = self.next;
        if !self.files[self.current].has_room(record.size()) {
            self.current = 1 - self.current;
            let file = &mut self.files[self.current];
            (file.end, file.last) = (frame::HEAD as u64, 0);
        }
        let file = &mut self.files[self.current];
        file.write(&self.of, record, number)
            .map_err(AppendError::Unwritten)?;
        if self.of.is_durable {
            file.flush().map_err(AppendError::FateUnknown)?;
        }
        file.end += record.size();
        file.last = number;
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

impl LogFile {
    const fn has_room(&self, size: u64) -> bool {
        self.last == 0 || self.end + size <= SIZE
    }

    /// When it fails, some byte of the frame is missing, and so it is none.
    fn write(&mut self, of: &Database, record: &mut Record, number: u64) -> Result<(), StoreError> {
        let end = self.end;
        let file = self.open(of, 0)?;
        let written = match record.seal(of.id, number) {
            Some(frame) => file.write_all_at(frame, end),
            None => Err(io::ErrorKind::FileTooLarge.into()),
        };
        written.map_err(|e| StoreError::Io(self.path.clone(), e))
    }

    fn flush(&self) -> Result<(), StoreError> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        file.sync_data()
            .map_err(|e| StoreError::Io(self.path.clone(), e))
    }

    fn open(&mut self, of: &Database, size: u64) -> Result<&File, StoreError> {
        let file = match self.file.take() {
            Some(file) => file,
            None => make(&self.path, of, size).map_err(|e| StoreError::Io(self.path.clone(), e))?,
        };
        Ok(self.file.insert(file))
    }
}

/// Makes a file without a commit in it. It is all on the disk before the first one is.
fn make(path: &Path, of: &Database, size: u64) -> io::Result<File> {
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .open(path)?;
    file.set_permissions(of.permissions.clone())?;
    io::copy(&mut io::Read::take(io::repeat(0), size), &mut file)?;
    file.write_all_at(&frame::head(of.id), 0)?;
    if of.is_durable {
        file.sync_all()?;
        // A file is found again only if its name is on the disk too.
        if let Some(folder) = path.parent() {
            File::open(folder)?.sync_all()?;
        }
    }
    Ok(file)
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
            // A crash while the file was made: nothing was in it yet.
            None if head.iter().all(|byte| *byte == 0) => continue,
            Some(_) => "is the log of another database",
            None => "does not begin like a log",
        };
        return Err(StoreError::Corrupt(format!("{} {problem}", path.display())));
    }
    left.sort_by_key(|file| file.commits().next().map(|first| first.number));
    Ok(left)
}

/// Its files beside a database.
fn paths(database: &Path) -> [PathBuf; 2] {
    ["-log1", "-log2"].map(|suffix| {
        let mut path = database.to_owned().into_os_string();
        path.push(suffix);
        PathBuf::from(path)
    })
}
