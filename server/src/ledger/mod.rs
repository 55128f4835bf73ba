//! The write path: one writer decides every command, one tenant's after another, and makes them durable together.
//!
//! Commands that arrive while a commit is under way ride in the next one, so disk flushes are shared (group commit).
//! Nothing that saw a change is answered before that change is durable. Every change of a credential goes through the
//! same writer: what is decided after a rotation was committed is refused, however early it arrived.

mod applier;
mod batch;
mod books;
mod contention;
mod counting;
mod credential;
mod credentials;
mod day_count;
mod event_log;
mod feed;
mod forget;
mod handle;
mod hour_counts;
mod job;
mod load;
mod logged;
mod mutation;
mod operations;
mod queue;
mod read;
mod readers;
mod recovery;
mod round;
mod row;
mod settled;
mod stored;
mod streams;
mod tables;
#[cfg(test)]
mod test_tables;
mod usage;
mod waiting;
mod window;
mod writer;

pub use contention::Contended;
pub use credential::{Credential, ExchangedToken, TenantState};
pub use credentials::{Credentials, Found};
pub use feed::{Commit, News, RecentEvent, Watch};
pub use handle::{Decided, Ledger, Refused, Running, start};
pub use hour_counts::{Count, HourSlot};
pub use logged::{EarlierEvents, EventFilter, EventPage, LoggedEvent, LoggedExtra};
pub use mutation::{Effect, Mutation, MutationError};
pub use read::{ReservationFilter, ReservationPage, ReservationPosition};
pub use settled::Settled;
pub use streams::{OpenPage, OpenStream};
pub use usage::{KeyAtWork, KeyUsage};
pub use writer::Fatal;
