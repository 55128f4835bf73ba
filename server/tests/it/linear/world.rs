//! The rules of reservations as api.md has them, for one client at a time: what the server has to look like from outside.
//!
//! It knows nothing of how they are kept. What an answer has to tell (tokens, times) it takes from the answer, and holds
//! it to what was said before. What a request without an answer did, it knows only roughly until somebody is told.

use std::{collections::BTreeMap, sync::Arc};

use coop_engine::Mode;

use super::words::{Answer, Ask, Call, Grant, Renewed, Reserved, Row, Unreserved, Verified};

const NEVER: i64 = i64::MAX;

/// One state that the server may be in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct World {
    /// The server's time is this or later.
    now: i64,
    /// The next grant has a greater fencing token.
    last_token: u64,
    capacities: Arc<[u16]>,
    /// By what and who.
    pub(super) held: BTreeMap<(usize, usize), Hold>,
}

/// A bound of each kind is inclusive; equal bounds are knowledge.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hold {
    token: (u64, u64),
    /// `None`: nobody was told.
    release: Option<Arc<str>>,
    shared: bool,
    slot: Option<u16>,
    expires: (i64, i64),
}

/// When something is decided.
#[derive(Clone, Copy)]
pub struct Moment {
    from: i64,
    to: i64,
}

impl World {
    /// Everything is free, and fencing tokens up to that one were given out.
    pub fn new(capacities: &Arc<[u16]>, last_token: u64) -> Self {
        Self {
            now: 0,
            last_token,
            capacities: Arc::clone(capacities),
            held: BTreeMap::new(),
        }
    }

    /// The states after a request was carried out and, if it was answered, answered so. None: it cannot have been.
    pub fn after(&self, call: &Call, answer: Option<&Answer>) -> Vec<Self> {
        let asked = Moment {
            from: call.asked_at,
            to: call.answered_at,
        };
        if let Ask::List = call.ask {
            return self.after_a_look(asked, answer);
        }
        let mut moment = Moment {
            from: asked.from.max(self.now),
            ..asked
        };
        if let Some(told) = answer.and_then(told_time) {
            moment.from = moment.from.max(told);
            moment.to = moment.to.min(told);
        }
        let expired = self.expired(moment);
        let carried_out = expired.into_iter().filter_map(|(mut world, moment)| {
            let is_possible = world.carry_out(&call.ask, answer, moment);
            is_possible.then(|| world.noted())
        });
        carried_out.collect()
    }

    /// The states after somebody looked at the list. It is read at the time of whoever looks, which moves nobody's: what
    /// was decided a moment before may be committed a moment after it.
    fn after_a_look(&self, moment: Moment, answer: Option<&Answer>) -> Vec<Self> {
        let Some(Answer::List(rows)) = answer else {
            return if answer.is_none() {
                vec![self.clone()]
            } else {
                Vec::new()
            };
        };
        let seen = self.expired(moment).into_iter();
        let seen = seen.filter_map(|(mut seen, _)| {
            let is_possible = seen.list(rows);
            is_possible.then(|| {
                let mut world = self.clone();
                world.held.extend(seen.held);
                world.noted()
            })
        });
        seen.collect()
    }

    /// With what is known of the last fencing token.
    fn noted(mut self) -> Self {
        let known = self.held.values().map(|hold| hold.token.0).max();
        self.last_token = self.last_token.max(known.unwrap_or_default());
        self
    }

    /// The states in which what may have expired by then has, in some order that time allows.
    fn expired(&self, moment: Moment) -> Vec<(Self, Moment)> {
        let open: Vec<(usize, usize)> = self
            .held
            .iter()
            .filter(|(_, hold)| hold.expires.0 <= moment.to && hold.expires.0 != NEVER)
            .map(|(key, _)| *key)
            .collect();
        let choices = (0..1_u32 << open.len()).filter_map(|choice| {
            let mut world = self.clone();
            let Moment { mut from, mut to } = moment;
            for (index, key) in open.iter().enumerate() {
                if choice >> index & 1 == 1 {
                    let (earliest, _) = world.held.remove(key)?.expires;
                    from = from.max(earliest);
                }
            }
            for hold in world.held.values() {
                to = to.min(hold.expires.1);
            }
            world.now = from;
            (from <= to).then_some((world, Moment { from, to }))
        });
        choices.collect()
    }

