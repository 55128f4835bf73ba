//! Reads bodies before anybody else sees them: forms are small and arrive at once.

use std::time::Duration;

use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::StatusCode;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use crate::auth::Failure;

/// The largest form, in bytes.
const LARGEST: usize = 64 * 1024;
/// The longest that one may take to arrive.
const LONGEST: Duration = Duration::from_secs(15);

/// Lets a request pass with its whole body, or not at all.
pub(super) async fn read(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let failure = match tokio::time::timeout(LONGEST, Limited::new(body, LARGEST).collect()).await {
        Ok(Ok(body)) => {
            let request = Request::from_parts(parts, Body::from(body.to_bytes()));
            return next.run(request).await;
        }
        Ok(Err(error)) if error.is::<LengthLimitError>() => Failure::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The form is too large",
            "Nothing was done. No form of the dashboard is longer than 64 KiB.",
        ),
        Ok(Err(_)) => Failure::bad_form("It did not arrive in one piece. Nothing was done."),
        Err(_) => Failure::new(
            StatusCode::REQUEST_TIMEOUT,
            "The form did not arrive in time",
            "Nothing was done. Try again.",
        ),
    };
    failure.into_response()
}
