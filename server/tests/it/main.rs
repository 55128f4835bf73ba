//! Integration tests: one binary, so that everything is linked once. The folders mirror the URL table.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails there")]

mod admin;
mod api;
mod architecture;
mod audit;
mod cli;
mod clients;
mod connections;
mod crash;
mod dashboard;
mod docs;
mod exchange;
mod isolation;
mod jobs;
mod ledger;
mod linear;
mod logs;
mod openapi;
mod promises;
mod races;
mod resume;
mod sign_in;
mod store;
mod support;
mod usage;
mod usage_hours;
