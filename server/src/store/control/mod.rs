//! The control plane: few rows, portable SQL, every statement run on both databases by the contract suite.

mod access_tokens;
mod account;
mod api_keys;
mod audit;
mod exchanges;
mod issuers;
mod meta;
mod sessions;
mod tenants;
mod usage;
mod usage_hours;

pub use access_tokens::TokenRow;
pub use api_keys::{CredentialRow, NewApiKey};
pub use audit::FIRST_HASH;
pub(crate) use audit::{APPEND as APPEND_AUDIT, LAST as LAST_AUDIT};
