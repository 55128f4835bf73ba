use super::Moment;
use serde::{Deserialize, Serialize};

/// An active reservation, as its tenant's owner sees it. Never a release token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// The name that was reserved.
    pub resource: String,
    /// Who holds it; none when the viewer may not know.
    pub requester: Option<String>,
    /// The label of the key that reserved.
    pub api_key_label: String,
    /// When it was granted.
    pub reserved_at: Moment,
    /// When it ends by itself; none: never.
    pub expires_at: Option<Moment>,
    /// The revision of the grant.
    pub fencing_token: u64,
    /// The tag that the caller gave it.
    pub resource_type: String,
    /// The caller's JSON object, as text.
    pub metadata: Option<String>,
}

/// The first part of the list of active reservations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservationPage {
    /// In the order of the list.
    pub reservations: Vec<Reservation>,
    /// How many are active in all.
    pub active: u64,
    /// There are more than `reservations` holds.
    pub more: bool,
}
