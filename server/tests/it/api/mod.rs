//! The REST API, URL by URL.

mod authentication;
mod check;
mod definitions;
mod errors;
mod events;
mod limits;
mod list;
mod register;
mod renew;
mod report_leak;
mod reserve;
mod transaction;
mod unreserve;
mod verify;
mod waiting;
mod whoami;
