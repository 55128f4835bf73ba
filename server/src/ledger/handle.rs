//! What the rest of the program sees of the ledger.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
};

use coop_engine::{Caller, Command, Decision, MemoryBook, Outcome, Time, WaiterId};
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    task::JoinHandle,
};
use tokio_util::task::TaskTracker;

use super::{
    Credential, Credentials, Mutation, MutationError,
    applier::Applier,
    books::{Books, Deadlines},
    job::{Asker, Job, Looking, Note, Task},
    mutation::Pending,
    queue::Queue,
    readers::Readers,
    recovery::recover,
    waiting::{Place, Waiting},
    writer::{self, Counters, Desk, Fatal, Writer},
};
use crate::{
    clock::SharedClock,
    model::{By, Deed, TenantId, Tiers},
    store::{Opened, Store, StoreError},
};

/// A command that was decided, durably.
#[derive(Debug)]
pub struct Decided {
    /// The command, given back.
    pub command: Command,
    /// What came of it.
    pub outcome: Outcome,
    /// The tenant's time when it was decided.
    pub now: Time,
    /// Since when it waited, if it did.
    pub waited_since: Option<Time>,
}

/// Why a command was not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The key was rotated between its authentication and the decision.
    KeyRotated,
    /// The key was revoked in between, or its tenant deleted.
    KeyRevoked,
    /// The exchanged token has expired.
    TokenExpired,
    /// The exchanged token was revoked: by its bearer, by a change of its issuer, or with the tier.
    TokenRevoked,
    /// The tenant was suspended in between.
    Suspended,
    /// The store cannot commit, or too much is queued. Whether the command took effect has to be asked.
    Unavailable,
}

/// After so many batches of one command each a next one will most likely be alone too. A thread that waits for a commit
/// serves nobody meanwhile, so with company the writer's own thread does it.
const QUIET: u32 = 8;

pub(super) struct Shared {
    pub(super) queue: Mutex<Queue>,
    pub(super) wake: Notify,
    /// Batches of one command since the last larger one.
    pub(super) lone_batches: AtomicU32,
    pub(super) credentials: Credentials,
    pub(super) next_deadline: watch::Sender<Option<Time>>,
    next_waiter: AtomicU64,
}