    /// Whether it can be carried out with this answer.
    fn carry_out(&mut self, ask: &Ask, answer: Option<&Answer>, at: Moment) -> bool {
        match (ask, answer) {
            (
                Ask::Reserve {
                    who,
                    what,
                    mode,
                    ttl,
                },
                told,
            ) => {
                let told = match told {
                    None => None,
                    Some(Answer::Reserve(told)) => Some(told),
                    Some(_) => return false,
                };
                self.reserve((*what, *who), *mode, *ttl, told, at)
            }
            (Ask::Unreserve { who, what, release }, told) => {
                let answer = Answer::Unreserve(self.unreserve((*what, *who), release));
                told.is_none_or(|told| *told == answer)
            }
            (
                Ask::Renew {
                    who,
                    what,
                    release,
                    ttl,
                    shorten,
                },
                told,
            ) => {
                let told = match told {
                    None => None,
                    Some(Answer::Renew(told)) => Some(*told),
                    Some(_) => return false,
                };
                self.renew((*what, *who), release, (*ttl, *shorten), told, at)
            }
            (Ask::Verify { what, token }, Some(Answer::Verify(told))) => {
                *told == self.verify(*what, *token)
            }
            (Ask::Verify { .. } | Ask::List, told) => told.is_none(),
            (Ask::Transaction { who, what, method }, None) => {
                self.transaction(*who, what, *method, at).is_some()
            }
            (
                Ask::Transaction { who, what, method },
                Some(Answer::Transaction {
                    success,
                    reserved,
                    unavailable,
                }),
            ) => self.transacted((*who, what, *method), *success, reserved, unavailable, at),
            (Ask::Transaction { .. }, Some(_)) => false,
        }
    }

    // --- the verbs ---

    pub(super) fn reserve(
        &mut self,
        key: (usize, usize),
        mode: Mode,
        ttl: Option<u32>,
        told: Option<&Reserved>,
        at: Moment,
    ) -> bool {
        let (what, who) = key;
        let shared = mode == Mode::Shared;
        if let Some(own) = self.held.get_mut(&key) {
            return match told {
                None => true,
                Some(Reserved::AlreadyHad(grant)) => own.shared == shared && own.learn(grant),
                Some(told) => own.shared != shared && *told == Reserved::NotAvailable,
            };
        }
        let capacity = self.capacities[what];
        if capacity > 1 {
            let is_free = |slot: &u16| self.on(what).all(|(_, hold)| hold.slot != Some(*slot));
            return match (0..capacity).find(is_free) {
                Some(slot) => self.grant(key, (shared, Some(slot), ttl), told, at),
                None => told.is_none_or(|told| *told == Reserved::NotAvailable),
            };
        }
        let in_the_way = |hold: &Hold| !(shared && hold.shared);
        if !self.on(what).any(|(_, hold)| in_the_way(hold)) {
            return self.grant(key, (shared, None, ttl), told, at);
        }
        match told {
            None => true,
            Some(Reserved::AlreadyHeld(by, token)) if *by != who => {
                let held = self.held.get_mut(&(what, *by));
                held.is_some_and(|hold| in_the_way(hold) && hold.learn_token(*token))
            }
            Some(_) => false,
        }
    }

    fn grant(
        &mut self,
        key: (usize, usize),
        (shared, slot, ttl): (bool, Option<u16>, Option<u32>),
        told: Option<&Reserved>,
        at: Moment,
    ) -> bool {
        let until = |from: i64| ttl.map_or(NEVER, |ttl| from.saturating_add(millis(ttl)));
        let mut hold = Hold {
            token: (self.last_token + 1, u64::MAX),
            release: None,
            shared,
            slot,
            // Nobody knows for how long a request without an answer was under way.
            expires: (until(at.from), until(at.to)),
        };
        match told {
            None => self.last_token += 1,
            Some(Reserved::Acquired(grant)) => {
                if !hold.learn(grant) {
                    return false;
                }
                self.last_token = grant.token;
                // What was granted before this, unheard, has a smaller one.
                for earlier in self.held.values_mut() {
                    earlier.token.1 = earlier.token.1.min(grant.token - 1);
                }
            }
            Some(_) => return false,
        }
        self.held.insert(key, hold);
        true
    }

