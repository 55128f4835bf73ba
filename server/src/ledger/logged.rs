//! The log of events, read: what `event_log` wrote, a row a commit.

use coop_engine::{IssuerId, Principal, Time};
use serde::Deserialize;
use sqlx::Row as _;

use super::Settled;
use crate::{model::TenantId, store::StoreError};

/// Most rows of one look. A row is a commit's, so it holds as many events as the commit had, and one at least.
const ROWS: usize = 100;
/// Events looked at for one page. A filter that finds little answers with a cursor rather than read a whole history.
const MOST_SCANNED: usize = 10_000;

/// An event as it was logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedEvent {
    /// Its number among the tenant's events.
    pub revision: u64,
    /// When it happened.
    pub at: Time,
    /// `RESERVED`, ...
    pub kind: String,
    /// The resource that was asked for, or whose definition it is.
    pub resource: String,
    /// Who holds it. Nothing for a definition, like what follows.
    pub requester: Option<String>,
    /// The reservation's fencing token.
    pub fencing_token: Option<u64>,
    /// When it was reserved.
    pub reserved_at: Option<Time>,
    /// When it ends.
    pub expires_at: Option<Time>,
    /// The label, at that time, of the key that caused it; empty when no key did.
    pub label: String,
    /// The reservation's type.
    pub resource_type: Option<String>,
    /// The text of an object.
    pub metadata: Option<String>,
    /// Who vouched for the requester, if he is an end user.
    pub issuer: Option<IssuerId>,
    /// What most events have nothing of.
    pub extra: LoggedExtra,
}

/// What most events have nothing of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LoggedExtra {
    /// What is held, if it is more than the resource itself.
    #[serde(default)]
    pub holds: Vec<String>,
    /// Why it ended, if not by its holder or its time.
    #[serde(default)]
    pub reason: Option<String>,
    /// The transaction that it was part of.
    #[serde(default)]
    pub transaction_id: Option<String>,
    /// `shared`, if it is.
    #[serde(default)]
    pub mode: Option<String>,
}

/// The places of an element; the writer's side has the same list.
#[derive(Deserialize)]
struct Kept(
    u64,
    i64,
    String,
    String,
    Option<String>,
    Option<u64>,
    Option<i64>,
    Option<i64>,
    String,
    Option<String>,
    Option<String>,
    Option<i64>,
    #[serde(default)] LoggedExtra,
);

/// Which events to show. `None` lets everything through.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Exactly this resource.
    pub resource: Option<String>,
    /// Resources that begin so.
    pub prefix: Option<String>,
    /// Exactly this requester.
    pub requester: Option<String>,
    /// Exactly this kind.
    pub kind: Option<String>,
    /// Caused with a key of exactly this label.
    pub api_key_label: Option<String>,
    /// Exactly this principal's: what an exchanged token may see.
    pub principal: Option<Principal>,
}

/// Some of a tenant's events, in order.
#[derive(Debug)]
pub struct EventPage {
    /// Them.
    pub events: Vec<LoggedEvent>,
    /// Everything up to here was looked at; the next page begins after it.
    pub cursor: u64,
    /// The first that was looked at; `None` when there was nothing. Revisions have no gaps, so what lies between the one that
    /// was asked for and this is forgotten.
    pub first: Option<u64>,
    /// Whether there is more after the cursor.
    pub has_more: bool,
    /// The oldest event that is kept; `None` when none is.
    pub oldest: Option<u64>,
    /// The last event that there was before the first of these was looked for; 0 when there was none yet.
    pub newest: u64,
}

/// Some of a tenant's events, the newest first.
#[derive(Debug)]
pub struct EarlierEvents {
    /// Them.
    pub events: Vec<LoggedEvent>,
    /// What is older is before this revision; `None` when there is nothing.
    pub next: Option<u64>,
    /// The oldest event that is kept; `None` when none is.
    pub oldest: Option<u64>,
}

impl EventFilter {
    /// Whether an event is one of those that are asked for.
    #[must_use]
    pub fn admits(&self, event: &LoggedEvent) -> bool {
        let is = |wanted: &Option<String>, value: Option<&str>| {
            wanted.is_none() || wanted.as_deref() == value
        };
        let is_visible = self.principal.as_ref().is_none_or(|principal| {
            principal.issuer == event.issuer
                && event.requester.as_deref() == Some(principal.requester.as_str())
        });
        is_visible
            && is(&self.resource, Some(&event.resource))
            && is(&self.requester, event.requester.as_deref())
            && is(&self.kind, Some(&event.kind))
            && is(&self.api_key_label, Some(&event.label))
            && self
                .prefix
                .as_ref()
                .is_none_or(|prefix| event.resource.starts_with(prefix))
    }
}

