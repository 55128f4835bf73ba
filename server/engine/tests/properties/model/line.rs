//! Waiting.

use coop_engine::{Limits, Method, Mode, ReserveItem, Transaction, Wait};

use super::{Asker, Model, words};
use crate::history::{About, Who};

#[derive(Clone, Debug)]
pub enum Asked {
    Item(ReserveItem),
    Several(Transaction),
}

/// One who waits, in his place.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub who: Who,
    pub asked: Asked,
    pub claims: Vec<Claim>,
    pub listeners: Vec<(u64, i64, String, Asked)>,
    pub kept_until: i64,
}

#[derive(Clone, Debug)]
pub struct Claim {
    pub name: String,
    pub shared: bool,
}

impl Asked {
    fn items(&self) -> &[ReserveItem] {
        match self {
            Self::Item(item) => std::slice::from_ref(item),
            Self::Several(asked) => &asked.items,
        }
    }

    fn method(&self) -> Option<Method> {
        match self {
            Self::Item(_) => None,
            Self::Several(asked) => Some(asked.method),
        }
    }

    fn is_same(&self, method: Option<Method>, items: &[ReserveItem]) -> bool {
        let key = |items: &[ReserveItem]| -> Vec<_> {
            items
                .iter()
                .map(|item| (item.resource.clone(), item.mode))
                .collect()
        };
        self.method() == method && key(self.items()) == key(items)
    }

    fn weight(&self) -> usize {
        if self.method() == Some(Method::AllOrNone) {
            self.items().len()
        } else {
            1
        }
    }
}

impl Waiting {
    pub fn deadline(&self) -> i64 {
        let listeners = self.listeners.iter().map(|listener| listener.1);
        listeners.min().unwrap_or(self.kept_until)
    }

    fn weight(&self) -> usize {
        if self.listeners.is_empty() {
            0
        } else {
            self.asked.weight()
        }
    }
}

impl Model {
    /// All who listen, of the first so many.
    pub fn heard(&self, first: usize) -> Vec<Waiting> {
        let line = self.state.line[..first].iter();
        line.filter(|ticket| !ticket.listeners.is_empty())
            .cloned()
            .collect()
    }

    fn own_place(&self, who: &Who, method: Option<Method>, items: &[ReserveItem]) -> Option<usize> {
        self.state.line.iter().position(|ticket| {
            ticket.who == *who
                && ticket.asked.is_same(method, items)
                && (!ticket.listeners.is_empty() || ticket.kept_until > self.last_now)
        })
    }

    pub fn ahead_of(
        &self,
        who: &Who,
        method: Option<Method>,
        items: &[ReserveItem],
    ) -> Vec<Waiting> {
        let own = self.own_place(who, method, items);
        self.heard(own.unwrap_or(self.state.line.len()))
    }

    pub fn ahead_of_looker(&self, who: Option<&Who>, name: &str, mode: Mode) -> Vec<Waiting> {
        let own = self.state.line.iter().position(|ticket| {
            let is_it = ticket.asked.method().is_none()
                && ticket.asked.items()[0].resource.as_str() == name
                && ticket.asked.items()[0].mode == mode;
            let is_kept = !ticket.listeners.is_empty() || ticket.kept_until > self.last_now;
            is_it && is_kept && who == Some(&ticket.who)
        });
        self.heard(own.unwrap_or(self.state.line.len()))
    }

    pub fn join(&mut self, caller: &Asker, asked: Asked, wait: Wait) -> String {
        let who = caller.who(&asked.items()[0].requester);
        let place = self.own_place(&who, asked.method(), asked.items());
        let waiters: usize = self
            .state
            .line
            .iter()
            .map(|ticket| ticket.listeners.len())
            .sum();
        if waiters >= Limits::WAITERS {
            return words::denied("waiters", None);
        }
        let is_heard = place.is_some_and(|place| !self.state.line[place].listeners.is_empty());
        if !is_heard
            && let Some(denied) = self.is_too_much(self.history.len(), Some((&who, asked.weight())))
        {
            return self.denied(denied);
        }
        let until = self.last_now + wait.at_most.as_micros();
        let listener = (
            wait.waiter.as_u64(),
            until,
            caller.label.clone(),
            asked.clone(),
        );
        if let Some(place) = place {
            self.state.line[place].listeners.push(listener);
        } else {
            let claims = asked.items().iter().flat_map(|item| {
                let needs = self.state.world.needs(item.resource.as_str()).into_iter();
                needs.map(|name| Claim {
                    name,
                    shared: item.mode == Mode::Shared,
                })
            });
            self.state.line.push(Waiting {
                who,
                claims: claims.collect(),
                asked,
                listeners: vec![listener],
                kept_until: self.last_now,
            });
        }
        "waiting".to_owned()
    }

