//! What makes a hold a hold, checked again without regard to how it was decided.

use super::{Holdings, Side};
use crate::{Mode, Reservation, ResourceName};

/// What the reservation would hold beside somebody else who keeps it out, if there is such a thing.
pub(super) fn conflict<'a>(
    holdings: &Holdings,
    reservation: &'a Reservation,
) -> Option<&'a ResourceName> {
    if holdings
        .asked(reservation.resource.as_str(), &reservation.principal)
        .is_some()
    {
        return Some(&reservation.resource);
    }
    let is_kept_out = |side, name: &ResourceName| {
        Mode::ALL.into_iter().any(|mode| {
            let count = |of| holdings.count(side, name.as_str(), mode, of);
            reservation.mode.excludes(mode) && count(None) > count(Some(&reservation.principal))
        })
    };
    reservation.holds().find_map(|held| {
        let is_refused = is_kept_out(Side::At, held.node)
            || is_kept_out(Side::Below, held.node)
            || held.path.iter().any(|name| is_kept_out(Side::At, name));
        is_refused.then_some(held.node)
    })
}
