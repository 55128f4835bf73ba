//! How resources are contended: what the ledger counts of refusals and waits, and what the log tells of grants and holds.

use std::{collections::HashMap, time::Duration};

use coop_engine::{Command, Outcome, RefusalStatus, ReserveOutcome, ResourceName, Time};

use crate::{
    domain::Error,
    ledger::{Decided, EventFilter, Ledger, LoggedEvent},
    model::TenantId,
};

/// Events that are looked at: a page must not read a whole history.
const EVENTS: usize = 10_000;
/// Events read at once.
const ROWS: usize = 1_000;
/// Resources that are told.
const TOLD: usize = 20;

/// How a resource was used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourceUse {
    /// Its name.
    pub resource: String,
    /// Times that it was refused because of others.
    pub refusals: u64,
    /// Requests that waited for it.
    pub waits: Lengths,
    /// Whether there may have been more refusals and waits than are known.
    pub is_partial: bool,
    /// Times that it was granted.
    pub grants: u64,
    /// Holds that have ended.
    pub holds: Lengths,
}

/// Lengths of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lengths {
    /// How many.
    pub count: u64,
    /// All together.
    pub total: Duration,
    /// The longest.
    pub longest: Duration,
}

impl Lengths {
    fn add(&mut self, length: Duration) {
        self.count += 1;
        self.total += length;
        self.longest = self.longest.max(length);
    }

    /// How long one is on average; none of none.
    #[must_use]
    pub fn mean(&self) -> Option<Duration> {
        let count = u32::try_from(self.count).ok().filter(|count| *count > 0)?;
        Some(self.total / count)
    }
}

/// The resources that are most in demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// They, most refusals and waits first; without any, those that were granted most.
    pub resources: Vec<ResourceUse>,
    /// Since when refusals and waits are counted.
    pub counted_since: Time,
    /// Since when grants and holds are known, if that is later than was asked for.
    pub known_since: Option<Time>,
}

/// Counts what a command met: resources that others stood in the way of, and how long it waited.
pub fn note_contention(ledger: &Ledger, tenant: TenantId, decided: &Decided) {
    let refused = refused(decided);
    let credentials = ledger.credentials();
    if !refused.is_empty() {
        credentials.note_contention(tenant, &refused, None, decided.now);
    }
    if let Some(since) = decided.waited_since {
        let waited = between(since, decided.now);
        credentials.note_contention(tenant, &asked(&decided.command), Some(waited), decided.now);
    }
}

fn refused(decided: &Decided) -> Vec<&str> {
    let in_the_way = |outcome: &ReserveOutcome| {
        matches!(outcome, ReserveOutcome::Refused(refusal)
            if matches!(refusal.status, RefusalStatus::AlreadyHeld | RefusalStatus::NotAvailable))
    };
    match (&decided.command, &decided.outcome) {
        (Command::Reserve(items), Outcome::Reserve(outcomes)) => {
            let each = items.iter().zip(outcomes);
            each.filter(|(_, outcome)| in_the_way(outcome))
                .map(|(item, _)| item.resource.as_str())
                .collect()
        }
        (Command::Transactions(asked), Outcome::Transactions(outcomes)) => {
            let each = asked.iter().zip(outcomes);
            let each = each.flat_map(|(transaction, outcome)| {
                let unavailable = outcome.unavailable.iter();
                unavailable
                    .filter(|(_, outcome)| in_the_way(outcome))
                    .filter_map(|(at, _)| transaction.items.get(*at))
            });
            each.map(|item| item.resource.as_str()).collect()
        }
        _ => Vec::new(),
    }
}

fn asked(command: &Command) -> Vec<&str> {
    let names: Vec<&ResourceName> = match command {
        Command::Reserve(items) => items.iter().map(|item| &item.resource).collect(),
        Command::Transactions(asked) => {
            let items = asked.iter().flat_map(|transaction| &transaction.items);
            items.map(|item| &item.resource).collect()
        }
        _ => Vec::new(),
    };
    names.into_iter().map(ResourceName::as_str).collect()
}

/// The resources that are most in demand; grants and holds since `since`, as far as the last events tell.
///
/// # Errors
/// When the store fails.
pub async fn demand(ledger: &Ledger, tenant: TenantId, since: Time) -> Result<Demand, Error> {
    let (counted_since, contended) = ledger.credentials().contention_of(tenant);
    let mut uses: HashMap<String, ResourceUse> = HashMap::new();
    for one in contended {
        let waits = Lengths {
            count: one.waits,
            total: one.waited,
            longest: one.longest_wait,
        };
        let known = ResourceUse {
            resource: one.resource.clone(),
            refusals: one.refusals,
            waits,
            is_partial: one.is_partial,
            ..ResourceUse::default()
        };
        uses.insert(one.resource, known);
    }
    let known_since = add_events(ledger, tenant, since, &mut uses).await?;
    let mut resources: Vec<_> = uses.into_values().collect();
    resources.sort_by(|a, b| {
        let rank = |one: &ResourceUse| (one.refusals + one.waits.count, one.grants);
        rank(b)
            .cmp(&rank(a))
            .then_with(|| a.resource.cmp(&b.resource))
    });
    // Beside what is contended, what is not says nothing; without it, it says how long things are held.
    let is_contended = |one: &ResourceUse| one.refusals + one.waits.count > 0;
    if resources.first().is_some_and(is_contended) {
        resources.retain(is_contended);
    }
    resources.truncate(TOLD);
    Ok(Demand {
        resources,
        counted_since,
        known_since,
    })
}

/// Adds what the log tells, newest first; answers where it was left off, if that was too early.
async fn add_events(
    ledger: &Ledger,
    tenant: TenantId,
    since: Time,
    uses: &mut HashMap<String, ResourceUse>,
) -> Result<Option<Time>, Error> {
    let everything = EventFilter::default();
    let mut db = ledger.read().await?;
    let (mut before, mut seen) = (None, 0);
    loop {
        let page = db.events_before(tenant, &everything, before, ROWS).await?;
        for event in &page.events {
            if event.at < since {
                return Ok(None);
            }
            seen += 1;
            add(event, uses);
        }
        match page.next {
            None => return Ok(None),
            Some(_) if seen >= EVENTS => return Ok(page.events.last().map(|event| event.at)),
            next => before = next,
        }
    }
}

fn add(event: &LoggedEvent, uses: &mut HashMap<String, ResourceUse>) {
    let is_grant = event.kind == "RESERVED";
    let is_end = matches!(event.kind.as_str(), "UNRESERVED" | "RESERVATION_EXPIRED");
    if !is_grant && !is_end {
        return;
    }
    let resource = event.resource.clone();
    let known = uses.entry(resource.clone()).or_insert_with(|| ResourceUse {
        resource,
        ..ResourceUse::default()
    });
    if is_grant {
        known.grants += 1;
    } else if let Some(reserved_at) = event.reserved_at {
        // It ended when its time was over, not when that was announced.
        let end = event.expires_at.filter(|_| event.kind != "UNRESERVED");
        known
            .holds
            .add(between(reserved_at, end.unwrap_or(event.at)));
    }
}

fn between(from: Time, to: Time) -> Duration {
    let micros = to.as_micros().saturating_sub(from.as_micros());
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_of_what_there_is() {
        let mut lengths = Lengths::default();
        assert_eq!(lengths.mean(), None);
        lengths.add(Duration::from_secs(1));
        lengths.add(Duration::from_secs(4));
        assert_eq!(lengths.mean(), Some(Duration::from_millis(2_500)));
        assert_eq!(lengths.longest, Duration::from_secs(4));
    }
}
