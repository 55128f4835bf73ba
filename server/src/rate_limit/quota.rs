//! One limiter for each tier and kind, keyed by tenant.

use std::{
    fmt::{self, Write as _},
    num::NonZeroU32,
};

use bytes::BytesMut;
use governor::{
    Quota, RateLimiter as Governor,
    clock::{Clock as _, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};
use http::HeaderValue;

use super::ExchangeLimiter;
use crate::{
    model::{TenantId, Tier, Tiers},
    problem::{LimitExceeded, Problem},
};

/// What a request does to the reservations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only looks: GET, HEAD and the checks among the POSTs.
    Read,
    /// It may change something.
    Write,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

type Limiter =
    Governor<TenantId, DefaultKeyedStateStore<TenantId>, DefaultClock, StateInformationMiddleware>;

/// Where a tenant stands after a request: what the `RateLimit` headers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    tier: Tier,
    kind: Kind,
    /// Operations a minute.
    pub quota: u32,
    /// Operations left at once.
    pub remaining: u32,
}

impl Standing {
    /// `RateLimit-Policy` of the IETF httpapi draft.
    ///
    /// # Panics
    /// Never: the text is ASCII.
    #[must_use]
    pub fn policy_header(&self) -> HeaderValue {
        header(format_args!(
            "\"{}-{}\";q={};w=60",
            self.tier.code(),
            self.kind.name(),
            self.quota
        ))
    }

    /// `RateLimit` of the IETF httpapi draft; `t` is the whole seconds until all of the quota is there again.
    ///
    /// # Panics
    /// Never: the text is ASCII.
    #[must_use]
    pub fn header(&self) -> HeaderValue {
        let used = u64::from(self.quota.saturating_sub(self.remaining));
        let full_in = (used * 60).div_ceil(u64::from(self.quota).max(1));
        header(format_args!(
            "\"{}-{}\";r={};t={full_in}",
            self.tier.code(),
            self.kind.name(),
            self.remaining
        ))
    }
}

fn header(text: fmt::Arguments<'_>) -> HeaderValue {
    // Long enough for every tier and number, so that it is allocated once.
    let mut buffer = BytesMut::with_capacity(64);
    // Writing to memory cannot fail.
    let _ = buffer.write_fmt(text);
    HeaderValue::from_maybe_shared(buffer.freeze()).expect("ASCII")
}

/// The limiters.
pub struct RateLimiter {
    tiers: Tiers,
    reads: [Limiter; 4],
    writes: [Limiter; 4],
    clock: DefaultClock,
    /// Exchanges of JWTs, which come before anybody is known.
    pub exchanges: ExchangeLimiter,
}

impl RateLimiter {
    /// Everybody begins with a full quota.
    #[must_use]
    pub fn new(tiers: &Tiers) -> Self {
        Self {
            tiers: tiers.clone(),
            reads: Tier::ALL.map(|tier| limiter(tiers.of(tier).reads_per_minute())),
            writes: Tier::ALL.map(|tier| limiter(tiers.of(tier).writes_per_minute)),
            clock: DefaultClock::default(),
            exchanges: ExchangeLimiter::new(),
        }
    }

    /// Takes `cost` operations from the tenant's quota.
    ///
    /// # Errors
    /// 429 with the time at which the same request would be let through.
    pub fn take(
        &self,
        tenant: TenantId,
        tier: Tier,
        kind: Kind,
        cost: u32,
    ) -> Result<Standing, Box<Problem>> {
        let limiter = self.limiter(tier, kind);
        let quota = self.quota(tier, kind);
        let cost = NonZeroU32::new(cost).unwrap_or(NonZeroU32::MIN);
        match limiter.check_key_n(&tenant, cost) {
            Ok(Ok(snapshot)) => Ok(Standing {
                tier,
                kind,
                quota,
                remaining: snapshot.remaining_burst_capacity(),
            }),
            Ok(Err(not_until)) => {
                let wait = not_until.wait_time_from(self.clock.now());
                let retry_after = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                Err(Box::new(self.refusal(tier, kind, retry_after.max(1))))
            }
            // A request has at most 100 items and every quota is at least that.
            Err(_) => Err(Box::new(self.refusal(tier, kind, 60))),
        }
    }

