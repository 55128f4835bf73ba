//! Whether something can be had.

use super::{
    State, Waiting,
    line::Claim,
    world::{Meaning, node_of_slot},
};
use crate::history::{Grant, Kept, Who};

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

impl Ask<'_> {
    pub fn excludes(&self, grant: &Grant) -> bool {
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
    pub fn find(&self, ask: &Ask<'_>, name: &str, now: i64) -> Option<Vec<Kept>> {
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

    pub fn find_one(
        &self,
        ask: &Ask<'_>,
        need: &str,
        taken: &[String],
        now: i64,
    ) -> Option<String> {
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

    pub fn claims(&self, claim: &Claim, shared: bool, node: &str, path: &[String]) -> bool {
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
