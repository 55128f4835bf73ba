//! The OpenAPI document, made from the handlers themselves.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::header;
use serde::Serialize;
use utoipa::{
    Modify, OpenApi, ToSchema,
    openapi::{
        RefOr,
        response::Response as Documented,
        security::{ApiKey, ApiKeyValue, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

use super::v1;

/// Every answer that is not a success (RFC 9457, with the flat fields `code` and `error` beside it).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProblemBody {
    /// The documentation of this code.
    r#type: String,
    title: String,
    status: u16,
    /// What happened and what to do.
    detail: String,
    /// Stable, for programs.
    code: String,
    /// The same as `detail`.
    error: String,
    /// Finds the request in the server's log.
    request_id: String,
    /// Everything that is wrong with a body or a query.
    errors: Option<Vec<FieldProblemBody>>,
    /// With 429: whose limit it is; null when no tier's.
    tier: Option<String>,
    /// With 429: how much is allowed.
    limit: Option<u64>,
    /// With 429: `rate`, `daily`, `activeReservations`, `waiters`, `eventStreams`, `authentication`.
    limit_type: Option<String>,
    /// With 429: whole seconds.
    retry_after: Option<u64>,
    /// With 429 and `TIER_REQUIRED`: whether a higher tier would allow it.
    upgrade_required: Option<bool>,
}

/// One thing that is wrong.
#[derive(Serialize, ToSchema)]
pub(super) struct FieldProblemBody {
    /// A JSON pointer (RFC 6901) into the body, or the name of a query parameter.
    pointer: String,
    message: String,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Coop Locker",
        description = "Reserves named resources, so that two programs never work on the same thing at once.",
        license(name = "MIT", identifier = "MIT"),
    ),
    modifiers(&KeyHeader),
    tags(
        (name = "Reservations", description = "Who holds what"),
        (name = "Resources", description = "What a tenant has said about its resources"),
        (name = "Events", description = "What happened"),
        (name = "Authentication", description = "Whose key it is"),
    ),
)]
struct Document;

struct KeyHeader;

impl Modify for KeyHeader {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let header = ApiKeyValue::with_description("X-Api-Key", "The only credential of the API.");
        let scheme = SecurityScheme::ApiKey(ApiKey::Header(header));
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("apiKey", scheme);
    }
}

/// The document as it is served, pretty-printed.
///
/// # Panics
/// Never: the document is made of strings and maps.
#[must_use]
pub fn document() -> String {
    let (_, mut document) = OpenApiRouter::with_openapi(Document::openapi())
        .merge(v1::routes())
        .split_for_parts();
    let items = document.paths.paths.values_mut();
    for operation in items
        .flat_map(|item| [&mut item.get, &mut item.post, &mut item.delete])
        .flatten()
    {
        for response in operation.responses.responses.values_mut() {
            if let RefOr::T(response) = response {
                name_problem(response);
            }
        }
    }
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// A handler says that it refuses with a [`ProblemBody`]; that such a body has a media type of its own is said here.
fn name_problem(response: &mut Documented) {
    let own = format!("#/components/schemas/{}", ProblemBody::name());
    let contents = std::mem::take(&mut response.content).into_iter();
    response.content = contents
        .map(|(media_type, content)| match &content {
            RefOr::T(body) if matches!(&body.schema, Some(RefOr::Ref(schema)) if schema.ref_location == own) => {
                ("application/problem+json".to_owned(), content)
            }
            _ => (media_type, content),
        })
        .collect();
}

/// The same, made once.
#[must_use]
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(document);
    TEXT.as_str()
}

/// Answers with it.
pub(super) fn json() -> Response {
    (
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "public, max-age=300"),
        ],
        text(),
    )
        .into_response()
}
