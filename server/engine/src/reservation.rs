use std::sync::Arc;

use crate::{Principal, ReleaseToken, ResourceName, Revision, Time, Ttl};

/// A resource held by somebody: what one granted reserve item creates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// The revision of the grant. A later grant in the tenant has a greater one, so whoever guards the resource
    /// itself can tell an old holder from the present one.
    pub fencing_token: Revision,
    /// What is held.
    pub resource: ResourceName,
    /// Who holds it.
    pub principal: Principal,
    /// Proves ownership on release.
    pub release_token: ReleaseToken,
    /// When it was granted.
    pub reserved_at: Time,
    /// From this moment on it is held no longer. `None`: held until it is released.
    pub expires_at: Option<Time>,
    /// The time to live it was asked with.
    pub ttl: Option<Ttl>,
    /// The label of the key (or issuer) that reserved, as it was then.
    pub label: Arc<str>,
    /// A tag of the caller's choice, shown in events.
    pub resource_type: Arc<str>,
    /// The text of a JSON object, as it was sent.
    pub metadata: Option<Arc<str>>,
}

impl Reservation {
    /// Whether it has ended by `now`. The deadline itself is already outside.
    #[must_use]
    pub fn is_expired(&self, now: Time) -> bool {
        self.expires_at.is_some_and(|deadline| now >= deadline)
    }
}
