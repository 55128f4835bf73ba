//! The rows of one commit: cached statements on a connection of the writer's own, without a thread in between.

use std::{collections::HashMap, sync::Arc};

use coop_engine::{Book as _, Change, Decision, IssuerId, MemoryBook, Reservation, Time, Ttl};
use rusqlite::{Connection, ErrorCode, params};

use super::event_log::EventLog;
use crate::model::{Day, TenantId};

const END: &str =
    "DELETE FROM reservations WHERE tenant_id = ?1 AND resource = ?2 AND fencing_token = ?3";
const BEGIN: &str = "\
INSERT INTO reservations (tenant_id, resource, fencing_token, requester, release_token, reserved_at, expires_at,
    ttl_seconds, api_key_label, resource_type, metadata, issuer_id)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
const EVENTS: &str = "INSERT INTO events (tenant_id, revision, at, data) VALUES (?1, ?2, ?3, ?4)";
const BOOK: &str = "\
INSERT INTO tenant_books (tenant_id, revision, last_now, next_deadline, active, day, operations)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
  ON CONFLICT (tenant_id) DO UPDATE SET revision = excluded.revision, last_now = excluded.last_now,
    next_deadline = excluded.next_deadline, active = excluded.active, day = excluded.day,
    operations = excluded.operations";

/// What a batch of decisions changes.
#[derive(Default)]
pub(super) struct Batch {
    begun: HashMap<(TenantId, u64), Arc<Reservation>>,
    ended: Vec<(TenantId, Arc<Reservation>)>,
    events: HashMap<TenantId, EventLog>,
    books: Vec<BookRow>,
}

struct BookRow {
    tenant: TenantId,
    revision: u64,
    last_now: Time,
    next_deadline: Option<Time>,
    active: u64,
    operations: (Day, u64),
}

impl Batch {
    /// Whether there is nothing to commit.
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Adds a decision. A reservation that begins and ends within the batch leaves its events and no row.
    pub(super) fn add(&mut self, tenant: TenantId, decision: &Decision) -> serde_json::Result<()> {
        for change in &decision.changes {
            match change {
                Change::Put(reservation) => {
                    self.begun
                        .insert(key(tenant, reservation), Arc::clone(reservation));
                }
                Change::Remove(reservation) => {
                    if self.begun.remove(&key(tenant, reservation)).is_none() {
                        self.ended.push((tenant, Arc::clone(reservation)));
                    }
                }
                Change::Renew { from, to } => {
                    if self.begun.remove(&key(tenant, from)).is_none() {
                        self.ended.push((tenant, Arc::clone(from)));
                    }
                    self.begun.insert(key(tenant, to), Arc::clone(to));
                }
                Change::Queue(_)
                | Change::Unqueue(_)
                | Change::Close(_)
                | Change::Open(_)
                | Change::Define(_)
                | Change::Undefine(_) => {}
            }
        }
        if decision.events.is_empty() {
            return Ok(());
        }
        let log = self.events.entry(tenant).or_default();
        decision.events.iter().try_for_each(|event| log.push(event))
    }

    /// Adds the state of a tenant's book after all of its decisions, and its operations as they were counted so far: they
    /// are in the same row, so keeping them costs nothing.
    pub(super) fn add_book(&mut self, tenant: TenantId, book: &MemoryBook, operations: (Day, u64)) {
        self.books.push(BookRow {
            tenant,
            revision: book.revision().as_u64(),
            last_now: book.last_now(),
            next_deadline: book.next_deadline(),
            active: book.active(),
            operations,
        });
    }

    /// Makes all of it durable. What ended goes before what began, so that a name may change hands within a batch.
    pub(super) fn commit(self, db: &Connection) -> rusqlite::Result<()> {
        db.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let mut end = db.prepare_cached(END)?;
        for (tenant, reservation) in &self.ended {
            let fencing_token = number(reservation.fencing_token.as_u64());
            end.execute(params![
                tenant.as_i64(),
                reservation.resource.as_str(),
                fencing_token
            ])?;
        }
        let mut begin = db.prepare_cached(BEGIN)?;
        for ((tenant, fencing_token), reservation) in &self.begun {
            begin.execute(params![
                tenant.as_i64(),
                reservation.resource.as_str(),
                number(*fencing_token),
                reservation.principal.requester.as_str(),
                reservation.release_token.as_bytes(),
                reservation.reserved_at.as_micros(),
                reservation.expires_at.map(Time::as_micros),
                reservation.ttl.map(Ttl::seconds),
                &*reservation.label,
                &*reservation.resource_type,
                reservation.metadata.as_deref(),
                reservation.principal.issuer.map(IssuerId::as_i64),
            ])?;
        }
        let mut insert = db.prepare_cached(EVENTS)?;
        for (tenant, log) in &self.events {
            insert.execute(params![
                tenant.as_i64(),
                number(log.revision()),
                log.at().as_micros(),
                log.text()
            ])?;
        }
        let mut book = db.prepare_cached(BOOK)?;
        for row in &self.books {
            book.execute(params![
                row.tenant.as_i64(),
                number(row.revision),
                row.last_now.as_micros(),
                row.next_deadline.map(Time::as_micros),
                number(row.active),
                row.operations.0.number(),
                number(row.operations.1),
            ])?;
        }
        db.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    }
}

const fn key(tenant: TenantId, reservation: &Reservation) -> (TenantId, u64) {
    (tenant, reservation.fencing_token.as_u64())
}

/// Revisions stay below 2^53.
const fn number(number: u64) -> i64 {
    number.cast_signed()
}

/// After an I/O error or with a damaged file the commit record may or may not be on the disk.
pub(super) fn is_fate_unknown(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}
