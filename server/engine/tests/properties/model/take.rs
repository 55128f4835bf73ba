//! Taking things.

use coop_engine::{CheckItem, EventKind, Method, Mode, ReserveItem, Transaction, Ttl};

use super::{
    Asker, Model, Waiting,
    find::Ask,
    words,
    world::{Meaning, node_of_slot},
};
use crate::history::{About, Grant, Who};

/// What came of one item.
#[derive(Clone, Debug)]
pub struct Taken {
    pub words: String,
    pub is_there: bool,
    pub may_come: bool,
}

impl Taken {
    fn yes(words: String) -> Self {
        Self {
            words,
            is_there: true,
            may_come: false,
        }
    }

    fn no(words: String, may_come: bool) -> Self {
        Self {
            words,
            is_there: false,
            may_come,
        }
    }
}

impl Model {
    pub fn reserve_all(&mut self, caller: &Asker, items: &[ReserveItem]) -> String {
        let before = (self.state.clone(), self.history.len());
        let mut taken = Vec::new();
        for item in items {
            let ahead = self.ahead_of(
                &caller.who(&item.requester),
                None,
                std::slice::from_ref(item),
            );
            taken.push(self.reserve(caller, item, &ahead, false, None));
        }
        if let Some(denied) = self.is_too_much(before.1, None) {
            self.state = before.0;
            self.history.truncate(before.1);
            return self.denied(denied);
        }
        if let ([item], [one]) = (items, &taken[..])
            && let Some(wait) = item.wait
            && one.may_come
        {
            let ask = super::line::Asked::Item(item.clone());
            return self.join(caller, ask, wait);
        }
        words::each(taken.into_iter().map(|one| one.words))
    }

    pub fn transact_all(&mut self, caller: &Asker, all: &[Transaction]) -> String {
        let before = (self.state.clone(), self.history.len());
        let mut told = Vec::new();
        let mut may_wait = false;
        for asked in all {
            let first = asked.items.first();
            let ahead = first.map_or_else(
                || self.heard(self.state.line.len()),
                |item| {
                    self.ahead_of(
                        &caller.who(&item.requester),
                        Some(asked.method),
                        &asked.items,
                    )
                },
            );
            let (words, failed) = self.transact(caller, asked, &ahead, false);
            may_wait = failed.is_some_and(|failed| {
                if asked.method == Method::AllOrNone {
                    failed.iter().all(|one| one.may_come)
                } else {
                    asked.method == Method::First && failed.iter().any(|one| one.may_come)
                }
            });
            told.push(words);
        }
        if let Some(denied) = self.is_too_much(before.1, None) {
            self.state = before.0;
            self.history.truncate(before.1);
            return self.denied(denied);
        }
        if let [asked] = all
            && let Some(wait) = asked.wait
            && may_wait
        {
            let ask = super::line::Asked::Several(asked.clone());
            return self.join(caller, ask, wait);
        }
        words::each(told.into_iter())
    }

