//! What tests share: a server within the process, on a clock that they turn.

mod app;
mod clock;
mod http;

pub use app::{App, Tenant};
pub use clock::ManualClock;
pub use http::Answer;
