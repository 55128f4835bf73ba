//! Books as they are committed, to decide on.

use std::{collections::HashSet, sync::Arc};

use coop_engine::{Capacity, Closure, Definition, MemoryBook, Revision, Time};
use sqlx::{Row as _, any::AnyRow};

use super::{
    read::{ReservationPosition, revision},
    stored::{corrupt, name, read_blockers, read_path, read_ttl},
};
use crate::{
    model::TenantId,
    store::{Db, StoreError},
};

/// Rows read at once. All of a large tenant's take several times the room of its book.
const CHUNK: usize = 5_000;

/// Texts of which there are few kept for this.
const MOST_SHARED: usize = 1_000;

/// Labels and types: a million reservations have a few of them.
#[derive(Default)]
struct Known(HashSet<Arc<str>>);

impl Known {
    fn share(&mut self, text: &mut Arc<str>) {
        if let Some(known) = self.0.get(&**text) {
            *text = Arc::clone(known);
        } else if self.0.len() < MOST_SHARED {
            self.0.insert(Arc::clone(text));
        }
    }
}

impl Db {
    /// A tenant's book as it is committed.
    pub(super) async fn load_book(&mut self, tenant: TenantId) -> Result<MemoryBook, StoreError> {
        let state = sqlx::query("SELECT revision, last_now FROM tenant_books WHERE tenant_id = $1");
        let (revision, last_now) = match self.fetch_optional(state.bind(tenant.as_i64())).await? {
            Some(row) => (
                revision(row.try_get(0)?)?,
                Time::from_micros(row.try_get(1)?),
            ),
            None => (Revision::ZERO, Time::from_micros(0)),
        };
        let mut book = MemoryBook::new(revision, last_now);
        let unfit = |e: coop_engine::Corrupt| StoreError::Corrupt(e.to_string());
        book.restore_definitions(self.definitions_of(tenant).await?)
            .map_err(unfit)?;
        book.restore_closures(self.closures_of(tenant).await?)
            .map_err(unfit)?;
        // The tenant's commands wait meanwhile, so nothing changes between two chunks.
        let mut position = ReservationPosition {
            resource: String::new(),
            fencing_token: 0,
        };
        let mut known = Known::default();
        loop {
            let mut chunk = self.reservations_after(tenant, &position, CHUNK).await?;
            let is_last = chunk.len() < CHUNK;
            if let Some(last) = chunk.last() {
                position = ReservationPosition {
                    resource: last.resource.to_string(),
                    fencing_token: last.fencing_token.as_u64(),
                };
            }
            for reservation in &mut chunk {
                known.share(&mut reservation.label);
                known.share(&mut reservation.resource_type);
            }
            book.restore(chunk).map_err(unfit)?;
            if is_last {
                return Ok(book);
            }
        }
    }

    async fn definitions_of(&mut self, tenant: TenantId) -> Result<Vec<Definition>, StoreError> {
        let query = sqlx::query(
            "SELECT name, capacity, most, blocks, tree_path, lock_delay_seconds FROM definitions WHERE tenant_id = $1",
        );
        let rows = self.fetch_all(query.bind(tenant.as_i64())).await?;
        rows.iter().map(read_definition).collect()
    }

    async fn closures_of(&mut self, tenant: TenantId) -> Result<Vec<Closure>, StoreError> {
        let query = sqlx::query("SELECT node, path, until FROM closures WHERE tenant_id = $1");
        let rows = self.fetch_all(query.bind(tenant.as_i64())).await?;
        rows.iter()
            .map(|row| {
                Ok(Closure {
                    node: name(&row.try_get::<String, _>(0)?)?,
                    path: read_path(&row.try_get::<String, _>(1)?)?,
                    until: Time::from_micros(row.try_get(2)?),
                })
            })
            .collect()
    }
}

fn read_definition(row: &AnyRow) -> Result<Definition, StoreError> {
    let capacity = |column: usize| {
        let slots: i64 = row.try_get(column)?;
        Capacity::parse(slots).map_err(|_| corrupt("a capacity"))
    };
    let lock_delay: Option<i64> = row.try_get(5)?;
    Ok(Definition {
        name: name(&row.try_get::<String, _>(0)?)?,
        capacity: capacity(1)?,
        most: capacity(2)?,
        blocks: read_blockers(&row.try_get::<String, _>(3)?)?,
        tree_path: read_path(&row.try_get::<String, _>(4)?)?,
        lock_delay: lock_delay.map(read_ttl).transpose()?,
    })
}
