//! The rules once more, as slow and plain as possible: there is no book, only the history. Who holds what is found by
//! telling the history from its beginning, and a denied request is one whose part of the history is cut off again.

use std::sync::Arc;

use coop_engine::{
    Caller, Command, Denial, EventKind, IssuerId, Limits, Outcome, ReserveItem, ReserveOutcome,
    Time, UnreserveItem, UnreserveOutcome,
};

use crate::history::{Fact, Grant};

#[derive(Debug, Default)]
pub struct Model {
    pub history: Vec<Fact>,
    pub last_now: i64,
}

/// What a caller is told; grants by their numbers.
#[derive(Debug, PartialEq)]
pub enum Answer {
    Items(Vec<(&'static str, Option<u64>)>),
    Expired,
    Denied(u64, Option<i64>),
}

impl Model {
    /// All that has begun and not ended, in the order of the grants.
    pub fn live(&self) -> Vec<&Grant> {
        let mut live: Vec<&Grant> = Vec::new();
        for fact in &self.history {
            if fact.kind == EventKind::Reserved {
                live.push(&fact.grant);
            } else {
                live.retain(|grant| grant.number != fact.grant.number);
            }
        }
        live
    }

    pub fn next_deadline(&self) -> Option<i64> {
        self.live().iter().filter_map(|grant| grant.until).min()
    }

    pub fn answer(
        &mut self,
        caller: &Caller,
        command: &Command,
        clock: Time,
        limits: Limits,
    ) -> Answer {
        self.last_now = self.last_now.max(clock.as_micros());
        self.expire(command, limits.expirations);
        let start = self.history.len();
        let items = match command {
            Command::Reserve(items) => items
                .iter()
                .map(|item| self.reserve(caller, item))
                .collect(),
            Command::Unreserve(items) => items
                .iter()
                .map(|item| self.unreserve(caller, item))
                .collect(),
            _ => return Answer::Expired,
        };
        let granted = self.history[start..]
            .iter()
            .any(|fact| fact.kind == EventKind::Reserved);
        match limits.active_reservations {
            Some(limit) if granted && self.held_now().len() as u64 > limit => {
                self.history.truncate(start);
                let deadlines = self.held_now().into_iter().filter_map(|grant| grant.until);
                Answer::Denied(limit, deadlines.min())
            }
            _ => self.answer_within_own_limit(limits, start, items),
        }
    }

    /// Of those who were granted something, the first who holds too much is told of his own next deadline.
    fn answer_within_own_limit(
        &mut self,
        limits: Limits,
        start: usize,
        items: Vec<(&'static str, Option<u64>)>,
    ) -> Answer {
        let Some(limit) = limits.of_one_principal else {
            return Answer::Items(items);
        };
        let owner = |grant: &Grant| (grant.issuer, grant.requester.clone());
        let granted: Vec<_> = self.history[start..]
            .iter()
            .filter(|fact| fact.kind == EventKind::Reserved && fact.grant.issuer.is_some())
            .map(|fact| owner(&fact.grant))
            .collect();
        let holds = |model: &Self, who: &_| {
            let mut held: Vec<Grant> = model.held_now().into_iter().cloned().collect();
            held.retain(|grant| owner(grant) == *who);
            held
        };
        let over = granted
            .into_iter()
            .find(|who| holds(self, who).len() as u64 > limit);
        let Some(who) = over else {
            return Answer::Items(items);
        };
        self.history.truncate(start);
        let deadlines = holds(self, &who)
            .into_iter()
            .filter_map(|grant| grant.until);
        Answer::Denied(limit, deadlines.min())
    }

    fn held_now(&self) -> Vec<&Grant> {
        let mut live = self.live();
        live.retain(|grant| grant.until.is_none_or(|until| until > self.last_now));
        live
    }

    fn expire(&mut self, command: &Command, mut others: usize) {
        let named: Vec<_> = match command {
            Command::Reserve(items) => items.iter().map(|item| &item.resource).collect(),
            Command::Unreserve(items) => items.iter().map(|item| &item.resource).collect(),
            _ => Vec::new(),
        };
        let mut due = self.live();
        due.retain(|grant| grant.until.is_some_and(|until| until <= self.last_now));
        // A stable sort of grants in their order.
        due.sort_by_key(|grant| grant.until);
        let due: Vec<_> = due.into_iter().cloned().collect();
        for grant in due {
            if !named.contains(&&grant.resource) {
                if others == 0 {
                    continue;
                }
                others -= 1;
            }
            let label = Arc::clone(&grant.label);
            self.tell(EventKind::ReservationExpired, grant, label);
        }
    }

    fn reserve(&mut self, caller: &Caller, item: &ReserveItem) -> (&'static str, Option<u64>) {
        let asker = (caller.issuer.map(IssuerId::as_i64), &item.requester);
        let live = self.live();
        let holder = live.iter().find(|grant| grant.resource == item.resource);
        if let Some(grant) = holder {
            let same = (grant.issuer, &grant.requester) == asker;
            let status = if same { "ALREADY_HAD" } else { "ALREADY_HELD" };
            return (status, Some(grant.number));
        }
        let ttl = item.ttl.map(|ttl| i64::from(ttl.seconds()) * 1_000_000);
        let grant = Grant {
            number: self.history.len() as u64 + 1,
            resource: item.resource.clone(),
            requester: asker.1.clone(),
            issuer: asker.0,
            token: *item.token.as_bytes(),
            since: self.last_now,
            until: ttl.map(|ttl| self.last_now + ttl),
            label: Arc::clone(&caller.label),
        };
        let number = grant.number;
        self.tell(EventKind::Reserved, grant, Arc::clone(&caller.label));
        ("ACQUIRED", Some(number))
    }

    fn unreserve(&mut self, caller: &Caller, item: &UnreserveItem) -> (&'static str, Option<u64>) {
        let asker = (caller.issuer.map(IssuerId::as_i64), &item.requester);
        let mut live = self.live();
        live.retain(|grant| grant.resource == item.resource);
        let Some(grant) = live.pop().cloned() else {
            return ("NOT_RESERVED", None);
        };
        if (grant.issuer, &grant.requester) != asker {
            return ("DOESNT_OWN_RESERVATION", Some(grant.number));
        }
        if item.token.map(|token| *token.as_bytes()) != Some(grant.token) {
            return ("INVALID_RELEASE_TOKEN", None);
        }
        let number = grant.number;
        self.tell(EventKind::Unreserved, grant, Arc::clone(&caller.label));
        ("RELINQUISHED", Some(number))
    }

    fn tell(&mut self, kind: EventKind, grant: Grant, label: Arc<str>) {
        self.history.push(Fact {
            revision: self.history.len() as u64 + 1,
            kind,
            grant,
            label,
            at: self.last_now,
        });
    }
}

impl Answer {
    /// What the engine tells.
    pub fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Reserve(items) => Self::Items(items.iter().map(reserve_item).collect()),
            Outcome::Unreserve(items) => Self::Items(items.iter().map(unreserve_item).collect()),
            Outcome::Done => Self::Expired,
            Outcome::Denied(
                Denial::ActiveReservations {
                    limit,
                    next_deadline,
                }
                | Denial::OfOnePrincipal {
                    limit,
                    next_deadline,
                },
            ) => Self::Denied(*limit, next_deadline.map(Time::as_micros)),
            other => panic!("{other:?}"),
        }
    }
}

fn reserve_item(item: &ReserveOutcome) -> (&'static str, Option<u64>) {
    let (status, held) = match item {
        ReserveOutcome::Acquired(held) => ("ACQUIRED", held),
        ReserveOutcome::AlreadyHad(held) => ("ALREADY_HAD", held),
        ReserveOutcome::Refused(refusal) => ("ALREADY_HELD", refusal.held_by().expect("a holder")),
    };
    (status, Some(held.fencing_token.as_u64()))
}

fn unreserve_item(item: &UnreserveOutcome) -> (&'static str, Option<u64>) {
    let (status, held) = match item {
        UnreserveOutcome::Relinquished(released) => ("RELINQUISHED", &released.reservation),
        UnreserveOutcome::NotReserved => return ("NOT_RESERVED", None),
        UnreserveOutcome::DoesntOwnReservation(held) => ("DOESNT_OWN_RESERVATION", held),
        UnreserveOutcome::InvalidReleaseToken => return ("INVALID_RELEASE_TOKEN", None),
    };
    (status, Some(held.fencing_token.as_u64()))
}
