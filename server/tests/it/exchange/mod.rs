//! JWT exchange: a tenant's own JWTs, signed with real keys that lie on a server within the test, and what the tokens open
//! that they are exchanged for.

mod acting;
mod addresses;
mod audience;
mod cases;
mod checks;
pub mod documented;
mod doors;
mod ends;
mod jwks;
mod limits;
mod switches;
mod world;

pub use world::{KeyServer, LOOPBACK, World, set as key_set, settings as issuer_settings};
