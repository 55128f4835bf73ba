use std::sync::Arc;

use crate::{
    Held, Holds, Mode, Principal, ReleaseToken, ResourceName, Revision, Slot, Time, Ttl, Want,
};

/// A resource held by somebody: what one granted reserve item creates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// The revision of the grant. A later grant in the tenant has a greater one, so whoever guards the resource
    /// itself can tell an old holder from the present one.
    pub fencing_token: Revision,
    /// What was asked for.
    pub resource: ResourceName,
    /// Who holds it.
    pub principal: Principal,
    /// How it is held.
    pub mode: Mode,
    /// What is held for it.
    pub holds: Holds,
    /// Proves ownership on release.
    pub release_token: ReleaseToken,
    /// When it was granted.
    pub reserved_at: Time,
    /// From this moment on it is held no longer. `None`: held until it is released.
    pub expires_at: Option<Time>,
    /// The time to live it was last asked with.
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

    /// What is held, what was asked for (or its slot) first.
    pub fn holds(&self) -> impl Iterator<Item = Held<'_>> {
        let plain = self.holds.is_plain().then_some(Held {
            node: &self.resource,
            slot: None,
            path: &[],
            lock_delay: None,
        });
        plain
            .into_iter()
            .chain(self.holds.as_slice().iter().map(Held::from))
    }

    /// Whether this is one of what is held.
    #[must_use]
    pub fn holds_node(&self, node: &str) -> bool {
        self.holds().any(|held| held.node.as_str() == node)
    }

    /// Whether it stands in the way of somebody else who wants this: the same thing, a slot of the pool, or something above
    /// or below it in a tree.
    #[must_use]
    pub fn keeps_out(&self, want: &Want) -> bool {
        self.mode.excludes(want.mode)
            && self.holds().any(|held| {
                let is_its_slot =
                    |slot: &Slot| slot.pool == want.name || slot.to_string() == want.name.as_str();
                *held.node == want.name
                    || held.slot.is_some_and(is_its_slot)
                    || want.path.contains(held.node)
                    || held.path.contains(&want.name)
            })
    }

    /// Its place among others by when they end, and of those that end together by when they were granted.
    #[must_use]
    pub(crate) fn end(&self) -> (Time, Revision) {
        (self.expires_at.unwrap_or(Time::MAX), self.fencing_token)
    }
}
