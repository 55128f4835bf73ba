//! `/api/v1/events`.

mod ends;
mod history;
mod stream;
