//! A client that asks at random, and most often for what may come to something.

use std::{collections::BTreeMap, sync::Arc};

use coop_engine::{Method, Mode};

use super::{
    history::Recorder,
    words::{Answer, Ask, Call, Grant, Names, Reserved, Unreserved},
};

/// What the clients of a window do.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The capacity of each name.
    pub capacities: &'static [u16],
    /// Requests of each client.
    pub requests: usize,
    pub shares: bool,
    /// In seconds; `None`: nothing ends by itself.
    pub ttl: Option<u32>,
    /// Verifies too: what came after reserve and release.
    pub renews: bool,
    pub transacts: bool,
}

/// The way to the server.
pub trait Door: Send {
    /// The clock by which histories are written, in milliseconds.
    fn now(&self) -> i64;

    /// Waits until there is a server to ask. False: there will be none in this window.
    fn open(&mut self) -> bool;

    /// Asks. `None`: nobody knows what became of it.
    fn ask(&mut self, names: &Names, ask: &Ask) -> Option<Answer>;
}

impl<D: Door + ?Sized> Door for Box<D> {
    fn now(&self) -> i64 {
        (**self).now()
    }

    fn open(&mut self) -> bool {
        (**self).open()
    }

    fn ask(&mut self, names: &Names, ask: &Ask) -> Option<Answer> {
        (**self).ask(names, ask)
    }
}

/// Unanswered requests of one client, after which it has seen enough: each of them doubles what is possible.
const MOST_UNANSWERED: usize = 2;

pub struct Client {
    who: usize,
    plan: Plan,
    random: u64,
    /// The release token that it believes in, of each name.
    held: BTreeMap<usize, Arc<str>>,
    /// Release tokens that were good once.
    old: Vec<(usize, Arc<str>)>,
    /// Fencing tokens that it has heard of.
    heard: Vec<(usize, u64)>,
}

impl Client {
    pub fn new(who: usize, plan: Plan) -> Self {
        Self {
            who,
            plan,
            random: coop_locker::random::u64() | 1,
            held: BTreeMap::new(),
            old: Vec::new(),
            heard: Vec::new(),
        }
    }

    /// Asks as often as planned.
    pub fn work(&mut self, door: &mut impl Door, names: &Names, recorder: &Recorder) {
        let mut unanswered = 0;
        for _ in 0..self.plan.requests {
            if !door.open() {
                return;
            }
            let ask = self.next();
            let asked = recorder.moment();
            let asked_at = door.now();
            let answer = door.ask(names, &ask);
            let answered_at = match answer {
                Some(_) => door.now(),
                None => i64::MAX,
            };
            match &answer {
                Some(answer) => self.learn(&ask, answer),
                None => unanswered += 1,
            }
            let call = Call {
                ask,
                asked_at,
                answered_at,
            };
            recorder.record(self.who, asked, call, answer);
            if unanswered >= MOST_UNANSWERED {
                return;
            }
        }
    }

    fn next(&mut self) -> Ask {
        let what = self.below(self.plan.capacities.len());
        let who = self.who;
        let dice = self.below(20);
        if dice == 0 {
            return Ask::List;
        }
        if (dice == 1 || dice == 12)
            && let Some((what, release)) = self.one_of_old()
        {
            return Ask::Unreserve { who, what, release };
        }
        if (2..4).contains(&dice)
            && self.plan.renews
            && let Some((what, token)) = self.one_heard()
        {
            return Ask::Verify { what, token };
        }
        if (4..12).contains(&dice) && self.plan.transacts {
            return self.transaction();
        }
        if let Some(release) = self.held.get(&what).cloned() {
            if self.plan.renews && dice >= 13 {
                let ttl = 1 + u32::try_from(self.below(2)).expect("small");
                let shorten = self.below(4) == 0;
                return Ask::Renew {
                    who,
                    what,
                    release,
                    ttl,
                    shorten,
                };
            }
            if dice >= 6 {
                return Ask::Unreserve { who, what, release };
            }
        }
        let shared = self.plan.shares && self.below(3) > 0;
        let lasts = self.below(3) == 0;
        Ask::Reserve {
            who,
            what,
            mode: if shared {
                Mode::Shared
            } else {
                Mode::Exclusive
            },
            ttl: self.plan.ttl.filter(|_| !lasts),
        }
    }

    fn transaction(&mut self) -> Ask {
        let methods = [
            Method::AllOrNone,
            Method::AllOrNone,
            Method::AsManyAsPossible,
            Method::First,
        ];
        let method = methods[self.below(methods.len())];
        let number = self.plan.capacities.len();
        let first = self.below(number);
        let length = 2 + self.below(number - 1);
        let what = (first..first + length).map(|name| name % number).collect();
        Ask::Transaction {
            who: self.who,
            what,
            method,
        }
    }

    fn one_of_old(&mut self) -> Option<(usize, Arc<str>)> {
        if self.old.is_empty() {
            return None;
        }
        // Most telling of a name that it has again.
        let again = self.old.iter();
        let again: Vec<_> = again
            .filter(|(what, _)| self.held.contains_key(what))
            .cloned()
            .collect();
        let old = if again.is_empty() {
            self.old.clone()
        } else {
            again
        };
        let at = self.below(old.len());
        old.get(at).cloned()
    }

    fn one_heard(&mut self) -> Option<(usize, u64)> {
        if self.heard.is_empty() {
            return None;
        }
        let at = self.below(self.heard.len());
        self.heard.get(at).copied()
    }

    fn learn(&mut self, ask: &Ask, answer: &Answer) {
        match (ask, answer) {
            (Ask::Reserve { what, .. }, Answer::Reserve(reserved)) => self.see(*what, reserved),
            (
                Ask::Unreserve { what, release, .. },
                Answer::Unreserve(Unreserved::Relinquished | Unreserved::NotReserved),
            ) => {
                self.old.push((*what, Arc::clone(release)));
                self.held.remove(what);
            }
            (
                Ask::Transaction { .. },
                Answer::Transaction {
                    reserved,
                    unavailable,
                    ..
                },
            ) => {
                for (what, reserved) in reserved.iter().chain(unavailable) {
                    self.see(*what, reserved);
                }
            }
            _ => {}
        }
    }

    fn see(&mut self, what: usize, reserved: &Reserved) {
        match reserved {
            Reserved::Acquired(grant) | Reserved::AlreadyHad(grant) => {
                let Grant { token, release, .. } = grant;
                self.heard.push((what, *token));
                let before = self.held.insert(what, Arc::clone(release));
                self.old.extend(before.map(|release| (what, release)));
            }
            Reserved::AlreadyHeld(_, token) => self.heard.push((what, *token)),
            Reserved::NotAvailable => {}
        }
    }

    /// A number below `limit` (xorshift64).
    fn below(&mut self, limit: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random % limit as u64).expect("below a usize")
    }
}
