//! Who is asking. The dashboard's side: sessions, the two sign-ins, and what guards them.
//!
//! Nothing here looks at `X-Api-Key`, and nothing here can be turned into an API caller.

pub mod csrf;
pub mod dev;
mod failure;
mod fetch;
pub mod google;
pub mod host;
pub mod jwks;
mod return_to;
pub mod session;
mod state;
mod user;

pub use failure::Failure;
pub use return_to::return_to;
pub use state::DashboardState;
pub use user::{DashboardUser, Person};
