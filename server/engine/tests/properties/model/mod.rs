//! The rules once more, as slow and plain as possible: everything is found by looking through everything, what cannot
//! stay is undone by going back to a copy, and those who wait are looked at again after every command.

mod end;
mod find;
mod line;
mod take;
mod why;
mod words;
mod world;

use coop_engine::{Caller, Command, EventKind, IssuerId, Limits, Time};

use crate::history::{About, Fact, Grant, Who};

pub use line::Waiting;
pub use words::outcome_in_words;
pub use world::World;

/// What there is at a moment.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub live: Vec<Grant>,
    pub world: World,
    pub shut: Vec<Shut>,
    pub line: Vec<Waiting>,
}

/// A lock delay.
#[derive(Clone, Debug)]
pub struct Shut {
    pub node: String,
    pub path: Vec<String>,
    pub until: i64,
}

#[derive(Debug)]
pub struct Model {
    pub history: Vec<Fact>,
    pub state: State,
    pub last_now: i64,
    pub answers: Vec<(u64, String)>,
    limits: Limits,
}

impl Model {
    pub fn new() -> Self {
        Self {
            history: Vec::new(),
            state: State::default(),
            last_now: 0,
            answers: Vec::new(),
            limits: Limits {
                active_reservations: None,
                of_one_principal: None,
                expirations: 0,
                requires_registration: false,
            },
        }
    }

    pub fn next_deadline(&self) -> Option<i64> {
        let live = self.state.live.iter().filter_map(|grant| grant.until);
        let waiting = self.state.line.iter().map(Waiting::deadline);
        live.chain(waiting).min()
    }

    /// The answer in words.
    pub fn answer(
        &mut self,
        caller: &Caller,
        command: &Command,
        clock: Time,
        limits: Limits,
    ) -> String {
        self.last_now = self.last_now.max(clock.as_micros());
        self.limits = limits;
        self.answers.clear();
        self.expire(command);
        let asker = Asker {
            issuer: caller.issuer.map(IssuerId::as_i64),
            label: caller.label.to_string(),
        };
        let answer = match command {
            Command::Reserve(items) => self.reserve_all(&asker, items),
            Command::Transactions(all) => self.transact_all(&asker, all),
            Command::Unreserve(items) => {
                words::each(items.iter().map(|item| self.unreserve(&asker, item)))
            }
            Command::Renew(items) => words::each(items.iter().map(|item| self.renew(&asker, item))),
            Command::Verify(items) => words::each(items.iter().map(|item| self.verify(item))),
            Command::Check(items) => words::each(items.iter().map(|item| self.check(&asker, item))),
            Command::ForceRelease(items) => {
                words::each(items.iter().map(|item| self.force(&asker, item)))
            }
            Command::Register(items) => self.register(&asker, items),
            Command::Delete(name) => self.delete(&asker, name.as_str()),
            Command::Leave(waiters) => {
                let waiters: Vec<_> = waiters.iter().map(|waiter| waiter.as_u64()).collect();
                self.leave(&waiters)
            }
            Command::EndWaits => self.end_waits(),
            Command::Expire => "done".to_owned(),
        };
        self.serve();
        answer
    }

    fn is_due(&self, grant: &Grant) -> bool {
        grant.until.is_some_and(|until| until <= self.last_now)
    }

    fn held_now(&self) -> impl Iterator<Item = &Grant> {
        self.state.live.iter().filter(|grant| !self.is_due(grant))
    }

    fn tell(&mut self, kind: EventKind, about: About, label: &str) {
        self.history.push(Fact {
            revision: self.history.len() as u64 + 1,
            kind,
            about,
            label: label.to_owned(),
            at: self.last_now,
            forced: false,
            transaction: None,
        });
    }
}

/// Who asks.
#[derive(Clone, Debug)]
pub struct Asker {
    pub issuer: Option<i64>,
    pub label: String,
}

impl Asker {
    pub fn who(&self, requester: &coop_engine::Requester) -> Who {
        (self.issuer, requester.to_string())
    }
}
