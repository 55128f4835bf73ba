//! How many requests wait for what somebody holds.

use std::collections::HashMap;

use coop_engine::{Reservation, Revision};

use super::ApiState;
use crate::{api::metered::Metered, domain::reservations};

/// Of some reservations, how many requests wait for what they hold.
#[derive(Default)]
pub(super) struct Waiting(HashMap<Revision, u64>);

/// The reservations that it has to be asked of: none as long as nobody waits at all, which is nearly always.
pub(super) struct Concerned(Vec<Reservation>);

impl Concerned {
    pub(super) fn of<'r>(
        state: &ApiState,
        asker: &Metered,
        reservations: impl Iterator<Item = &'r Reservation>,
    ) -> Self {
        let ledger = &state.services.ledger;
        if ledger.is_anybody_waiting(asker.principal.tenant()) {
            return Self(reservations.cloned().collect());
        }
        Self(Vec::new())
    }
}

impl Waiting {
    pub(super) async fn of(state: &ApiState, asker: &Metered, concerned: Concerned) -> Self {
        if concerned.0.is_empty() {
            return Self::default();
        }
        let ledger = &state.services.ledger;
        let counts = reservations::waiting(ledger, asker.principal.tenant(), concerned.0);
        // It comes after the decision, which has to be told whatever becomes of this.
        Self(counts.await.unwrap_or_default())
    }

    pub(super) fn for_it(&self, reservation: &Reservation) -> u64 {
        let count = self.0.get(&reservation.fencing_token);
        count.copied().unwrap_or_default()
    }
}
