//! The fsync probe: what one flush of this disk costs, and what it costs a disk that has rested.

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::FileExt,
    path::Path,
    time::Duration,
};

use anyhow::{Context, Result};

use crate::{clock, stats::percentile};

const PAGE: [u8; 4096] = [0x5a; 4096];
/// Preallocated pages: enough for the probe never to grow the file, which would cost a flush of the metadata too.
const PAGES: u64 = 4096;
const LENGTH: Duration = Duration::from_millis(500);
/// About as long as a lone client's next request takes to come.
const REST: Duration = Duration::from_micros(100);

/// The median time of writing 4 KiB and flushing them with `fdatasync`.
#[derive(Clone, Copy)]
pub struct Flush {
    /// One right after another.
    pub busy: Duration,
    /// Each after the disk had a rest of 100 µs.
    pub rested: Duration,
}

/// Measures it.
///
/// # Errors
/// When the file cannot be written.
pub fn probe(folder: &Path) -> Result<Flush> {
    let path = folder.join("probe");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    if file.metadata()?.len() < PAGES * 4096 {
        for page in 0..PAGES {
            file.write_all_at(&PAGE, page * 4096)?;
        }
        file.sync_all()?;
    }

    Ok(Flush {
        busy: median(&file, Duration::ZERO)?,
        rested: median(&file, REST)?,
    })
}

fn median(file: &File, rest: Duration) -> Result<Duration> {
    let mut times = Vec::new();
    let begin = clock::now();
    for page in 0..PAGES {
        let start = clock::now();
        file.write_all_at(&PAGE, page * 4096)?;
        file.sync_data()?;
        times.push(start.elapsed());
        std::thread::sleep(rest);
        if begin.elapsed() > LENGTH {
            break;
        }
    }
    times.sort_unstable();
    Ok(percentile(&times, 500))
}
