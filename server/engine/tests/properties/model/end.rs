//! Giving back, keeping, losing; and definitions.

use coop_engine::{
    Command, EventKind, ForceReleaseItem, RegisterItem, ReleaseToken, RenewItem, ResourceName, Ttl,
    UnreserveItem, VerifyItem,
};

use super::{Asker, Model, Shut, words, world::Meaning};
use crate::history::{About, Grant, Who};

/// Whose something is.
enum Whose {
    His(Grant),
    WrongToken,
    Anothers,
    Nobodys,
}

impl Model {
    pub fn expire(&mut self, command: &Command) {
        let touched = self.touched(command);
        let mut others = self.limits.expirations;
        let due = self.state.live.iter().filter(|grant| self.is_due(grant));
        let mut due: Vec<Grant> = due.cloned().collect();
        due.sort_by_key(|grant| (grant.until, grant.number));
        for grant in due {
            let is_touched = touched.iter().any(|(nodes, path)| {
                grant.holds.iter().any(|kept| {
                    nodes.contains(&kept.node)
                        || path.contains(&kept.node)
                        || kept.path.iter().any(|above| nodes.contains(above))
                })
            });
            if !is_touched {
                if others == 0 {
                    continue;
                }
                others -= 1;
            }
            let label = grant.label.clone();
            let from = grant.until.unwrap_or_default();
            self.end(&grant, EventKind::ReservationExpired, &label);
            self.shut(&grant, from);
        }
    }

    /// The nodes that a command touches, and what stands above them.
    fn touched(&self, command: &Command) -> Vec<(Vec<String>, Vec<String>)> {
        let names: Vec<&ResourceName> = match command {
            Command::Reserve(items) => items.iter().map(|item| &item.resource).collect(),
            Command::Unreserve(items) => items.iter().map(|item| &item.resource).collect(),
            Command::Renew(items) => items.iter().map(|item| &item.resource).collect(),
            Command::Verify(items) => items.iter().map(|item| &item.resource).collect(),
            Command::Check(items) => items.iter().map(|item| &item.resource).collect(),
            Command::ForceRelease(items) => items.iter().map(|item| &item.resource).collect(),
            Command::Transactions(all) => {
                let items = all.iter().flat_map(|asked| &asked.items);
                items.map(|item| &item.resource).collect()
            }
            Command::Register(items) => {
                let names = items.iter().flat_map(|item| item.tree_path.names());
                names.chain(items.iter().map(|item| &item.name)).collect()
            }
            Command::Delete(name) => vec![name],
            Command::Leave(_) | Command::EndWaits | Command::Expire => Vec::new(),
        };
        let world = &self.state.world;
        let needs = names
            .into_iter()
            .flat_map(|name| world.needs(name.as_str()));
        needs
            .map(|need| {
                let path = world.path(&need);
                let owner = world.owner(&need);
                let mut nodes = if world.0.contains_key(&owner) {
                    world.nodes(&owner)
                } else {
                    Vec::new()
                };
                nodes.push(need);
                (nodes, path)
            })
            .collect()
    }

    /// Ends a grant. Answers what is free by that, by the names that callers know.
    fn end(&mut self, grant: &Grant, kind: EventKind, label: &str) -> Vec<String> {
        self.state.live.retain(|other| other.number != grant.number);
        self.tell(kind, About::Grant(grant.clone()), label);
        let free = grant
            .holds
            .iter()
            .filter(|kept| !self.has(&grant.who, &kept.node));
        free.map(|kept| kept.known_as.clone()).collect()
    }

    fn has(&self, who: &Who, node: &str) -> bool {
        self.state
            .live
            .iter()
            .any(|grant| grant.who == *who && grant.holds(node))
    }

    fn shut(&mut self, grant: &Grant, from: i64) {
        for kept in &grant.holds {
            let Some(delay) = kept.delay else { continue };
            if from + delay > self.last_now && !self.has(&grant.who, &kept.node) {
                self.state.shut.push(Shut {
                    node: kept.node.clone(),
                    path: kept.path.clone(),
                    until: from + delay,
                });
            }
        }
        let now = self.last_now;
        self.state.shut.retain(|shut| shut.until > now);
    }

    fn whose(&self, who: &Who, name: &str, token: Option<ReleaseToken>) -> Whose {
        if let Some(own) = self.own(who, name) {
            return if token.map(|token| *token.as_bytes()) == Some(own.token) {
                Whose::His(own)
            } else {
                Whose::WrongToken
            };
        }
        let node = self.state.world.node(name);
        let is_anothers = self.state.live.iter().any(|grant| {
            let holds = node.as_ref().is_some_and(|node| grant.holds(node));
            holds && !grant.shared && grant.who != *who
        });
        if is_anothers {
            Whose::Anothers
        } else {
            Whose::Nobodys
        }
    }

    pub fn unreserve(&mut self, caller: &Asker, item: &UnreserveItem) -> String {
        let who = caller.who(&item.requester);
        match self.whose(&who, item.resource.as_str(), item.token) {
            Whose::His(grant) => {
                let freed = self.end(&grant, EventKind::Unreserved, &caller.label);
                released(&grant, &freed)
            }
            Whose::WrongToken => "INVALID_RELEASE_TOKEN".to_owned(),
            Whose::Anothers => "DOESNT_OWN_RESERVATION".to_owned(),
            Whose::Nobodys => "NOT_RESERVED".to_owned(),
        }
    }

