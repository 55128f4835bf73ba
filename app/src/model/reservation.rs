use super::Moment;
use serde::{Deserialize, Serialize};

/// An active reservation, as its tenant's owner sees it. Never a release token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// The name that was reserved.
    pub resource: String,
    /// Who holds it; none when the viewer may not know.
    pub requester: Option<String>,
    /// Whether others may hold it too, as long as they share it.
    pub is_shared: bool,
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

/// Which reservations to list. An empty text lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReservationQuery {
    /// Exactly this requester.
    pub requester: String,
    /// Reserved with a key of exactly this label.
    pub label: String,
    /// Resources that begin so.
    pub prefix: String,
    /// Exactly this type.
    pub resource_type: String,
    /// Where the page before ended, as it said.
    pub cursor: String,
}

impl ReservationQuery {
    /// Whether anything is left out.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        [
            &self.requester,
            &self.label,
            &self.prefix,
            &self.resource_type,
        ]
        .into_iter()
        .any(|text| !text.is_empty())
    }
}

/// A page of the list of reservations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReservationList {
    /// Each with how many wait for it, by resource and fencing token.
    pub reservations: Vec<(Reservation, usize)>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// One reservation with everything that there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReservationView {
    /// The reservation.
    pub reservation: Reservation,
    /// Whether an end user holds it by an exchanged token: then the label is that of his issuer.
    pub by_token: bool,
    /// What is held, what was asked for first.
    pub holds: Vec<HoldView>,
    /// Who waits, in order.
    pub queue: Vec<Waiter>,
}

/// One thing that a reservation keeps from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldView {
    /// The name that callers know it by.
    pub name: String,
    /// The pool whose slot it is.
    pub pool: Option<String>,
    /// Where it stands in a tree, its own name last; none: in no tree.
    pub path: Option<String>,
    /// For how long it stays closed when it ends by expiry or by force, in seconds.
    pub lock_delay_seconds: Option<u64>,
}

/// A request that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiter {
    /// Who.
    pub requester: String,
    /// The label of its key or issuer.
    pub api_key_label: String,
    /// The names that it asks for.
    pub resources: Vec<String>,
    /// Since when.
    pub since: Moment,
    /// When it is refused at the latest.
    pub until: Moment,
}
