//! Copies the write-ahead log into the database file, off the commit path.
//!
//! The log file is reused from its beginning once all of it is copied, and never shortened: writing over what is
//! already there needs one disk flush, growing a file needs two.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use sqlx::Row as _;
use tokio::sync::Notify;

use crate::store::{Db, StoreError};

/// Commits between two checkpoints.
const COMMITS: u64 = 1_000;
/// Frames (4 KiB each) in the log above which the writer itself finishes a checkpoint, so that the log begins anew:
/// a checkpointer beside a busy writer never catches up with its end.
const MOST_FRAMES: i64 = 8_192;

struct Progress {
    commits: AtomicU64,
    due: Notify,
    finish: AtomicBool,
    closed: AtomicBool,
}

/// The log, as the writer and the checkpointer talk about it.
#[derive(Clone)]
pub(super) struct Wal(Arc<Progress>);

impl Wal {
    pub(super) fn new() -> Self {
        Self(Arc::new(Progress {
            commits: AtomicU64::new(0),
            due: Notify::new(),
            finish: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        }))
    }

    /// Counts a commit of the writer's.
    pub(super) fn committed(&self) {
        if self.0.commits.fetch_add(1, Ordering::Relaxed) % COMMITS == COMMITS - 1 {
            self.0.due.notify_one();
        }
    }

    /// Whether the writer has to finish a checkpoint.
    pub(super) fn is_to_finish(&self) -> bool {
        self.0.finish.load(Ordering::Relaxed)
    }

    /// The same; asking takes the duty.
    pub(super) fn take_finish(&self) -> bool {
        self.is_to_finish() && self.0.finish.swap(false, Ordering::Relaxed)
    }

    /// Ends the checkpointer.
    pub(super) fn close(&self) {
        self.0.closed.store(true, Ordering::Release);
        self.0.due.notify_one();
    }
}

/// Copies after every [`COMMITS`] commits until the log is closed.
pub(super) async fn run(mut db: Db, wal: Wal) {
    loop {
        wal.0.due.notified().await;
        if wal.0.closed.load(Ordering::Acquire) {
            return;
        }
        match checkpoint(&mut db, "PASSIVE").await {
            Ok(frames) if frames > MOST_FRAMES => wal.0.finish.store(true, Ordering::Relaxed),
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "a checkpoint failed; the next one will copy what it left");
            }
        }
    }
}

/// Copies what can be copied without waiting for anybody; answers how many frames the log holds.
pub(super) async fn checkpoint(db: &mut Db, mode: &'static str) -> Result<i64, StoreError> {
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    let row = db
        .fetch_optional(sqlx::query(sqlx::AssertSqlSafe(sql)))
        .await?;
    Ok(row.map_or(Ok(0), |row| row.try_get(1))?)
}
