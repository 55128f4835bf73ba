//! The rows of one commit: cached statements on a connection of the writer's own, without a thread in between.

use std::{collections::HashMap, sync::Arc};

use coop_engine::{
    Book as _, Change, Closure, Decision, Definition, IssuerId, MemoryBook, Reservation, Time, Ttl,
};
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Row, params};

use super::{
    event_log::EventLog,
    stored::{mode_code, write_holds, write_names, write_path},
};
use crate::{
    model::{By, Day, Deed, StoredAudit, TenantId},
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

/// What a batch of decisions changes.
#[derive(Default)]
pub(super) struct Batch {
    begun: HashMap<(TenantId, u64), Arc<Reservation>>,
    ended: Vec<(TenantId, Arc<Reservation>)>,
    renewed: HashMap<(TenantId, u64), Arc<Reservation>>,
    resources: Vec<(TenantId, ResourceRow)>,
    audit: Vec<(TenantId, Time, By, Deed)>,
    events: HashMap<TenantId, EventLog>,
    books: Vec<BookRow>,
}

/// What becomes of a row, in the order of the decisions: the same name may be written several times.
enum ResourceRow {
    Define(Arc<Definition>),
    Undefine(Arc<Definition>),
    Close(Arc<Closure>),
    Open(Arc<Closure>),
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
        self.begun.is_empty()
            && self.ended.is_empty()
            && self.renewed.is_empty()
            && self.resources.is_empty()
            && self.events.is_empty()
    }

    /// Adds a decision. A reservation that begins and ends within the batch leaves its events and no row.
    pub(super) fn add(&mut self, tenant: TenantId, decision: &Decision) -> serde_json::Result<()> {
        for change in &decision.changes {
            let resource = match change {
                Change::Put(reservation) => {
                    self.begun
                        .insert(key(tenant, reservation), Arc::clone(reservation));
                    continue;
                }
                Change::Remove(reservation) => {
                    self.end(tenant, reservation);
                    continue;
                }
                Change::Renew { to, .. } => {
                    self.renew(tenant, to);
                    continue;
                }
                // Waiting does not outlive the server.
                Change::Queue(_) | Change::Unqueue(_) => continue,
                Change::Define(definition) => ResourceRow::Define(Arc::clone(definition)),
                Change::Undefine(definition) => ResourceRow::Undefine(Arc::clone(definition)),
                Change::Close(closure) => ResourceRow::Close(Arc::clone(closure)),
                Change::Open(closure) => ResourceRow::Open(Arc::clone(closure)),
            };
            self.resources.push((tenant, resource));
        }
        if decision.events.is_empty() {
            return Ok(());
        }
        let log = self.events.entry(tenant).or_default();
        decision.events.iter().try_for_each(|event| log.push(event))
    }

    fn end(&mut self, tenant: TenantId, reservation: &Arc<Reservation>) {
        let key = key(tenant, reservation);
        if self.begun.remove(&key).is_none() {
            self.renewed.remove(&key);
            self.ended.push((tenant, Arc::clone(reservation)));
        }
    }

    fn renew(&mut self, tenant: TenantId, to: &Arc<Reservation>) {
        let key = key(tenant, to);
        match self.begun.get_mut(&key) {
            Some(begun) => Arc::clone_from(begun, to),
            None => drop(self.renewed.insert(key, Arc::clone(to))),
        }
    }

    /// Adds what the audit log keeps of a decision.
    pub(super) fn add_audit(&mut self, tenant: TenantId, now: Time, by: By, deed: Deed) {
        self.audit.push((tenant, now, by, deed));
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
    pub(super) fn commit(&self, db: &Connection) -> rusqlite::Result<()> {
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
                mode_code(reservation.mode),
                write_holds(&reservation.holds).map_err(unwritten)?,
            ])?;
        }
        self.write_rest(db)?;
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

    /// Every tenant's events.
    pub(super) fn into_events(self) -> HashMap<TenantId, EventLog> {
        self.events
    }

    /// What most batches have nothing of.
    fn write_rest(&self, db: &Connection) -> rusqlite::Result<()> {
        for ((tenant, fencing_token), reservation) in &self.renewed {
            db.prepare_cached(RENEW)?.execute(params![
                tenant.as_i64(),
                reservation.resource.as_str(),
                number(*fencing_token),
                reservation.expires_at.map(Time::as_micros),
                reservation.ttl.map(Ttl::seconds),
            ])?;
        }
        for (tenant, row) in &self.resources {
            row.write(tenant.as_i64(), db)?;
        }
        for (tenant, now, by, deed) in &self.audit {
            let tenant = tenant.as_i64();
            let last = db
                .prepare_cached(LAST_AUDIT)?
                .query_row([tenant], read_audit)
                .optional()?;
            let entry = StoredAudit::after(last.as_ref(), *now, by, deed).map_err(unwritten)?;
            db.prepare_cached(APPEND_AUDIT)?.execute(params![
                tenant,
                entry.number,
                entry.at.as_micros(),
                entry.entry,
                entry.hash
            ])?;
        }
        Ok(())
    }
}

impl ResourceRow {
    fn write(&self, tenant: i64, db: &Connection) -> rusqlite::Result<usize> {
        match self {
            Self::Define(definition) => db.prepare_cached(DEFINE)?.execute(params![
                tenant,
                definition.name.as_str(),
                definition.capacity.slots(),
                definition.most.slots(),
                write_names(&definition.blocks).map_err(unwritten)?,
                write_path(&definition.tree_path).map_err(unwritten)?,
                definition.lock_delay.map(Ttl::seconds),
            ]),
            Self::Undefine(definition) => db
                .prepare_cached(UNDEFINE)?
                .execute(params![tenant, definition.name.as_str()]),
            Self::Close(closure) => db.prepare_cached(CLOSE)?.execute(params![
                tenant,
                closure.node.as_str(),
                write_path(&closure.path).map_err(unwritten)?,
                closure.until.as_micros(),
            ]),
            Self::Open(closure) => db
                .prepare_cached(OPEN)?
                .execute(params![tenant, closure.node.as_str()]),
        }
    }
}

const fn key(tenant: TenantId, reservation: &Reservation) -> (TenantId, u64) {
    (tenant, reservation.fencing_token.as_u64())
}

fn read_audit(row: &Row<'_>) -> rusqlite::Result<StoredAudit> {
    Ok(StoredAudit {
        number: row.get(0)?,
        at: Time::from_micros(row.get(1)?),
        entry: row.get(2)?,
        hash: row.get(3)?,
    })
}

/// What has no text cannot be bound; the batch is rolled back like for any other statement that fails.
fn unwritten(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
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
