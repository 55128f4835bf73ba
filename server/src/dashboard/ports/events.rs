//! What has happened.

use app::{
    error::AppError,
    model::{Event, EventPage, EventPlace, EventQuery, FirstSteps},
    ports::EventsPort,
};
use async_trait::async_trait;

use super::moment;
use crate::{
    dashboard::asker::{Asker, of_domain},
    domain::events::{self, EventFilter, LoggedEvent},
};

/// Events on one page.
const SHOWN: usize = 50;

#[async_trait]
impl EventsPort for Asker {
    async fn page(&self, query: &EventQuery, place: EventPlace) -> Result<EventPage, AppError> {
        let tenant = self.tenant().await?;
        let ledger = &self.services().ledger;
        let filter = event_filter(query);
        if let EventPlace::After(revision) = place {
            let page = events::history(ledger, tenant, &filter, revision, SHOWN)
                .await
                .map_err(of_domain)?;
            // What does not fill a page is the newest one, which others fill up.
            if page.has_more {
                let mut events: Vec<_> = page.events.into_iter().map(shown).collect();
                events.reverse();
                return Ok(EventPage {
                    older: Some(revision.saturating_add(1)),
                    newer: Some(page.cursor),
                    events,
                    oldest: page.oldest,
                });
            }
        }
        let before = match place {
            EventPlace::Before(revision) => Some(revision),
            _ => None,
        };
        let page = events::before(ledger, tenant, &filter, before, SHOWN)
            .await
            .map_err(of_domain)?;
        Ok(EventPage {
            newer: before.map(|revision| revision.saturating_sub(1)),
            older: page.next,
            events: page.events.into_iter().map(shown).collect(),
            oldest: page.oldest,
        })
    }

    async fn first_steps(&self) -> Result<Option<FirstSteps>, AppError> {
        let tenant = self.tenant().await?;
        let steps = events::first_steps(&self.services().ledger, tenant).await;
        let steps = steps.map_err(of_domain)?;
        Ok(steps.map(|steps| FirstSteps {
            reserved: steps.reserved,
            refused: steps.refused,
            released: steps.released,
        }))
    }
}

/// What is left of the log with this filter. An empty text lets everything through.
pub fn event_filter(query: &EventQuery) -> EventFilter {
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    EventFilter {
        resource: some(&query.resource),
        prefix: some(&query.prefix),
        requester: some(&query.requester),
        kind: some(&query.kind),
        api_key_label: some(&query.label),
        principal: None,
    }
}

fn shown(event: LoggedEvent) -> Event {
    let holds = match &event.requester {
        Some(_) if event.extra.holds.is_empty() => vec![event.resource.clone()],
        _ => event.extra.holds,
    };
    Event {
        revision: event.revision,
        at: moment(event.at),
        kind: event.kind,
        resource: event.resource,
        by_token: event.issuer.is_some(),
        requester: event.requester,
        label: Some(event.label).filter(|label| !label.is_empty()),
        fencing_token: event.fencing_token,
        reserved_at: event.reserved_at.map(moment),
        expires_at: event.expires_at.map(moment),
        reason: event.extra.reason,
        holds,
        resource_type: event.resource_type,
        transaction_id: event.extra.transaction_id,
        is_shared: event.extra.mode.is_some(),
        metadata: event.metadata,
    }
}