    fn unreserve(&mut self, key: (usize, usize), release: &Arc<str>) -> Unreserved {
        match self.held.get(&key) {
            Some(own) if own.release.as_ref() == Some(release) => {
                self.held.remove(&key);
                Unreserved::Relinquished
            }
            Some(_) => Unreserved::InvalidToken,
            None if self.is_anothers(key.0) => Unreserved::DoesntOwn,
            None => Unreserved::NotReserved,
        }
    }

    fn renew(
        &mut self,
        key: (usize, usize),
        release: &Arc<str>,
        (ttl, shorten): (u32, bool),
        told: Option<Renewed>,
        at: Moment,
    ) -> bool {
        let is_anothers = self.is_anothers(key.0);
        let Some(own) = self.held.get_mut(&key) else {
            let answer = if is_anothers {
                Renewed::DoesntOwn
            } else {
                Renewed::Lost
            };
            return told.is_none_or(|told| told == answer);
        };
        if own.release.as_ref() != Some(release) {
            return told.is_none_or(|told| told == Renewed::InvalidToken);
        }
        let (from, to) = (
            at.from.saturating_add(millis(ttl)),
            at.to.saturating_add(millis(ttl)),
        );
        own.expires = if shorten {
            (from, to)
        } else {
            (own.expires.0.max(from), own.expires.1.max(to))
        };
        match told {
            None => true,
            Some(Renewed::Until(until)) => own.learn_expiry(until),
            Some(_) => false,
        }
    }

    fn verify(&self, what: usize, token: u64) -> Verified {
        if self.on(what).any(|(_, hold)| hold.token == (token, token)) {
            return Verified::Current;
        }
        if token <= self.last_token {
            Verified::Stale
        } else {
            Verified::Unknown
        }
    }

    fn list(&mut self, rows: &[Row]) -> bool {
        let is_same = rows.len() == self.held.len();
        is_same
            && rows.iter().all(|Row(what, who, token)| {
                let held = self.held.get_mut(&(*what, *who));
                held.is_some_and(|hold| hold.learn_token(*token))
            })
    }

    // --- looking ---

    pub(super) fn on(&self, what: usize) -> impl Iterator<Item = (&(usize, usize), &Hold)> {
        self.held.range((what, 0)..(what + 1, 0))
    }

    /// Whether somebody holds all of it.
    fn is_anothers(&self, what: usize) -> bool {
        self.capacities[what] == 1 && self.on(what).any(|(_, hold)| !hold.shared)
    }
}

impl Hold {
    fn learn(&mut self, grant: &Grant) -> bool {
        if self
            .release
            .get_or_insert_with(|| Arc::clone(&grant.release))
            != &grant.release
        {
            return false;
        }
        let mode = if self.shared {
            Mode::Shared
        } else {
            Mode::Exclusive
        };
        grant.mode == mode
            && grant.slot == self.slot
            && self.learn_token(grant.token)
            && self.learn_expiry(grant.expires_at)
    }

    fn learn_token(&mut self, token: u64) -> bool {
        let is_possible = self.token.0 <= token && token <= self.token.1;
        self.token = (token, token);
        is_possible
    }

    fn learn_expiry(&mut self, at: Option<i64>) -> bool {
        let at = at.unwrap_or(NEVER);
        let is_possible = self.expires.0 <= at && at <= self.expires.1;
        self.expires = (at, at);
        is_possible
    }
}

/// The moment at which something was decided, if the answer tells it.
fn told_time(answer: &Answer) -> Option<i64> {
    let granted = |reserved: &Reserved| match reserved {
        Reserved::Acquired(grant) => Some(grant.reserved_at),
        _ => None,
    };
    match answer {
        Answer::Reserve(reserved) => granted(reserved),
        Answer::Transaction { reserved, .. } => {
            reserved.iter().find_map(|(_, reserved)| granted(reserved))
        }
        _ => None,
    }
}

fn millis(ttl: u32) -> i64 {
    i64::from(ttl) * 1_000
}
