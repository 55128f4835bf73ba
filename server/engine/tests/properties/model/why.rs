//! Why something cannot be had.

use super::{Model, Waiting, find::Ask, line::Claim, words, world::Meaning};
use crate::history::Grant;

impl Model {
    pub fn why(&self, ask: &Ask<'_>, name: &str) -> String {
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
                // What drains is in everybody's way, his own included.
                let capacity = state.world.0.get(&owner).map_or(1, |known| known.capacity);
                let drains = nodes.iter().skip(usize::from(capacity));
                here.extend(drains.flat_map(|node| {
                    state
                        .live
                        .iter()
                        .filter(|grant| grant.holds(node))
                        .collect::<Vec<_>>()
                }));
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
