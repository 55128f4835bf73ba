//! How many JWTs are looked at: of one client address, and for one issuer. Signatures are expensive, and a refusal is a
//! row.

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use super::{
    ByAddress,
    limiter::{Limiter, Taken},
    whole_seconds,
};
use crate::{
    client,
    clock::SharedClock,
    model::TrustedIssuerId,
    problem::{LimitExceeded, Problem},
};

/// JWTs a minute from one address. A tenant's own backend may exchange for many of its users.
const OF_AN_ADDRESS: u32 = 600;
/// JWTs a minute for one issuer. Above what the largest tenants need, so that strangers do not easily use it up for them.
const OF_AN_ISSUER: u32 = 6_000;

/// The limiters.
pub struct ExchangeLimiter {
    addresses: ByAddress,
    issuers: Limiter<TrustedIssuerId>,
}

impl ExchangeLimiter {
    pub(super) fn new(clock: &SharedClock) -> Self {
        Self {
            addresses: ByAddress::new(OF_AN_ADDRESS, clock),
            issuers: Limiter::new(OF_AN_ISSUER, clock),
        }
    }

    /// Counts an attempt of an address; of IPv6 a whole /64 counts as one, since that is what a client gets.
    ///
    /// # Errors
    /// 429 with the time at which the next one is looked at.
    pub fn take_address(&self, address: IpAddr) -> Result<(), Problem> {
        self.addresses
            .take(Some(client::limited(address)))
            .map_err(|wait| refusal(wait, OF_AN_ADDRESS))
    }

    /// Counts an attempt for an issuer.
    ///
    /// # Errors
    /// As [`Self::take_address`].
    pub fn take_issuer(&self, issuer: TrustedIssuerId) -> Result<(), Problem> {
        match self.issuers.take(&issuer, NonZeroU32::MIN) {
            Taken::All { .. } => Ok(()),
            Taken::Nothing { wait, .. } => Err(refusal(wait, OF_AN_ISSUER)),
        }
    }

    pub(super) fn forget_idle(&self) {
        self.addresses.forget_idle();
        self.issuers.forget_idle();
    }
}

fn refusal(wait: Duration, limit: u32) -> Problem {
    let exceeded = LimitExceeded {
        limit_type: "authentication",
        limit: limit.into(),
        tier: None,
        retry_after: whole_seconds(wait),
        upgrade_required: false,
    };
    let detail = format!("At most {limit} JWTs a minute are looked at.");
    Problem::limit("RATE_LIMITED", exceeded, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn an_address_and_an_issuer_are_looked_at_so_often_and_others_are_not_held_up() {
        let limiter = ExchangeLimiter::new(&SharedClock::system());
        let refused = (0..=OF_AN_ADDRESS)
            .find_map(|_| limiter.take_address(ip("1.2.3.4")).err())
            .expect("used up");
        assert_eq!(refused.status(), http::StatusCode::TOO_MANY_REQUESTS);
        assert!(limiter.take_address(ip("1.2.3.5")).is_ok());
        let (one, other) = (TrustedIssuerId::from_i64(1), TrustedIssuerId::from_i64(2));
        assert!((0..=2 * OF_AN_ISSUER).any(|_| limiter.take_issuer(one).is_err()));
        assert!(limiter.take_issuer(other).is_ok());
    }
}
