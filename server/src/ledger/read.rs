//! What is read of the ledger to be shown. The tables have durable commits only, so what is shown is durable.

use std::{collections::HashSet, fmt, sync::Arc};

use coop_engine::{IssuerId, Principal, ReleaseToken, Requester, Reservation, Revision, Time};
use rusqlite::{Connection, Row, params};
use sqlx::Row as _;

use super::{
    Ledger, Settled,
    stored::{corrupt, name, read_holds, read_mode, read_ttl},
};
use crate::{
    model::{TenantId, Tier},
    store::{Db, StoreError},
};

/// Rows looked at for one page. A filter that finds little answers with a cursor rather than scan a whole tenant.
const MOST_SCANNED: usize = 10_000;

/// Which reservations to show. `None` lets everything through.
#[derive(Clone, Debug, Default)]
pub struct ReservationFilter {
    /// Exactly this requester.
    pub requester: Option<String>,
    /// Exactly this resource.
    pub resource: Option<String>,
    /// Resources that begin so.
    pub prefix: Option<String>,
    /// Exactly this type.
    pub resource_type: Option<String>,
    /// Reserved with a key of exactly this label.
    pub api_key_label: Option<String>,
    /// Exactly this principal's: what an exchanged token may see.
    pub principal: Option<Principal>,
}

/// A place in the order of resource and fencing token. The default is before all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReservationPosition {
    /// The resource.
    pub resource: String,
    /// The fencing token.
    pub fencing_token: u64,
}

/// Some of a tenant's reservations, in order.
#[derive(Debug)]
pub struct ReservationPage {
    /// Them.
    pub reservations: Vec<Reservation>,
    /// Where the next page begins; `None` when there is none.
    pub next: Option<ReservationPosition>,
}

/// The text that a cursor is made of; [`ReservationPosition::parse`] reads it.
impl fmt::Display for ReservationPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.fencing_token, self.resource)
    }
}

impl ReservationPosition {
    /// Reads what `Display` has written.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (fencing_token, resource) = text.split_once(':')?;
        Some(Self {
            resource: resource.to_owned(),
            fencing_token: fencing_token.parse().ok()?,
        })
    }
}

impl ReservationFilter {
    fn admits(&self, reservation: &Reservation) -> bool {
        let is = |wanted: &Option<String>, value: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted == value)
        };
        self.principal
            .as_ref()
            .is_none_or(|principal| *principal == reservation.principal)
            && is(&self.requester, reservation.principal.requester.as_str())
            && is(&self.resource, reservation.resource.as_str())
            && is(&self.resource_type, &reservation.resource_type)
            && is(&self.api_key_label, &reservation.label)
            && self
                .prefix
                .as_ref()
                .is_none_or(|prefix| reservation.resource.as_str().starts_with(prefix))
    }

    /// The name before which nothing can match: a page costs the page, not the tenant.
    fn first_name(&self) -> &str {
        self.resource
            .as_deref()
            .or(self.prefix.as_deref())
            .unwrap_or_default()
    }

    /// Whether nothing at or after this name can match.
    fn is_past(&self, name: &str) -> bool {
        self.resource
            .as_ref()
            .is_some_and(|resource| name > resource.as_str())
            || self
                .prefix
                .as_ref()
                .is_some_and(|prefix| name > prefix.as_str() && !name.starts_with(prefix.as_str()))
    }
}

impl Db {
    /// The next deadline of every tenant that has one.
    pub(super) async fn book_deadlines(&mut self) -> Result<Vec<(TenantId, Time)>, StoreError> {
        let query = sqlx::query(
            "SELECT tenant_id, next_deadline FROM tenant_books WHERE next_deadline IS NOT NULL \
             AND tenant_id IN (SELECT id FROM tenants)",
        );
        let rows = self.fetch_all(query).await?;
        rows.iter()
            .map(|row| {
                Ok((
                    TenantId::from_i64(row.try_get(0)?),
                    Time::from_micros(row.try_get(1)?),
                ))
            })
            .collect()
    }

    /// Forgets the tenant's events that happened before `before`, the oldest first, at most `limit`. It looks at no more
    /// rows than that: within a tenant, later events have higher revisions.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prune_events_of(
        &mut self,
        tenant: TenantId,
        before: Time,
        limit: i64,
    ) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "DELETE FROM events WHERE tenant_id = $1 AND at < $2 AND revision IN \
             (SELECT revision FROM events WHERE tenant_id = $1 ORDER BY revision LIMIT $3)",
        )
        .bind(tenant.as_i64())
        .bind(before.as_micros())
        .bind(limit);
        self.execute(query).await
    }
}

impl Settled {
    /// Tenants of a tier whose oldest event happened before `before`, at most `limit`. One look into the index a tenant.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tenants_with_events_before(
        &mut self,
        tier: Tier,
        before: Time,
        limit: i64,
    ) -> Result<Vec<TenantId>, StoreError> {
        let query = sqlx::query(
            "SELECT t.id FROM tenants t WHERE t.tier = $1 AND \
             (SELECT e.at FROM events e WHERE e.tenant_id = t.id ORDER BY e.revision LIMIT 1) < $2 LIMIT $3",
        )
        .bind(tier.code())
        .bind(before.as_micros())
        .bind(limit);
        let rows = self.fetch_all(query).await?;
        rows.iter()
            .map(|row| Ok(TenantId::from_i64(row.try_get(0)?)))
            .collect()
    }

    /// How many reservations the tenant has, those included whose expiry is about to be announced.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn active_reservations_of(&mut self, tenant: TenantId) -> Result<u64, StoreError> {
        let query = sqlx::query("SELECT active FROM tenant_books WHERE tenant_id = $1")
            .bind(tenant.as_i64());
        let row = self.fetch_optional(query).await?;
        let active: i64 = row.map_or(Ok(0), |row| row.try_get(0))?;
        Ok(u64::try_from(active).unwrap_or_default())
    }
}

