//! One limiter for each tier and kind, keyed by tenant, and the limits by address.

use std::{num::NonZeroU32, time::Duration};

use super::{
    ByAddress, ExchangeLimiter, Kind, Standing,
    limiter::{Limiter, Taken},
    whole_seconds,
};
use crate::{
    clock::SharedClock,
    model::{TenantId, Tier, Tiers},
    problem::{LimitExceeded, Problem},
};

/// Values that are no key, a minute and address. A person who pastes wrongly stays below it, and so does a program that
/// tries again every second.
const FAILED_AUTHENTICATIONS: u32 = 60;
/// Sign-ins begun, a minute and address: an office behind one address stays below it. Each is a row for ten minutes.
const SIGN_INS: u32 = 30;

/// A request that its quota does not allow yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// What is left, which is less than the request costs.
    pub standing: Standing,
    /// The same request is let through after so long, and no nanosecond earlier, if nobody else takes anything.
    pub wait: Duration,
}

/// The limiters.
pub struct RateLimiter {
    tiers: Tiers,
    reads: [Limiter<TenantId>; 4],
    writes: [Limiter<TenantId>; 4],
    failed_authentications: ByAddress,
    sign_ins: ByAddress,
    /// Exchanges of JWTs, which come before anybody is known.
    pub exchanges: ExchangeLimiter,
}

impl RateLimiter {
    /// Everybody begins with a full quota.
    #[must_use]
    pub fn new(tiers: &Tiers, clock: &SharedClock) -> Self {
        let limiter = |per_minute| Limiter::new(per_minute, clock);
        Self {
            tiers: tiers.clone(),
            reads: Tier::ALL.map(|tier| limiter(tiers.of(tier).reads_per_minute())),
            writes: Tier::ALL.map(|tier| limiter(tiers.of(tier).writes_per_minute)),
            failed_authentications: ByAddress::new(FAILED_AUTHENTICATIONS, clock),
            sign_ins: ByAddress::new(SIGN_INS, clock),
            exchanges: ExchangeLimiter::new(clock),
        }
    }

    /// Takes `cost` operations from the tenant's quota.
    ///
    /// # Errors
    /// [`Exceeded`], and nothing is taken.
    pub fn take(
        &self,
        tenant: TenantId,
        tier: Tier,
        kind: Kind,
        cost: u32,
    ) -> Result<Standing, Exceeded> {
        let cost = NonZeroU32::new(cost).unwrap_or(NonZeroU32::MIN);
        match self.limiter(tier, kind).take(&tenant, cost) {
            Taken::All { remaining } => Ok(self.at(tier, kind, remaining)),
            Taken::Nothing { remaining, wait } => Err(Exceeded {
                standing: self.at(tier, kind, remaining),
                wait,
            }),
        }
    }

    /// Takes what there is of it, for requests that are never refused.
    #[must_use]
    pub fn take_what_there_is(
        &self,
        tenant: TenantId,
        tier: Tier,
        kind: Kind,
        cost: u32,
    ) -> Standing {
        let exceeded = match self.take(tenant, tier, kind, cost) {
            Ok(standing) => return standing,
            Err(exceeded) => exceeded,
        };
        match exceeded.standing.remaining {
            0 => exceeded.standing,
            // Somebody else may take it in the meantime; then there was nothing.
            rest => self
                .take(tenant, tier, kind, rest)
                .unwrap_or_else(|exceeded| exceeded.standing),
        }
    }

    /// Where the tenant stands, without taking anything.
    #[must_use]
    pub fn standing(&self, tenant: TenantId, tier: Tier, kind: Kind) -> Standing {
        self.at(tier, kind, self.limiter(tier, kind).remaining(&tenant))
    }

    /// The limit on values that are no key.
    #[must_use]
    pub const fn failed_authentications(&self) -> &ByAddress {
        &self.failed_authentications
    }

    /// The limit on sign-ins begun.
    #[must_use]
    pub const fn sign_ins(&self) -> &ByAddress {
        &self.sign_ins
    }

    /// Forgets everybody whose quota is full again.
    pub fn forget_idle(&self) {
        for limiter in self.reads.iter().chain(&self.writes) {
            limiter.forget_idle();
        }
        self.failed_authentications.forget_idle();
        self.sign_ins.forget_idle();
        self.exchanges.forget_idle();
    }

    /// What a request that has to wait is answered.
    #[must_use]
    pub fn refusal(&self, exceeded: &Exceeded) -> Problem {
        let Standing {
            tier, kind, quota, ..
        } = exceeded.standing;
        let limit = LimitExceeded {
            limit_type: "rate",
            limit: quota.into(),
            tier: Some(tier),
            retry_after: whole_seconds(exceeded.wait),
            upgrade_required: self
                .tiers
                .lifting(tier, |allows| Some(allows.writes_per_minute.into()))
                .is_some(),
        };
        let detail = format!("{tier} allows {quota} {} operations a minute.", kind.name());
        Problem::limit("RATE_LIMITED", limit, detail)
    }

    const fn limiter(&self, tier: Tier, kind: Kind) -> &Limiter<TenantId> {
        match kind {
            Kind::Read => &self.reads[tier as usize],
            Kind::Write => &self.writes[tier as usize],
        }
    }

    const fn at(&self, tier: Tier, kind: Kind, remaining: u32) -> Standing {
        Standing {
            tier,
            kind,
            quota: self.limiter(tier, kind).per_minute(),
            remaining,
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
