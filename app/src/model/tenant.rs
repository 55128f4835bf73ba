use super::{Moment, Suspension};
use serde::{Deserialize, Serialize};

/// A tenant as the operator's people see it: what it is and how much it uses, not what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// For display only.
    pub email: Option<String>,
    /// `Free`, `Starter`, `Pro` or `Enterprise`.
    pub tier: String,
    /// If it is suspended.
    pub suspended: Option<Suspension>,
    /// When it was made.
    pub created_at: Moment,
    /// Reservations held now.
    pub active_reservations: u64,
    /// API keys it has.
    pub api_keys: u64,
}

/// Some tenants.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantPage {
    /// They.
    pub tenants: Vec<Tenant>,
    /// The id after which the next page begins; none at the end.
    pub next: Option<String>,
}

/// A tenant and who owns it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantView {
    /// The tenant.
    pub tenant: Tenant,
    /// The owner's provider and what he is called there; none while nobody has claimed it.
    pub owner: Option<(String, String)>,
}

/// What an admin looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantQuery {
    /// An id, or a part of a name or an e-mail address.
    pub text: String,
    /// A tier's name; empty: any.
    pub tier: String,
    /// The id after which to go on.
    pub after: String,
}
