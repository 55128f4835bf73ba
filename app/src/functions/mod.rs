//! Server functions: what islands call. Each takes its port from the context and calls it; all are POST, below `/fn`.

mod api_keys;

pub use api_keys::{RevealKey, RotateKey, reveal_key, rotate_key};
