//! Coop Locker: an open, self-hosted reservation service over plain HTTP.
//!
//! Decisions (`coop-engine`, `model`, `keyring`) do no I/O. Effects (`store`, `ledger`, `clock`, `random`) decide
//! nothing. Doors (`api`, `dashboard`, `cli`) translate. `docs/ARCHITECTURE.md` walks through a request.

pub mod api;
pub mod auth;
mod base62;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod dashboard;
pub mod domain;
pub mod events;
pub mod jobs;
pub mod keyring;
pub mod ledger;
pub mod lifecycle;
pub mod model;
pub mod problem;
pub mod random;
pub mod rate_limit;
pub mod router;
pub mod state;
pub mod store;
pub mod telemetry;
