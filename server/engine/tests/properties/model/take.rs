//! Taking things.

use coop_engine::{CheckItem, EventKind, Method, Mode, ReserveItem, Transaction, Ttl};

use super::{
    Asker, Model, State, Waiting,
    line::Claim,
    words,
    world::{Meaning, node_of_slot},
};
use crate::history::{About, Grant, Kept, Who};

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

/// Somebody who wants something, and who is before him.
pub struct Ask<'a> {
    pub who: Option<&'a Who>,
    pub shared: bool,
    pub ahead: &'a [Waiting],
    pub waits: bool,
}

/// Whether two places in the tree get into each other's way.
pub fn meet(a: (&str, &[String]), b: (&str, &[String])) -> bool {
    a.0 == b.0 || a.1.iter().any(|above| above == b.0) || b.1.iter().any(|above| above == a.0)
}

impl Model {
    pub fn reserve_all(&mut self, asker: &Asker, items: &[ReserveItem]) -> String {
        let before = (self.state.clone(), self.history.len());
        let mut taken = Vec::new();
        for item in items {
            let ahead = self.ahead_of(
                &asker.who(&item.requester),
                None,
                std::slice::from_ref(item),
            );
            taken.push(self.reserve(asker, item, &ahead, false, None));
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
            return self.join(asker, ask, wait);
        }
        words::each(taken.into_iter().map(|one| one.words))
    }

    pub fn transact_all(&mut self, asker: &Asker, all: &[Transaction]) -> String {
        let before = (self.state.clone(), self.history.len());
        let mut told = Vec::new();
        let mut may_wait = false;
        for asked in all {
            let first = asked.items.first();
            let ahead = first.map_or_else(
                || self.heard(self.state.line.len()),
                |item| {
                    self.ahead_of(
                        &asker.who(&item.requester),
                        Some(asked.method),
                        &asked.items,
                    )
                },
            );
            let (words, failed) = self.transact(asker, asked, &ahead, false);
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
            return self.join(asker, ask, wait);
        }
        words::each(told.into_iter())
    }

