//! What others may know of a reservation.

use coop_engine::{Reservation, Time};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::requester::Sight;
use crate::clock::iso;

/// Who holds a resource. Never the release token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "resource": "gpu", "requester": "worker-3", "apiKeyLabel": "default", "reservedAt": "2026-11-24T09:00:00.000Z",
    "expiresAt": "2026-11-24T09:10:00.000Z", "fencingToken": 41, "resourceType": "UserDefined",
    "metadata": {"build": 1841}, "waiting": 2,
}))]
pub(super) struct Holder {
    /// The resource held.
    resource: String,
    /// Who holds it. Null for an end user whom that does not concern, and so is whatever else tells of another.
    requester: Option<String>,
    /// The label of the API key or trusted issuer that reserved it.
    api_key_label: Option<String>,
    /// Since when.
    reserved_at: String,
    /// Until when; null without an expiry.
    expires_at: Option<String>,
    /// The number of the grant.
    fencing_token: u64,
    /// The tag it was reserved with.
    resource_type: Option<String>,
    /// What it was reserved with.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Box<RawValue>>,
    /// How many requests wait for it.
    waiting: u64,
}

impl Holder {
    pub(super) fn new(reservation: &Reservation, sight: &Sight, waiting: u64) -> Self {
        let known = sight.covers(&reservation.principal).then_some(reservation);
        Self {
            resource: reservation.resource.as_str().to_owned(),
            requester: known.map(|known| known.principal.requester.as_str().to_owned()),
            api_key_label: known.map(|known| known.label.to_string()),
            reserved_at: iso(reservation.reserved_at),
            expires_at: reservation.expires_at.map(iso),
            fencing_token: reservation.fencing_token.as_u64(),
            resource_type: known.map(|known| known.resource_type.to_string()),
            metadata: known.and_then(metadata),
            waiting,
        }
    }
}

/// The metadata as JSON. It was JSON when it was stored.
pub(super) fn metadata(reservation: &Reservation) -> Option<Box<RawValue>> {
    reservation
        .metadata
        .as_deref()
        .and_then(|text| RawValue::from_string(text.to_owned()).ok())
}

/// Where it stands in a tree, its own name included; nothing when it stands in none.
pub(super) fn path(reservation: &Reservation) -> Option<String> {
    let hold = reservation.holds.as_slice().first()?;
    let mut path = String::new();
    for name in hold.path.names() {
        path.push_str(name.as_str());
        path.push('>');
    }
    (!path.is_empty()).then(|| path + reservation.resource.as_str())
}

/// Whole milliseconds from `now` until `then`, rounded up; 0 when it is past.
pub(in crate::api) fn millis_until(now: Time, then: Time) -> u64 {
    u64::try_from(then.as_micros().saturating_sub(now.as_micros()))
        .unwrap_or_default()
        .div_ceil(1_000)
}
