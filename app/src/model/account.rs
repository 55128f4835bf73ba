use super::Moment;
use serde::{Deserialize, Serialize};

/// Who is signed in, and the tenant that this person owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The tenant's id.
    pub tenant_id: String,
    /// The tenant's name.
    pub tenant_name: String,
    /// For display only; identity is the provider's issuer and subject.
    pub email: Option<String>,
    /// `Free`, `Starter`, `Pro` or `Enterprise`.
    pub tier: String,
    /// How many reservations may be active at once; none: unlimited.
    pub active_limit: Option<u64>,
    /// One of the operator's people: the only ones who are shown that there is a part for them.
    pub is_admin: bool,
    /// If the tenant is suspended.
    pub suspended: Option<Suspension>,
}

/// That a tenant is suspended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// Since when.
    pub at: Moment,
    /// Why, in the words of whoever did it.
    pub reason: Option<String>,
}
