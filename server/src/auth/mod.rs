//! Who is asking. Two domains that never see each other's credential: `api_key` is the API's side and knows no session;
//! everything else is the dashboard's (sessions, the two sign-ins, and what guards them) and never looks at
//! `X-Api-Key`.
//!
//! No handler can ask for both: each extractor exists for the states of its own domain alone.
//!
//! ```
//! use axum::{Router, routing::get};
//! use coop_locker::{auth::{DashboardState, DashboardUser, api_key::ApiPrincipal}, state::Services};
//!
//! let _ = Router::<Services>::new().route("/", get(async |_: ApiPrincipal| {}));
//! let _ = Router::<DashboardState>::new().route("/", get(async |_: DashboardUser| {}));
//! ```
//!
//! A program is nobody whom the dashboard could serve:
//!
//! ```compile_fail
//! use axum::{Router, routing::get};
//! use coop_locker::{auth::{DashboardState, DashboardUser, api_key::ApiPrincipal}, state::Services};
//!
//! let _ = Router::<DashboardState>::new().route("/", get(async |_: ApiPrincipal| {}));
//! ```
//!
//! A person is nobody whom the API could serve:
//!
//! ```compile_fail
//! use axum::{Router, routing::get};
//! use coop_locker::{auth::{DashboardState, DashboardUser, api_key::ApiPrincipal}, state::Services};
//!
//! let _ = Router::<Services>::new().route("/", get(async |_: DashboardUser| {}));
//! ```
//!
//! And nothing serves both at once:
//!
//! ```compile_fail
//! use axum::{Router, routing::get};
//! use coop_locker::{auth::{DashboardState, DashboardUser, api_key::ApiPrincipal}, state::Services};
//!
//! let _ = Router::<DashboardState>::new().route("/", get(async |_: ApiPrincipal, _: DashboardUser| {}));
//! ```

pub mod admin;
pub mod api_key;
mod by;
pub mod csrf;
pub mod dev;
pub mod exchange;
mod failure;
mod fetch;
mod fresh;
pub mod google;
pub mod host;
pub mod jwks;
mod jwt;
mod outbound;
mod return_to;
pub mod session;
mod sign_in_as;
mod state;
mod user;

pub use admin::{AdminIdentity, is_admin};
pub use by::by;
pub use failure::Failure;
pub use fresh::FreshSignIn;
pub use return_to::return_to;
use sign_in_as::sign_in_as;
pub use state::DashboardState;
pub use user::{DashboardUser, Person};
