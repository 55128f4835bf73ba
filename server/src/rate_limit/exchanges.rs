//! How many JWTs are looked at: of one client address, and for one issuer. Signatures are expensive, and a refusal is a
//! row.

use std::{hash::Hash, net::IpAddr, num::NonZeroU32};

use governor::{
    Quota, RateLimiter as Governor,
    clock::{Clock as _, DefaultClock},
    state::keyed::DefaultKeyedStateStore,
};

use crate::{
    client,
    model::TrustedIssuerId,
    problem::{LimitExceeded, Problem},
};

/// JWTs a minute from one address. A tenant's own backend may exchange for many of its users.
const OF_AN_ADDRESS: u32 = 600;
/// JWTs a minute for one issuer. Above what the largest tenants need, so that strangers do not easily use it up for them.
const OF_AN_ISSUER: u32 = 6_000;

type Limiter<K> = Governor<K, DefaultKeyedStateStore<K>, DefaultClock>;

/// The limiters.
pub struct ExchangeLimiter {
    addresses: Limiter<IpAddr>,
    issuers: Limiter<TrustedIssuerId>,
    clock: DefaultClock,
}

impl ExchangeLimiter {
    pub(super) fn new() -> Self {
        Self {
            addresses: limiter(OF_AN_ADDRESS),
            issuers: limiter(OF_AN_ISSUER),
            clock: DefaultClock::default(),
        }
    }

    /// Counts an attempt of an address; of IPv6 a whole /64 counts as one, since that is what a client gets.
    ///
    /// # Errors
    /// 429 with the time at which the next one is looked at.
    pub fn take_address(&self, address: IpAddr) -> Result<(), Problem> {
        self.take(&self.addresses, &client::limited(address), OF_AN_ADDRESS)
    }

    /// Counts an attempt for an issuer.
    ///
    /// # Errors
    /// As [`Self::take_address`].
    pub fn take_issuer(&self, issuer: TrustedIssuerId) -> Result<(), Problem> {
        self.take(&self.issuers, &issuer, OF_AN_ISSUER)
    }

    pub(super) fn forget_idle(&self) {
        self.addresses.retain_recent();
        self.addresses.shrink_to_fit();
        self.issuers.retain_recent();
        self.issuers.shrink_to_fit();
    }

    fn take<K: Clone + Eq + Hash>(
        &self,
        limiter: &Limiter<K>,
        key: &K,
        limit: u32,
    ) -> Result<(), Problem> {
        limiter.check_key(key).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            let exceeded = LimitExceeded {
                limit_type: "authentication",
                limit: limit.into(),
                tier: None,
                retry_after: (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1),
                upgrade_required: false,
            };
            let detail = format!("At most {limit} JWTs a minute are looked at.");
            Problem::limit("RATE_LIMITED", exceeded, detail)
        })
    }
}

fn limiter<K: Clone + Eq + Hash>(per_minute: u32) -> Limiter<K> {
    Governor::dashmap(Quota::per_minute(
        NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn an_address_and_an_issuer_are_looked_at_so_often_and_others_are_not_held_up() {
        let limiter = ExchangeLimiter::new();
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
