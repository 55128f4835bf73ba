//! Those who wait.

use std::{mem, sync::Arc};

use super::{
    bounds, cycle,
    draft::Draft,
    reserve::{self, Asker},
    stir::Stir,
    transaction,
    wants::Wants,
};
use crate::{
    Ask, Book, Caller, Change, CheckItem, Denial, IssuerId, Limits, Listener, Method, Outcome,
    Principal, ReserveItem, ReserveOutcome, Ticket, TicketId, Time, Wait, WaiterId,
};

/// For how long a place is kept when its request has been answered with a refusal, so that the next one finds it again.
const KEPT_MICROS: i64 = 2_000_000;

/// Those who wait longer than somebody who asks for this now: all, or those before the ticket he has for it already.
pub(super) fn ahead_of<B: Book>(
    draft: &Draft<'_, B>,
    issuer: Option<IssuerId>,
    method: Option<Method>,
    items: &[ReserveItem],
) -> Vec<Arc<Ticket>> {
    let names = items.iter().map(|item| &item.resource);
    let tickets = draft.tickets_about(names);
    heard_until(&tickets, |ticket| {
        is_own(draft, ticket, issuer, method, items)
    })
}

/// The same for somebody who only looks.
pub(super) fn ahead_of_check<B: Book>(
    draft: &Draft<'_, B>,
    who: Option<&Principal>,
    item: &CheckItem,
) -> Vec<Arc<Ticket>> {
    let tickets = draft.tickets_about([&item.resource].into_iter());
    heard_until(&tickets, |ticket| {
        let is_it = matches!(&ticket.ask, Ask::Reserve(asked)
            if asked.resource == item.resource && asked.mode == item.mode);
        is_it && who == Some(&ticket.principal) && is_kept(ticket, draft.now)
    })
}

/// Those before the first such ticket that claim something.
fn heard_until(tickets: &[&Arc<Ticket>], is_own: impl Fn(&Ticket) -> bool) -> Vec<Arc<Ticket>> {
    let before = tickets.iter().take_while(|ticket| !is_own(ticket));
    let heard = before.filter(|ticket| ticket.is_heard());
    heard.map(|ticket| Arc::clone(ticket)).collect()
}

fn is_kept(ticket: &Ticket, now: Time) -> bool {
    ticket.is_heard() || ticket.kept_until > now
}

/// Those of the tickets that claim something.
pub(super) fn heard(tickets: &[Arc<Ticket>]) -> Vec<Arc<Ticket>> {
    let heard = tickets.iter().filter(|ticket| ticket.is_heard());
    heard.cloned().collect()
}

/// Whether it is the ticket that somebody has for just this.
fn is_own<B: Book>(
    draft: &Draft<'_, B>,
    ticket: &Ticket,
    issuer: Option<IssuerId>,
    method: Option<Method>,
    items: &[ReserveItem],
) -> bool {
    let is_his = |first: &ReserveItem| ticket.principal.is(issuer, &first.requester);
    items.first().is_some_and(is_his)
        && ticket.ask.is_for(method, items)
        && is_kept(ticket, draft.now)
}

/// Lets a request wait: at the place that its principal has for the same already, or at the end of the line.
pub(super) fn join<B: Book>(
    draft: &mut Draft<'_, B>,
    caller: &Caller,
    ask: Ask,
    wait: Wait,
) -> Outcome {
    let Some(first) = ask.items().first() else {
        return Outcome::Denied(Denial::Waiters);
    };
    let principal = Principal {
        issuer: caller.issuer,
        requester: first.requester.clone(),
    };
    // Whoever waits changes the line anyway.
    let line = draft.line_mut().clone();
    let own = line
        .iter()
        .position(|ticket| is_own(draft, ticket, caller.issuer, ask.method(), ask.items()));
    let waiters: usize = line.iter().map(|ticket| ticket.listeners.len()).sum();
    if waiters >= Limits::WAITERS {
        return Outcome::Denied(Denial::Waiters);
    }
    let is_counted = own.is_some_and(|index| line[index].is_heard());
    let weight = if is_counted { 0 } else { ask.weight() };
    if let Some(denial) = bounds::exceeded(draft, draft.mark(), Some((&principal, weight))) {
        return Outcome::Denied(denial);
    }
    let listener = Listener {
        waiter: wait.waiter,
        ask: ask.clone(),
        label: Arc::clone(&caller.label),
        until: draft.now.saturating_add(wait.at_most),
    };
    if let Some(index) = own {
        let mut ticket = Ticket::clone(&line[index]);
        ticket.listeners.push(listener);
        replace(draft, index, Some(ticket));
        return Outcome::Waiting;
    }
    let last = line.last().map_or(TicketId::ZERO, |ticket| ticket.id);
    let wants = ask.items().iter();
    let ticket = Arc::new(Ticket {
        id: last.next(),
        principal,
        wants: wants
            .flat_map(|item| Wants::of(draft, &item.resource, item.mode).into_vec())
            .collect(),
        ask,
        listeners: vec![listener],
        kept_until: draft.now,
    });
    draft.quietly(Change::Queue(Arc::clone(&ticket)));
    draft.line_mut().push(ticket);
    Outcome::Waiting
}

