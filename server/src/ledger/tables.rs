//! The statements that write the ledger's tables.

use coop_engine::Time;
use rusqlite::{Connection, OptionalExtension as _, Result, Row, params};

use super::row::{Begin, Book, Plain};
use crate::{
    model::StoredAudit,
    store::{APPEND_AUDIT, LAST_AUDIT},
};

const END: &str =
    "DELETE FROM reservations WHERE tenant_id = ?1 AND resource = ?2 AND fencing_token = ?3";
const BEGIN: &str = "\
INSERT INTO reservations (tenant_id, resource, fencing_token, requester, release_token, reserved_at, expires_at,
    ttl_seconds, api_key_label, resource_type, metadata, issuer_id, mode, holds)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
const RENEW: &str = "\
UPDATE reservations SET expires_at = ?4, ttl_seconds = ?5
  WHERE tenant_id = ?1 AND resource = ?2 AND fencing_token = ?3";
const DEFINE: &str = "\
INSERT INTO definitions (tenant_id, name, capacity, most, blocks, tree_path, lock_delay_seconds)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const UNDEFINE: &str = "DELETE FROM definitions WHERE tenant_id = ?1 AND name = ?2";
const CLOSE: &str = "INSERT INTO closures (tenant_id, node, path, until) VALUES (?1, ?2, ?3, ?4)";
const OPEN: &str = "DELETE FROM closures WHERE tenant_id = ?1 AND node = ?2";
const EVENTS: &str = "INSERT INTO events (tenant_id, revision, at, data) VALUES (?1, ?2, ?3, ?4)";
const BOOK: &str = "\
INSERT INTO tenant_books (tenant_id, revision, last_now, next_deadline, active, day, operations)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
  ON CONFLICT (tenant_id) DO UPDATE SET revision = excluded.revision, last_now = excluded.last_now,
    next_deadline = excluded.next_deadline, active = excluded.active, day = excluded.day,
    operations = excluded.operations";
const APPLIED: &str = "UPDATE commit_log SET applied = ?1";

pub(super) fn begin(tables: &Connection, row: &Begin<'_>) -> Result<()> {
    let mut insert = tables.prepare_cached(BEGIN)?;
    let begun = insert.execute(params![
        row.tenant,
        row.resource,
        number(row.fencing_token),
        row.requester,
        row.release_token,
        row.reserved_at,
        row.expires_at,
        row.ttl_seconds,
        row.api_key_label,
        row.resource_type,
        row.metadata,
        row.issuer_id,
        row.mode,
        row.holds,
    ]);
    begun.map(drop)
}

pub(super) fn end(
    tables: &Connection,
    tenant: i64,
    resource: &str,
    fencing_token: u64,
) -> Result<()> {
    let mut delete = tables.prepare_cached(END)?;
    let ended = delete.execute(params![tenant, resource, number(fencing_token)]);
    ended.map(drop)
}

pub(super) fn renew(
    tables: &Connection,
    (tenant, resource, fencing_token): (i64, &str, u64),
    expires_at: Option<i64>,
    ttl_seconds: Option<u32>,
) -> Result<()> {
    let mut update = tables.prepare_cached(RENEW)?;
    let renewed = update.execute(params![
        tenant,
        resource,
        number(fencing_token),
        expires_at,
        ttl_seconds
    ]);
    renewed.map(drop)
}

pub(super) fn plain(tables: &Connection, row: &Plain<'_>) -> Result<()> {
    let written = match row {
        Plain::Define {
            tenant,
            name,
            capacity,
            most,
            blocks,
            tree_path,
            lock_delay_seconds,
        } => tables.prepare_cached(DEFINE)?.execute(params![
            tenant,
            name,
            capacity,
            most,
            blocks,
            tree_path,
            lock_delay_seconds
        ]),
        Plain::Undefine { tenant, name } => tables
            .prepare_cached(UNDEFINE)?
            .execute(params![tenant, name]),
        Plain::Close {
            tenant,
            node,
            path,
            until,
        } => tables
            .prepare_cached(CLOSE)?
            .execute(params![tenant, node, path, until]),
        Plain::Open { tenant, node } => tables.prepare_cached(OPEN)?.execute(params![tenant, node]),
        Plain::Events {
            tenant,
            revision,
            at,
            data,
        } => tables
            .prepare_cached(EVENTS)?
            .execute(params![tenant, number(*revision), at, data]),
        Plain::Audit { tenant, at, entry } => audit(tables, *tenant, *at, entry),
    };
    written.map(drop)
}

pub(super) fn book(tables: &Connection, row: &Book) -> Result<()> {
    let mut put = tables.prepare_cached(BOOK)?;
    let kept = put.execute(params![
        row.tenant,
        number(row.revision),
        row.last_now,
        row.next_deadline,
        number(row.active),
        row.day,
        number(row.operations),
    ]);
    kept.map(drop)
}

/// Notes that the tables have every commit up to `last`.
pub(super) fn applied(tables: &Connection, last: u64) -> Result<()> {
    tables.prepare_cached(APPLIED)?.execute([number(last)])?;
    Ok(())
}

/// Entries are chained in the order in which they come here, which is that of the decisions.
fn audit(tables: &Connection, tenant: i64, at: i64, entry: &str) -> Result<usize> {
    let last = last_audit(tables, tenant)?;
    let entry = StoredAudit::after(last.as_ref(), Time::from_micros(at), entry.to_owned());
    tables.prepare_cached(APPEND_AUDIT)?.execute(params![
        tenant,
        entry.number,
        entry.at.as_micros(),
        entry.entry,
        entry.hash
    ])
}

pub(super) fn last_audit(tables: &Connection, tenant: i64) -> Result<Option<StoredAudit>> {
    let read = |row: &Row<'_>| {
        Ok(StoredAudit {
            number: row.get(0)?,
            at: Time::from_micros(row.get(1)?),
            entry: row.get(2)?,
            hash: row.get(3)?,
        })
    };
    tables
        .prepare_cached(LAST_AUDIT)?
        .query_row([tenant], read)
        .optional()
}

/// Revisions stay below 2^53.
const fn number(number: u64) -> i64 {
    number.cast_signed()
}
