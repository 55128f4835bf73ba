//! The rules of transactions, for single names that are taken exclusively.

use coop_engine::{Method, Mode};

use super::{
    words::Reserved,
    world::{Moment, World},
};

impl World {
    /// Whether a transaction can have been answered so.
    pub(super) fn transacted(
        &mut self,
        (who, what, method): (usize, &[usize], Method),
        success: bool,
        reserved: &[(usize, Reserved)],
        unavailable: &[(usize, Reserved)],
        at: Moment,
    ) -> bool {
        let before = self.clone();
        let Some(taken) = before.clone().transaction(who, what, method, at) else {
            return false;
        };
        // What it took, under the answer's own words, in their order.
        let is_taken = reserved
            .iter()
            .map(|(what, _)| *what)
            .eq(taken.iter().copied())
            && reserved.iter().all(|(what, told)| {
                self.reserve((*what, who), Mode::Exclusive, None, Some(told), at)
            });
        // What it did not take was refused in the state before.
        let is_refused = unavailable.iter().all(|(name, told)| {
            let mut before = before.clone();
            what.contains(name)
                && !taken.contains(name)
                && !matches!(told, Reserved::Acquired(_) | Reserved::AlreadyHad(_))
                && before.reserve((*name, who), Mode::Exclusive, None, Some(told), at)
        });
        let failed = what.iter().filter(|name| {
            let is_open = before.on(**name).all(|((_, by), _)| *by == who);
            !is_open
        });
        let names_all = match method {
            // What stands after the one that was taken was not tried.
            Method::First => success || unavailable.len() == what.len(),
            _ => unavailable.len() == failed.count(),
        };
        let is_success = match method {
            Method::AllOrNone => taken.len() == what.len(),
            Method::AsManyAsPossible | Method::First => !taken.is_empty(),
        };
        is_taken && is_refused && names_all && success == is_success
    }

    /// Carries out a transaction for single names, nobody being told what came of it. Answers what it took or had.
    pub(super) fn transaction(
        &mut self,
        who: usize,
        what: &[usize],
        method: Method,
        at: Moment,
    ) -> Option<Vec<usize>> {
        let had = |world: &Self, name: usize| world.held.contains_key(&(name, who));
        let can = |world: &Self, name: usize| world.on(name).all(|((_, by), _)| *by == who);
        let open: Vec<usize> = what
            .iter()
            .copied()
            .filter(|name| can(self, *name))
            .collect();
        let taken = match method {
            Method::AllOrNone if open.len() == what.len() => open,
            Method::AllOrNone => Vec::new(),
            Method::AsManyAsPossible => open,
            Method::First => {
                let own = what.iter().copied().find(|name| had(self, *name));
                own.or(open.first().copied()).into_iter().collect()
            }
        };
        let all = taken
            .iter()
            .all(|name| self.reserve((*name, who), Mode::Exclusive, None, None, at));
        all.then_some(taken)
    }
}
