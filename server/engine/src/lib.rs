//! The pure core of Coop Locker: what a reservation is, and how one is decided.
//!
//! [`decide()`] is the only place where the rules live. It looks at a [`Book`], takes a [`Command`] and the time, and
//! says what the answer is, what changes, and which events tell of it. It does no I/O, reads no clock and draws no
//! random number: the time and fresh release tokens are arguments. So the same crate runs in the server and in a
//! browser, and a test can put it into any situation at any time.
//!
//! Texts and numbers from outside become types once ([`ResourceName`], [`Requester`], [`Label`], [`Ttl`],
//! [`ReleaseToken`]) and are never checked again.

mod book;
mod closure;
mod command;
mod decide;
mod definition;
mod event;
mod hold;
mod label;
mod limits;
mod mode;
mod name;
mod outcome;
mod path;
mod principal;
mod problem;
mod refusal;
mod requester;
mod reservation;
mod revision;
#[cfg(test)]
mod testing;
mod text;
mod ticket;
mod time;
mod token;
mod ttl;

pub use book::{Book, Corrupt, MemoryBook, Place, Side};
pub use closure::Closure;
pub use command::{
    Caller, CheckItem, Command, ForceReleaseItem, Method, RegisterItem, RenewItem, ReserveItem,
    Transaction, UnreserveItem, VerifyItem, Wait,
};
pub use decide::{Change, Decision, decide};
pub use definition::{Capacity, CapacityError, Definition};
pub use event::{Event, EventKind, Reason, Subject};
pub use hold::{Held, Hold, Holds, Slot};
pub use label::Label;
pub use limits::Limits;
pub use mode::Mode;
pub use name::ResourceName;
pub use outcome::{
    CheckOutcome, Denial, Outcome, Released, RenewOutcome, ReserveOutcome, TransactionOutcome,
    UnreserveOutcome, VerifyOutcome, Would,
};
pub use path::Path;
pub use principal::{IssuerId, Principal};
pub use problem::DefinitionProblem;
pub use refusal::{By, CycleStep, Obstacle, Refusal, RefusalStatus, Relation};
pub use requester::Requester;
pub use reservation::Reservation;
pub use revision::Revision;
pub use text::TextError;
pub use ticket::{Ask, Listener, Ticket, TicketId, WaiterId, Want};
pub use time::Time;
pub use token::ReleaseToken;
pub use ttl::{Ttl, TtlError};
