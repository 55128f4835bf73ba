use super::respond;
use crate::{error::AppError, model::KeyValue, routes};

/// What a page or a server function may do to the HTTP answer around it.
pub trait Respond: Send + Sync {
    /// Sets the status.
    fn status(&self, code: u16);

    /// Forbids every cache to keep the answer.
    fn no_store(&self);

    /// Sends a browser that navigates on to `path`. A call by script keeps its answer.
    fn redirect(&self, path: &str);
}

/// Sends a key's value to an island: no cache may keep it, and an error gets its own status instead of 500.
///
/// A form that is posted here without script is sent on to the dashboard; without that, leptos would follow the
/// `Referer`.
///
/// # Errors
/// Hands `result`'s error on. Without an answer to mark as `no-store` there is no value: [`AppError::Unexpected`].
pub fn secret(result: Result<KeyValue, AppError>) -> Result<KeyValue, AppError> {
    let respond = respond().ok_or(AppError::Unexpected)?;
    respond.no_store();
    match &result {
        Ok(_) => respond.redirect(routes::DASHBOARD),
        Err(error) => respond.status(error.status()),
    }
    result
}
