//! What is kept is kept for a time.

use async_trait::async_trait;
use coop_engine::Time;

use super::{Error, settings};
use crate::{
    ledger::{Effect, Ledger, Mutation},
    model::{Hour, TenantId, Tier, Tiers},
    store::Db,
};

const DAY: i64 = 24 * 3600 * 1_000_000;
const HOUR: i64 = 3600 * 1_000_000;
/// How long the bearer of a former key value is told what became of it.
const RETIRED_KEYS_KEPT: i64 = 90 * DAY;
/// How long the audit log remembers: two years.
const AUDIT_KEPT: i64 = 730 * DAY;
/// How long the bearer of an exchanged token that has ended is told so. Short, because there are many of them.
const TOKENS_KEPT: i64 = DAY;
/// How long an issuer's owner is shown what was exchanged and refused.
const EXCHANGES_KEPT: i64 = 30 * DAY;
/// How long what was done in each hour is kept at most, in hours: 90 days.
const USAGE_HOURS_KEPT: u32 = 90 * 24;
/// Rows forgotten in one commit, so that nobody waits for it.
const ROWS: i64 = 1_000;
/// Commits in a row.
const ROUNDS: usize = 100;

/// Tenants whose events are pruned in one go.
const TENANTS: i64 = 100;

/// Forgets sessions and claims that ended, key values retired long ago, old entries of the audit log, events and hours of
/// usage older than their tier keeps them, and what is left of tenants that are gone.
///
/// # Errors
/// When the store fails.
pub async fn prune(ledger: &Ledger, tiers: &Tiers, now: Time) -> Result<(), Error> {
    for tier in Tier::ALL {
        let kept = i64::from(tiers.of(tier).history_hours).saturating_mul(HOUR);
        let before = Time::from_micros(now.as_micros().saturating_sub(kept));
        // What is to be forgotten is looked for beside the writer, which everybody waits for.
        let tenants = ledger
            .read()
            .await?
            .tenants_with_events_before(tier, before, TENANTS)
            .await?;
        for tenant in tenants {
            for _ in 0..ROUNDS {
                if ledger.mutate(PruneEvents { tenant, before }).await? == 0 {
                    break;
                }
            }
        }
    }
    prune_usage(ledger, tiers, now).await?;
    settings::forget_ownerless(ledger).await?;
    for _ in 0..ROUNDS {
        if ledger.mutate(Prune { now }).await? == 0 {
            break;
        }
    }
    Ok(())
}

/// What was done in each hour is kept as long as the events of it, the hour that has begun before included.
async fn prune_usage(ledger: &Ledger, tiers: &Tiers, now: Time) -> Result<(), Error> {
    for tier in Tier::ALL {
        let kept = tiers.of(tier).history_hours.min(USAGE_HOURS_KEPT);
        let before = Hour::of(now).back(kept);
        let mut db = ledger.store().read().await?;
        let tenants = db.tenants_with_usage_before(tier, before, TENANTS).await?;
        drop(db);
        for tenant in tenants {
            for _ in 0..ROUNDS {
                if ledger.mutate(PruneUsage { tenant, before }).await? == 0 {
                    break;
                }
            }
        }
    }
    Ok(())
}

struct PruneUsage {
    tenant: TenantId,
    before: Hour,
}

#[async_trait]
impl Mutation for PruneUsage {
    /// Rows forgotten: 0 when there are no more.
    type Output = u64;
    type Error = Error;

    async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<u64, Error> {
        let (tenant, before) = (self.tenant, self.before);
        Ok(db.prune_usage_hours_of(tenant, before, ROWS).await?)
    }
}

struct Prune {
    now: Time,
}

#[async_trait]
impl Mutation for Prune {
    /// Rows forgotten: 0 when there are no more.
    type Output = u64;
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<u64, Error> {
        let before = |kept: i64| Time::from_micros(self.now.as_micros().saturating_sub(kept));
        let sessions = db.prune_sessions(self.now, ROWS).await?;
        let claims = db.prune_claims(self.now, ROWS).await?;
        let retired = db
            .prune_retired_keys(before(RETIRED_KEYS_KEPT), ROWS)
            .await?;
        let audit = db.prune_audit(before(AUDIT_KEPT), ROWS).await?;
        let tokens = db.prune_access_tokens(before(TOKENS_KEPT), ROWS).await?;
        let exchanges = db.prune_used_jwts(self.now, ROWS).await?
            + db.prune_exchange_counts(before(EXCHANGES_KEPT), ROWS)
                .await?
            + db.prune_exchange_failures(before(EXCHANGES_KEPT), ROWS)
                .await?;
        let forgotten = (retired.len() + tokens.len()) as u64;
        let rows = sessions + claims + audit + exchanges + forgotten;
        effects.extend(tokens.into_iter().chain(retired).map(Effect::Forgotten));
        Ok(rows)
    }
}

struct PruneEvents {
    tenant: TenantId,
    before: Time,
}

#[async_trait]
impl Mutation for PruneEvents {
    /// Rows forgotten: 0 when there are no more.
    type Output = u64;
    type Error = Error;

    async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<u64, Error> {
        Ok(db.prune_events_of(self.tenant, self.before, ROWS).await?)
    }
}