    /// The answer; and if it failed, what could not be had.
    pub fn transact(
        &mut self,
        asker: &Asker,
        asked: &Transaction,
        ahead: &[Waiting],
        waits: bool,
    ) -> (String, Option<Vec<Taken>>) {
        let before = (self.state.clone(), self.history.len());
        let id = Some(asked.id.to_string());
        let mut order: Vec<usize> = (0..asked.items.len()).collect();
        if asked.method == Method::First {
            let had = asked.items.iter().position(|item| {
                let own = self.own(&asker.who(&item.requester), item.resource.as_str());
                own.is_some_and(|own| own.shared == (item.mode == Mode::Shared))
            });
            if let Some(had) = had {
                order = vec![had];
            }
        }
        let (mut reserved, mut unavailable, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for index in order {
            let one = self.reserve(asker, &asked.items[index], ahead, waits, id.clone());
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
        asker: &Asker,
        item: &ReserveItem,
        ahead: &[Waiting],
        waits: bool,
        transaction: Option<String>,
    ) -> Taken {
        let who = asker.who(&item.requester);
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
            label: asker.label.clone(),
        };
        self.tell(
            EventKind::Reserved,
            About::Grant(grant.clone()),
            &asker.label,
        );
        if let Some(last) = self.history.last_mut() {
            last.transaction = transaction;
        }
        self.state.live.push(grant);
        Taken::yes(format!("ACQUIRED {number}"))
    }

    pub fn check(&mut self, asker: &Asker, item: &CheckItem) -> String {
        let name = item.resource.as_str();
        let who = item
            .requester
            .as_ref()
            .map(|requester| asker.who(requester));
        let shared = item.mode == Mode::Shared;
        let own = who.as_ref().and_then(|who| self.own(who, name));
        let ahead = self.ahead_of_looker(who.as_ref(), name, item.mode);
        let ask = Ask {
            who: who.as_ref(),
            shared,
            ahead: &ahead,
            waits: false,
        };
        let would = match own {
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
        format!("{would}, {} of {capacity}", free.count().min(left))
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

    fn why(&self, ask: &Ask<'_>, name: &str) -> String {
        let state = &self.state;
        let mut in_the_way: Vec<&Grant> = Vec::new();
        let mut itself = false;
        let mut taken = Vec::new();
        for (index, need) in state.world.needs(name).into_iter().enumerate() {
            if let Some(found) = state.find_one(ask, &need, &taken, self.last_now) {
                taken.push(found);
                continue;
            }
            let path = state.world.path(&need);
            let others: Vec<&Grant> = state.live.iter().filter(|g| ask.excludes(g)).collect();
            let at = |node: &str| {
                let here = others.iter().filter(|grant| grant.holds(node));
                here.copied().collect::<Vec<_>>()
            };
            let below = |node: &str| {
                let is_below = move |g: &&&Grant| {
                    g.holds
                        .iter()
                        .any(|kept| kept.path.iter().any(|above| above == node))
                };
                others.iter().filter(is_below).copied().collect::<Vec<_>>()
            };
            let owner = state.world.owner(&need);
            let nodes = state.world.nodes(&owner);
            let (mut here, all) = match state.world.node(&need) {
                None => (Vec::new(), true),
                Some(node) => {
                    let mut here: Vec<&Grant> = at(&node);
                    itself |= index == 0 && !here.is_empty();
                    here.extend(below(&node));
                    let is_slot = matches!(state.world.meaning(&need), Meaning::Slot(..));
                    let empty = here.is_empty() && !self.is_shut_around(&node);
                    // Of something that was a pool once: what still drains.
                    (here, if is_slot { empty } else { nodes.len() > 1 })
                }
            };
            if all {
                let from = usize::from(matches!(state.world.meaning(&need), Meaning::Thing(_)));
                here.extend(nodes.iter().skip(from).flat_map(|node| at(node)));
                here.extend(below(&owner));
            }
            here.extend(path.iter().flat_map(|above| at(above)));
            in_the_way.extend(here);
        }
        let ends = in_the_way
            .iter()
            .map(|grant| grant.until.unwrap_or(i64::MAX))
            .min();
        let before = ask
            .ahead
            .iter()
            .filter(|ticket| self.is_before(ask, ticket, name))
            .count();
        let status = if itself {
            "ALREADY_HELD"
        } else {
            "NOT_AVAILABLE"
        };
        words::refused(
            status,
            ends,
            (ask.waits || before > 0).then_some(before + 1),
        )
    }

    /// Whether a lock delay runs there or below.
    fn is_shut_around(&self, node: &str) -> bool {
        let mut running = self
            .state
            .shut
            .iter()
            .filter(|shut| shut.until > self.last_now);
        running.any(|shut| shut.node == node || shut.path.iter().any(|above| above == node))
    }

    fn is_before(&self, ask: &Ask<'_>, ticket: &Waiting, name: &str) -> bool {
        let world = &self.state.world;
        let pool = |name: &str| match world.meaning(name) {
            Meaning::Slot(pool, _) if world.0[&pool].capacity > 1 => Some(pool),
            Meaning::Pool(pool) => Some(pool),
            _ => None,
        };
        ask.who != Some(&ticket.who)
            && world.needs(name).iter().any(|need| {
                let node = world.node(need).unwrap_or_else(|| need.clone());
                let is_same_pool =
                    |claim: &Claim| pool(need).is_some() && pool(need) == pool(&claim.name);
                ticket.claims.iter().any(|claim| {
                    is_same_pool(claim)
                        || self
                            .state
                            .claims(claim, ask.shared, &node, &world.path(need))
                })
            })
    }
}

impl Ask<'_> {
    fn excludes(&self, grant: &Grant) -> bool {
        self.who != Some(&grant.who) && !(self.shared && grant.shared)
    }
}

impl State {
    pub fn is_held(&self, node: &str) -> bool {
        self.live.iter().any(|grant| grant.holds(node))
    }

    pub fn is_shut(&self, node: &str, now: i64) -> bool {
        self.shut
            .iter()
            .any(|shut| shut.node == node && shut.until > now)
    }

    /// What would be held.
    fn find(&self, ask: &Ask<'_>, name: &str, now: i64) -> Option<Vec<Kept>> {
        let mut holds = Vec::new();
        let mut taken = Vec::new();
        for need in self.world.needs(name) {
            let node = self.find_one(ask, &need, &taken, now)?;
            if !taken.contains(&node) {
                let owner = self.world.owner(&need);
                let mut slots = self.world.nodes(&owner).into_iter();
                let slot = slots.position(|slot| slot == node).unwrap_or_default();
                holds.push(Kept {
                    known_as: match self.world.meaning(&need) {
                        Meaning::Thing(name) => name,
                        _ => format!("{owner}_{slot}"),
                    },
                    node: node.clone(),
                    path: self.world.path(&need),
                    delay: self.world.0.get(&owner).and_then(|known| known.delay),
                });
                taken.push(node);
            }
        }
        Some(holds)
    }

    fn find_one(&self, ask: &Ask<'_>, need: &str, taken: &[String], now: i64) -> Option<String> {
        let path = self.world.path(need);
        let is_free = |node: &str| self.is_free(ask, node, &path, now);
        let (pool, named) = match self.world.meaning(need) {
            Meaning::Thing(node) => {
                let drains = self
                    .world
                    .nodes(&node)
                    .iter()
                    .skip(1)
                    .any(|slot| self.is_held(slot));
                return (!drains && is_free(&node)).then_some(node);
            }
            Meaning::Slot(pool, index) => (pool, Some(index)),
            Meaning::Pool(pool) => (pool, None),
        };
        let nodes = self.world.nodes(&pool);
        let wanted = |index: u16| named.is_none_or(|named| named == index);
        let slots = || (0_u16..).zip(&nodes).filter(|(index, _)| wanted(*index));
        if let Some((_, node)) = slots().find(|(_, node)| taken.contains(node)) {
            return Some(node.clone());
        }
        let capacity = usize::from(self.world.0[&pool].capacity);
        if named.is_some_and(|named| usize::from(named) >= capacity) {
            return None;
        }
        let mine = |node: &str| {
            let mut grants = self.live.iter();
            grants.any(|grant| Some(&grant.who) == ask.who && grant.holds(node))
        };
        let own = slots().take(capacity).find(|(_, node)| mine(node));
        if let Some((_, node)) = own.filter(|(_, node)| is_free(node)) {
            return Some(node.clone());
        }
        let is_open = |node: &String| !self.is_held(node) && !self.is_shut(node, now);
        let given = nodes.iter().take(capacity);
        let left: Vec<_> = given
            .filter(|node| is_open(node) && !taken.contains(node))
            .collect();
        let left: Vec<_> = left.into_iter().filter(|node| is_free(node)).collect();
        let mut used = nodes.iter().filter(|node| self.is_held(node)).count();
        let given = || nodes.iter().take(capacity);
        used += given()
            .filter(|node| is_open(node) && taken.contains(node))
            .count();
        let (claimed, claims) = self.claims_on(ask, &pool, capacity);
        used += given()
            .filter(|node| is_open(node) && claimed.contains(node))
            .count();
        // Whoever is ahead has to find a slot afterwards.
        let spare = left.len().min(capacity.saturating_sub(used));
        if spare < claims + 1 {
            return None;
        }
        let chosen = match named {
            Some(index) => &nodes[usize::from(index)],
            None => left[0],
        };
        left.contains(&chosen).then(|| chosen.clone())
    }

    /// The slots that those ahead want by name, and how many of those ahead want any.
    fn claims_on(&self, ask: &Ask<'_>, pool: &str, capacity: usize) -> (Vec<String>, usize) {
        let mut nodes = Vec::new();
        let mut any = 0;
        let given = self.world.nodes(pool);
        for ticket in ask
            .ahead
            .iter()
            .filter(|ticket| ask.who != Some(&ticket.who))
        {
            let has_one = given.iter().take(capacity).any(|node| {
                let mut grants = self.live.iter();
                grants.any(|grant| grant.who == ticket.who && grant.holds(node))
            });
            let here = ticket
                .claims
                .iter()
                .filter(|claim| self.world.owner(&claim.name) == pool);
            let mut wants_any = false;
            for claim in here {
                match self.world.meaning(&claim.name) {
                    Meaning::Slot(_, index) => nodes.push(node_of_slot(pool, index)),
                    _ => wants_any = true,
                }
            }
            any += usize::from(wants_any && !has_one);
        }
        (nodes, any)
    }

    fn is_free(&self, ask: &Ask<'_>, node: &str, path: &[String], now: i64) -> bool {
        let is_kept = self
            .live
            .iter()
            .filter(|grant| ask.excludes(grant))
            .any(|grant| {
                grant
                    .holds
                    .iter()
                    .any(|kept| meet((&kept.node, &kept.path), (node, path)))
            });
        let is_shut = self
            .shut
            .iter()
            .any(|shut| shut.until > now && meet((&shut.node, &shut.path), (node, path)));
        let is_claimed = ask
            .ahead
            .iter()
            .filter(|ticket| ask.who != Some(&ticket.who))
            .any(|t| {
                t.claims
                    .iter()
                    .any(|claim| self.claims(claim, ask.shared, node, path))
            });
        !is_kept && !is_shut && !is_claimed
    }

    fn claims(&self, claim: &Claim, shared: bool, node: &str, path: &[String]) -> bool {
        if claim.shared && shared {
            return false;
        }
        let above = self.world.path(&claim.name);
        match self.world.node(&claim.name) {
            Some(claimed) => meet((&claimed, &above), (node, path)),
            None => above.iter().any(|above| above == node),
        }
    }
}