impl Settled {
    /// At most `limit` of the tenant's events after a revision.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn events_of(
        &mut self,
        tenant: TenantId,
        filter: &EventFilter,
        after: u64,
        limit: usize,
    ) -> Result<EventPage, StoreError> {
        let newest = self.revision_of(tenant).await?;
        let oldest = self.oldest_event_of(tenant).await?;
        let mut page = EventPage {
            events: Vec::new(),
            cursor: after,
            first: None,
            has_more: false,
            oldest,
            newest,
        };
        let (mut scanned, mut most) = (0, first_look(limit));
        loop {
            let rows = self.event_rows_after(tenant, page.cursor, most).await?;
            let is_last = rows.len() < most;
            most = ROWS;
            for text in rows {
                for event in read(&text)? {
                    // The first row may have begun before the cursor.
                    if event.revision <= page.cursor {
                        continue;
                    }
                    if page.events.len() == limit || scanned == MOST_SCANNED {
                        page.has_more = true;
                        return Ok(page);
                    }
                    scanned += 1;
                    page.first.get_or_insert(event.revision);
                    page.cursor = event.revision;
                    if filter.admits(&event) {
                        page.events.push(event);
                    }
                }
            }
            if is_last {
                return Ok(page);
            }
        }
    }

    /// At most `limit` of the tenant's events before a revision, or of all of them, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn events_before(
        &mut self,
        tenant: TenantId,
        filter: &EventFilter,
        before: Option<u64>,
        limit: usize,
    ) -> Result<EarlierEvents, StoreError> {
        let mut page = EarlierEvents {
            events: Vec::new(),
            next: None,
            oldest: self.oldest_event_of(tenant).await?,
        };
        let (mut before, mut scanned) = (before.unwrap_or(u64::MAX), 0);
        let mut most = first_look(limit);
        loop {
            let start = before;
            for text in self.event_rows_before(tenant, before, most).await? {
                for event in read(&text)?.into_iter().rev() {
                    // The last row may go on beyond where this begins.
                    if event.revision >= before {
                        continue;
                    }
                    if page.events.len() == limit || scanned == MOST_SCANNED {
                        page.next = Some(before);
                        return Ok(page);
                    }
                    scanned += 1;
                    before = event.revision;
                    if filter.admits(&event) {
                        page.events.push(event);
                    }
                }
            }
            if before == start {
                return Ok(page);
            }
            most = ROWS;
        }
    }

    /// Rows with events before a revision, the newest first. The first of them may hold others too: a row is known by its
    /// last event.
    async fn event_rows_before(
        &mut self,
        tenant: TenantId,
        before: u64,
        most: usize,
    ) -> Result<Vec<String>, StoreError> {
        let query = sqlx::query(
            "SELECT data FROM events WHERE tenant_id = $1 AND revision <= COALESCE((SELECT revision FROM events \
             WHERE tenant_id = $1 AND revision >= $2 ORDER BY revision LIMIT 1), $2) ORDER BY revision DESC LIMIT $3",
        )
        .bind(tenant.as_i64())
        .bind(i64::try_from(before.saturating_sub(1)).unwrap_or(i64::MAX))
        .bind(i64::try_from(most).unwrap_or(i64::MAX));
        let rows = self.fetch_all(query).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// The revision of the tenant's last event; 0 when there was none yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revision_of(&mut self, tenant: TenantId) -> Result<u64, StoreError> {
        let query = sqlx::query("SELECT revision FROM tenant_books WHERE tenant_id = $1")
            .bind(tenant.as_i64());
        let Some(row) = self.fetch_optional(query).await? else {
            return Ok(0);
        };
        Ok(row.try_get::<i64, _>(0)?.cast_unsigned())
    }

    /// The oldest event that is kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn oldest_event_of(&mut self, tenant: TenantId) -> Result<Option<u64>, StoreError> {
        let query =
            sqlx::query("SELECT data FROM events WHERE tenant_id = $1 ORDER BY revision LIMIT 1")
                .bind(tenant.as_i64());
        let Some(row) = self.fetch_optional(query).await? else {
            return Ok(None);
        };
        let events = read(&row.try_get::<String, _>(0)?)?;
        Ok(events.first().map(|event| event.revision))
    }

    async fn event_rows_after(
        &mut self,
        tenant: TenantId,
        revision: u64,
        most: usize,
    ) -> Result<Vec<String>, StoreError> {
        let query = sqlx::query(
            "SELECT data FROM events WHERE tenant_id = $1 AND revision > $2 ORDER BY revision LIMIT $3",
        )
        .bind(tenant.as_i64())
        .bind(i64::try_from(revision).unwrap_or(i64::MAX))
        .bind(i64::try_from(most).unwrap_or(i64::MAX));
        let rows = self.fetch_all(query).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}

/// Rows of the first look: without a filter no more are needed.
fn first_look(limit: usize) -> usize {
    ROWS.min(limit.saturating_add(1))
}

/// Reads a row.
pub(super) fn read(text: &str) -> Result<Vec<LoggedEvent>, StoreError> {
    let kept: Vec<Kept> =
        serde_json::from_str(text).map_err(|e| StoreError::Corrupt(format!("events: {e}")))?;
    Ok(kept.into_iter().map(LoggedEvent::from).collect())
}

impl From<Kept> for LoggedEvent {
    fn from(kept: Kept) -> Self {
        Self {
            revision: kept.0,
            at: Time::from_micros(kept.1),
            kind: kept.2,
            resource: kept.3,
            requester: kept.4,
            fencing_token: kept.5,
            reserved_at: kept.6.map(Time::from_micros),
            expires_at: kept.7.map(Time::from_micros),
            label: kept.8,
            resource_type: kept.9,
            metadata: kept.10,
            issuer: kept.11.map(IssuerId::new),
            extra: kept.12,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_with_and_without_what_most_events_lack() {
        let text = r#"[[1,5,"RESERVED","a","w",1,5,null,"k","UserDefined",null,null],
            [2,6,"UNRESERVED","a","w",1,5,9,"","t","{}",3,{"holds":["a","b"],"reason":"FORCED"}],
            [3,7,"RESOURCE_REGISTERED","p",null,null,null,null,"k",null,null,null]]"#;
        let events = read(text).expect("a row");
        assert_eq!(events.len(), 3);
        assert_eq!(events[0].extra, LoggedExtra::default());
        assert_eq!(events[1].extra.holds, ["a", "b"]);
        assert_eq!(events[1].extra.reason.as_deref(), Some("FORCED"));
        assert_eq!(events[1].issuer, Some(IssuerId::new(3)));
        assert_eq!(events[2].requester, None);
        assert!(read("[[1]]").is_err());
    }
}
