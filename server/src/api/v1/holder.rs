//! What others may know of a reservation.

use coop_engine::{Reservation, Time};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::clock::iso;

/// Who holds a resource. Never the release token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Holder {
    /// The resource held.
    resource: String,
    /// Who holds it.
    requester: String,
    /// The label of the API key that reserved it.
    api_key_label: String,
    /// Since when.
    reserved_at: String,
    /// Until when; null without an expiry.
    expires_at: Option<String>,
    /// The number of the grant.
    fencing_token: u64,
    /// The tag it was reserved with.
    resource_type: String,
    /// What it was reserved with.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Box<RawValue>>,
    /// How many requests wait for it.
    waiting: u64,
}

impl From<&Reservation> for Holder {
    fn from(reservation: &Reservation) -> Self {
        Self {
            resource: reservation.resource.as_str().to_owned(),
            requester: reservation.principal.requester.as_str().to_owned(),
            api_key_label: reservation.label.to_string(),
            reserved_at: iso(reservation.reserved_at),
            expires_at: reservation.expires_at.map(iso),
            fencing_token: reservation.fencing_token.as_u64(),
            resource_type: reservation.resource_type.to_string(),
            metadata: metadata(reservation),
            waiting: 0,
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

/// Whole milliseconds from `now` until `then`, rounded up; 0 when it is past.
pub(in crate::api) fn millis_until(now: Time, then: Time) -> u64 {
    u64::try_from(then.as_micros().saturating_sub(now.as_micros()))
        .unwrap_or_default()
        .div_ceil(1_000)
}
