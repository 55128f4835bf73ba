//! The control plane: few rows, portable SQL, every statement run on both databases by the contract suite.

mod account;
mod api_keys;
mod audit;
mod meta;
mod sessions;
mod tenants;
mod usage;

pub use api_keys::{CredentialRow, NewApiKey};
pub use audit::FIRST_HASH;
