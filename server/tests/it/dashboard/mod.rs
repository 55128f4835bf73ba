//! The dashboard's door, as a browser meets it.

mod audit;
pub mod browser;
mod claim;
mod dev_sign_in;
mod documentation;
mod events;
mod failures;
mod files;
mod guards;
mod headers;
mod issuers;
pub mod keys;
mod keys_page;
mod live;
mod parts;
pub mod reservations;
mod resources;
mod session;
mod settings;
mod usage;

pub use browser::Browser;
