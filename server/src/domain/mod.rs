//! The product's verbs. They know nothing of HTTP, HTML or SQL.

pub mod account;
mod active;
pub mod admin;
pub mod api_keys;
pub mod audit;
mod error;
pub mod events;
pub mod exchange;
pub mod housekeeping;
pub mod issuers;
mod new_tenant;
pub mod overview;
pub mod reservations;
pub mod resources;
pub mod sessions;
pub mod settings;
pub mod sign_in;
pub mod tenants;
pub mod usage;

pub use error::Error;
