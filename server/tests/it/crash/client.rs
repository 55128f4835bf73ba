//! A client that believes what it is told, and complains as soon as it is told something else.

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use coop_locker::clock::{SharedClock, iso};
use serde_json::{Value, json};

use super::history::{Grant, History};
use crate::support::Connection;

const OWN_NAMES: usize = 6;
const CONTENDED_NAMES: usize = 3;

/// What all clients share.
#[derive(Default)]
pub struct World {
    moments: AtomicU64,
    /// Set before the server is stopped: from then on connections may break.
    pub is_ending: AtomicBool,
}

impl World {
    /// How many requests were sent so far.
    pub fn requests(&self) -> u64 {
        self.moments.load(Ordering::SeqCst) / 2
    }

    fn moment(&self) -> u64 {
        self.moments.fetch_add(1, Ordering::SeqCst)
    }
}

/// What a client knows of its share in a name.
#[derive(Clone, Copy, Debug)]
enum Belief {
    Free,
    /// The grant of this fencing token.
    Held(u64),
    /// It asked to reserve, first at this moment, and was not told.
    MaybeHeld(u64),
    /// It asked to release this grant and was not told.
    MaybeReleased(u64),
}

pub struct Client {
    world: Arc<World>,
    key: String,
    requester: String,
    names: BTreeMap<String, Belief>,
    random: u64,
    pub history: History,
}

impl Client {
    pub fn new(world: &Arc<World>, key: &str, number: usize) -> Self {
        let own = (0..OWN_NAMES).map(|n| format!("own-{number}-{n}"));
        let names = own.chain((0..CONTENDED_NAMES).map(|n| format!("hot-{n}")));
        Self {
            world: Arc::clone(world),
            key: key.to_owned(),
            requester: format!("client-{number}"),
            names: names.map(|name| (name, Belief::Free)).collect(),
            random: coop_locker::random::u64() | 1,
            history: History::default(),
        }
    }

    /// Looks whether everything is as this client was told. False when the server went away meanwhile.
    pub fn verify(&mut self, address: SocketAddr) -> bool {
        let names: Vec<String> = self.names.keys().cloned().collect();
        let done = Connection::open(address)
            .and_then(|mut connection| self.reserve(&mut connection, &names, None));
        self.is_alive(&done)
    }

    /// Reserves and releases until the server goes away.
    pub fn work(&mut self, address: SocketAddr) {
        let mut connection = Connection::open(address);
        loop {
            let done = match &mut connection {
                Ok(connection) => self.step(connection),
                Err(error) => Err(error.kind().into()),
            };
            if !self.is_alive(&done) {
                return;
            }
        }
    }

    fn is_alive(&self, done: &io::Result<()>) -> bool {
        if let Err(error) = done {
            let is_ending = self.world.is_ending.load(Ordering::SeqCst);
            assert!(is_ending, "the server failed: {error}");
        }
        done.is_ok()
    }

    fn step(&mut self, connection: &mut Connection) -> io::Result<()> {
        let at = self.random(self.names.len());
        let (name, belief) = self.names.iter().nth(at).expect("a name");
        let (name, belief) = (name.clone(), *belief);
        match belief {
            Belief::Held(token) if self.random(4) > 0 => self.release(connection, &name, token),
            _ => {
                let ttl = [None, Some(1), Some(3_600), None][self.random(4)];
                self.reserve(connection, &[name], ttl)
            }
        }
    }

    fn reserve(
        &mut self,
        connection: &mut Connection,
        names: &[String],
        ttl: Option<u32>,
    ) -> io::Result<()> {
        let items: Vec<Value> = names
            .iter()
            .map(|name| json!({"requester": self.requester, "resource": name, "ttlSeconds": ttl}))
            .collect();
        let body = Value::from(items).to_string();
        let asked_at = iso(SharedClock::system().now());
        let asked = self.world.moment();
        let reply = connection.call("POST", "/api/v1/Reservation/reserve", &self.key, &body);
        let told = self.world.moment();
        let reply = match reply {
            Ok(reply) => reply,
            Err(error) => {
                for name in names {
                    self.doubt(name, asked);
                }
                return Err(error);
            }
        };
        assert_eq!(reply.status, 200, "{}", reply.body);
        for (name, answer) in names.iter().zip(reply.json().as_array().expect("array")) {
            self.learn(name, answer, &asked_at, asked, told);
        }
        Ok(())
    }

