//! A tenant.

use coop_engine::Time;

use super::{TenantId, Tier};

/// The account: everything else belongs to exactly one.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Shown on the dashboard.
    pub name: String,
    /// For display only; an identity is its `(iss, sub)`.
    pub email: Option<String>,
    /// Its plan.
    pub tier: Tier,
    /// Since when it is suspended, if it is.
    pub suspended_at: Option<Time>,
    /// Why it is suspended, in the words of whoever did it.
    pub suspension_reason: Option<String>,
    /// Whether the values of keys are kept, encrypted, to be shown again.
    pub keeps_values: bool,
    /// Whether resources have to be registered before they can be reserved.
    pub requires_registration: bool,
    /// When it was made.
    pub created_at: Time,
}
