//! Brings what is durable in the log into the tables, on a thread of its own.
//!
//! It lets commits gather for a while, since what begins and ends within a transaction costs the tables nothing. Whoever
//! reads the tables [waits](Applier::settled) until they have everything that was acknowledged before, which ends the
//! gathering at once.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use metrics::Counter;
use rusqlite::Connection;
use tokio::sync::watch;

use super::window::Window;
use crate::store::{Guard, Record, StoreError};

/// How long commits gather.
const GATHERING: Duration = Duration::from_millis(100);
/// Bytes of commits above which they gather no longer.
const MOST_GATHERED: u64 = 1024 * 1024;
/// When an attempt that failed is repeated, if nobody asks for it earlier.
const AGAIN: Duration = Duration::from_secs(1);
/// Mutations of the control plane between two checkpoints. Those of the applier's own commits are SQLite's business.
const MUTATIONS: u32 = 200;

/// The applier, as everybody else sees it.
#[derive(Clone)]
pub(super) struct Applier(Arc<Shared>);

struct Shared {
    pending: Mutex<Pending>,
    /// Something has come, or is wanted.
    wake: Condvar,
    /// How far the tables are, for those who wait on a thread.
    attempted: Condvar,
    /// The same for those who wait in a task.
    progress: watch::Sender<Progress>,
}

#[derive(Default)]
struct Pending {
    commits: Vec<Record>,
    bytes: u64,
    /// The number of the last commit that has come.
    last: u64,
    /// Whether somebody waits.
    is_wanted: bool,
    mutations: u32,
    is_closed: bool,
}

#[derive(Clone, Copy, Default)]
struct Progress {
    /// The last commit that the tables have.
    applied: u64,
    /// Attempts that failed.
    failures: u64,
    /// Whether the last one did.
    is_failing: bool,
}

/// The applier's thread. Ends soon after this is dropped.
pub(super) struct Thread {
    applier: Applier,
    thread: Option<JoinHandle<()>>,
}

impl Applier {
    /// Starts it. The tables have every commit up to `last`.
    ///
    /// # Errors
    /// When there can be no thread.
    pub(super) fn start(
        tables: Connection,
        last: u64,
        guard: Arc<Guard>,
    ) -> Result<(Self, Thread), StoreError> {
        let progress = Progress {
            applied: last,
            ..Progress::default()
        };
        let applier = Self(Arc::new(Shared {
            pending: Mutex::new(Pending {
                last,
                ..Pending::default()
            }),
            wake: Condvar::new(),
            attempted: Condvar::new(),
            progress: watch::channel(progress).0,
        }));
        let work = Work {
            shared: Arc::clone(&applier.0),
            tables,
            windows: metrics::counter!("coop_ledger_windows_total"),
        };
        let thread = std::thread::Builder::new()
            .name("applier".to_owned())
            .spawn(move || {
                work.run();
                // The file is not another process's as long as this one writes to it.
                drop(guard);
            })
            .map_err(|e| StoreError::Io("the applier's thread".into(), e))?;
        let thread = Thread {
            applier: applier.clone(),
            thread: Some(thread),
        };
        Ok((applier, thread))
    }

    /// Takes over a commit that is durable.
    pub(super) fn push(&self, number: u64, commit: Record) {
        let mut pending = self.0.pending();
        let was_idle = pending.commits.is_empty();
        pending.bytes += commit.size();
        pending.last = number;
        pending.commits.push(commit);
        let is_much = pending.bytes >= MOST_GATHERED;
        drop(pending);
        if was_idle || is_much {
            self.0.wake.notify_one();
        }
    }

    /// Counts a mutation of the control plane's.
    pub(super) fn count_mutation(&self) {
        let mut pending = self.0.pending();
        pending.mutations += 1;
        if pending.mutations == MUTATIONS {
            self.0.wake.notify_one();
        }
    }

    /// Whether the tables have a commit, and took what they were given last.
    pub(super) fn has(&self, number: u64) -> bool {
        self.0.progress.borrow().has(number)
    }

    /// Returns when the tables have everything that was acknowledged before.
    ///
    /// # Errors
    /// [`StoreError::Behind`] when an attempt has failed since.
    pub(super) async fn settled(&self) -> Result<(), StoreError> {
        let Some(goal) = self.want(None) else {
            return Ok(());
        };
        let mut progress = self.0.progress.subscribe();
        // The sender is where this is.
        let _ = progress.wait_for(|progress| goal.is_met(*progress)).await;
        goal.outcome(*progress.borrow())
    }

    /// The same, up to a certain commit, on a thread that may wait.
    ///
    /// # Errors
    /// [`StoreError::Behind`] when an attempt has failed since.
    pub(super) fn wait_for(&self, number: u64) -> Result<(), StoreError> {
        let Some(goal) = self.want(Some(number)) else {
            return Ok(());
        };
        let pending = self.0.pending();
        let waited = self
            .0
            .attempted
            .wait_while(pending, |_| !goal.is_met(*self.0.progress.borrow()));
        drop(waited);
        goal.outcome(*self.0.progress.borrow())
    }

