//! What is asked of the writer.

use std::sync::Arc;

use coop_engine::{Caller, Command, Decision, Limits, MemoryBook, Time};
use tokio::sync::oneshot;

use super::{Credential, Decided, Refused, TenantState};
use crate::model::{By, Deed, Tiers};

/// Something to do with one tenant's book.
pub(super) struct Job {
    pub(super) asker: Asker,
    pub(super) task: Task,
}

/// In whose name.
pub(super) enum Asker {
    /// The ledger's own: what has expired, who has left.
    Nobody,
    /// A request with a credential.
    Bearer(Arc<Credential>, Caller),
    /// The owner of the tenant, on the dashboard.
    Owner(Arc<TenantState>),
}

pub(super) enum Task {
    Decide {
        command: Command,
        /// What the audit log keeps of it, if it does.
        note: Option<Note>,
        reply: oneshot::Sender<Result<Decided, Refused>>,
    },
    Look(Box<dyn Look>),
}

/// An entry of the audit log, written together with what it tells.
pub(super) struct Note {
    pub(super) by: By,
    pub(super) deed: Box<dyn Tell>,
}

/// What the audit log keeps of a decision: nothing when nothing has been done.
pub(super) trait Tell: Send {
    fn tell(self: Box<Self>, decision: &Decision) -> Option<Deed>;
}

impl<F: FnOnce(&Decision) -> Option<Deed> + Send> Tell for F {
    fn tell(self: Box<Self>, decision: &Decision) -> Option<Deed> {
        self(decision)
    }
}

/// A look into a book, answered when all it saw is durable.
pub(super) trait Look: Send {
    fn look(&mut self, book: &MemoryBook, now: Time);
    fn answer(self: Box<Self>, acknowledged: Result<(), Refused>);
}

pub(super) struct Looking<F, T> {
    pub(super) question: Option<F>,
    pub(super) seen: Option<T>,
    pub(super) reply: oneshot::Sender<Result<T, Refused>>,
}

impl<F, T> Look for Looking<F, T>
where
    F: FnOnce(&MemoryBook, Time) -> T + Send,
    T: Send,
{
    fn look(&mut self, book: &MemoryBook, now: Time) {
        self.seen = self.question.take().map(|question| question(book, now));
    }

    fn answer(self: Box<Self>, acknowledged: Result<(), Refused>) {
        let seen = self.seen.ok_or(Refused::Unavailable);
        let _ = self.reply.send(acknowledged.and(seen));
    }
}

impl Job {
    /// One of the ledger's own, whose answer nobody reads.
    pub(super) fn own(command: Command) -> Self {
        Self {
            asker: Asker::Nobody,
            task: Task::Decide {
                command,
                note: None,
                reply: oneshot::channel().0,
            },
        }
    }

    /// Answers that it was not done. Nobody reads the answer of a client that has gone.
    pub(super) fn refuse(self, refused: Refused) {
        match self.task {
            Task::Decide { reply, .. } => {
                let _ = reply.send(Err(refused));
            }
            Task::Look(look) => look.answer(Err(refused)),
        }
    }
}

impl Asker {
    /// Whether it may still ask.
    pub(super) fn check(&self, now: Time, tiers: &Tiers) -> Result<(), Refused> {
        match self {
            Self::Bearer(credential, _) => credential.check(now, tiers),
            Self::Owner(tenant) if tenant.is_suspended() => Err(Refused::Suspended),
            Self::Nobody | Self::Owner(_) => Ok(()),
        }
    }

    fn tenant(&self) -> Option<&TenantState> {
        match self {
            Self::Nobody => None,
            Self::Bearer(credential, _) => Some(&credential.tenant),
            Self::Owner(tenant) => Some(tenant),
        }
    }

    /// What the tenant may have and has to do at this very moment. Those who wait were within their limits when they began
    /// to, so that the ledger's own commands have none.
    pub(super) fn limits(&self, tiers: &Tiers, expirations: usize) -> Limits {
        let tenant = self.tenant();
        let of_one_principal = match self {
            Self::Bearer(credential, _) => credential.token().and_then(|token| token.max_active),
            _ => None,
        };
        Limits {
            active_reservations: tenant
                .and_then(|tenant| tiers.of(tenant.tier()).active_reservations),
            of_one_principal,
            expirations,
            requires_registration: tenant.is_some_and(TenantState::requires_registration),
        }
    }
}
