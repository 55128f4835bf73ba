//! What tenants and keys use: counted with every request, kept a moment later.

mod contention;
mod hours;

pub use contention::{Demand, Lengths, ResourceUse, demand, note_contention};
pub use hours::{hours, note_limited, note_operations};

use std::sync::Arc;

use async_trait::async_trait;
use coop_engine::Time;

use crate::{
    domain::Error,
    ledger::{Effect, KeyAtWork, KeyUsage, Ledger, Mutation, TenantState},
    model::{ApiKeyId, ApiKeyUsage, Day, HourUsage, Tiers},
    store::Db,
};

/// Rows written in one commit, so that nobody waits for it.
const ROWS: usize = 100;

/// A day's operations are used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayIsOver {
    /// How many the tier allows.
    pub limit: u64,
    /// When there are some again: at midnight, UTC.
    pub until: Time,
}

/// Counts a request's operations. What may be refused is, if it brings the tenant above its tier's day, and is not counted.
///
/// # Errors
/// [`DayIsOver`], never when it may not be refused.
pub fn count_operations(
    ledger: &Ledger,
    tiers: &Tiers,
    tenant: &Arc<TenantState>,
    operations: u64,
    may_be_refused: bool,
    now: Time,
) -> Result<(), DayIsOver> {
    let day = Day::of(now);
    let limit = tiers.of(tenant.tier()).operations_per_day;
    let most = limit.filter(|_| may_be_refused);
    ledger
        .credentials()
        .count_operations(tenant, day, operations, most)
        .map_err(|_| DayIsOver {
            limit: limit.unwrap_or(u64::MAX),
            until: day.end(),
        })
}

/// Takes back what was counted for a request that was then refused for another reason.
pub fn give_back_operations(tenant: &TenantState, operations: u64, now: Time) {
    tenant.give_back_operations(Day::of(now), operations);
}

/// How a key is used, with the counts of `today`; nothing for a key that is not there. Whose it is has been asked before.
#[must_use]
pub fn of_key(ledger: &Ledger, key: ApiKeyId, today: Day) -> Option<ApiKeyUsage> {
    Some(ledger.credentials().usage_of(key)?.on(today))
}

/// What goes on with a key at this moment; nothing with a key that is not there.
#[must_use]
pub fn at_work(ledger: &Ledger, key: ApiKeyId, now: Time) -> KeyAtWork {
    let usage = ledger.credentials().usage_of(key);
    usage.map_or_else(KeyAtWork::default, |usage| usage.at_work(now))
}

/// Keeps how keys were used since the last time, and what was done in each hour.
///
/// # Errors
/// When the store fails; then it is kept the next time.
pub async fn record_keys(ledger: &Ledger) -> Result<(), Error> {
    let credentials = ledger.credentials();
    record(ledger, credentials.take_unwritten_keys(), Vec::new()).await?;
    let hours = credentials.take_hours();
    let give_back = |hours: &_| credentials.give_hours_back(hours);
    let mut left = Left(&hours[..], give_back);
    while !left.is_empty() {
        let some = left.next();
        let usage = some.iter().map(|(_, usage)| usage.clone()).collect();
        if let Err(error) = ledger.mutate(RecordHours(usage)).await {
            give_back(some);
            return Err(error.into());
        }
    }
    Ok(())
}

struct RecordHours(Vec<HourUsage>);

#[async_trait]
impl Mutation for RecordHours {
    type Output = ();
    type Error = Error;

    async fn apply(self, db: &mut Db, _effects: &mut Vec<Effect>) -> Result<(), Error> {
        for usage in &self.0 {
            db.add_usage_hour(usage).await?;
        }
        Ok(())
    }
}

/// Keeps the operations that no commit of the ledger has brought along.
///
/// # Errors
/// When the store fails; then they are kept the next time.
pub async fn record_operations(ledger: &Ledger) -> Result<(), Error> {
    record(
        ledger,
        Vec::new(),
        ledger.credentials().take_unwritten_tenants(),
    )
    .await
}

async fn record(
    ledger: &Ledger,
    keys: Vec<Arc<KeyUsage>>,
    tenants: Vec<Arc<TenantState>>,
) -> Result<(), Error> {
    let credentials = ledger.credentials();
    let mut keys = Left(&keys[..], |keys: &_| credentials.put_back(keys, &[]));
    let mut tenants = Left(&tenants[..], |tenants: &_| {
        credentials.put_back(&[], tenants);
    });
    while !keys.is_empty() || !tenants.is_empty() {
        let (some_keys, some_tenants) = (keys.next(), tenants.next());
        let record = Record {
            keys: some_keys.to_vec(),
            tenants: some_tenants.to_vec(),
        };
        if let Err(error) = ledger.mutate(record).await {
            credentials.put_back(some_keys, some_tenants);
            return Err(error.into());
        }
    }
    Ok(())
}

/// What was taken to be kept and is not on its way yet, and how to give it back: also when whoever keeps it is stopped in the
/// middle.
struct Left<'a, T, F: Fn(&[T])>(&'a [T], F);

impl<'a, T, F: Fn(&[T])> Left<'a, T, F> {
    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Some of it. A mutation that is in the queue is done, whoever waits for it.
    fn next(&mut self) -> &'a [T] {
        let (some, others) = self.0.split_at(self.0.len().min(ROWS));
        self.0 = others;
        some
    }
}

impl<T, F: Fn(&[T])> Drop for Left<'_, T, F> {
    fn drop(&mut self) {
        if !self.is_empty() {
            self.1(self.0);
        }
    }
}

struct Record {
    keys: Vec<Arc<KeyUsage>>,
    tenants: Vec<Arc<TenantState>>,
}

#[async_trait]
impl Mutation for Record {
    type Output = ();
    type Error = Error;

    /// Reads what is counted here, where rotations are done too: what a rotation forgets is not written after it.
    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<(), Error> {
        for usage in &self.keys {
            db.put_key_usage(&usage.latest()).await?;
        }
        for tenant in self.tenants {
            let (day, operations) = tenant.operations();
            db.put_operations_of(tenant.id, day, operations).await?;
            effects.push(Effect::OperationsWritten(tenant, (day, operations)));
        }
        Ok(())
    }
}
