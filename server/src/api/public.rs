//! Public, without a key: health, the OpenAPI document, the format of keys.

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};

use super::{ApiState, openapi};
use crate::{
    keyring::{ALPHABET, API_KEY_PREFIX, CHECKSUM_LENGTH, RANDOM_LENGTH, TOKEN_PREFIX},
    problem::Problem,
    state::Services,
};

pub(super) fn routes() -> Router<ApiState> {
    Router::new()
        .route("/health/live", get(async || "ok\n"))
        .route("/health/ready", get(ready))
        .route("/openapi.json", get(async || openapi::json()))
        .route(
            "/.well-known/api-key-format",
            get(async || Json(api_key_format())),
        )
}

/// Ready means that the store answers, and takes what is committed.
async fn ready(State(services): State<Services>) -> Response {
    let answer = async { services.ledger.read().await?.meta("master_key").await };
    match answer.await {
        Ok(_) => "ok\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "the store does not answer");
            Problem::unavailable().into_response()
        }
    }
}

/// What a key looks like, for secret scanners and input fields.
fn api_key_format() -> Value {
    json!({
        "prefixes": { "apiKey": API_KEY_PREFIX, "exchangedToken": TOKEN_PREFIX },
        "regex": format!("coop_(sk|at)_[0-9A-Za-z]{{{}}}", RANDOM_LENGTH + CHECKSUM_LENGTH),
        "randomCharacters": RANDOM_LENGTH,
        "checksumCharacters": CHECKSUM_LENGTH,
        "alphabet": ALPHABET,
        "checksum": "The last six characters are the CRC-32 (ISO-HDLC) of everything before them, in base62, most \
            significant digit first.",
    })
}
