//! A file of the log.

use std::{
    fs::{File, OpenOptions, Permissions},
    io,
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use super::{
    StoreError,
    frame::{BLOCK, Blocks, head},
};

pub(super) struct LogFile {
    pub(super) path: PathBuf,
    /// What is written with it is on the disk when the write is done, if anything has to be.
    file: File,
    /// Where the next frame goes.
    end: u64,
    /// The last commit in it; 0 when there is none.
    pub(super) last: u64,
}

impl LogFile {
    /// Makes a file without a commit in it. It is all on the disk before the first one is.
    pub(super) fn make(
        path: PathBuf,
        log: i64,
        is_durable: bool,
        size: u64,
        permissions: &Permissions,
    ) -> Result<Self, StoreError> {
        let made = if is_durable {
            make_durable(&path, log, size, permissions)
        } else {
            make(&path, log, 0, permissions)
        };
        match made {
            Ok(file) => Ok(Self {
                path,
                file,
                end: BLOCK as u64,
                last: 0,
            }),
            Err(e) => Err(StoreError::Io(path, e)),
        }
    }

    /// Begins at its beginning again.
    pub(super) const fn rewind(&mut self) {
        (self.end, self.last) = (BLOCK as u64, 0);
    }

    /// The first commit finds room however long it is.
    pub(super) const fn has_room(&self, length: u64, size: u64) -> bool {
        self.last == 0 || self.end + length <= size
    }

    /// Adds a commit.
    pub(super) fn write(&mut self, frame: &[u8], number: u64) -> io::Result<()> {
        self.file.write_all_at(frame, self.end)?;
        self.end += frame.len() as u64;
        self.last = number;
        Ok(())
    }

    /// Takes care that no commit begins where the next one goes.
    pub(super) fn erase(&mut self) -> io::Result<()> {
        self.file
            .write_all_at(Blocks::holding(&[&[0]]).bytes(), self.end)
    }
}

fn make(path: &Path, log: i64, filled: u64, permissions: &Permissions) -> io::Result<File> {
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .open(path)?;
    file.set_permissions(permissions.clone())?;
    io::copy(&mut io::Read::take(io::repeat(0), filled), &mut file)?;
    file.write_all_at(Blocks::holding(&[&head(log)]).bytes(), 0)?;
    Ok(file)
}

fn make_durable(path: &Path, log: i64, size: u64, permissions: &Permissions) -> io::Result<File> {
    make(path, log, size, permissions)?.sync_all()?;
    // A file is found again only if its name is on the disk too.
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    let open = |flags| {
        OpenOptions::new()
            .write(true)
            .custom_flags(flags)
            .open(path)
    };
    // Past the kernel's cache, which takes a sixth of the time and brings a log nothing. Not every file system can; writing
    // the head once more tells.
    let direct = open(libc::O_DSYNC | libc::O_DIRECT).and_then(|file| {
        file.write_all_at(Blocks::holding(&[&head(log)]).bytes(), 0)?;
        Ok(file)
    });
    direct.or_else(|_| open(libc::O_DSYNC))
}
