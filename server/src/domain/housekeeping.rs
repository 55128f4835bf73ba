//! What is kept is kept for a time.

use async_trait::async_trait;
use coop_engine::Time;

use super::Error;
use crate::{
    ledger::{Effect, Ledger, Mutation},
    model::{Tier, Tiers},
    store::Db,
};

const DAY: i64 = 24 * 3600 * 1_000_000;
const HOUR: i64 = 3600 * 1_000_000;
/// How long the bearer of a former key value is told what became of it.
const RETIRED_KEYS_KEPT: i64 = 90 * DAY;
/// Rows forgotten in one commit, so that nobody waits for it.
const ROWS: i64 = 1_000;
/// Commits in a row.
const ROUNDS: usize = 100;

/// Forgets sessions and claims that ended, key values retired long ago, and events older than their tier keeps them.
///
/// # Errors
/// When the store fails.
pub async fn prune(ledger: &Ledger, tiers: &Tiers, now: Time) -> Result<(), Error> {
    for _ in 0..ROUNDS {
        if ledger
            .mutate(Prune {
                tiers: tiers.clone(),
                now,
            })
            .await?
            == 0
        {
            break;
        }
    }
    Ok(())
}

struct Prune {
    tiers: Tiers,
    now: Time,
}

#[async_trait]
impl Mutation for Prune {
    /// Whether there may be more: 0 when there is not.
    type Output = u64;
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<u64, Error> {
        let before = |age: i64| Time::from_micros(self.now.as_micros().saturating_sub(age));
        let sessions = db.prune_sessions(self.now, ROWS).await?;
        let claims = db.prune_claims(self.now, ROWS).await?;
        let retired = db
            .prune_retired_keys(before(RETIRED_KEYS_KEPT), ROWS)
            .await?;
        let mut rows = sessions + claims + retired.len() as u64;
        effects.extend(retired.into_iter().map(Effect::Forgotten));
        for tier in Tier::ALL {
            let kept = i64::from(self.tiers.of(tier).history_hours).saturating_mul(HOUR);
            rows += db.prune_events(tier, before(kept), ROWS).await?;
        }
        Ok(rows)
    }
}
