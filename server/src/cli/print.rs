//! The terminal.

use std::io::Write as _;

use crate::lifecycle::StartError;

/// A reader that has gone (`coop-locker ... | head`) is no error of ours.
pub(super) fn text(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

pub(super) fn error(error: &StartError) {
    let _ = writeln!(std::io::stderr(), "coop-locker: {error}");
}