    /// The answer; and if it failed, what could not be had.
    pub fn transact(
        &mut self,
        caller: &Asker,
        asked: &Transaction,
        ahead: &[Waiting],
        waits: bool,
    ) -> (String, Option<Vec<Taken>>) {
        let before = (self.state.clone(), self.history.len());
        let id = Some(asked.id.to_string());
        let mut order: Vec<usize> = (0..asked.items.len()).collect();
        if asked.method == Method::First {
            let had = asked.items.iter().position(|item| {
                let own = self.own(&caller.who(&item.requester), item.resource.as_str());
                own.is_some_and(|own| own.shared == (item.mode == Mode::Shared))
            });
            if let Some(had) = had {
                order = vec![had];
            }
        }
        let (mut reserved, mut unavailable, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for index in order {
            let one = self.reserve(caller, &asked.items[index], ahead, waits, id.clone());
            if one.is_there {
                reserved.push((index, one.words));
                if asked.method == Method::First {
                    break;
                }
            } else {
                unavailable.push((index, one.words.clone()));
                failed.push(one);
            }
        }
        let success = match asked.method {
            Method::AllOrNone => failed.is_empty(),
            Method::AsManyAsPossible | Method::First => !reserved.is_empty(),
        };
        if !success {
            self.state = before.0;
            self.history.truncate(before.1);
            reserved.clear();
        }
        let words = words::transaction(success, &reserved, &unavailable);
        (words, (!success).then_some(failed))
    }

    pub fn reserve(
        &mut self,
        caller: &Asker,
        item: &ReserveItem,
        ahead: &[Waiting],
        waits: bool,
        transaction: Option<String>,
    ) -> Taken {
        let who = caller.who(&item.requester);
        let name = item.resource.as_str();
        let shared = item.mode == Mode::Shared;
        if let Some(own) = self.own(&who, name) {
            if own.shared == shared {
                return Taken::yes(format!("ALREADY_HAD {}", own.number));
            }
            let ends = own.until.unwrap_or(i64::MAX);
            return Taken::no(words::refused("NOT_AVAILABLE", Some(ends), None), true);
        }
        if let Some(never) = self.never(name, shared) {
            return Taken::no(words::refused(never, None, None), false);
        }
        let ask = Ask {
            who: Some(&who),
            shared,
            ahead,
            waits,
        };
        let Some(holds) = self.state.find(&ask, name, self.last_now) else {
            return Taken::no(self.why(&ask, name), true);
        };
        let ttl = item.ttl.map(Ttl::as_micros);
        let number = self.history.len() as u64 + 1;
        let grant = Grant {
            number,
            name: name.to_owned(),
            who,
            shared,
            holds,
            token: *item.token.as_bytes(),
            since: self.last_now,
            until: ttl.map(|ttl| self.last_now + ttl),
            ttl,
            label: caller.label.clone(),
        };
        self.tell(
            EventKind::Reserved,
            About::Grant(grant.clone()),
            &caller.label,
        );
        if let Some(last) = self.history.last_mut() {
            last.transaction = transaction;
        }
        self.state.live.push(grant);
        Taken::yes(format!("ACQUIRED {number}"))
    }

    pub fn check(&mut self, caller: &Asker, item: &CheckItem) -> String {
        let name = item.resource.as_str();
        let who = item
            .requester
            .as_ref()
            .map(|requester| caller.who(requester));
        let shared = item.mode == Mode::Shared;
        let own = who.as_ref().and_then(|who| self.own(who, name));
        let ahead = self.ahead_of_looker(who.as_ref(), name, item.mode);
        let ask = Ask {
            who: who.as_ref(),
            shared,
            ahead: &ahead,
            waits: false,
        };
        let told = match own {
            Some(own) if own.shared == shared => format!("ALREADY_HAD {}", own.number),
            Some(own) => {
                let ends = own.until.unwrap_or(i64::MAX);
                words::refused("NOT_AVAILABLE", Some(ends), None)
            }
            None => match self.never(name, shared) {
                Some(never) => words::refused(never, None, None),
                None if self.state.find(&ask, name, self.last_now).is_some() => {
                    "would get it".to_owned()
                }
                None => self.why(&ask, name),
            },
        };
        let world = &self.state.world;
        let (nodes, capacity) = match world.meaning(name) {
            Meaning::Pool(pool) => (world.nodes(&pool), world.0[&pool].capacity),
            _ => (world.node(name).into_iter().collect(), 1),
        };
        let used = nodes.iter().filter(|node| self.state.is_held(node)).count();
        let given = nodes.iter().take(usize::from(capacity));
        let free = given
            .filter(|node| !self.state.is_held(node) && !self.state.is_shut(node, self.last_now));
        let left = usize::from(capacity).saturating_sub(used);
        format!("{told}, {} of {capacity}", free.count().min(left))
    }

    pub fn own(&self, who: &Who, name: &str) -> Option<Grant> {
        let mine = || self.state.live.iter().filter(|grant| grant.who == *who);
        let asked = mine().find(|grant| grant.name == name);
        let slot = || match self.state.world.meaning(name) {
            Meaning::Slot(pool, index) => mine().find(|grant| {
                grant.name == pool && grant.holds[0].node == node_of_slot(&pool, index)
            }),
            _ => None,
        };
        asked.or_else(slot).cloned()
    }

    fn never(&self, name: &str, shared: bool) -> Option<&'static str> {
        let world = &self.state.world;
        if self.limits.requires_registration && !world.is_registered(name) {
            return Some("NOT_REGISTERED");
        }
        let is_slot = |name: &String| !matches!(world.meaning(name), Meaning::Thing(_));
        (shared && world.needs(name).iter().any(is_slot)).then_some("SHARED_POOL")
    }
}
