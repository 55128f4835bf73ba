//! One batch in the making.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use coop_engine::{
    Book as _, Caller, Change, Command, Decision, Limits, MemoryBook, Outcome, Time, WaiterId,
    decide,
};
use tokio::sync::oneshot;

use super::{
    Decided, Refused, TenantState,
    batch::Batch,
    job::{Asker, Job, Look, Note, Task},
    waiting::{Waiter, Waiting},
};
use crate::model::{TenantId, Tiers};

/// Expiries of one tenant in one batch beyond those that its commands touch; the rest follow in the next batches.
const EXPIRATIONS: usize = 1_000;

/// What has to be made durable together, and what may be answered then.
pub(super) struct Round {
    pub(super) now: Time,
    pub(super) batch: Batch,
    pub(super) answers: Vec<Answer>,
    pub(super) touched: HashMap<TenantId, Touched>,
    /// False once something went wrong: then none of it counts.
    pub(super) is_sound: bool,
    /// Requests that have begun to wait after their clients were gone.
    pub(super) left: Vec<(TenantId, WaiterId)>,
}

/// A tenant that something was decided for.
#[derive(Clone, Copy, Default)]
pub(super) struct Touched {
    /// Whether its book has changed.
    pub(super) at_all: bool,
    /// Whether anything of that has to be stored.
    pub(super) durably: bool,
}

/// An answer that is given when the round is durable.
pub(super) enum Answer {
    Decided(oneshot::Sender<Result<Decided, Refused>>, Decided),
    Seen(Box<dyn Look>),
    /// To those who watch a tenant: that there are events.
    Woken(Arc<TenantState>),
}

impl Answer {
    /// Nobody reads the answer of a client that has gone; what was committed for it stands.
    pub(super) fn give(self, acknowledged: Result<(), Refused>) {
        match self {
            Self::Decided(reply, decided) => {
                let _ = reply.send(acknowledged.map(|()| decided));
            }
            Self::Seen(look) => look.answer(acknowledged),
            Self::Woken(tenant) => tenant.wake(),
        }
    }
}

/// Where a tenant's commands are decided.
pub(super) struct Table<'a> {
    pub(super) tenant: TenantId,
    pub(super) book: &'a mut MemoryBook,
    pub(super) waiting: &'a mut Waiting,
    pub(super) tiers: &'a Tiers,
    /// Whether nobody may wait any longer.
    pub(super) ends_waits: bool,
}

impl Round {
    pub(super) fn new(now: Time) -> Self {
        Self {
            now,
            batch: Batch::default(),
            answers: Vec::new(),
            touched: HashMap::new(),
            is_sound: true,
            left: Vec::new(),
        }
    }

    /// Does a job that may be done.
    pub(super) fn take(&mut self, table: &mut Table<'_>, job: Job) {
        if !self.is_sound {
            return job.refuse(Refused::Unavailable);
        }
        self.let_go(table);
        match job.task {
            Task::Look(mut look) => {
                look.look(table.book, self.now.max(table.book.last_now()));
                self.answers.push(Answer::Seen(look));
            }
            Task::Decide {
                command,
                note,
                reply,
            } => self.decide(table, job.asker, command, note, reply),
        }
    }

    /// What a credential opened that opens nothing any more goes to others, before anything else is decided.
    fn let_go(&mut self, table: &mut Table<'_>) {
        if self.touched.contains_key(&table.tenant) {
            return;
        }
        let dead = table
            .waiting
            .refuse_dead(table.tenant, self.now, table.tiers);
        if !dead.is_empty() {
            let nobody = oneshot::channel().0;
            self.decide(table, Asker::Nobody, Command::Leave(dead), None, nobody);
        }
    }

    fn decide(
        &mut self,
        table: &mut Table<'_>,
        asker: Asker,
        mut command: Command,
        note: Option<Note>,
        reply: oneshot::Sender<Result<Decided, Refused>>,
    ) {
        let tenant = table.tenant;
        if table.ends_waits {
            command.answer_at_once();
        }
        if let Command::Leave(waiters) = &command {
            for waiter in waiters {
                table.waiting.take(tenant, *waiter);
            }
        }
        let is_first = !self.touched.contains_key(&tenant);
        let limits = asker.limits(table.tiers, if is_first { EXPIRATIONS } else { 0 });
        let touched = self.touched.entry(tenant).or_default();
        let decision = match decide_one(table.book, &asker, &command, self.now, &limits) {
            Ok(decision) => decision,
            Err(problem) => {
                tracing::error!(%tenant, problem, "a decision failed; its batch is not committed");
                touched.at_all = true;
                self.is_sound = false;
                let _ = reply.send(Err(Refused::Unavailable));
                return;
            }
        };
        touched.at_all |= !decision.changes.is_empty();
        touched.durably |= decision.changes.iter().any(Change::is_durable);
        self.is_sound = self.batch.add(tenant, &decision).is_ok();
        if let Some(note) = note
            && let Some(deed) = note.deed.tell(&decision)
        {
            self.is_sound &= self
                .batch
                .add_audit(tenant, decision.now, &note.by, &deed)
                .is_ok();
        }
        let now = decision.now;
        let mut answer = |reply, command, outcome, waited_since| {
            let decided = Decided {
                command,
                outcome,
                now,
                waited_since,
            };
            self.answers.push(Answer::Decided(reply, decided));
        };
        for (waiter, outcome) in decision.answers {
            if let Some(waiter) = table.waiting.take(tenant, waiter) {
                answer(waiter.reply, waiter.command, outcome, Some(waiter.since));
            }
        }
        match (decision.outcome, asker, command.waiter()) {
            (Outcome::Waiting, Asker::Bearer(credential, _), Some(id)) => {
                if reply.is_closed() {
                    self.left.push((tenant, id));
                }
                let waiter = Waiter::new(credential, command, reply, now);
                table.waiting.insert(tenant, id, waiter);
            }
            (outcome, _, _) => answer(reply, command, outcome, None),
        }
    }
}

/// Decides and applies. A panic here is a bug; it must not take the other tenants down.
fn decide_one(
    book: &mut MemoryBook,
    asker: &Asker,
    command: &Command,
    now: Time,
    limits: &Limits,
) -> Result<Decision, String> {
    let attempt = AssertUnwindSafe(|| {
        let own;
        let caller = if let Asker::Bearer(_, caller) = asker {
            caller
        } else {
            // Nobody's key: events of the dashboard's doing have no label.
            own = Caller {
                issuer: None,
                label: Arc::from(""),
            };
            &own
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
