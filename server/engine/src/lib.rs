//! The pure core of Coop Locker: what a reservation is, and how one is decided.

mod label;
mod name;
mod principal;
mod requester;
mod revision;
mod text;
mod time;
mod token;
mod ttl;

pub use label::Label;
pub use name::ResourceName;
pub use principal::{IssuerId, Principal};
pub use requester::Requester;
pub use revision::Revision;
pub use text::TextError;
pub use time::Time;
pub use token::ReleaseToken;
pub use ttl::{Ttl, TtlError};