    pub fn renew(&mut self, caller: &Asker, item: &RenewItem) -> String {
        let who = caller.who(&item.requester);
        let before = match self.whose(&who, item.resource.as_str(), item.token) {
            Whose::His(grant) => grant,
            Whose::WrongToken => return "INVALID_RELEASE_TOKEN".to_owned(),
            Whose::Anothers => return "DOESNT_OWN_RESERVATION".to_owned(),
            Whose::Nobodys => return "LOST".to_owned(),
        };
        let mut after = before.clone();
        let ttl = item.ttl.map(Ttl::as_micros).or(before.ttl);
        let most = item.at_most.map_or(i64::MAX, Ttl::as_micros);
        let ttl = ttl.map(|ttl| ttl.min(most));
        if let Some(ttl) = ttl.filter(|_| item.allow_shorten || before.until.is_some()) {
            let asked = self.last_now + ttl;
            let kept = before
                .until
                .filter(|until| !item.allow_shorten && *until > asked);
            after.until = Some(kept.unwrap_or(asked));
            after.ttl = Some(ttl);
        }
        if after != before {
            for grant in &mut self.state.live {
                if grant.number == after.number {
                    *grant = after.clone();
                }
            }
            let about = About::Grant(after.clone());
            self.tell(EventKind::ReservationRenewed, about, &caller.label);
        }
        format!("RENEWED {} {:?}", after.number, after.until)
    }

    pub fn verify(&self, item: &VerifyItem) -> String {
        let name = item.resource.as_str();
        let token = item.fencing_token.as_u64();
        let nodes = match self.state.world.meaning(name) {
            Meaning::Pool(pool) => self.state.world.nodes(&pool),
            _ => self.state.world.node(name).into_iter().collect(),
        };
        let is_current = self.state.live.iter().any(|grant| {
            let includes = grant.name == name || nodes.iter().any(|node| grant.holds(node));
            grant.number == token && includes
        });
        if is_current {
            format!("CURRENT {token}")
        } else if token <= self.history.len() as u64 {
            "STALE".to_owned()
        } else {
            "UNKNOWN".to_owned()
        }
    }

    pub fn force(&mut self, caller: &Asker, item: &ForceReleaseItem) -> String {
        let number = item.fencing_token.as_u64();
        let mut live = self.state.live.iter();
        let found =
            live.find(|grant| grant.number == number && grant.name == item.resource.as_str());
        let Some(grant) = found.cloned() else {
            return "gone".to_owned();
        };
        let freed = self.end(&grant, EventKind::Unreserved, &caller.label);
        if let Some(last) = self.history.last_mut() {
            last.forced = true;
        }
        self.shut(&grant, self.last_now);
        released(&grant, &freed)
    }

    pub fn register(&mut self, caller: &Asker, items: &[RegisterItem]) -> String {
        let twice =
            |item: &RegisterItem| items.iter().filter(|other| other.name == item.name).count() > 1;
        let world = self.state.world.with(items);
        if items.iter().any(twice) || !world.makes_sense() {
            return words::denied("no sense", None);
        }
        if self.is_something_else(&world) {
            return words::denied("in use", None);
        }
        let count = world.0.len();
        if let Some(limit) = self.limits.active_reservations
            && count > self.state.world.0.len()
            && count as u64 > limit
        {
            return words::denied(&format!("{limit} definitions"), None);
        }
        for item in items {
            let name = item.name.as_str();
            if self.state.world.0.get(name) != world.0.get(name) {
                let about = About::Definition(name.to_owned());
                self.tell(EventKind::ResourceRegistered, about, &caller.label);
            }
        }
        self.state.world = world;
        "done".to_owned()
    }

    pub fn delete(&mut self, caller: &Asker, name: &str) -> String {
        let mut world = self.state.world.clone();
        if world.0.remove(name).is_none() {
            return words::denied("not defined", None);
        }
        let is_held = self
            .state
            .world
            .nodes(name)
            .iter()
            .any(|node| self.state.is_held(node));
        let mut claims = self.state.line.iter().flat_map(|ticket| &ticket.claims);
        let is_claimed = claims.any(|claim| self.state.world.owner(&claim.name) == name);
        if is_held || is_claimed || self.is_something_else(&world) {
            return words::denied("in use", None);
        }
        self.state.world = world;
        let about = About::Definition(name.to_owned());
        self.tell(EventKind::ResourceDeleted, about, &caller.label);
        "done".to_owned()
    }

    /// Whether anything that is held or waited for would be something else in that world.
    fn is_something_else(&self, world: &super::World) -> bool {
        let live = self.state.live.iter();
        let mut held = live.flat_map(|grant| &grant.holds).map(|kept| &kept.node);
        let mut claims = self.state.line.iter().flat_map(|ticket| &ticket.claims);
        held.any(|node| self.state.world.differs(world, node))
            || claims.any(|claim| self.state.world.differs(world, &claim.name))
    }
}

fn released(grant: &Grant, freed: &[String]) -> String {
    format!("RELEASED {} {freed:?}", grant.number)
}
