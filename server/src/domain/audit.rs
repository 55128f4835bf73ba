//! The audit log: read, filtered, and held against its own hashes.

use coop_engine::Time;

use super::Error;
use crate::{
    ledger::Ledger,
    model::{AuditEntry, TenantId},
    store::{Db, FIRST_HASH},
};

/// Rows read at once when a log is verified or searched.
const ROWS: i64 = 1_000;
/// Rows that one page looks through at most: a filter that finds little answers with a cursor.
const SCANNED: usize = 10_000;

/// A part of a log, the newest first.
#[derive(Debug)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// Where to go on: entries below this number. None at the end.
    pub next: Option<i64>,
}

/// At most `limit` entries below the number `before`, whose action begins with `action`.
///
/// # Errors
/// When the store fails.
pub async fn list(
    ledger: &Ledger,
    tenant: TenantId,
    action: &str,
    before: Option<i64>,
    limit: usize,
) -> Result<AuditPage, Error> {
    let mut db = ledger.read().await?;
    let mut entries = Vec::new();
    let mut before = before.unwrap_or(i64::MAX);
    let mut scanned = 0;
    loop {
        let rows = db.audit_before(tenant, before, ROWS).await?;
        if rows.is_empty() {
            return Ok(AuditPage {
                entries,
                next: None,
            });
        }
        for row in rows {
            if entries.len() == limit || scanned == SCANNED {
                let next = Some(before);
                return Ok(AuditPage { entries, next });
            }
            before = row.number;
            scanned += 1;
            let entry = row.read(tenant)?;
            if entry.deed.action.starts_with(action) {
                entries.push(entry);
            }
        }
    }
}

/// What a log looks like when it is held against its hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The number of the oldest entry; above 1 when older ones were forgotten by age. 0 for an empty log.
    pub first: i64,
    /// The number of the newest entry; 0 for an empty log.
    pub last: i64,
    /// When the newest entry was made.
    pub at: Option<Time>,
    /// The newest entry's hash. Noted elsewhere, it shows later that nothing was cut off the end.
    pub head: Vec<u8>,
    /// The first number at which the chain does not hold.
    pub broken_at: Option<i64>,
}

/// Holds a tenant's log against its hashes.
///
/// # Errors
/// When the store fails. A broken chain is no error but an answer.
pub async fn verify(db: &mut Db, tenant: TenantId) -> Result<Verified, Error> {
    let mut verified = Verified {
        first: 0,
        last: 0,
        at: None,
        head: FIRST_HASH.to_vec(),
        broken_at: None,
    };
    loop {
        let rows = db.audit_after(tenant, verified.last, ROWS).await?;
        if rows.is_empty() {
            return Ok(verified);
        }
        for row in rows {
            // What the oldest kept entry of a pruned log was bound to is gone; from there on everything is checked.
            let is_start_of_pruned = verified.first == 0 && row.number > 1;
            let follows =
                row.number == verified.last + 1 && row.hash == row.hash_after(&verified.head);
            if !is_start_of_pruned && !follows {
                verified.broken_at = Some(row.number);
                return Ok(verified);
            }
            if verified.first == 0 {
                verified.first = row.number;
            }
            verified.last = row.number;
            verified.at = Some(row.at);
            verified.head = row.hash;
        }
    }
}
