//! A tenant's events, as they are shown. The log is the truth: whatever is shown was read from it.

mod frame;
mod shown;
mod stream;

pub use shown::{EVENT_TYPES, ShownEvent};
pub use stream::{Resume, Subscription, open};
