//! The one writer.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use coop_engine::Command;
use metrics::Counter;
use tokio::sync::{Mutex, mpsc};
use tokio_util::task::TaskTracker;

use super::{
    Credentials, Refused,
    applier::{self, Applier},
    batch::{Batch, Unwritten},
    books::{Books, Deadlines, deadline_of},
    handle::Shared,
    job::Job,
    load::load_book,
    mutation::Queued,
    queue::Arrival,
    readers::Readers,
    round::{Answer, Round, Table, Touched},
    waiting::Waiting,
};
use crate::{
    clock::SharedClock,
    model::{TenantId, Tiers},
    store::{AppendError, CommitLog, Db, StoreError},
};

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

pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    pub(super) readers: Readers,
    pub(super) db: Db,
    pub(super) log: CommitLog,
    pub(super) applier: Applier,
    pub(super) applying: applier::Thread,
    pub(super) tiers: Tiers,
    pub(super) clock: SharedClock,
    pub(super) books: Books,
    pub(super) deadlines: Deadlines,
    /// Tenants that were deleted since the start.
    pub(super) gone: HashSet<TenantId>,
    pub(super) waiting: Waiting,
    /// Whether nobody waits any longer, because the server stops.
    pub(super) ends_waits: bool,
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
            let credentials_ended = self.mutate(work.mutations).await?;
            let mut jobs = work.jobs;
            let now = self.clock.now();
            if credentials_ended {
                let ended = self.waiting.with_dead_credentials(now, &self.tiers);
                jobs.extend(ended.into_iter().map(|tenant| (tenant, expiry())));
            }
            if work.tick {
                let due = self.deadlines.due(now, EXPIRING_TENANTS);
                jobs.extend(due.into_iter().map(|tenant| (tenant, expiry())));
            }
            if work.end_waits {
                self.ends_waits = true;
                let end = |tenant| (tenant, Job::own(Command::EndWaits));
                jobs.extend(self.waiting.tenants().map(end));
            }
            self.shared.count_batch(jobs.len());
            let answers = self.decide_all(jobs)?;
            // Given out on a thread of the requests': that wakes their tasks without a call into the kernel each.
            let _ = self.answers.send(answers);
        }
    }

    /// Whether a request may do its work. Not when the commit may have to wait for the tables, as only the writer's own thread
    /// should; and nothing is decided any more once the fate of a commit is unknown: the book says what nobody knows.
    pub(super) fn may_be_borrowed(&self) -> bool {
        self.fatal.is_none() && self.applier.has(self.log.may_wait_for())
    }

    /// Decides a request's own command on its own thread.
    pub(super) fn decide_lone(&mut self, job: (TenantId, Job)) {
        match self.decide_all(vec![job]) {
            Ok(answers) => give(answers),
            Err(fatal) => self.fatal = Some(fatal),
        }
        if self.fatal.is_some() {
            self.shared.wake.notify_one();
        }
    }

    /// Leaves one file: what a stopped server has is all in the tables.
    async fn close(mut self) -> Result<(), Fatal> {
        if self.applying.finish() {
            let closed = sqlx::query("UPDATE commit_log SET is_open = 0");
            self.db.execute(closed).await?;
            self.db.pragma("PRAGMA wal_checkpoint(TRUNCATE)").await?;
            self.log.remove()?;
        }
        Ok(())
    }

    /// Changes the control plane, one after another. Answers whether credentials may have ended.
    async fn mutate(&mut self, mutations: Vec<Box<dyn Queued>>) -> Result<bool, Fatal> {
        if mutations.is_empty() {
            return Ok(false);
        }
        // They may read and write the ledger's tables, and the database takes one writer at a time. Without an answer, they
        // count as not acknowledged.
        if self.applier.settled().await.is_err() {
            return Ok(false);
        }
        let mut credentials_ended = false;
        for mutation in mutations {
            let ended = mutation.run(&mut self.db, &self.shared.credentials).await?;
            self.applier.count_mutation();
            if let Some(tenant) = ended.tenant {
                self.forget(tenant);
            }
            credentials_ended |= ended.credentials;
        }
        Ok(credentials_ended)
    }

    /// Decides nothing of a tenant's that was deleted any more: neither what it still had in the queue, nor the expiries of
    /// a book that is on its way from the disk.
    fn forget(&mut self, tenant: TenantId) {
        self.gone.insert(tenant);
        self.books.drop_book(tenant);
        self.waiting.refuse_all(tenant, Refused::KeyRevoked);
        self.deadlines.set(tenant, None);
        self.publish_deadline();
    }

    fn arrive(&mut self, arrival: Arrival) {
        match arrival.book {
            Ok(book) => self.books.insert(arrival.tenant, book, self.clock.now()),
            Err(error) => {
                tracing::error!(%error, tenant = %arrival.tenant, "a tenant's book cannot be read");
                for job in self.shared.queue().drain(arrival.tenant) {
                    job.refuse(Refused::Unavailable);
                }
            }
        }
        self.shared.queue().unpark(arrival.tenant);
    }

    /// Decides and commits. What it gives back is durable and may be answered.
    fn decide_all(&mut self, jobs: Vec<(TenantId, Job)>) -> Result<Vec<Answer>, Fatal> {
        let mut round = Round::new(self.clock.now());
        let mut missing: HashMap<TenantId, Vec<Job>> = HashMap::new();
        let mut jobs = jobs.into_iter();
        while !round.batch.is_full()
            && let Some((tenant, job)) = jobs.next()
        {
            if let Err(refused) = job.asker.check(round.now, &self.tiers) {
                job.refuse(refused);
            } else if self.gone.contains(&tenant) {
                job.refuse(Refused::KeyRevoked);
            } else if let Some(book) = self.books.use_book(tenant, round.now) {
                let mut table = Table {
                    tenant,
                    book,
                    waiting: &mut self.waiting,
                    tiers: &self.tiers,
                    ends_waits: self.ends_waits,
                };
                round.take(&mut table, job);
            } else {
                missing.entry(tenant).or_default().push(job);
            }
        }
        let later: Vec<_> = jobs.collect();
        if !later.is_empty() {
            self.shared.queue().take_back(later);
        }
        for (tenant, jobs) in missing {
            self.load(tenant, jobs);
        }
        for (tenant, waiter) in round.left.drain(..) {
            self.shared.queue().leave(tenant, waiter);
            self.shared.wake.notify_one();
        }
        let Round {
            batch,
            mut answers,
            touched,
            is_sound,
            ..
        } = round;
        let commands = answers.len() as u64;
        // When nothing has changed, everything the answers saw was durable before.
        let acknowledged =
            is_sound && (batch.is_empty() || self.commit(batch, &touched, &mut answers)?);
        if !acknowledged {
            self.abandon(&touched, answers);
            return Ok(Vec::new());
        }
        for tenant in touched.keys() {
            self.deadlines
                .set(*tenant, deadline_of(self.books.book(*tenant)));
        }
        self.counters.commands.increment(commands);
        self.publish_deadline();
        Ok(answers)
    }

    /// Makes a batch durable, and those who watch its tenants part of who is answered. Answers whether it is: false when all
    /// of it is undone.
    fn commit(
        &mut self,
        mut batch: Batch,
        touched: &HashMap<TenantId, Touched>,
        answers: &mut Vec<Answer>,
    ) -> Result<bool, Fatal> {
        let touched: Vec<TenantId> = touched
            .iter()
            .filter_map(|(tenant, touched)| touched.durably.then_some(*tenant))
            .collect();
        let counted = self.shared.credentials.operations_of(&touched);
        for (tenant, counted) in touched.iter().zip(&counted) {
            if let Some(book) = self.books.book(*tenant)
                && let Err(error) = batch.add_book(*tenant, book, counted.operations)
            {
                return Ok(unwritten(&error));
            }
        }
        let (record, mut events) = match batch.finish() {
            Ok(finished) => finished,
            Err(error) => return Ok(unwritten(&error)),
        };
        let needed = self.log.waits_for(record.size());
        if !self.applier.has(needed) && self.applier.wait_for(needed).is_err() {
            return Ok(false);
        }
        let number = match self.log.append(&record) {
            Ok(number) => number,
            Err(AppendError::FateUnknown(error)) => return Err(Fatal::Commit(error)),
            Err(error) => {
                tracing::error!(%error, "a batch is not committed");
                return Ok(false);
            }
        };
        self.applier.push(number, record);
        self.counters.commits.increment(1);
        for (tenant, counted) in touched.iter().zip(&counted) {
            if let (Some(state), Some(log)) = (&counted.tenant, events.remove(tenant))
                && state.publish(log)
            {
                answers.push(Answer::Woken(Arc::clone(state)));
            }
        }
        Credentials::operations_are_written(counted);
        Ok(true)
    }

    /// Forgets books that are ahead of the store, and says to everybody in the batch, and to those who wait by those books,
    /// that nothing is acknowledged.
    fn abandon(&mut self, touched: &HashMap<TenantId, Touched>, answers: Vec<Answer>) {
        for (tenant, _) in touched.iter().filter(|(_, touched)| touched.at_all) {
            self.books.drop_book(*tenant);
            self.waiting.refuse_all(*tenant, Refused::Unavailable);
        }
        for answer in answers {
            answer.give(Err(Refused::Unavailable));
        }
    }

    /// Loads a book on a reader's connection while its tenant's commands wait. Once: an expiry that comes due meanwhile
    /// waits too. A second copy, read before what is decided on the first was committed and arriving afterwards, would
    /// undo that in memory.
    fn load(&self, tenant: TenantId, jobs: Vec<Job>) {
        if !self.shared.queue().park(tenant, jobs) {
            return;
        }
        let (shared, readers) = (Arc::clone(&self.shared), self.readers.clone());
        self.tasks.spawn(async move {
            let book = readers.read(move |db| load_book(db, tenant)).await;
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

fn unwritten(error: &Unwritten) -> bool {
    tracing::error!(%error, "a batch cannot be written down and is not committed");
    false
}

fn expiry() -> Job {
    Job::own(Command::Expire)
}

/// Gives out what the writer's thread has decided.
pub(super) async fn answer(mut batches: mpsc::UnboundedReceiver<Vec<Answer>>) {
    while let Some(answers) = batches.recv().await {
        give(answers);
    }
}

fn give(answers: Vec<Answer>) {
    for answer in answers {
        answer.give(Ok(()));
    }
}