    /// Takes what there is, for requests that are never refused.
    #[must_use]
    pub fn take_what_there_is(
        &self,
        tenant: TenantId,
        tier: Tier,
        kind: Kind,
        cost: u32,
    ) -> Standing {
        let refused = Standing {
            tier,
            kind,
            quota: self.quota(tier, kind),
            remaining: 0,
        };
        self.take(tenant, tier, kind, cost).unwrap_or(refused)
    }

    /// Forgets tenants whose quota is full again.
    pub fn forget_idle(&self) {
        for limiter in self.reads.iter().chain(&self.writes) {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        self.exchanges.forget_idle();
    }

    const fn limiter(&self, tier: Tier, kind: Kind) -> &Limiter {
        match kind {
            Kind::Read => &self.reads[tier as usize],
            Kind::Write => &self.writes[tier as usize],
        }
    }

    /// Operations a minute.
    #[must_use]
    pub const fn quota(&self, tier: Tier, kind: Kind) -> u32 {
        match kind {
            Kind::Read => self.tiers.of(tier).reads_per_minute(),
            Kind::Write => self.tiers.of(tier).writes_per_minute,
        }
    }

    fn refusal(&self, tier: Tier, kind: Kind, retry_after: u64) -> Problem {
        let limit = LimitExceeded {
            limit_type: "rate",
            limit: self.quota(tier, kind).into(),
            tier: Some(tier),
            retry_after,
            upgrade_required: self
                .tiers
                .lifting(tier, |allows| Some(allows.writes_per_minute.into()))
                .is_some(),
        };
        let detail = format!(
            "{tier} allows {} {} operations a minute.",
            limit.limit,
            kind.name()
        );
        Problem::limit("RATE_LIMITED", limit, detail)
    }
}

fn limiter(per_minute: u32) -> Limiter {
    let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
    Governor::dashmap(quota).with_middleware()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::default_tiers;

    fn limiter() -> RateLimiter {
        RateLimiter::new(&default_tiers().expect("embedded"))
    }

    const BUSY: TenantId = TenantId::from_i64(1);
    const OTHER: TenantId = TenantId::from_i64(2);

    #[test]
    fn reads_have_five_times_the_quota_of_writes() {
        let limiter = limiter();
        for tier in Tier::ALL {
            let read = limiter.take(BUSY, tier, Kind::Read, 1).expect("fresh");
            let write = limiter.take(BUSY, tier, Kind::Write, 1).expect("fresh");
            assert_eq!(read.quota, 5 * write.quota);
        }
    }

    #[test]
    fn a_batch_costs_its_items_and_the_quota_is_the_tenants_alone() {
        let limiter = limiter();
        let take = |tenant, kind, cost| limiter.take(tenant, Tier::Free, kind, cost);
        assert_eq!(take(BUSY, Kind::Write, 100).expect("fresh").remaining, 100);
        assert_eq!(take(BUSY, Kind::Write, 100).expect("enough").remaining, 0);
        let refusal = take(BUSY, Kind::Write, 2).expect_err("used up");
        assert_eq!(refusal.status(), http::StatusCode::TOO_MANY_REQUESTS);
        assert!(take(OTHER, Kind::Write, 1).is_ok());
        assert!(take(BUSY, Kind::Read, 1).is_ok());
    }

    #[test]
    fn what_is_never_refused_is_let_through_without_quota() {
        let limiter = limiter();
        limiter
            .take(BUSY, Tier::Free, Kind::Write, 200)
            .expect("fresh");
        assert_eq!(
            limiter
                .take_what_there_is(BUSY, Tier::Free, Kind::Write, 50)
                .remaining,
            0
        );
    }

    #[test]
    fn the_headers_are_those_of_the_draft() {
        let standing = Standing {
            tier: Tier::Free,
            kind: Kind::Write,
            quota: 200,
            remaining: 198,
        };
        assert_eq!(standing.policy_header(), "\"free-write\";q=200;w=60");
        assert_eq!(standing.header(), "\"free-write\";r=198;t=1");
    }
}
