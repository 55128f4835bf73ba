//! What a batch of decisions changes, written down as the commit log keeps it.

use std::collections::HashMap;

use coop_engine::{Book as _, Change, Decision, IssuerId, MemoryBook, Reservation, Time, Ttl};

use super::{
    event_log::EventLog,
    row::{Begin, Book, Plain, Row},
    stored::{mode_code, write_holds, write_names, write_path},
};
use crate::{
    model::{By, Day, Deed, StoredAudit, TenantId},
    store::Record,
};

/// Bytes after which a batch takes no more commands. The longest of one request is some megabytes more.
const MOST_BYTES: usize = 1024 * 1024;

/// A change cannot be written down. The batch is not committed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unwritten {
    #[error(transparent)]
    Row(#[from] postcard::Error),
    #[error(transparent)]
    Text(#[from] serde_json::Error),
}

/// What a batch of decisions changes.
#[derive(Default)]
pub(super) struct Batch {
    record: Record,
    events: HashMap<TenantId, EventLog>,
    /// Of what is in both.
    bytes: usize,
}

impl Batch {
    /// Whether there is nothing to commit.
    pub(super) fn is_empty(&self) -> bool {
        self.record.is_empty() && self.events.is_empty()
    }

    /// Whether it is so long that nothing more belongs into it: a tenant's events of one commit are one row, of which SQLite
    /// takes a gigabyte at most.
    pub(super) fn is_full(&self) -> bool {
        self.bytes >= MOST_BYTES
    }

    /// Adds a decision.
    pub(super) fn add(&mut self, tenant: TenantId, decision: &Decision) -> Result<(), Unwritten> {
        let before = self.record.content().len();
        for change in &decision.changes {
            self.change(tenant.as_i64(), change)?;
        }
        self.bytes += self.record.content().len() - before;
        if decision.events.is_empty() {
            return Ok(());
        }
        let log = self.events.entry(tenant).or_default();
        let before = log.text().len();
        for event in &decision.events {
            log.push(event)?;
        }
        self.bytes += log.text().len() - before;
        Ok(())
    }

    fn change(&mut self, tenant: i64, change: &Change) -> Result<(), Unwritten> {
        match change {
            Change::Put(reservation) => self.begin(tenant, reservation),
            Change::Remove(reservation) => self.push(&Row::End {
                tenant,
                resource: reservation.resource.as_str(),
                fencing_token: reservation.fencing_token.as_u64(),
            }),
            Change::Renew { to, .. } => self.push(&Row::Renew {
                tenant,
                resource: to.resource.as_str(),
                fencing_token: to.fencing_token.as_u64(),
                expires_at: to.expires_at.map(Time::as_micros),
                ttl_seconds: to.ttl.map(Ttl::seconds),
            }),
            // Waiting does not outlive the server.
            Change::Queue(_) | Change::Unqueue(_) => Ok(()),
            Change::Define(definition) => self.plain(Plain::Define {
                tenant,
                name: definition.name.as_str(),
                capacity: definition.capacity.slots(),
                most: definition.most.slots(),
                blocks: &write_names(&definition.blocks)?,
                tree_path: &write_path(&definition.tree_path)?,
                lock_delay_seconds: definition.lock_delay.map(Ttl::seconds),
            }),
            Change::Undefine(definition) => self.plain(Plain::Undefine {
                tenant,
                name: definition.name.as_str(),
            }),
            Change::Close(closure) => self.plain(Plain::Close {
                tenant,
                node: closure.node.as_str(),
                path: &write_path(&closure.path)?,
                until: closure.until.as_micros(),
            }),
            Change::Open(closure) => self.plain(Plain::Open {
                tenant,
                node: closure.node.as_str(),
            }),
        }
    }

    fn begin(&mut self, tenant: i64, reservation: &Reservation) -> Result<(), Unwritten> {
        self.push(&Row::Begin(Begin {
            tenant,
            resource: reservation.resource.as_str(),
            fencing_token: reservation.fencing_token.as_u64(),
            requester: reservation.principal.requester.as_str(),
            release_token: *reservation.release_token.as_bytes(),
            reserved_at: reservation.reserved_at.as_micros(),
            expires_at: reservation.expires_at.map(Time::as_micros),
            ttl_seconds: reservation.ttl.map(Ttl::seconds),
            api_key_label: &reservation.label,
            resource_type: &reservation.resource_type,
            metadata: reservation.metadata.as_deref(),
            issuer_id: reservation.principal.issuer.map(IssuerId::as_i64),
            mode: mode_code(reservation.mode),
            holds: write_holds(&reservation.holds)?.as_deref(),
        }))
    }

    /// Adds what the audit log keeps of a decision.
    pub(super) fn add_audit(
        &mut self,
        tenant: TenantId,
        now: Time,
        by: &By,
        deed: &Deed,
    ) -> Result<(), Unwritten> {
        self.plain(Plain::Audit {
            tenant: tenant.as_i64(),
            at: now.as_micros(),
            entry: &StoredAudit::text(by, deed)?,
        })
    }

    /// Adds the state of a tenant's book after all of its decisions, and its operations as they were counted so far: they
    /// are in the same row, so keeping them costs nothing.
    pub(super) fn add_book(
        &mut self,
        tenant: TenantId,
        book: &MemoryBook,
        (day, operations): (Day, u64),
    ) -> Result<(), Unwritten> {
        self.push(&Row::Book(Book {
            tenant: tenant.as_i64(),
            revision: book.revision().as_u64(),
            last_now: book.last_now().as_micros(),
            next_deadline: book.next_deadline().map(Time::as_micros),
            active: book.active(),
            day: day.number(),
            operations,
        }))
    }

    fn plain(&mut self, row: Plain<'_>) -> Result<(), Unwritten> {
        self.push(&Row::Plain(row))
    }

    fn push(&mut self, row: &Row<'_>) -> Result<(), Unwritten> {
        postcard::to_io(row, self.record.content_mut())?;
        Ok(())
    }

    /// All of it, to be made durable, and every tenant's events.
    pub(super) fn finish(mut self) -> Result<(Record, HashMap<TenantId, EventLog>), Unwritten> {
        let events = std::mem::take(&mut self.events);
        for (tenant, log) in &events {
            self.plain(Plain::Events {
                tenant: tenant.as_i64(),
                revision: log.revision(),
                at: log.at().as_micros(),
                data: log.text(),
            })?;
        }
        Ok((self.record, events))
    }
}