    pub fn leave(&mut self, waiters: &[u64]) -> String {
        self.state.line.retain_mut(|ticket| {
            let before = ticket.listeners.len();
            ticket
                .listeners
                .retain(|listener| !waiters.contains(&listener.0));
            before == 0 || !ticket.listeners.is_empty()
        });
        "done".to_owned()
    }

    pub fn end_waits(&mut self) -> String {
        let line = self.state.line.clone();
        for place in 0..line.len() {
            self.refuse(place, i64::MAX);
        }
        self.state.line.clear();
        "done".to_owned()
    }

    pub fn serve(&mut self) {
        self.grant();
        self.time_out();
        self.grant();
    }

    fn grant(&mut self) {
        let mut place = 0;
        while place < self.state.line.len() {
            let ticket = self.state.line[place].clone();
            let ahead = self.heard(place);
            let Some(first) = ticket.listeners.first() else {
                place += 1;
                continue;
            };
            let before = (self.state.clone(), self.history.len());
            let (words, is_there) = self.try_again(&ticket.who, first, &ahead);
            if !is_there {
                self.state = before.0;
                self.history.truncate(before.1);
                place += 1;
                continue;
            }
            for listener in ticket.listeners.iter().skip(1) {
                let words = words.replace("ACQUIRED", "ALREADY_HAD");
                self.answers.push((listener.0, words));
            }
            self.answers.push((first.0, words));
            self.state.line.remove(place);
        }
    }

    fn try_again(
        &mut self,
        who: &Who,
        (_, _, label, asked): &(u64, i64, String, Asked),
        ahead: &[Waiting],
    ) -> (String, bool) {
        let caller = Asker {
            issuer: who.0,
            label: label.clone(),
        };
        match asked {
            Asked::Item(item) => {
                let taken = self.reserve(&caller, item, ahead, true, None);
                (taken.words, taken.is_there)
            }
            Asked::Several(asked) => {
                let (words, failed) = self.transact(&caller, asked, ahead, true);
                (words, failed.is_none())
            }
        }
    }

    /// Tells all who listen there and have waited long enough.
    fn refuse(&mut self, place: usize, now: i64) {
        let ticket = self.state.line[place].clone();
        let ahead = self.heard(place);
        for listener in ticket.listeners.iter().filter(|listener| listener.1 <= now) {
            let (words, _) = self.try_again(&ticket.who, listener, &ahead);
            self.answers.push((listener.0, words));
        }
    }

    fn time_out(&mut self) {
        let now = self.last_now;
        for place in 0..self.state.line.len() {
            self.refuse(place, now);
        }
        self.state.line.retain_mut(|ticket| {
            let last = ticket.listeners.iter().map(|listener| listener.1).max();
            ticket.listeners.retain(|listener| listener.1 > now);
            if let Some(last) = last.filter(|_| ticket.listeners.is_empty()) {
                ticket.kept_until = last + 2_000_000;
            }
            !ticket.listeners.is_empty() || ticket.kept_until > now
        });
    }

    /// Whether what was granted since then, or what somebody is about to wait for, is too much.
    pub fn is_too_much(&self, since: usize, joining: Option<(&Who, usize)>) -> Option<(bool, Who)> {
        let granted = || {
            self.history[since..]
                .iter()
                .filter_map(|fact| match &fact.about {
                    About::Grant(grant) => Some(&grant.who),
                    About::Definition(_) => None,
                })
        };
        let joins = joining.map_or(0, |(_, weight)| weight);
        let waiting = |who: Option<&Who>| -> usize {
            let line = self.state.line.iter();
            let his = line.filter(|ticket| who.is_none_or(|who| ticket.who == *who));
            his.map(Waiting::weight).sum()
        };
        if granted().count() + joins == 0 {
            return None;
        }
        let nobody = (None, String::new());
        let all = self.held_now().count() + joins + waiting(None);
        if self
            .limits
            .active_reservations
            .is_some_and(|limit| all as u64 > limit)
        {
            return Some((true, nobody));
        }
        let limit = self.limits.of_one_principal?;
        let asking = granted().chain(joining.map(|(who, _)| who));
        let over = asking.filter(|who| who.0.is_some()).find(|who| {
            let held = self.held_now().filter(|grant| grant.who == **who).count();
            let joins = joining
                .filter(|(other, _)| other == who)
                .map_or(0, |(_, weight)| weight);
            (held + joins + waiting(Some(who))) as u64 > limit
        });
        over.map(|who| (false, who.clone()))
    }

    pub fn denied(&self, (of_all, who): (bool, Who)) -> String {
        let his = self.held_now().filter(|grant| of_all || grant.who == who);
        let next = his.filter_map(|grant| grant.until).min();
        let (limit, what) = if of_all {
            (self.limits.active_reservations, "active")
        } else {
            (self.limits.of_one_principal, "own")
        };
        words::denied(&format!("{} {what}", limit.unwrap_or_default()), next)
    }
}
