//! The rules, one by one.

mod expire;
mod reserve;
mod unreserve;
