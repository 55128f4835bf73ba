//! What an owner decides about his tenant as a whole.

mod delete;
mod registration;
mod rename;
mod reveal;

pub use delete::{delete, forget_ownerless};
pub use registration::require_registration;
pub use rename::rename;
pub use reveal::{keep_values, stop_keeping_values};
