//! A tenant's events, as they are shown. The log is the truth: whatever is shown was read from it.

mod shown;

pub use shown::{EVENT_TYPES, ShownEvent};
