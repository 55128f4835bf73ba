//! A tenant's events of one commit, as they are kept: one JSON array of arrays.

use coop_engine::{Event, IssuerId, Mode, Reason, Reservation, Revision, Subject, Time};
use serde::Serialize;

/// An event's place in the array is what names its parts, so that the names are not kept a million times.
#[derive(Serialize)]
struct Kept<'a>(
    u64,             // revision
    i64,             // at, microseconds
    &'a str,         // type
    &'a str,         // resource
    Option<&'a str>, // requester; like what follows, nothing for a definition
    Option<u64>,     // fencing token
    Option<i64>,     // reserved at, microseconds
    Option<i64>,     // expires at, microseconds
    &'a str, // label of the key that caused it; for an expiry, of the key that reserved; empty for neither
    Option<&'a str>, // resource type
    Option<&'a str>, // metadata, the text of an object
    Option<i64>, // trusted issuer of an end user
    #[serde(skip_serializing_if = "Extra::is_empty")] Extra<'a>,
);

/// What most events have nothing of.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Extra<'a> {
    /// What is held, by the names that callers know, if it is more than the resource itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    holds: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'a str>,
}

impl Extra<'_> {
    fn is_empty(&self) -> bool {
        self.holds.is_empty()
            && self.reason.is_none()
            && self.transaction_id.is_none()
            && self.mode.is_none()
    }
}

fn holds(reservation: &Reservation) -> Vec<String> {
    if reservation.holds.is_plain() {
        return Vec::new();
    }
    reservation.holds().map(|held| held.name()).collect()
}

/// Events in order, serialised.
pub(super) struct EventLog {
    text: String,
    first: Revision,
    last: Revision,
    at: Time,
}

impl Default for EventLog {
    fn default() -> Self {
        Self {
            text: String::new(),
            first: Revision::new(0),
            last: Revision::new(0),
            at: Time::from_micros(0),
        }
    }
}

impl EventLog {
    pub(super) fn push(&mut self, event: &Event) -> serde_json::Result<()> {
        let reservation = event.reservation();
        let shared = reservation.filter(|held| held.mode == Mode::Shared);
        let kept = Kept(
            event.revision.as_u64(),
            event.at.as_micros(),
            event.kind.as_str(),
            match &event.subject {
                Subject::Reservation(reservation) => reservation.resource.as_str(),
                Subject::Definition(definition) => definition.name.as_str(),
            },
            reservation.map(|held| held.principal.requester.as_str()),
            reservation.map(|held| held.fencing_token.as_u64()),
            reservation.map(|held| held.reserved_at.as_micros()),
            reservation.and_then(|held| held.expires_at.map(Time::as_micros)),
            &event.label,
            reservation.map(|held| &*held.resource_type),
            reservation.and_then(|held| held.metadata.as_deref()),
            reservation.and_then(|held| held.principal.issuer.map(IssuerId::as_i64)),
            Extra {
                holds: reservation.map_or_else(Vec::new, |held| holds(held)),
                reason: event.reason.map(Reason::as_str),
                transaction_id: event.transaction.as_deref(),
                mode: shared.map(|held| held.mode.as_str()),
            },
        );
        let separator = if self.text.pop().is_some() {
            ','
        } else {
            self.first = event.revision;
            '['
        };
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

    /// The numbers of the first and the last event.
    pub(super) const fn revisions(&self) -> (u64, u64) {
        (self.first.as_u64(), self.last.as_u64())
    }

    /// When the last event happened.
    pub(super) const fn at(&self) -> Time {
        self.at
    }

    /// All of them.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The same, given away.
    pub(super) fn into_text(self) -> String {
        self.text
    }
}
