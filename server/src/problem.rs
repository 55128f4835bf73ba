//! What an answer says when it is not what was asked for. This file alone knows status codes.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::{domain, model::Tier, random};

static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names one request in answers and in the log.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

impl RequestId {
    /// A new one.
    #[must_use]
    pub fn generate() -> Self {
        Self(format!("{:016x}", random::u64()))
    }
}

/// One thing that is wrong with a body or a query.
#[derive(Clone, Debug, Serialize)]
pub struct FieldProblem {
    /// Where, as a JSON pointer (RFC 6901) into the body, or the name of a query parameter.
    pub pointer: String,
    /// What.
    pub message: String,
}

/// What a limit was.
#[derive(Clone, Debug)]
pub struct LimitExceeded {
    /// `rate`, `activeReservations`, ...
    pub limit_type: &'static str,
    /// How much is allowed.
    pub limit: u64,
    /// Whose limit; none: that of an address or an issuer, whatever the tier.
    pub tier: Option<Tier>,
    /// Whole seconds until it is worth asking again.
    pub retry_after: u64,
    /// Whether a higher tier would allow it.
    pub upgrade_required: bool,
}

/// A refusal on its way out. [`finish`] writes it down.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<FieldProblem>,
    /// In a box, since every fallible handler carries room for it and few need it.
    limit: Option<Box<LimitExceeded>>,
    close: bool,
    /// A higher tier would allow it, and no limit says so.
    upgrade_required: bool,
    /// What the log has to say beside it.
    internal: Option<String>,
}

impl Problem {
    /// One without further particulars.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            limit: None,
            close: false,
            upgrade_required: false,
            internal: None,
        }
    }

    /// The body or the query cannot be used; `errors` says everything that is wrong with it.
    #[must_use]
    pub fn invalid(errors: Vec<FieldProblem>) -> Self {
        let detail = match errors.as_slice() {
            [] => "The request cannot be used.".to_owned(),
            [one] if one.pointer.is_empty() => format!("The request body {}.", one.message),
            [one] => format!("{} {}.", one.pointer, one.message),
            [one, rest @ ..] => {
                format!("{} {}, and {} more.", one.pointer, one.message, rest.len())
            }
        };
        Self {
            errors,
            ..Self::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", detail)
        }
    }

    /// Its code, one of those that the documentation explains.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// What is wrong with the body, as far as it is about the body.
    #[cfg(test)]
    pub(crate) fn errors(&self) -> &[FieldProblem] {
        &self.errors
    }

    /// The credential does not open anything.
    pub fn unauthorized(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, detail)
    }

    /// A limit was reached.
    #[must_use]
    pub fn limit(code: &'static str, limit: LimitExceeded, detail: String) -> Self {
        Self {
            limit: Some(Box::new(limit)),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, code, detail)
        }
    }

    /// Not acknowledged.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "UNAVAILABLE",
            "Not acknowledged: the store cannot commit, or too much is queued. Ask again to learn what happened.",
        )
    }

    /// The body is longer than anybody needs. The connection ends with the answer.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        let detail = format!("The request body is longer than {limit} bytes.");
        Self {
            close: true,
            ..Self::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", detail)
        }
    }

    /// The body did not arrive in time. The connection ends with the answer.
    #[must_use]
    pub fn too_slow() -> Self {
        let detail = "The request body did not arrive in time.";
        Self {
            close: true,
            ..Self::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", detail)
        }
    }

    /// The body is not JSON by its own account.
    #[must_use]
    pub fn unsupported_media_type() -> Self {
        let detail = "Send the body with `Content-Type: application/json`.";
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            detail,
        )
    }

    /// No such path.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            "There is nothing at this path.",
        )
    }

    /// The path is there, the method is not.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        let detail = "This path does not answer to this method; `Allow` names those that it does.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", detail)
    }

    /// A bug of ours. `what` goes to the log, not to the client.
    #[must_use]
    pub fn internal(what: &str) -> Self {
        let detail = "Something is wrong on our side. The request id finds it in the server's log.";
        Self {
            internal: Some(what.to_owned()),
            ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", detail)
        }
    }

    /// The type of the limit that was reached, if one was.
    #[must_use]
    pub fn limit_type(&self) -> Option<&'static str> {
        self.limit.as_ref().map(|limit| limit.limit_type)
    }

    /// Its status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }
}