/// Puts another ticket in the place of one, or none.
fn replace<B: Book>(draft: &mut Draft<'_, B>, index: usize, by: Option<Ticket>) {
    let before = Arc::clone(&draft.line_mut()[index]);
    draft.quietly(Change::Unqueue(before));
    if let Some(ticket) = by {
        let ticket = Arc::new(ticket);
        draft.quietly(Change::Queue(Arc::clone(&ticket)));
        draft.line_mut()[index] = ticket;
    } else {
        draft.line_mut().remove(index);
    }
}

/// These requests wait no longer. A ticket that nobody listens to any more is gone at once.
pub(super) fn leave<B: Book>(draft: &mut Draft<'_, B>, waiters: &[WaiterId]) {
    let line = draft.line_mut().clone();
    for (index, ticket) in line.iter().enumerate().rev() {
        let stays = |listener: &Listener| !waiters.contains(&listener.waiter);
        if ticket.listeners.iter().all(stays) {
            continue;
        }
        let mut left = Ticket::clone(ticket);
        left.listeners.retain(stays);
        let is_heard = left.is_heard();
        draft.unclaim(&left);
        replace(draft, index, is_heard.then_some(left));
    }
}

/// Everybody who waits is refused now.
pub(super) fn end<B: Book>(draft: &mut Draft<'_, B>) {
    let line = draft.line_mut().clone();
    for (index, ticket) in line.iter().enumerate() {
        refuse(draft, &line, index, |_| true);
        draft.quietly(Change::Unqueue(Arc::clone(ticket)));
    }
    draft.line_mut().clear();
}

/// Grants what can be granted by now to those who wait, in order, and refuses those who have waited long enough.
pub(super) fn serve<B: Book>(draft: &mut Draft<'_, B>) {
    if draft.is_line_empty() {
        return;
    }
    grant(draft);
    time_out(draft);
    grant(draft);
}

fn grant<B: Book>(draft: &mut Draft<'_, B>) {
    if draft.stir.is_still() || !draft.is_anybody_concerned() {
        draft.stir = Stir::default();
        return;
    }
    let mut ahead = Vec::new();
    let mut left = Vec::new();
    for ticket in mem::take(draft.line_mut()) {
        let listener = ticket.listeners.first();
        let listener =
            listener.filter(|_| draft.concerns(&ticket) && !is_just_taken(draft, &ticket));
        let granted = listener.and_then(|first| attempt(draft, &ticket, first, &ahead));
        let Some(outcome) = granted else {
            if ticket.is_heard() {
                ahead.push(Arc::clone(&ticket));
            }
            left.push(ticket);
            continue;
        };
        for listener in ticket.listeners.iter().skip(1) {
            draft.answer(listener.waiter, had(&outcome));
        }
        if let Some(first) = listener {
            draft.answer(first.waiter, outcome);
        }
        // Whoever takes the first of several that he waits for claims the others no longer.
        draft.unclaim(&ticket);
        draft.quietly(Change::Unqueue(ticket));
    }
    draft.line = Some(left);
    draft.stir = Stir::default();
}

/// Whether another has just been granted a name without which this ticket is no use: one look instead of an attempt for
/// each of the many who wait for it.
fn is_just_taken<B: Book>(draft: &mut Draft<'_, B>, ticket: &Ticket) -> bool {
    draft.catch_up();
    let needs_all = matches!(ticket.ask.method(), None | Some(Method::AllOrNone));
    needs_all
        && ticket.wants.iter().any(|want| {
            let taken = draft.begun_plainly(want.name.as_str());
            taken.is_some_and(|by| by.principal != ticket.principal)
        })
}

