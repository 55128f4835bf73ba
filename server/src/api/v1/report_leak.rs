//! `POST /keys/report-leak`.

use axum::{
    Json,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::ApiState;
use crate::{
    api::{body, json, openapi::ProblemBody},
    auth::{api_key, by},
    client::Client,
    domain::api_keys::{self, Leak},
    keyring::KeyText,
    model::Actor,
    problem::Problem,
};

/// A value that was found where it should not be.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "documents the body, which is read strictly by hand so that every problem is named"
)]
pub(super) struct LeakReport {
    /// The whole value.
    key: String,
}

/// The same whatever the value was: who asks learns nothing about it.
#[derive(Serialize, ToSchema)]
pub(super) struct LeakReceived {
    /// `RECEIVED`.
    status: &'static str,
}

/// Takes a leaked key out of use. Needs no key but the one that leaked: a further key is revoked, the default key gets a
/// new value, and the owner sees why.
#[utoipa::path(
    post,
    path = "/api/v1/keys/report-leak",
    tag = "Authentication",
    request_body = LeakReport,
    responses(
        (status = 200, description = "Received; done, if it was a key", body = LeakReceived),
        (status = 400, description = "The body cannot be used", body = ProblemBody),
        (status = 408, description = "The body did not arrive in time", body = ProblemBody),
        (status = 413, description = "The body is too long", body = ProblemBody),
        (status = 415, description = "The body is not JSON", body = ProblemBody),
        (status = 429, description = "Too many values from this address", body = ProblemBody),
        (status = 503, description = "Not acknowledged", body = ProblemBody),
    ),
)]
pub(super) async fn report_leak(
    State(state): State<ApiState>,
    request: Request<Body>,
) -> Result<Response, Problem> {
    let (parts, request) = request.into_parts();
    // Every report counts as a try, whatever comes of it: else whoever guesses would guess here.
    let services = &state.services;
    let proxies = services.settings.trusted_proxies;
    let client = Client::of(&parts.headers, &parts.extensions, proxies);
    api_key::count_try(state.limiter.failed_authentications(), &client)?;
    let body = body::read_up_to(body::LONGEST, &parts.headers, request).await?;
    let key = json::object(&body, |fields| fields.required("key", json::string))?;
    if let Ok(value) = KeyText::parse(&key) {
        let leak = api_keys::report_leak(
            &services.ledger,
            &services.keyring,
            &services.clock,
            &value,
            by(Actor::Finder, &services.settings, &parts),
        )
        .await?;
        if leak != Leak::Nothing {
            tracing::warn!(key = value.hint(), ?leak, "a leaked key was reported");
        }
    }
    Ok(Json(LeakReceived { status: "RECEIVED" }).into_response())
}
