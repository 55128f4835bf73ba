//! The one writer.

use std::{
    collections::{HashMap, HashSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use coop_engine::{Caller, Command, Decision, Limits, MemoryBook, Time, decide};
use metrics::Counter;
use rusqlite::Connection;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::task::TaskTracker;

use super::{
    Credential, Credentials, Decided, Refused,
    batch::{Batch, is_fate_unknown},
    books::{Books, Deadlines, deadline_of},
    checkpoint::{Wal, checkpoint},
    handle::Shared,
    queue::{Arrival, Job},
};
use crate::{
    clock::SharedClock,
    model::{TenantId, Tiers},
    store::{Db, Store, StoreError},
};

/// Expiries of one tenant in one batch beyond those that its commands touch; the rest follow in the next batches.
const EXPIRATIONS: usize = 1_000;
/// Tenants whose expiries are announced in one batch.
const EXPIRING_TENANTS: usize = 64;

/// The store is in a state that only a restart can tell.
#[derive(Debug, thiserror::Error)]
pub enum Fatal {
    /// Whether the last commit is durable is unknown.
    #[error("the fate of a commit is unknown ({0}); a restart decides")]
    Commit(#[from] StoreError),
    /// The writer is gone with the request that did its work.
    #[error("the writer panicked; a restart decides")]
    Panicked,
}

/// Where the writer sits: one at a time has it, its own thread or, while that rests, a lone request.
pub(super) type Desk = Mutex<Option<Writer>>;

pub(super) struct Answer {
    reply: oneshot::Sender<Result<Decided, Refused>>,
    decided: Decided,
}

pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    pub(super) store: Store,
    pub(super) db: Db,
    pub(super) batches: Connection,
    pub(super) tiers: Tiers,
    pub(super) clock: SharedClock,
    pub(super) wal: Wal,
    pub(super) books: Books,
    pub(super) deadlines: Deadlines,
    /// Tenants that were deleted since the start.
    pub(super) gone: HashSet<TenantId>,
    pub(super) tasks: TaskTracker,
    pub(super) answers: mpsc::UnboundedSender<Vec<Answer>>,
    /// What ended it while a request did its work.
    pub(super) fatal: Option<Fatal>,
    pub(super) counters: Counters,
}

/// Looked up once: a commit should not search for its counters.
pub(super) struct Counters {
    commits: Counter,
    commands: Counter,
}

impl Counters {
    pub(super) fn register() -> Self {
        Self {
            commits: metrics::counter!("coop_ledger_commits_total"),
            commands: metrics::counter!("coop_ledger_commands_total"),
        }
    }
}

/// The writer's thread: works until the queue is closed and empty.
pub(super) async fn run(desk: Arc<Desk>, shared: Arc<Shared>) -> Result<(), Fatal> {
    loop {
        let mut seat = desk.lock().await;
        // Absent only when it was dropped in the middle of its work.
        let mut writer = seat.take().ok_or(Fatal::Panicked)?;
        if writer.work().await? {
            return writer.close().await;
        }
        *seat = Some(writer);
        drop(seat);
        shared.wake.notified().await;
    }
}

impl Writer {
    /// Does what there is to do. Answers whether that was the last of it.
    async fn work(&mut self) -> Result<bool, Fatal> {
        if let Some(fatal) = self.fatal.take() {
            return Err(fatal);
        }
        loop {
            if self.wal.take_finish() {
                checkpoint(&mut self.db, "PASSIVE").await?;
            }
            let (work, drained) = {
                let mut queue = self.shared.queue();
                (queue.take(), queue.is_drained())
            };
            if work.is_empty() {
                return Ok(drained);
            }
            for arrival in work.arrivals {
                self.arrive(arrival);
            }
            for mutation in work.mutations {
                let deleted = mutation.run(&mut self.db, &self.shared.credentials).await?;
                self.wal.committed();
                if let Some(tenant) = deleted {
                    self.forget(tenant);
                }
            }
            let mut jobs = work.jobs;
            if work.tick {
                let due = self.deadlines.due(self.clock.now(), EXPIRING_TENANTS);
                jobs.extend(due.into_iter().map(|tenant| (tenant, expiry())));
            }
            self.shared.count_batch(jobs.len());
            let answers = self.decide_all(jobs)?;
            // Given out on a thread of the requests': that wakes their tasks without a call into the kernel each.
            let _ = self.answers.send(answers);
        }
    }

    /// Decides a request's own command on its own thread.
    pub(super) fn decide_lone(&mut self, job: (TenantId, Job)) {
        match self.decide_all(vec![job]) {
            Ok(answers) => give(answers),
            Err(fatal) => self.fatal = Some(fatal),
        }
        if self.fatal.is_some() || self.wal.is_to_finish() {
            self.shared.wake.notify_one();
        }
    }

    async fn close(mut self) -> Result<(), Fatal> {
        self.wal.close();
        checkpoint(&mut self.db, "TRUNCATE").await?;
        Ok(())
    }

    /// Decides nothing of a tenant's that was deleted any more: neither what it still had in the queue, nor the expiries of
    /// a book that is on its way from the disk.
    fn forget(&mut self, tenant: TenantId) {
        self.gone.insert(tenant);
        self.books.drop_book(tenant);
        self.deadlines.set(tenant, None);
        self.publish_deadline();
    }

    fn arrive(&mut self, arrival: Arrival) {
        match arrival.book {
            Ok(book) => self.books.insert(arrival.tenant, book, self.clock.now()),
            Err(error) => {
                tracing::error!(%error, tenant = %arrival.tenant, "a tenant's book cannot be read");
                for job in self.shared.queue().drain(arrival.tenant) {
                    let _ = job.reply.send(Err(Refused::Unavailable));
                }
            }
        }
        self.shared.queue().unpark(arrival.tenant);
    }

    /// Decides and commits. What it gives back is durable and may be answered.
    fn decide_all(&mut self, jobs: Vec<(TenantId, Job)>) -> Result<Vec<Answer>, Fatal> {
        let now = self.clock.now();
        let mut batch = Batch::default();
        let mut answers = Vec::with_capacity(jobs.len());
        let mut touched: HashMap<TenantId, bool> = HashMap::new();
        let mut missing: HashMap<TenantId, Vec<Job>> = HashMap::new();
        let mut sound = true;
        for (tenant, job) in jobs {
            if let Some(refused) = job
                .asker
                .as_ref()
                .and_then(|(credential, _)| credential.check(now, &self.tiers).err())
            {
                let _ = job.reply.send(Err(refused));
                continue;
            }
            if self.gone.contains(&tenant) {
                let _ = job.reply.send(Err(Refused::KeyRevoked));
                continue;
            }
            let Some(book) = self.books.use_book(tenant, now) else {
                missing.entry(tenant).or_default().push(job);
                continue;
            };
            if !sound {
                let _ = job.reply.send(Err(Refused::Unavailable));
                continue;
            }
            let expirations = if touched.contains_key(&tenant) {
                0
            } else {
                EXPIRATIONS
            };
            let limits = limits(
                &self.tiers,
                job.asker.as_ref().map(|(credential, _)| &**credential),
                expirations,
            );
            let caller = job.asker.as_ref().map(|(_, caller)| caller);
            match decide_one(book, caller, &job.command, now, &limits) {
                Ok(decision) => {
                    let changed = touched.entry(tenant).or_default();
                    *changed |= !decision.events.is_empty();
                    sound = batch.add(tenant, &decision).is_ok();
                    let decided = Decided {
                        command: job.command,
                        outcome: decision.outcome,
                        now: decision.now,
                    };
                    answers.push(Answer {
                        reply: job.reply,
                        decided,
                    });
                }
                Err(problem) => {
                    tracing::error!(%tenant, problem, "a decision failed; its batch is not committed");
                    touched.insert(tenant, true);
                    sound = false;
                    let _ = job.reply.send(Err(Refused::Unavailable));
                }
            }
        }
        for (tenant, jobs) in missing {
            self.load(tenant, jobs);
        }
        let touched: Vec<TenantId> = touched
            .into_iter()
            .filter_map(|(id, changed)| changed.then_some(id))
            .collect();
        // When nothing has changed, everything the answers saw was durable before.
        let acknowledged = sound && (batch.is_empty() || self.commit(batch, &touched)?);
        if !acknowledged {
            self.abandon(&touched, answers);
            return Ok(Vec::new());
        }
        self.counters.commands.increment(answers.len() as u64);
        self.publish_deadline();
        Ok(answers)
    }

    /// Makes a batch durable. Answers whether it is: false when all of it is undone.
    fn commit(&mut self, mut batch: Batch, touched: &[TenantId]) -> Result<bool, Fatal> {
        let counted = self.shared.credentials.operations_of(touched);
        for (tenant, counted) in touched.iter().zip(&counted) {
            if let Some(book) = self.books.book(*tenant) {
                batch.add_book(*tenant, book, counted.operations);
            }
        }
        match batch.commit(&self.batches) {
            Ok(()) => {
                self.wal.committed();
                self.counters.commits.increment(1);
                for tenant in touched {
                    self.deadlines
                        .set(*tenant, deadline_of(self.books.book(*tenant)));
                }
                Credentials::operations_are_written(counted);
                Ok(true)
            }
            Err(error) if is_fate_unknown(&error) => Err(Fatal::Commit(error.into())),
            Err(error) => {
                tracing::error!(%error, "a batch was refused by the database and is rolled back");
                // A statement that failed may have ended the transaction itself; then there is nothing to undo.
                if !self.batches.is_autocommit() {
                    self.batches
                        .execute_batch("ROLLBACK")
                        .map_err(|error| Fatal::Commit(error.into()))?;
                }
                Ok(false)
            }
        }
    }

    /// Forgets books that are ahead of the store, and says to everybody in the batch that nothing is acknowledged.
    fn abandon(&mut self, touched: &[TenantId], answers: Vec<Answer>) {
        for tenant in touched {
            self.books.drop_book(*tenant);
        }
        for answer in answers {
            let _ = answer.reply.send(Err(Refused::Unavailable));
        }
    }

    /// Loads a book on a reader's connection while its tenant's commands wait. Once: an expiry that comes due meanwhile
    /// waits too. A second copy, read before what is decided on the first was committed and arriving afterwards, would
    /// undo that in memory.
    fn load(&self, tenant: TenantId, jobs: Vec<Job>) {
        if !self.shared.queue().park(tenant, jobs) {
            return;
        }
        let (shared, store) = (Arc::clone(&self.shared), self.store.clone());
        self.tasks.spawn(async move {
            let book = match store.read().await {
                Ok(mut db) => db.load_book(tenant).await,
                Err(error) => Err(error),
            };
            shared.queue().push_arrival(Arrival { tenant, book });
            shared.wake.notify_one();
        });
    }

    pub(super) fn publish_deadline(&self) {
        let next = self.deadlines.next();
        self.shared
            .next_deadline
            .send_if_modified(|known| std::mem::replace(known, next) != next);
    }
}

fn limits(tiers: &Tiers, credential: Option<&Credential>, expirations: usize) -> Limits {
    let active_reservations =
        credential.and_then(|credential| tiers.of(credential.tenant.tier()).active_reservations);
    let of_one_principal = credential
        .and_then(Credential::token)
        .and_then(|token| token.max_active);
    Limits {
        active_reservations,
        of_one_principal,
        expirations,
        requires_registration: false,
    }
}

/// Decides and applies. A panic here is a bug; it must not take the other tenants down.
fn decide_one(
    book: &mut MemoryBook,
    caller: Option<&Caller>,
    command: &Command,
    now: Time,
    limits: &Limits,
) -> Result<Decision, String> {
    let attempt = AssertUnwindSafe(|| {
        let nobody;
        let caller = if let Some(caller) = caller {
            caller
        } else {
            nobody = Caller {
                issuer: None,
                label: Arc::from(""),
            };
            &nobody
        };
        let decision = decide(&*book, caller, command, now, limits);
        book.apply(&decision).map(|()| decision)
    });
    match catch_unwind(attempt) {
        Ok(Ok(decision)) => Ok(decision),
        Ok(Err(corrupt)) => Err(corrupt.to_string()),
        Err(_) => Err("panicked".to_owned()),
    }
}

fn expiry() -> Job {
    Job {
        asker: None,
        command: Command::Expire,
        reply: oneshot::channel().0,
    }
}

/// Gives out what the writer's thread has decided.
pub(super) async fn answer(mut batches: mpsc::UnboundedReceiver<Vec<Answer>>) {
    while let Some(answers) = batches.recv().await {
        give(answers);
    }
}

/// Nobody reads the answer of a client that has gone; what was committed for it stands.
fn give(answers: Vec<Answer>) {
    for Answer { reply, decided } in answers {
        let _ = reply.send(Ok(decided));
    }
}
