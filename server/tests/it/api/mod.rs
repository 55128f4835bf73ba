//! The REST API, URL by URL.

mod authentication;
mod errors;
mod limits;
mod list;
mod report_leak;
mod reserve;
mod unreserve;
mod whoami;
