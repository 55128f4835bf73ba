//! What every answer carries so that a person and a log line can be brought together.

/// The id of a request, as it stands in `X-Request-Id` and in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);
