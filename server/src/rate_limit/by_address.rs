//! Limits on what nobody in particular does: by the client's address.

use std::{
    net::{IpAddr, Ipv4Addr},
    num::NonZeroU32,
    time::Duration,
};

use super::limiter::{Limiter, Taken};
use crate::clock::SharedClock;

/// Addresses kept at once. Whoever has more of them than that shares one quota with everybody who is new.
const MOST: usize = 100_000;
/// The quota that is shared then, and by requests without an address.
const NOWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// So many a minute from one address.
pub struct ByAddress(Limiter<IpAddr>);

impl ByAddress {
    /// Everybody begins with a full quota.
    #[must_use]
    pub fn new(per_minute: u32, clock: &SharedClock) -> Self {
        Self(Limiter::new(per_minute, clock))
    }

    /// Takes one. `address` is what [`limited`](crate::client::limited) makes of it.
    ///
    /// # Errors
    /// The time after which there is one again.
    pub fn take(&self, address: Option<IpAddr>) -> Result<(), Duration> {
        let address = address
            .filter(|address| self.has_room_for(address))
            .unwrap_or(NOWHERE);
        match self.0.take(&address, NonZeroU32::MIN) {
            Taken::All { .. } => Ok(()),
            Taken::Nothing { wait, .. } => Err(wait),
        }
    }

    fn has_room_for(&self, address: &IpAddr) -> bool {
        self.0.knows(address) || self.0.len() < MOST
    }

    /// How many a minute.
    #[must_use]
    pub const fn per_minute(&self) -> u32 {
        self.0.per_minute()
    }

    pub(super) fn forget_idle(&self) {
        self.0.forget_idle();
    }
}
