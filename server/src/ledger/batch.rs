//! The rows of one commit. They travel as JSON arrays, one parameter a table, so a batch costs as many statements as a
//! single command, and all of them go to SQLite in one call.

use std::{collections::HashMap, sync::Arc};

use coop_engine::{Book as _, Change, Decision, MemoryBook, Reservation};
use serde::Serialize;
use serde_json::value::RawValue;

use super::event_json;
use crate::{
    model::TenantId,
    store::{Db, StoreError},
};

/// Statement by statement: what ended goes before what began, so that a name may change hands within a batch.
const COMMIT: &str = "\
BEGIN IMMEDIATE;
INSERT INTO ended_reservations (tenant_id, resource, fencing_token)
  SELECT value->>0, value->>1, value->>2 FROM json_each($1);
INSERT INTO reservations (tenant_id, resource, fencing_token, requester, release_token, reserved_at, expires_at,
    ttl_seconds, api_key_label, resource_type, metadata)
  SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8, value->>9,
    nullif(value->10, 'null') FROM json_each($2);
INSERT INTO events (tenant_id, revision, at, data)
  SELECT value->>0, value->>1, value->>2, value->3 FROM json_each($3);
INSERT INTO tenant_books (tenant_id, revision, last_now, next_deadline, active)
  SELECT value->>0, value->>1, value->>2, value->>3, value->>4 FROM json_each($4) WHERE true
  ON CONFLICT (tenant_id) DO UPDATE SET revision = excluded.revision, last_now = excluded.last_now,
    next_deadline = excluded.next_deadline, active = excluded.active;
COMMIT";

/// What a batch of decisions changes.
#[derive(Default)]
pub(super) struct Batch {
    begun: HashMap<(TenantId, u64), Arc<Reservation>>,
    ended: Vec<(TenantId, Arc<Reservation>)>,
    events: Rows,
    books: Rows,
}

impl Batch {
    /// Whether there is nothing to commit.
    pub(super) const fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Adds a decision. A reservation that begins and ends within the batch leaves its events and no row.
    pub(super) fn add(&mut self, tenant: TenantId, decision: &Decision) -> serde_json::Result<()> {
        for change in &decision.changes {
            match change {
                Change::Put(reservation) => {
                    self.begun.insert(
                        (tenant, reservation.fencing_token.as_u64()),
                        Arc::clone(reservation),
                    );
                }
                Change::Remove(reservation) => {
                    if self
                        .begun
                        .remove(&(tenant, reservation.fencing_token.as_u64()))
                        .is_none()
                    {
                        self.ended.push((tenant, Arc::clone(reservation)));
                    }
                }
            }
        }
        for event in &decision.events {
            self.events.push_with(|out| {
                let head = (
                    tenant.as_i64(),
                    event.revision.as_u64(),
                    event.at.as_micros(),
                );
                serde_json::to_writer(&mut *out, &head)?;
                // The tuple's closing bracket makes room for the event.
                out.pop();
                out.push(b',');
                event_json::write(out, tenant, event)?;
                out.push(b']');
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Adds the state of a tenant's book after all of its decisions.
    pub(super) fn add_book(
        &mut self,
        tenant: TenantId,
        book: &MemoryBook,
    ) -> serde_json::Result<()> {
        self.books.push(&(
            tenant.as_i64(),
            book.revision().as_u64(),
            book.last_now().as_micros(),
            book.next_deadline().map(coop_engine::Time::as_micros),
            book.active(),
        ))
    }

    /// Makes all of it durable.
    pub(super) async fn commit(self, db: &mut Db) -> Result<(), StoreError> {
        let corrupt = |e: serde_json::Error| StoreError::Corrupt(e.to_string());
        let (mut ended, mut begun) = (Rows::default(), Rows::default());
        for (tenant, reservation) in &self.ended {
            let row = (
                tenant.as_i64(),
                reservation.resource.as_str(),
                reservation.fencing_token.as_u64(),
            );
            ended.push(&row).map_err(corrupt)?;
        }
        for ((tenant, fencing_token), reservation) in &self.begun {
            begun
                .push(&row(*tenant, *fencing_token, reservation).map_err(corrupt)?)
                .map_err(corrupt)?;
        }
        let query = sqlx::query(COMMIT)
            .bind(ended.finish()?)
            .bind(begun.finish()?)
            .bind(self.events.finish()?)
            .bind(self.books.finish()?);
        db.execute(query).await.map(drop)
    }
}

fn row(
    tenant: TenantId,
    fencing_token: u64,
    reservation: &Reservation,
) -> serde_json::Result<impl Serialize + use<'_>> {
    let metadata: Option<&RawValue> = reservation
        .metadata
        .as_deref()
        .map(serde_json::from_str)
        .transpose()?;
    Ok((
        tenant.as_i64(),
        reservation.resource.as_str(),
        fencing_token,
        reservation.principal.requester.as_str(),
        reservation.release_token.to_string(),
        reservation.reserved_at.as_micros(),
        reservation.expires_at.map(coop_engine::Time::as_micros),
        reservation.ttl.map(coop_engine::Ttl::seconds),
        &*reservation.label,
        &*reservation.resource_type,
        metadata,
    ))
}

/// A JSON array of rows, built as text.
#[derive(Default)]
struct Rows(Vec<u8>);

impl Rows {
    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn push(&mut self, row: &impl Serialize) -> serde_json::Result<()> {
        self.push_with(|out| serde_json::to_writer(out, row))
    }

    fn push_with(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>,
    ) -> serde_json::Result<()> {
        self.0.push(if self.0.is_empty() { b'[' } else { b',' });
        write(&mut self.0)
    }

    fn finish(mut self) -> Result<String, StoreError> {
        self.0
            .extend_from_slice(if self.0.is_empty() { b"[]" } else { b"]" });
        String::from_utf8(self.0).map_err(|e| StoreError::Corrupt(e.to_string()))
    }
}
