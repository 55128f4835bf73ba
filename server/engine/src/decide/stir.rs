//! What has happened that may let somebody in who waits.
//!
//! Between two decisions nobody in the line can have what he waits for. So after a change only those have to be tried
//! again whom it concerns: one of a thousand who wait costs a comparison, not an attempt.

use super::draft::Draft;
use crate::{Book, Principal, Reservation, ResourceName, Ticket};

/// Above so many, looking whom it concerns costs more than trying everybody.
const MANY: usize = 64;

/// Whom the changes so far may concern.
#[derive(Default)]
pub(super) struct Stir {
    everybody: bool,
    /// What has become free or is claimed no longer, and the pools that it belongs to.
    at: Vec<ResourceName>,
    /// What stands above that in a tree.
    above: Vec<ResourceName>,
    /// Who has been granted something, and may share it with himself.
    principals: Vec<Principal>,
}

impl Stir {
    pub(super) const fn is_still(&self) -> bool {
        !self.everybody && self.at.is_empty() && self.above.is_empty() && self.principals.is_empty()
    }

    pub(super) const fn is_for_everybody(&self) -> bool {
        self.everybody
    }

    /// What has become free or claimed no longer, and what stands above it.
    pub(super) fn names(&self) -> impl Iterator<Item = &ResourceName> {
        self.at.iter().chain(&self.above)
    }

    /// Who has been granted something.
    pub(super) fn principals(&self) -> impl Iterator<Item = &Principal> {
        self.principals.iter()
    }

    /// Something that may concern anybody.
    pub(super) const fn everybody(&mut self) {
        self.everybody = true;
    }

    /// A principal has been granted something.
    pub(super) fn granted(&mut self, principal: &Principal) {
        self.principals.push(principal.clone());
        self.bound();
    }

    /// A reservation has ended.
    fn ended(&mut self, reservation: &Reservation) {
        self.at.push(reservation.resource.clone());
        for held in reservation.holds() {
            if *held.node != reservation.resource {
                self.at.push(held.node.clone());
            }
            self.at.extend(held.slot.map(|slot| slot.pool.clone()));
            self.above.extend_from_slice(held.path);
        }
        self.bound();
    }

    fn bound(&mut self) {
        self.everybody |= self.at.len() + self.above.len() + self.principals.len() > MANY;
    }
}

impl<B: Book> Draft<'_, B> {
    /// A reservation has ended. A name that it held may be a pool's slot by now that was nobody's when it was granted.
    pub(super) fn stir_by_end(&mut self, reservation: &Reservation) {
        self.stir.ended(reservation);
        if !self.has_definitions() {
            return;
        }
        for held in reservation.holds() {
            let owner = self.owner(held.node.as_str());
            let owner = owner.map(|(definition, _)| definition.name.clone());
            self.stir.at.extend(owner);
        }
        self.stir.bound();
    }

    /// A ticket claims nothing any more.
    pub(super) fn unclaim(&mut self, ticket: &Ticket) {
        for want in &ticket.wants {
            let owner = self.owner(want.name.as_str());
            let owner = owner.map(|(definition, _)| definition.name.clone());
            self.stir
                .at
                .extend(owner.filter(|owner| *owner != want.name));
            self.stir.at.push(want.name.clone());
            self.stir.above.extend_from_slice(want.path.names());
        }
        self.stir.bound();
    }

    /// Whether a ticket may have become possible.
    pub(super) fn concerns(&self, ticket: &Ticket) -> bool {
        let Stir {
            everybody,
            at,
            above,
            principals,
        } = &self.stir;
        *everybody
            || principals.contains(&ticket.principal)
            || ticket.wants.iter().any(|want| {
                let is_meant = |name: &ResourceName| at.contains(name) || above.contains(name);
                let is_owner_meant = || {
                    let owner = self.owner(want.name.as_str());
                    owner.is_some_and(|(definition, _)| is_meant(&definition.name))
                };
                is_meant(&want.name)
                    || want.path.names().iter().any(|above| at.contains(above))
                    || (self.has_definitions() && is_owner_meant())
            })
    }
}
