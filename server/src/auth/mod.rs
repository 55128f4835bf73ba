//! Who is asking. Two domains that never see each other's credential: `api_key` is the API's side and knows no session;
//! everything else is the dashboard's (sessions, the two sign-ins, and what guards them) and never looks at
//! `X-Api-Key`.

pub mod api_key;
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
