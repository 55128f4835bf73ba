//! Coop Locker: an open, self-hosted reservation service over plain HTTP.
//!
//! Decisions (`coop-engine`, `model`, `keyring`) do no I/O. Effects (`store`, `ledger`, `clock`, `random`) decide
//! nothing. Doors (`api`, `dashboard`, `cli`) translate. `docs/ARCHITECTURE.md` walks through a request.

pub mod auth;
mod base62;
pub mod clock;
pub mod config;
pub mod dashboard;
pub mod domain;
pub mod keyring;
pub mod ledger;
pub mod model;
pub mod problem;
pub mod random;
pub mod state;
pub mod store;