impl Shared {
    pub(super) fn count_batch(&self, commands: usize) {
        if commands > 1 {
            self.lone_batches.store(0, Ordering::Relaxed);
        } else {
            self.lone_batches.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn is_quiet(&self) -> bool {
        self.lone_batches.load(Ordering::Relaxed) >= QUIET
    }

    /// Nothing panics half-way through a change of the queue, so a poisoned one is whole.
    pub(super) fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The ledger, shared by everybody who decides something.
#[derive(Clone)]
pub struct Ledger {
    shared: Arc<Shared>,
    desk: Arc<Desk>,
    store: Store,
    pub(super) readers: Readers,
    pub(super) applier: Applier,
}

/// A ledger at work.
pub struct Running {
    /// The way in.
    pub ledger: Ledger,
    /// Ends when the ledger was closed and is done, or with the error that ended it.
    pub writer: JoinHandle<Result<(), Fatal>>,
}

/// Loads the credentials and the deadlines and starts the writer.
///
/// # Errors
/// When the database cannot be read.
pub async fn start(
    opened: Opened,
    tiers: Tiers,
    clock: SharedClock,
    tasks: &TaskTracker,
) -> Result<Running, StoreError> {
    let Opened {
        store,
        mut writer,
        mut tables,
        purpose,
        guard,
    } = opened;
    let log_size = purpose.log_size();
    let log = recover(guard.path(), &mut tables, guard.is_durable(), log_size)?;
    let (applier, applying) = Applier::start(tables, log.last(), Arc::clone(&guard))?;
    let credentials = Credentials::load(
        writer.all_credentials().await?,
        writer.all_key_usage().await?,
        writer.all_access_tokens().await?,
        clock.now(),
    );
    for (tenant, day, operations) in writer.operations_of_days().await? {
        credentials.restore_operations(tenant, day, operations);
    }
    for tenant in writer.tenants_requiring_registration().await? {
        credentials.set_requires_registration(tenant, true);
    }
    let mut deadlines = Deadlines::default();
    for (tenant, deadline) in writer.book_deadlines().await? {
        deadlines.set(tenant, Some(deadline));
    }
    let shared = Arc::new(Shared {
        queue: Mutex::default(),
        wake: Notify::new(),
        lone_batches: AtomicU32::new(QUIET),
        credentials,
        next_deadline: watch::channel(None).0,
        next_waiter: AtomicU64::new(1),
    });
    let readers = Readers::new(guard.path(), applier.clone());
    let (answers, batches_of_answers) = mpsc::unbounded_channel();
    tasks.spawn(writer::answer(batches_of_answers));
    let writer = Writer {
        shared: Arc::clone(&shared),
        readers: readers.clone(),
        db: writer,
        log,
        applier: applier.clone(),
        applying,
        tiers,
        clock,
        books: Books::default(),
        deadlines,
        gone: HashSet::new(),
        waiting: Waiting::default(),
        ends_waits: false,
        tasks: tasks.clone(),
        counters: Counters::register(),
        answers,
        fatal: None,
    };
    writer.publish_deadline();
    let desk = Arc::new(Desk::new(Some(writer)));
    let running = writer::run(Arc::clone(&desk), Arc::clone(&shared));
    let runtime = tokio::runtime::Handle::current();
    let (ended, end) = oneshot::channel();
    // A thread of its own, not one of the runtime's: a flush holds up no request, and a runtime that is dropped without
    // having closed the ledger does not wait for it.
    std::thread::Builder::new()
        .name("ledger".to_owned())
        .spawn(move || {
            let end = runtime.block_on(running);
            // The lock on the file is held as long as anything writes to it, and not longer: whoever waits for the end may
            // open the file again.
            drop(guard);
            let _ = ended.send(end);
        })
        .map_err(|e| StoreError::Io("the ledger's thread".into(), e))?;
    let writer = tasks.spawn(async move { end.await.unwrap_or(Err(Fatal::Panicked)) });
    Ok(Running {
        ledger: Ledger {
            shared,
            desk,
            store,
            readers,
            applier,
        },
        writer,
    })
}

impl Ledger {
    /// Decides a command and makes it durable. A command that waits is answered when it has got what it waits for, or was
    /// refused; it waits no longer when nobody polls this any more.
    ///
    /// # Errors
    /// [`Refused`], in which case nothing has changed, except that nobody knows after `Unavailable`.
    pub async fn decide(
        &self,
        credential: &Arc<Credential>,
        caller: Caller,
        command: Command,
    ) -> Result<Decided, Refused> {
        let tenant = credential.tenant.id;
        // Dropped after the answer's receiver, so that a request whose client goes is either known to have gone when it begins
        // to wait, or is in the line and leaves it.
        let mut place = command
            .waiter()
            .map(|waiter| Place::new(&self.shared, tenant, waiter));
        let (reply, answer) = oneshot::channel();
        let task = Task::Decide {
            command,
            note: None,
            reply,
        };
        let asker = Asker::Bearer(Arc::clone(credential), caller);
        self.submit(tenant, Job { asker, task })?;
        let answer = answer.await.unwrap_or(Err(Refused::Unavailable));
        if let Some(place) = &mut place {
            place.keep();
        }
        answer
    }

    /// The number of a request that is about to wait.
    #[must_use]
    pub fn next_waiter(&self) -> WaiterId {
        WaiterId::new(self.shared.next_waiter.fetch_add(1, Ordering::Relaxed))
    }

    /// Decides a command of the tenant's owner, who needs no key. What `deed` makes of the decision is in the audit log with
    /// the commit that carries it.
    ///
    /// # Errors
    /// As for [`Ledger::decide`]; [`Refused::KeyRevoked`] when there is no such tenant.
    pub async fn decide_for_owner(
        &self,
        tenant: TenantId,
        command: Command,
        by: By,
        deed: impl FnOnce(&Decision) -> Option<Deed> + Send + 'static,
    ) -> Result<Decided, Refused> {
        let owner = self.shared.credentials.tenant(tenant);
        let (reply, answer) = oneshot::channel();
        let note = Note {
            by,
            deed: Box::new(deed),
        };
        let task = Task::Decide {
            command,
            note: Some(note),
            reply,
        };
        let asker = Asker::Owner(owner.ok_or(Refused::KeyRevoked)?);
        self.submit(tenant, Job { asker, task })?;
        answer.await.unwrap_or(Err(Refused::Unavailable))
    }

    /// Looks into a tenant's book, and answers when what was seen is durable. The writer does the looking: it should take
    /// no longer than a page takes.
    ///
    /// # Errors
    /// [`Refused::Unavailable`] when the book cannot be read.
    pub async fn look<T: Send + 'static>(
        &self,
        tenant: TenantId,
        question: impl FnOnce(&MemoryBook, Time) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let (reply, answer) = oneshot::channel();
        let look = Looking {
            question: Some(question),
            seen: None,
            reply,
        };
        let task = Task::Look(Box::new(look));
        let asker = Asker::Nobody;
        self.submit(tenant, Job { asker, task })?;
        answer.await.unwrap_or(Err(Refused::Unavailable))
    }

    /// Whether a request of the tenant's waits for a reservation.
    #[must_use]
    pub fn is_anybody_waiting(&self, tenant: TenantId) -> bool {
        let tenant = self.shared.credentials.tenant(tenant);
        tenant.is_some_and(|tenant| tenant.has_waiting())
    }

    fn submit(&self, tenant: TenantId, job: Job) -> Result<(), Refused> {
        self.shared.queue().push(tenant, job)?;
        let was_decided = self.shared.is_quiet() && self.decide_here();
        if !was_decided {
            self.shared.wake.notify_one();
        }
        Ok(())
    }

    /// When the writer rests and nobody else waits, the request does the writer's work itself: two wake-ups of idle
    /// threads less, which cost a lone client more than the decision.
    fn decide_here(&self) -> bool {
        let Ok(mut seat) = self.desk.try_lock() else {
            return false;
        };
        // Out of its seat while it works: should it panic, the writer is gone and with it a book that may be ahead of the
        // store.
        let Some(mut writer) = seat.take_if(|writer| writer.may_be_borrowed()) else {
            return false;
        };
        let lone = self.shared.queue().take_lone();
        let is_lone = lone.is_some();
        if let Some(job) = lone {
            writer.decide_lone(job);
        }
        *seat = Some(writer);
        is_lone
    }

    /// Announces what has expired.
    pub fn tick(&self) {
        self.shared.queue().tick();
        self.shared.wake.notify_one();
    }

    /// Changes the control plane.
    ///
    /// # Errors
    /// The mutation's own refusal, or that it could not be committed.
    pub async fn mutate<M: Mutation>(
        &self,
        mutation: M,
    ) -> Result<M::Output, MutationError<M::Error>> {
        let (reply, answer) = oneshot::channel();
        if !self
            .shared
            .queue()
            .push_mutation(Box::new(Pending { mutation, reply }))
        {
            return Err(MutationError::Unavailable);
        }
        self.shared.wake.notify_one();
        match answer.await {
            Ok(result) => result.map_err(MutationError::Refused),
            Err(_) => Err(MutationError::Unavailable),
        }
    }

    /// Every credential there is.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.shared.credentials
    }

    /// The control plane's read side: what is committed. What the ledger writes is read with [`Ledger::read`].
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// When the next reservation of any tenant expires.
    #[must_use]
    pub fn next_deadline(&self) -> watch::Receiver<Option<Time>> {
        self.shared.next_deadline.subscribe()
    }

    /// Refuses everybody who waits, now, and whoever would from now on.
    pub fn end_waits(&self) {
        self.shared.queue().end_waits();
        self.shared.wake.notify_one();
    }

    /// Takes nothing more; the writer ends when what is queued is done.
    pub fn close(&self) {
        self.shared.queue().close();
        self.shared.wake.notify_one();
    }
}