impl Ledger {
    /// At most `limit` of the tenant's reservations that are live at `now`, in the order of resource and fencing token.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reservations_of(
        &self,
        tenant: TenantId,
        filter: ReservationFilter,
        after: Option<ReservationPosition>,
        limit: usize,
        now: Time,
    ) -> Result<ReservationPage, StoreError> {
        let page = move |db: &Connection| page(db, tenant, &filter, after, limit, now);
        self.readers.read(page).await
    }
}

fn page(
    db: &Connection,
    tenant: TenantId,
    filter: &ReservationFilter,
    after: Option<ReservationPosition>,
    limit: usize,
    now: Time,
) -> Result<ReservationPage, StoreError> {
    let end = |reservations, next| Ok(ReservationPage { reservations, next });
    let mut position = after.unwrap_or_default();
    if position.resource.as_str() < filter.first_name() {
        position = ReservationPosition {
            resource: filter.first_name().to_owned(),
            fencing_token: 0,
        };
    }
    let mut found = Vec::new();
    let mut select = db.prepare_cached(RESERVATIONS)?;
    let mut rows = select.query(params![
        tenant.as_i64(),
        position.resource,
        i64::try_from(position.fencing_token).unwrap_or(i64::MAX)
    ])?;
    let mut known = Known::default();
    let mut scanned = 0;
    while let Some(row) = rows.next()? {
        if scanned == MOST_SCANNED {
            return end(found, Some(position));
        }
        scanned += 1;
        let reservation = read_reservation(row, &mut known)?;
        if filter.is_past(reservation.resource.as_str()) {
            break;
        }
        let admitted = !reservation.is_expired(now) && filter.admits(&reservation);
        if admitted && found.len() == limit {
            return end(found, Some(position));
        }
        position = ReservationPosition {
            resource: reservation.resource.as_str().to_owned(),
            fencing_token: reservation.fencing_token.as_u64(),
        };
        if admitted {
            found.push(reservation);
        }
    }
    end(found, None)
}

/// A tenant's reservations after a position, whatever their state. Rows come as they are asked for.
pub(super) const RESERVATIONS: &str = "\
SELECT resource, fencing_token, requester, release_token, reserved_at, expires_at, ttl_seconds, api_key_label,
    resource_type, metadata, issuer_id, mode, holds
  FROM reservations WHERE tenant_id = ?1 AND (resource, fencing_token) > (?2, ?3) ORDER BY resource, fencing_token";

/// Texts of which there are few kept for [`Known`].
const MOST_KNOWN: usize = 1_000;

/// Labels and types: a million reservations have a few of them.
#[derive(Default)]
pub(super) struct Known(HashSet<Arc<str>>);

impl Known {
    fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        if self.0.len() < MOST_KNOWN {
            self.0.insert(Arc::clone(&new));
        }
        new
    }
}

/// Reads a row of [`RESERVATIONS`].
pub(super) fn read_reservation(
    row: &Row<'_>,
    known: &mut Known,
) -> Result<Reservation, StoreError> {
    let ttl: Option<i64> = row.get(6)?;
    let release_token = row
        .get_ref(3)?
        .as_blob()
        .ok()
        .and_then(|bytes| bytes.try_into().ok());
    Ok(Reservation {
        resource: name(text(row, 0)?)?,
        fencing_token: revision(row.get(1)?)?,
        principal: Principal {
            issuer: row.get::<_, Option<i64>>(10)?.map(IssuerId::new),
            requester: Requester::parse(text(row, 2)?).map_err(|_| corrupt("a requester"))?,
        },
        mode: read_mode(row.get(11)?)?,
        holds: read_holds(optional_text(row, 12)?)?,
        release_token: release_token
            .map(ReleaseToken::from_bytes)
            .ok_or_else(|| corrupt("a release token"))?,
        reserved_at: Time::from_micros(row.get(4)?),
        expires_at: row.get::<_, Option<i64>>(5)?.map(Time::from_micros),
        ttl: ttl.map(read_ttl).transpose()?,
        label: known.share(text(row, 7)?),
        resource_type: known.share(text(row, 8)?),
        metadata: optional_text(row, 9)?.map(Into::into),
    })
}

/// A column's text, where it lies.
pub(super) fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str, StoreError> {
    row.get_ref(column)?
        .as_str()
        .map_err(|_| corrupt("something that is no text"))
}

fn optional_text<'a>(row: &'a Row<'_>, column: usize) -> Result<Option<&'a str>, StoreError> {
    row.get_ref(column)?
        .as_str_or_null()
        .map_err(|_| corrupt("something that is no text"))
}

pub(super) fn revision(number: i64) -> Result<Revision, StoreError> {
    let number =
        u64::try_from(number).map_err(|_| StoreError::Corrupt("a negative revision".to_owned()))?;
    Ok(Revision::new(number))
}

#[cfg(test)]
mod tests {
    use super::ReservationPosition;

    #[test]
    fn a_position_reads_back_what_it_wrote_and_nothing_else() {
        let position = ReservationPosition {
            resource: "a:b/ü".to_owned(),
            fencing_token: 7,
        };
        assert_eq!(
            ReservationPosition::parse(&position.to_string()),
            Some(position)
        );
        for text in ["x:y", "7", ""] {
            assert_eq!(ReservationPosition::parse(text), None, "{text}");
        }
    }
}
