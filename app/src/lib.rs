//! The dashboard: what is seen.
//!
//! The server renders every page; the browser receives HTML that works as it is, and a small WebAssembly module that
//! wakes the *islands* (parts that copy, reveal or tick). Nothing here knows a database, an HTTP framework or a clock:
//! what a page needs done it asks of a port, and the server provides the ports for each request.
//!
//! | module | holds |
//! |---|---|
//! | [`routes`] | every path of the dashboard, once |
//! | `root` | the HTML document and the page table |
//! | [`error`] | what a page can say when something went wrong |
//! | [`model`] | view models that travel to the browser |
//! | `ports` | narrow traits: what the server does for a page |
//! | [`functions`] | server functions, which islands call |
//! | `docs` | the documentation: Markdown of the repository in pieces |
//! | `live` | keeps an open page current |
//! | `pages` | one file a route |
//! | [`components`] | what several pages use, and the islands |
//!
//! Modules without a link exist on the server only (feature `ssr`).

// A page is one nested type; the compiler's default depth is for types that people write.
#![recursion_limit = "256"]

pub mod browser;
pub mod components;
pub mod error;
pub mod functions;
mod live;
pub mod model;
pub mod routes;

#[cfg(feature = "ssr")]
mod docs;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod ports;
#[cfg(feature = "ssr")]
mod root;

#[cfg(feature = "ssr")]
pub use root::{paths, shell};

/// The browser's entry: prepares the runtime that the islands are woken in, one after another, by the loader script.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
