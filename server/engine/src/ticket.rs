use std::sync::Arc;

use crate::{Method, Mode, Path, Principal, ReserveItem, ResourceName, Time, Transaction};

/// The number of a request that waits, by which the answer finds it. Whoever submits commands never uses one twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WaiterId(u64);

impl WaiterId {
    /// From its number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

/// The number of a ticket: its place among all waiting of the tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TicketId(u64);

impl TicketId {
    /// Before the first ticket.
    pub const ZERO: Self = Self(0);

    /// The place behind this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// From its number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

/// A place in the line of those who wait. It is kept in memory only: waiting does not outlive the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Its place.
    pub id: TicketId,
    /// Who waits.
    pub principal: Principal,
    /// For what.
    pub ask: Ask,
    /// Everything that this needs. It cannot be redefined while somebody waits for it.
    pub wants: Vec<Want>,
    /// The requests that wait for the answer, the first one first. Without any, nothing is granted and nothing claimed.
    pub listeners: Vec<Listener>,
    /// Until when the place is kept while nobody listens.
    pub kept_until: Time,
}

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// One reservation.
    Reserve(ReserveItem),
    /// Several, as a transaction.
    Transaction(Transaction),
}

/// A request that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Which one.
    pub waiter: WaiterId,
    /// What it asked for, with the tokens that are fresh in it.
    pub ask: Ask,
    /// The label of its key or issuer.
    pub label: Arc<str>,
    /// From this moment on it is answered with a refusal.
    pub until: Time,
}

/// A resource that is needed, by its name. Which slot of a pool it will be is decided at the grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// The name that was asked for, or that of a blocker.
    pub name: ResourceName,
    /// Where it stands in a tree.
    pub path: Path,
    /// How it is wanted.
    pub mode: Mode,
}

impl Ticket {
    /// Whether somebody waits for the answer.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        !self.listeners.is_empty()
    }

    /// How many reservations it counts for while somebody listens: as many as it may become.
    #[must_use]
    pub fn weight(&self) -> u64 {
        if self.is_heard() {
            self.ask.weight()
        } else {
            0
        }
    }

    /// When something about it has to be done at the latest.
    #[must_use]
    pub fn deadline(&self) -> Time {
        let answers = self.listeners.iter().map(|listener| listener.until);
        answers.min().unwrap_or(self.kept_until)
    }
}

impl Ask {
    /// The items asked for.
    #[must_use]
    pub fn items(&self) -> &[ReserveItem] {
        match self {
            Self::Reserve(item) => std::slice::from_ref(item),
            Self::Transaction(transaction) => &transaction.items,
        }
    }

    pub(crate) fn weight(&self) -> u64 {
        match self {
            Self::Transaction(transaction) if transaction.method == Method::AllOrNone => {
                transaction.items.len() as u64
            }
            _ => 1,
        }
    }

    pub(crate) const fn method(&self) -> Option<Method> {
        match self {
            Self::Reserve(_) => None,
            Self::Transaction(transaction) => Some(transaction.method),
        }
    }

    /// Whether it asks for just that; TTL, tag and metadata may differ.
    pub(crate) fn is_for(&self, method: Option<Method>, items: &[ReserveItem]) -> bool {
        let mine = self.items();
        self.method() == method
            && mine.len() == items.len()
            && mine
                .iter()
                .zip(items)
                .all(|(a, b)| a.resource == b.resource && a.mode == b.mode)
    }
}
