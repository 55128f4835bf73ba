//! From the first line of the log to the last.

mod accept;
mod event_stream;
mod open;
mod serve;
mod signals;

pub use accept::accept;
pub use open::{Opening, StartError, open};
pub use serve::serve;
