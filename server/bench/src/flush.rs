//! The fsync probe: what one flush of this disk costs.

use std::{fs::OpenOptions, os::unix::fs::FileExt, path::Path, time::Duration};

use anyhow::{Context, Result};

use crate::{clock, stats::percentile};

const PAGE: [u8; 4096] = [0x5a; 4096];
/// Preallocated pages: enough for the probe never to grow the file, which would cost a flush of the metadata too.
const PAGES: u64 = 4096;
const LENGTH: Duration = Duration::from_millis(500);

/// The median time of writing 4 KiB and flushing them with `fdatasync`.
///
/// # Errors
/// When the file cannot be written.
pub fn probe(folder: &Path) -> Result<Duration> {
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

    let mut times = Vec::new();
    let begin = clock::now();
    for page in 0..PAGES {
        let start = clock::now();
        file.write_all_at(&PAGE, page * 4096)?;
        file.sync_data()?;
        times.push(start.elapsed());
        if begin.elapsed() > LENGTH {
            break;
        }
    }
    times.sort_unstable();
    Ok(percentile(&times, 500))
}
