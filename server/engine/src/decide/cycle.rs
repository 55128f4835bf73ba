//! Those who wait for each other.

use std::sync::Arc;

use super::{draft::Draft, explain, line};
use crate::{Book, By, CycleStep, Principal, Ticket};

/// Tickets that are looked at: a longer cycle is no help to anybody, and looking is not free.
const MOST: usize = 64;

/// A way along which the one with this ticket waits for himself. Empty: there is none.
pub(super) fn of<B: Book>(
    draft: &mut Draft<'_, B>,
    line: &[Arc<Ticket>],
    start: usize,
) -> Vec<CycleStep> {
    let myself = &line[start].principal;
    // Breadth first, so that the shortest is found. Each with the step by which it was reached.
    let mut reached: Vec<(usize, Option<(usize, String)>)> = vec![(start, None)];
    let mut next = 0;
    while next < reached.len().min(MOST) {
        for (holder, found) in waits_for(draft, line, reached[next].0) {
            if holder == *myself {
                return steps(line, &reached, next, found);
            }
            let others = line
                .iter()
                .enumerate()
                .filter(|(_, ticket)| ticket.is_heard() && ticket.principal == holder);
            for (index, _) in others {
                if reached.iter().all(|(known, _)| *known != index) {
                    reached.push((index, Some((next, found.clone()))));
                }
            }
        }
        next += 1;
    }
    Vec::new()
}

/// Whom a ticket waits for, and what each of them has.
fn waits_for<B: Book>(
    draft: &mut Draft<'_, B>,
    line: &[Arc<Ticket>],
    index: usize,
) -> Vec<(Principal, String)> {
    let ticket = &line[index];
    let who = Some(&ticket.principal);
    let ahead = line::heard(&line[..index]);
    let mut found = Vec::new();
    for item in ticket.ask.items() {
        let wants = ticket.wants.iter();
        let refusal = explain::refusal(draft, who, &item.resource, &wants, &ahead, true);
        for obstacle in refusal.obstacles {
            match obstacle.by {
                By::Reservation(held) => found.push((held.principal.clone(), obstacle.found)),
                By::Waiter(principal) => found.push((principal, obstacle.found)),
                By::LockDelay(_) | By::Capacity => {}
            }
        }
    }
    found
}

/// The way from the start to the ticket that was reached at `last`, and from there back.
fn steps(
    line: &[Arc<Ticket>],
    reached: &[(usize, Option<(usize, String)>)],
    last: usize,
    found: String,
) -> Vec<CycleStep> {
    let mut steps = Vec::new();
    let (mut place, mut waits_for) = (last, found);
    loop {
        let (index, before) = &reached[place];
        steps.push(CycleStep {
            principal: line[*index].principal.clone(),
            waits_for,
        });
        match before {
            Some((earlier, found)) => (place, waits_for) = (*earlier, found.clone()),
            None => break,
        }
    }
    steps.reverse();
    steps
}
