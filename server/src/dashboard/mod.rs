//! The UI door.

use axum::Router;

use crate::state::Services;

/// Everything that is not the API.
pub fn router(_services: Services) -> Router {
    Router::new()
}
