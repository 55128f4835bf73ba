//! What tests share: a server within the process, on a clock that they turn; and the real binary, over TCP.

mod app;
mod clock;
mod events;
mod http;
pub mod jwt;
pub mod keys;
mod postgres;
pub mod schema;
mod server;
mod sse;
mod wire;

pub use app::{App, Tenant, by};
pub use clock::ManualClock;
pub use events::EVENTS;
pub use http::Answer;
pub use postgres::Postgres;
pub use server::{Server, Site};
pub use sse::{EventStream, Frame, WireStream};
pub use wire::{Connection, Reply};