/// What those are told who waited for the same beside the one that it was granted to.
fn had(outcome: &Outcome) -> Outcome {
    let had = |outcome: &ReserveOutcome| match outcome.reservation() {
        Some(held) => ReserveOutcome::AlreadyHad(Arc::clone(held)),
        None => outcome.clone(),
    };
    match outcome {
        Outcome::Reserve(outcomes) => Outcome::Reserve(outcomes.iter().map(had).collect()),
        Outcome::Transactions(outcomes) => {
            let mut outcomes = outcomes.clone();
            for (_, outcome) in outcomes.iter_mut().flat_map(|one| &mut one.reserved) {
                *outcome = had(outcome);
            }
            Outcome::Transactions(outcomes)
        }
        other => other.clone(),
    }
}

fn time_out<B: Book>(draft: &mut Draft<'_, B>) {
    let now = draft.now;
    if !draft.is_anybody_due() {
        return;
    }
    let line = draft.line_mut().clone();
    for (index, ticket) in line.iter().enumerate() {
        if ticket.deadline() <= now {
            refuse(draft, &line, index, |listener| listener.until <= now);
        }
    }
    for index in (0..line.len()).rev() {
        let ticket = &line[index];
        if ticket.deadline() > now {
            continue;
        }
        let mut left = Ticket::clone(ticket);
        left.listeners.retain(|listener| listener.until > now);
        let last = ticket.listeners.iter().map(|listener| listener.until).max();
        if let Some(last) = last.filter(|_| !left.is_heard()) {
            left.kept_until = last.later_by_micros(KEPT_MICROS);
            draft.unclaim(&left);
        }
        let stays = left.is_heard() || left.kept_until > now;
        replace(draft, index, stays.then_some(left));
    }
}

/// Refuses some of those who listen to a ticket.
fn refuse<B: Book>(
    draft: &mut Draft<'_, B>,
    line: &[Arc<Ticket>],
    index: usize,
    is_meant: impl Fn(&Listener) -> bool,
) {
    let ticket = &line[index];
    let ahead = heard(&line[..index]);
    let meant = ticket
        .listeners
        .iter()
        .filter(|listener| is_meant(listener));
    let mut cycle = None;
    for listener in meant {
        let cycle = cycle.get_or_insert_with(|| cycle::of(draft, line, index));
        let asker = asker(ticket, listener, &ahead);
        let mut outcome = match &listener.ask {
            Ask::Reserve(item) => Outcome::Reserve(vec![reserve::one(draft, &asker, item)]),
            Ask::Transaction(transaction) => {
                Outcome::Transactions(vec![transaction::one(draft, &asker, transaction)])
            }
        };
        for refusal in outcome.refusals_mut() {
            refusal.cycle.clone_from(cycle);
        }
        draft.answer(listener.waiter, outcome);
    }
}

fn attempt<B: Book>(
    draft: &mut Draft<'_, B>,
    ticket: &Ticket,
    listener: &Listener,
    ahead: &[Arc<Ticket>],
) -> Option<Outcome> {
    let asker = asker(ticket, listener, ahead);
    match &listener.ask {
        Ask::Reserve(item) => {
            let outcome = reserve::attempt(draft, &asker, item)?;
            Some(Outcome::Reserve(vec![outcome]))
        }
        Ask::Transaction(transaction) => {
            let outcome = transaction::attempt(draft, &asker, transaction)?;
            Some(Outcome::Transactions(vec![outcome]))
        }
    }
}

fn asker<'a>(ticket: &Ticket, listener: &'a Listener, ahead: &'a [Arc<Ticket>]) -> Asker<'a> {
    Asker {
        issuer: ticket.principal.issuer,
        label: &listener.label,
        transaction: None,
        ahead,
        waits: true,
    }
}

impl Outcome {
    /// The refusals in an answer to somebody who has waited.
    fn refusals_mut(&mut self) -> impl Iterator<Item = &mut crate::Refusal> {
        let (single, several) = match self {
            Self::Reserve(outcomes) => (Some(outcomes), None),
            Self::Transactions(outcomes) => (None, Some(outcomes)),
            _ => (None, None),
        };
        let several = several.into_iter().flatten();
        let unavailable = several.flat_map(|one| &mut one.unavailable);
        let outcomes = single.into_iter().flatten();
        outcomes
            .chain(unavailable.map(|(_, outcome)| outcome))
            .filter_map(|outcome| match outcome {
                ReserveOutcome::Refused(refusal) => Some(refusal),
                _ => None,
            })
    }
}