    /// An unanswered reserve may have been granted, unless this client had the name for good.
    fn doubt(&mut self, name: &str, asked: u64) {
        let belief = self.names[name];
        let changed = match belief {
            Belief::Held(token) if self.history.0[&token].expires_at.is_none() => belief,
            Belief::MaybeHeld(_) => belief,
            _ => Belief::MaybeHeld(asked),
        };
        self.names.insert(name.to_owned(), changed);
    }

    fn learn(&mut self, name: &str, answer: &Value, asked_at: &str, asked: u64, told: u64) {
        let belief = self.names[name];
        let complaint = || format!("{name}: {belief:?}, but {answer}");
        let had = match belief {
            Belief::Held(token) | Belief::MaybeReleased(token) => Some(&self.history.0[&token]),
            _ => None,
        };
        match answer["status"].as_str().expect("a status") {
            "ALREADY_HAD" => {
                let asked = match (belief, had) {
                    (_, Some(had)) => {
                        assert_eq!(answer["fencingToken"], had.fencing_token, "{}", complaint());
                        assert!(!had.had_expired(asked_at), "{}", complaint());
                        had.asked
                    }
                    (Belief::MaybeHeld(first), None) => first,
                    _ => panic!("{}", complaint()),
                };
                self.hold(name, answer, asked, told);
            }
            "ACQUIRED" => {
                if let (Belief::Held(_), Some(had)) = (belief, had) {
                    let reserved_at = answer["reservedAt"].as_str().expect("a time");
                    assert!(had.had_expired(reserved_at), "{}", complaint());
                }
                self.hold(name, answer, asked, told);
            }
            "ALREADY_HELD" => {
                assert!(name.starts_with("hot"), "{}", complaint());
                if let (Belief::Held(_), Some(had)) = (belief, had) {
                    let since = answer["heldBy"]["reservedAt"].as_str().expect("a time");
                    assert!(had.had_expired(since), "{}", complaint());
                }
                self.names.insert(name.to_owned(), Belief::Free);
            }
            _ => panic!("{}", complaint()),
        }
    }

    fn hold(&mut self, name: &str, answer: &Value, asked: u64, told: u64) {
        let grant = Grant::read(answer, asked, told);
        let token = grant.fencing_token;
        self.names.insert(name.to_owned(), Belief::Held(token));
        match self.history.0.get_mut(&token) {
            None => self.history.add(grant),
            Some(known) => {
                assert_eq!(known.release_token, grant.release_token, "{known:?}");
                assert!(!known.released, "it came back: {known:?}");
                known.let_go = None;
            }
        }
    }

    fn release(&mut self, connection: &mut Connection, name: &str, token: u64) -> io::Result<()> {
        let let_go = self.world.moment();
        let grant = self.history.0.get_mut(&token).expect("a grant");
        grant.let_go = Some(let_go);
        let body = json!([{"requester": self.requester, "resource": name, "releaseToken": grant.release_token}]);
        self.names
            .insert(name.to_owned(), Belief::MaybeReleased(token));
        let path = "/api/v1/Reservation/unreserve";
        let reply = connection.call("POST", path, &self.key, &body.to_string())?;
        assert_eq!(reply.status, 200, "{}", reply.body);
        let now = iso(SharedClock::system().now());
        match reply.json()[0]["status"].as_str().expect("a status") {
            "RELINQUISHED" => grant.released = true,
            "NOT_RESERVED" | "DOESNT_OWN_RESERVATION" if grant.had_expired(&now) => {}
            _ => panic!("{grant:?}, but {}", reply.body),
        }
        self.names.insert(name.to_owned(), Belief::Free);
        Ok(())
    }

    /// A number below `limit` (xorshift64).
    fn random(&mut self, limit: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random % limit as u64).expect("below a usize")
    }
}
