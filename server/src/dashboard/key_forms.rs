//! What the pages with keys on them post: it works without scripting.

use app::{
    error::AppError,
    model::{Refused, Shown, ShownBecause},
    ports::KeysPort as _,
    routes::{self, action},
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, Request, StatusCode, header, request::Parts},
    response::Response,
};
use serde::Deserialize;

use super::{
    Ui,
    asker::Asker,
    forms::{done, read_form, to_sign_in},
    pages::{Extra, render},
};

#[derive(Deserialize)]
struct KeyForm {
    action: String,
    key: Option<String>,
    version: Option<i64>,
    #[serde(default)]
    label: String,
}

/// What came of a form.
enum Done {
    /// A value, to be shown once.
    Shown(Shown),
    /// Nothing to show; the page says that it was done.
    Told(&'static str),
}

/// `POST /dashboard`: reveals or rotates a key, and answers with the page that shows it, once.
pub(super) async fn dashboard(State(ui): State<Ui>, request: Request<Body>) -> Response {
    let (parts, form) = read_form::<KeyForm>(request).await;
    let asker = Asker::new(ui.state.clone(), parts.clone());
    let result = match form {
        Ok(form) => perform(&asker, &form).await,
        Err(error) => Err(error),
    };
    let extra = match result {
        Ok(Done::Shown(shown)) => Extra {
            shown: Some(shown),
            ..Extra::default()
        },
        Ok(Done::Told(action)) => return done(routes::KEYS, action),
        Err(AppError::SignedOut) => return to_sign_in(routes::DASHBOARD),
        Err(error) => Extra::of(error),
    };
    answer(&ui, parts, extra, None).await
}

/// `POST /dashboard/keys`: everything that can be done with keys.
pub(super) async fn keys(State(ui): State<Ui>, request: Request<Body>) -> Response {
    let (parts, form) = read_form::<KeyForm>(request).await;
    let asker = Asker::new(ui.state.clone(), parts.clone());
    let (label, result) = match form {
        Ok(form) => {
            let result = perform(&asker, &form).await;
            // What was typed to confirm is not typed for the person once more.
            let typed = form.action == action::CREATE || form.action == action::RENAME;
            let label = if typed { form.label } else { String::new() };
            (label, result)
        }
        Err(error) => (String::new(), Err(error)),
    };
    let extra = match result {
        Ok(Done::Shown(shown)) => Extra {
            shown: Some(shown),
            ..Extra::default()
        },
        Ok(Done::Told(action)) => return done(routes::KEYS, action),
        Err(AppError::SignedOut) => return to_sign_in(routes::KEYS),
        // What a person can mend is said on the page itself.
        Err(error @ (AppError::Invalid(_) | AppError::Forbidden(_) | AppError::Stale)) => {
            let status = StatusCode::from_u16(error.status()).ok();
            let extra = Extra {
                refused: Some(Refused { error, label }),
                ..Extra::default()
            };
            return answer(&ui, parts, extra, status).await;
        }
        Err(error) => Extra::of(error),
    };
    answer(&ui, parts, extra, None).await
}

async fn perform(asker: &Asker, form: &KeyForm) -> Result<Done, AppError> {
    let shown = |value, because| Done::Shown(Shown { value, because });
    match (form.action.as_str(), &form.key, form.version) {
        (action::REVEAL, Some(key), _) => {
            let value = asker.reveal(key).await?;
            Ok(shown(value, ShownBecause::Revealed))
        }
        (action::ROTATE, Some(key), Some(version)) => {
            let value = asker.rotate(key, version).await?;
            Ok(shown(value, ShownBecause::Rotated))
        }
        (action::CREATE, None, _) => {
            let value = asker.create(&form.label).await?;
            Ok(shown(value, ShownBecause::Created))
        }
        (action::RENAME, Some(key), _) => {
            asker.rename(key, &form.label).await?;
            Ok(Done::Told(action::RENAME))
        }
        (action::REVOKE, Some(key), _) => {
            asker.revoke(key, &form.label).await?;
            Ok(Done::Told(action::REVOKE))
        }
        _ => Err(AppError::Invalid(
            "The form asks for something unknown. Reload the page and try again.".into(),
        )),
    }
}

/// The page of the form, kept by nobody: it may hold a value.
async fn answer(ui: &Ui, parts: Parts, extra: Extra, status: Option<StatusCode>) -> Response {
    let mut response = render(ui, parts, extra).await;
    if let Some(status) = status {
        *response.status_mut() = status;
    }
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
