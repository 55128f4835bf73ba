//! `/api/v1/events`.

mod history;
