//! The rules, one by one.

mod blockers;
mod check;
mod definitions;
mod expire;
mod force;
mod lock_delays;
mod modes;
mod pools;
mod renew;
mod reserve;
mod transactions;
mod trees;
mod unreserve;
mod verify;
mod waiting;
mod waiting_together;
