use crate::{error::AppError, model::KeyValue};
use leptos::prelude::*;

/// The value of a key, once more.
///
/// # Errors
/// What the port says; [`AppError::Unreachable`] in the browser when there is no answer.
#[server(endpoint = "keys/reveal")]
pub async fn reveal_key(
    /// The key's id.
    id: String,
) -> Result<KeyValue, AppError> {
    use crate::ports;
    let keys = ports::keys()?;
    ports::secret(keys.reveal(&id).await)
}

/// Replaces the value of a key and answers with the new one.
///
/// # Errors
/// What the port says, [`AppError::Stale`] among it; [`AppError::Unreachable`] in the browser when there is no answer.
#[server(endpoint = "keys/rotate")]
pub async fn rotate_key(
    /// The key's id.
    id: String,
    /// The version that the person saw.
    version: i64,
) -> Result<KeyValue, AppError> {
    use crate::ports;
    let keys = ports::keys()?;
    ports::secret(keys.rotate(&id, version).await)
}
