//! From the first line of the log to the last.

mod accept;
mod open;
mod serve;
mod signals;

pub use open::{Opening, StartError, open};
pub use serve::serve;