impl From<domain::Error> for Problem {
    fn from(error: domain::Error) -> Self {
        use domain::Error;
        match error {
            Error::NotFound => Self::new(
                StatusCode::NOT_FOUND,
                "NOT_FOUND",
                "There is no such thing.",
            ),
            Error::Stale => Self::new(
                StatusCode::CONFLICT,
                "STALE",
                "It has changed in the meantime: look again.",
            ),
            Error::Taken => Self::new(StatusCode::CONFLICT, "TAKEN", "That name is taken."),
            Error::DefaultKey => Self::new(
                StatusCode::CONFLICT,
                "DEFAULT_KEY",
                "The default key cannot be revoked, only rotated.",
            ),
            Error::LimitReached(limit) => Self::new(
                StatusCode::CONFLICT,
                "LIMIT_REACHED",
                format!("The tier allows {limit} of them."),
            ),
            Error::KeyRotated => Self::unauthorized(
                "API_KEY_ROTATED",
                "This API key was rotated before the request was decided. Nothing was changed.",
            ),
            Error::KeyRevoked => Self::unauthorized(
                "API_KEY_REVOKED",
                "This API key was revoked before the request was decided. Nothing was changed.",
            ),
            Error::TokenExpired => Self::unauthorized(
                "TOKEN_EXPIRED",
                "This exchanged token has expired: exchange a JWT again.",
            ),
            Error::TokenRevoked => Self::unauthorized(
                "API_KEY_REVOKED",
                "This exchanged token was revoked: exchange a JWT again.",
            ),
            // Which check it failed is for the issuer's owner alone.
            Error::Rejected(_) => Self::unauthorized(
                "JWT_REJECTED",
                "This JWT is not accepted. The issuer's owner finds the reason on the dashboard.",
            ),
            Error::TierRequired => Self {
                upgrade_required: true,
                ..Self::new(
                    StatusCode::FORBIDDEN,
                    "TIER_REQUIRED",
                    "JWT exchange is not part of this tenant's tier.",
                )
            },
            Error::Invalid(detail) => Self::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", detail),
            Error::Suspended => Self::new(
                StatusCode::FORBIDDEN,
                "TENANT_SUSPENDED",
                "This tenant is suspended.",
            ),
            Error::RevealOff | Error::NotKept | Error::WrongName => {
                Self::internal("what only the dashboard does was asked of the API")
            }
            Error::Unavailable => Self::unavailable(),
            Error::Internal(what) => Self::internal(&what),
        }
    }
}

impl IntoResponse for Problem {
    /// Only the status; [`finish`] knows the request and writes the rest.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    error: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldProblem],
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    limit: Option<LimitBody>,
    #[serde(rename = "upgradeRequired", skip_serializing_if = "std::ops::Not::not")]
    upgrade_required: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LimitBody {
    tier: Option<&'static str>,
    limit: u64,
    limit_type: &'static str,
    retry_after: u64,
    upgrade_required: bool,
}

/// Writes a refusal down, and names the request. `base` is the URL in front of the documentation's paths.
pub fn finish(response: &mut Response, base: &str, id: &RequestId) {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        problem.write(response, base, id);
    }
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(X_REQUEST_ID.clone(), value);
    }
}

impl Problem {
    fn write(&self, response: &mut Response, base: &str, id: &RequestId) {
        if let Some(what) = &self.internal {
            tracing::error!(request_id = id.0, error = what, "a request failed");
        }
        let body = Body {
            r#type: format!("{base}/docs/errors#{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            code: self.code,
            error: &self.detail,
            request_id: &id.0,
            errors: &self.errors,
            upgrade_required: self.upgrade_required,
            limit: self.limit.as_ref().map(|limit| LimitBody {
                tier: limit.tier.map(Tier::name),
                limit: limit.limit,
                limit_type: limit.limit_type,
                retry_after: limit.retry_after,
                upgrade_required: limit.upgrade_required,
            }),
        };
        // Strings and numbers always serialise.
        *response.body_mut() = serde_json::to_vec(&body).unwrap_or_default().into();
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("ApiKey realm=\"coop-locker\""),
            );
        }
        if let Some(limit) = &self.limit {
            headers.insert(header::RETRY_AFTER, limit.retry_after.into());
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if self.close {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
    }
}
