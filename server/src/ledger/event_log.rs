//! A tenant's events of one commit, as they are kept: one JSON array of arrays.

use coop_engine::{Event, IssuerId, Revision, Time};
use serde::Serialize;

/// An event's place in the array is what names its parts, so that the names are not kept a million times.
#[derive(Serialize)]
struct Kept<'a>(
    u64,             // revision
    i64,             // at, microseconds
    &'a str,         // type
    &'a str,         // resource
    &'a str,         // requester
    u64,             // fencing token
    i64,             // reserved at, microseconds
    Option<i64>,     // expires at, microseconds
    &'a str,         // label of the key that caused it; for an expiry, of the key that reserved
    &'a str,         // resource type
    Option<&'a str>, // metadata, the text of an object
    Option<i64>,     // trusted issuer of an end user
);

/// Events in order, serialised.
pub(super) struct EventLog {
    text: String,
    last: Revision,
    at: Time,
}

impl Default for EventLog {
    fn default() -> Self {
        Self {
            text: String::new(),
            last: Revision::new(0),
            at: Time::from_micros(0),
        }
    }
}

impl EventLog {
    pub(super) fn push(&mut self, event: &Event) -> serde_json::Result<()> {
        let Some(reservation) = event.reservation() else {
            return Ok(());
        };
        let kept = Kept(
            event.revision.as_u64(),
            event.at.as_micros(),
            event.kind.as_str(),
            reservation.resource.as_str(),
            reservation.principal.requester.as_str(),
            reservation.fencing_token.as_u64(),
            reservation.reserved_at.as_micros(),
            reservation.expires_at.map(Time::as_micros),
            &event.label,
            &reservation.resource_type,
            reservation.metadata.as_deref(),
            reservation.principal.issuer.map(IssuerId::as_i64),
        );
        let separator = if self.text.pop().is_some() { ',' } else { '[' };
        self.text.push(separator);
        self.text.push_str(&serde_json::to_string(&kept)?);
        self.text.push(']');
        self.last = event.revision;
        self.at = event.at;
        Ok(())
    }

    /// The number of the last event.
    pub(super) const fn revision(&self) -> u64 {
        self.last.as_u64()
    }

    /// When the last event happened.
    pub(super) const fn at(&self) -> Time {
        self.at
    }

    /// All of them.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}
