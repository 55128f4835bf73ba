//! What the dashboard needs done for it: narrow traits that the server implements.
//!
//! For every request the server puts each port into leptos' context as `Arc<dyn …>`, bound to the signed-in person.
//! A page takes it out with the function of the same noun; a port that is missing is a fault of the server's, told as
//! one instead of a panic.

mod account;
mod admin;
mod audit;
mod events;
#[cfg(test)]
pub(crate) mod fake;
mod issuers;
mod keys;
mod reference;
mod reservations;
mod resources;
mod respond;
mod settings;
mod site;
mod usage;

pub use account::AccountPort;
pub use admin::AdminPort;
pub use audit::AuditPort;
pub use events::EventsPort;
pub use issuers::IssuersPort;
pub use keys::KeysPort;
pub use reference::ApiReference;
pub use reservations::ReservationsPort;
pub use resources::ResourcesPort;
pub use respond::{Respond, secret};
pub use settings::SettingsPort;
pub use site::{Problem, Site};
pub use usage::UsagePort;

use crate::{error::AppError, model::Moment};
use leptos::prelude::use_context;
use std::sync::Arc;

/// The keys of the signed-in person's tenant.
pub(crate) fn keys() -> Result<Arc<dyn KeysPort>, AppError> {
    use_context().ok_or(AppError::Unexpected)
}

/// The trusted issuers of the signed-in person's tenant.
pub(crate) fn issuers() -> Result<Arc<dyn IssuersPort>, AppError> {
    use_context().ok_or(AppError::Unexpected)
}

/// The reservations of the signed-in person's tenant.
pub(crate) fn reservations() -> Result<Arc<dyn ReservationsPort>, AppError> {
    use_context().ok_or(AppError::Unexpected)
}

/// The definitions of the signed-in person's tenant.
pub(crate) fn resources() -> Result<Arc<dyn ResourcesPort>, AppError> {
    use_context().ok_or(AppError::Unexpected)
}

/// The events of the signed-in person's tenant.
pub(crate) fn events() -> Result<Arc<dyn EventsPort>, AppError> {
    use_context().ok_or(AppError::Unexpected)
}

/// The usage of the signed-in person's tenant.
pub(crate) fn usage() -> Result<Arc<dyn UsagePort>, AppError> {
    use_context().ok_or(AppError::Unexpected)
}

/// The audit log of the signed-in person's tenant.
pub(crate) fn audit() -> Result<Arc<dyn AuditPort>, AppError> {
    use_context().ok_or(AppError::Unexpected)
}

/// The settings of the signed-in person's tenant.
pub(crate) fn settings() -> Result<Arc<dyn SettingsPort>, AppError> {
    use_context().ok_or(AppError::Unexpected)
}

/// What the operator's people see.
pub(crate) fn admin() -> Result<Arc<dyn AdminPort>, AppError> {
    use_context().ok_or(AppError::Unexpected)
}

/// The API's description; none when the server has none that can be shown.
pub(crate) fn api_reference() -> Option<ApiReference> {
    use_context()
}

/// Who is signed in.
pub(crate) fn account() -> Result<Arc<dyn AccountPort>, AppError> {
    use_context().ok_or(AppError::Unexpected)
}

/// The answer under way; none while no request is being answered.
pub(crate) fn respond() -> Option<Arc<dyn Respond>> {
    use_context()
}

/// The facts of this page render.
pub(crate) fn site() -> Site {
    use_context().unwrap_or_default()
}

/// The server's clock at the start of this render.
pub(crate) fn now() -> Moment {
    use_context().unwrap_or_default()
}
