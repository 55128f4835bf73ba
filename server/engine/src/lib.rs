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
mod command;
mod decide;
mod event;
mod label;
mod limits;
mod name;
mod outcome;
mod principal;
mod requester;
mod reservation;
mod revision;
#[cfg(test)]
mod testing;
mod text;
mod time;
mod token;
mod ttl;

pub use book::{Book, Corrupt, MemoryBook};
pub use command::{Caller, Command, ReserveItem, UnreserveItem};
pub use decide::{Change, Decision, decide};
pub use event::{Event, EventKind};
pub use label::Label;
pub use limits::Limits;
pub use name::ResourceName;
pub use outcome::{Denial, Outcome, ReserveOutcome, UnreserveOutcome};
pub use principal::{IssuerId, Principal};
pub use requester::Requester;
pub use reservation::Reservation;
pub use revision::Revision;
pub use text::TextError;
pub use time::Time;
pub use token::ReleaseToken;
pub use ttl::{Ttl, TtlError};
