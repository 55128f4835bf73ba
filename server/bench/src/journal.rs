//! What it costs to have something on the disk before it is answered, and nothing else: one thread writes and flushes, and takes
//! everybody who came meanwhile along.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
    sync::mpsc,
    thread,
};

use anyhow::{Context, Result};
use tokio::sync::oneshot;

const BLOCK: usize = 4096;
/// Blocks of the file. It is filled beforehand and written over again and again, so that a write needs one flush.
const BLOCKS: u64 = 2048;
/// About as many bytes as coop-locker keeps of a decision.
const ENTRY: usize = 256;
/// Most entries of one write.
const MOST: usize = 512;

/// The way to the thread.
#[derive(Clone)]
pub struct Journal(mpsc::Sender<oneshot::Sender<()>>);

impl Journal {
    /// Begins one. The thread ends with the last clone.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn begin(path: &Path) -> Result<Self> {
        let file = make(path).with_context(|| format!("cannot write {}", path.display()))?;
        let (sender, entries) = mpsc::channel();
        thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || write_all(&file, &entries))?;
        Ok(Self(sender))
    }

    /// Returns when an entry that was made after this was called is on the disk; false when it cannot be.
    pub async fn entry(&self) -> bool {
        let (reply, written) = oneshot::channel();
        self.0.send(reply).is_ok() && written.await.is_ok()
    }
}

/// A file of its full size. Past the kernel's cache where the file system can.
fn make(path: &Path) -> io::Result<File> {
    let open = |flags| {
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .custom_flags(flags)
            .open(path)
    };
    let file = open(0)?;
    for block in 0..BLOCKS {
        file.write_all_at(&[0; BLOCK], block * BLOCK as u64)?;
    }
    file.sync_all()?;
    open(libc::O_DSYNC | libc::O_DIRECT).or_else(|_| open(libc::O_DSYNC))
}

fn write_all(file: &File, entries: &mpsc::Receiver<oneshot::Sender<()>>) {
    let memory = vec![0x5a; ENTRY * MOST + BLOCK];
    let start = memory.as_ptr().align_offset(BLOCK);
    let mut at = 0;
    while let Ok(first) = entries.recv() {
        let mut batch = vec![first];
        batch.extend(entries.try_iter().take(MOST - 1));
        let length = (batch.len() * ENTRY).next_multiple_of(BLOCK);
        if at + length as u64 > BLOCKS * BLOCK as u64 {
            at = 0;
        }
        if let Err(error) = file.write_all_at(&memory[start..start + length], at) {
            eprintln!("bench: the journal: {error}");
            return;
        }
        at += length as u64;
        for reply in batch {
            // Nobody reads the answer of a client that has gone.
            let _ = reply.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinSet;

    use super::*;

    #[tokio::test]
    async fn everybody_is_answered_and_the_file_is_used_again_from_its_beginning() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal");
        let journal = Journal::begin(&path).expect("a file");
        for _ in 0..BLOCKS + 2 {
            assert!(journal.entry().await);
        }
        let mut clients = JoinSet::new();
        for _ in 0..2 * MOST {
            let journal = journal.clone();
            clients.spawn(async move { journal.entry().await });
        }
        assert!(clients.join_all().await.into_iter().all(|written| written));
        let written = std::fs::read(&path).expect("the file");
        assert_eq!(written.len() as u64, BLOCKS * BLOCK as u64);
        assert!(written.iter().any(|byte| *byte != 0));
    }

    #[test]
    fn a_journal_that_cannot_be_made_is_said() {
        let error = Journal::begin(Path::new("/no/such/folder/journal")).err();
        let said = format!("{:#}", error.expect("an error"));
        assert!(said.contains("/no/such/folder/journal"), "{said}");
    }
}
