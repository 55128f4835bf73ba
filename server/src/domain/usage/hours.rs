//! What was done in each hour, by whom.

use coop_engine::Time;

use crate::{
    domain::Error,
    ledger::{Count, Credential, Ledger},
    model::{Hour, HourUsage, LimitType, TenantId},
};

/// Counts operations that were taken from a quota.
pub fn note_operations(
    ledger: &Ledger,
    credential: &Credential,
    is_read: bool,
    operations: u64,
    now: Time,
) {
    let what = if is_read { Count::Reads } else { Count::Writes };
    let credentials = ledger.credentials();
    credentials.note_in_hour(credential, now, what, operations);
}

/// Counts a request that was answered 429 because of a limit of this type.
pub fn note_limited(ledger: &Ledger, credential: &Credential, limit_type: &str, now: Time) {
    let what = Count::Refused(LimitType::of(limit_type));
    ledger.credentials().note_in_hour(credential, now, what, 1);
}

/// What a tenant did from an hour on, as it was kept last: a few seconds ago.
///
/// # Errors
/// When the store fails.
pub async fn hours(
    ledger: &Ledger,
    tenant: TenantId,
    since: Hour,
) -> Result<Vec<HourUsage>, Error> {
    let mut db = ledger.store().read().await?;
    Ok(db.usage_hours_of(tenant, since).await?)
}
