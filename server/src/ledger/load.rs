//! Books as they are committed, to decide on.

use coop_engine::{Capacity, Closure, Definition, MemoryBook, Time};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{
    read::{Known, RESERVATIONS, read_reservation, revision, text},
    stored::{corrupt, name, read_blockers, read_path, read_ttl},
};
use crate::{model::TenantId, store::StoreError};

const STATE: &str = "SELECT revision, last_now FROM tenant_books WHERE tenant_id = ?1";
const DEFINITIONS: &str = "\
SELECT name, capacity, most, blocks, tree_path, lock_delay_seconds FROM definitions WHERE tenant_id = ?1";
const CLOSURES: &str = "SELECT node, path, until FROM closures WHERE tenant_id = ?1";

/// Reservations put into the book at once. All of a large tenant's take several times the room of its book.
const CHUNK: usize = 5_000;

/// A tenant's book as it is committed. The tenant's commands wait meanwhile, so nothing changes while it is read.
pub(super) fn load_book(db: &Connection, tenant: TenantId) -> Result<MemoryBook, StoreError> {
    let id = tenant.as_i64();
    let state = db
        .prepare_cached(STATE)?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (number, last_now) = state.unwrap_or((0, 0));
    let mut book = MemoryBook::new(revision(number)?, Time::from_micros(last_now));
    let unfit = |e: coop_engine::Corrupt| StoreError::Corrupt(e.to_string());
    book.restore_definitions(all(db, DEFINITIONS, id, read_definition)?)
        .map_err(unfit)?;
    book.restore_closures(all(db, CLOSURES, id, read_closure)?)
        .map_err(unfit)?;
    let mut known = Known::default();
    let mut select = db.prepare_cached(RESERVATIONS)?;
    let mut rows = select.query(params![id, "", 0])?;
    let mut chunk = Vec::new();
    while let Some(row) = rows.next()? {
        chunk.push(read_reservation(row, &mut known)?);
        if chunk.len() == CHUNK {
            book.restore(std::mem::take(&mut chunk)).map_err(unfit)?;
        }
    }
    book.restore(chunk).map_err(unfit)?;
    Ok(book)
}

fn all<T>(
    db: &Connection,
    sql: &str,
    tenant: i64,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut select = db.prepare_cached(sql)?;
    let mut rows = select.query([tenant])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

fn read_definition(row: &Row<'_>) -> Result<Definition, StoreError> {
    let capacity = |column: usize| {
        let slots: i64 = row.get(column)?;
        Capacity::parse(slots).map_err(|_| corrupt("a capacity"))
    };
    let lock_delay: Option<i64> = row.get(5)?;
    Ok(Definition {
        name: name(text(row, 0)?)?,
        capacity: capacity(1)?,
        most: capacity(2)?,
        blocks: read_blockers(text(row, 3)?)?,
        tree_path: read_path(text(row, 4)?)?,
        lock_delay: lock_delay.map(read_ttl).transpose()?,
    })
}

fn read_closure(row: &Row<'_>) -> Result<Closure, StoreError> {
    Ok(Closure {
        node: name(text(row, 0)?)?,
        path: read_path(text(row, 1)?)?,
        until: Time::from_micros(row.get(2)?),
    })
}