    /// Asks for an attempt, unless the tables are far enough.
    fn want(&self, number: Option<u64>) -> Option<Goal> {
        let mut pending = self.0.pending();
        let progress = *self.0.progress.borrow();
        let number = number.unwrap_or(pending.last);
        if progress.has(number) {
            return None;
        }
        pending.is_wanted = true;
        self.0.wake.notify_one();
        Some(Goal {
            number,
            failures: progress.failures,
        })
    }
}

impl Thread {
    /// Waits until the tables have everything, and answers whether they do.
    pub(super) fn finish(mut self) -> bool {
        self.close();
        let ended = self.thread.take().map(JoinHandle::join);
        ended.is_some_and(|ended| ended.is_ok()) && self.applier.has(0)
    }

    fn close(&self) {
        self.applier.0.pending().is_closed = true;
        self.applier.0.wake.notify_one();
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.close();
    }
}

impl Progress {
    const fn has(self, number: u64) -> bool {
        self.applied >= number && !self.is_failing
    }
}

/// What somebody waits for.
#[derive(Clone, Copy)]
struct Goal {
    number: u64,
    failures: u64,
}

impl Goal {
    const fn is_met(self, progress: Progress) -> bool {
        progress.has(self.number) || progress.failures > self.failures
    }

    fn outcome(self, progress: Progress) -> Result<(), StoreError> {
        if progress.has(self.number) {
            Ok(())
        } else {
            Err(StoreError::Behind)
        }
    }
}

impl Shared {
    /// Nothing panics while it is locked.
    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Work {
    shared: Arc<Shared>,
    tables: Connection,
    windows: Counter,
}

/// What the thread has to do next.
struct Next {
    commits: Vec<Record>,
    last: u64,
    is_checkpoint_due: bool,
    is_closed: bool,
}

impl Work {
    fn run(mut self) {
        let mut commits = Vec::new();
        loop {
            let next = self.next(!commits.is_empty());
            commits.extend(next.commits);
            if next.is_checkpoint_due {
                self.checkpoint();
            }
            if !commits.is_empty() && self.attempt(&commits, next.last) {
                commits.clear();
            }
            if next.is_closed {
                return;
            }
        }
    }

    fn next(&self, is_failing: bool) -> Next {
        let Shared { wake, .. } = &*self.shared;
        let mut pending = self.shared.pending();
        if is_failing {
            let rest = |pending: &mut Pending| !pending.is_wanted && !pending.is_closed;
            pending = wake
                .wait_timeout_while(pending, AGAIN, rest)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        } else {
            let rest = |pending: &mut Pending| {
                pending.commits.is_empty() && pending.mutations < MUTATIONS && !pending.is_closed
            };
            pending = wake
                .wait_while(pending, rest)
                .unwrap_or_else(PoisonError::into_inner);
            let gather = |pending: &mut Pending| {
                !pending.is_wanted
                    && pending.bytes < MOST_GATHERED
                    && !pending.commits.is_empty()
                    && !pending.is_closed
            };
            pending = wake
                .wait_timeout_while(pending, GATHERING, gather)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        pending.is_wanted = false;
        pending.bytes = 0;
        let is_checkpoint_due = pending.mutations >= MUTATIONS;
        if is_checkpoint_due {
            pending.mutations = 0;
        }
        Next {
            commits: std::mem::take(&mut pending.commits),
            last: pending.last,
            is_checkpoint_due,
            is_closed: pending.is_closed,
        }
    }

    /// Answers whether the tables have them.
    fn attempt(&mut self, commits: &[Record], last: u64) -> bool {
        let applied = apply(&mut self.tables, commits, last);
        if let Err(error) = &applied {
            tracing::error!(%error, "what is committed cannot be brought into the tables; until it can, nothing more is");
        }
        let is_failing = applied.is_err();
        let pending = self.shared.pending();
        self.shared.progress.send_modify(|progress| {
            progress.is_failing = is_failing;
            if is_failing {
                progress.failures += 1;
            } else {
                progress.applied = last;
            }
        });
        drop(pending);
        self.shared.attempted.notify_all();
        if !is_failing {
            self.windows.increment(1);
        }
        !is_failing
    }

    fn checkpoint(&self) {
        let checkpoint = self
            .tables
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        if let Err(error) = checkpoint {
            tracing::warn!(%error, "a checkpoint failed; the next one will copy what it left");
        }
    }
}

/// A panic here is a bug. It must not leave everybody waiting for a thread that is gone; what it had begun is rolled back.
fn apply(tables: &mut Connection, commits: &[Record], last: u64) -> Result<(), StoreError> {
    let attempt = AssertUnwindSafe(|| {
        let mut window = Window::default();
        for commit in commits {
            window.add(commit.content())?;
        }
        window.apply(tables, last)
    });
    let panicked = |_| Err(StoreError::Corrupt("the applier panicked".to_owned()));
    catch_unwind(attempt).unwrap_or_else(panicked)
}
