//! The dashboard's door, as a browser meets it.

mod browser;
mod claim;
mod dev_sign_in;
mod failures;
mod files;
mod guards;
mod headers;
mod keys;
mod keys_page;
mod session;

use browser::Browser;
