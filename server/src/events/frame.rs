//! Frames of a stream, as the HTML standard has them (9.2, Server-sent events).

use std::fmt::Write as _;

use serde::Serialize;

use super::ShownEvent;
use crate::{domain::events::LoggedEvent, model::TenantId, problem::Problem};

/// Milliseconds after which a client whose connection ended should come back.
const RETRY: u32 = 2_000;

/// Why a stream does not go on where its client left off.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Gap {
    /// What follows the id is kept no longer.
    Pruned,
    /// The id is no revision of the tenant's.
    UnknownId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resync {
    oldest_revision: u64,
    reason: Gap,
}

/// When to come back.
pub(super) fn retry() -> String {
    format!("retry: {RETRY}\n\n")
}

/// How far the client has come, without an event.
pub(super) fn cursor(revision: u64) -> String {
    format!("id: {revision}\n\n")
}

/// That the connection is alive, and how far the client has come.
pub(super) fn keepalive(revision: u64) -> String {
    format!(": keepalive\nid: {revision}\n\n")
}

/// An event.
pub(super) fn event(tenant: TenantId, event: &LoggedEvent) -> String {
    let mut frame = format!("id: {}\nevent: {}\n", event.revision, event.kind);
    let shown = ShownEvent::of(tenant, event.clone());
    data(&mut frame, &shown);
    frame
}

/// That something is missing before what follows.
pub(super) fn resync(oldest_revision: u64, reason: Gap) -> String {
    let mut frame = "event: RESYNC\n".to_owned();
    data(
        &mut frame,
        &Resync {
            oldest_revision,
            reason,
        },
    );
    frame
}

#[derive(Serialize)]
struct Revoked<'a> {
    code: &'a str,
    detail: &'a str,
}

/// That the credential opens nothing any more, with the code that a request with it is answered with.
pub(super) fn revoked(problem: &Problem) -> String {
    let mut frame = "event: CREDENTIAL_REVOKED\n".to_owned();
    let revoked = Revoked {
        code: problem.code(),
        detail: "What opened this stream opens nothing any more: connect again with another key or token.",
    };
    data(&mut frame, &revoked);
    frame
}

/// One line, since JSON's strings have no line ends of their own.
fn data(frame: &mut String, value: &impl Serialize) {
    match serde_json::to_string(value) {
        // Writing into a String cannot fail.
        Ok(json) => drop(write!(frame, "data: {json}\n\n")),
        Err(error) => tracing::error!(%error, "an event has no text"),
    }
}
