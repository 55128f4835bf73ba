//! The server from outside: the real binary, over HTTP, in the words of api.md.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, UNIX_EPOCH},
};

use coop_engine::{Method, Mode};
use coop_locker::clock::SharedClock;
use serde_json::{Value, json};

use super::{
    client::Door,
    words::{
        Answer, Ask, Grant, Names, Renewed, Reserved, Row, Unreserved, Verified, read_requester,
        requester,
    },
};
use crate::support::{Connection, Reply};

/// How long a client waits. Less than a server is paused for, so that a pause leaves requests without an answer.
const PATIENCE: Duration = Duration::from_millis(300);

/// Where the server is to be found at present.
#[derive(Clone, Default)]
pub struct Whereabouts(Arc<Mutex<Option<SocketAddr>>>);

impl Whereabouts {
    pub fn set(&self, address: Option<SocketAddr>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = address;
    }

    fn address(&self) -> Option<SocketAddr> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct HttpDoor {
    pub key: String,
    pub whereabouts: Whereabouts,
    pub clock: SharedClock,
    pub connection: Option<Connection>,
}

impl Door for HttpDoor {
    fn now(&self) -> i64 {
        self.clock.now().as_micros() / 1_000
    }

    fn open(&mut self) -> bool {
        while self.connection.is_none() {
            let address = self.whereabouts.address();
            let opened = address.map(|address| Connection::open_with(address, PATIENCE));
            self.connection = opened.and_then(Result::ok);
            if self.connection.is_none() {
                thread::sleep(Duration::from_millis(1));
            }
        }
        true
    }

    fn ask(&mut self, names: &Names, ask: &Ask) -> Option<Answer> {
        let (method, path, body) = request(names, ask);
        let path = format!("/api/v1/Reservation{path}");
        let body = body.map_or_else(String::new, |body| body.to_string());
        let connection = self.connection.as_mut()?;
        let reply = connection.call(method, &path, &self.key, &body);
        match reply {
            Ok(reply) if reply.status != 503 => Some(read(names, ask, &reply)),
            _ => {
                self.connection = None;
                None
            }
        }
    }
}

/// Makes the pools of a window.
pub fn register(address: SocketAddr, key: &str, names: &Names) {
    let pools = names.capacities.iter().enumerate();
    let pools = pools.filter(|(_, capacity)| **capacity > 1);
    let items: Vec<Value> = pools
        .map(|(what, capacity)| json!({"name": names.name(what), "capacity": capacity}))
        .collect();
    let mut connection = Connection::open(address).expect("it listens");
    let body = json!(items).to_string();
    let reply = connection.call("POST", "/api/v1/Resource/register", key, &body);
    let reply = reply.expect("an answer");
    assert_eq!(reply.status, 200, "{}", reply.body);
}

fn request(names: &Names, ask: &Ask) -> (&'static str, String, Option<Value>) {
    let post = |path: &str, item: Value| ("POST", path.to_owned(), Some(json!([item])));
    match ask {
        Ask::Reserve {
            who,
            what,
            mode,
            ttl,
        } => {
            let (who, what, mode) = (requester(*who), names.name(*what), mode.as_str());
            let item = json!({"requester": who, "resource": what, "mode": mode, "ttlSeconds": ttl});
            post("/reserve", item)
        }
        Ask::Unreserve { who, what, release } => {
            let (who, what) = (requester(*who), names.name(*what));
            let item = json!({"requester": who, "resource": what, "releaseToken": &**release});
            post("/unreserve", item)
        }
        Ask::Renew {
            who,
            what,
            release,
            ttl,
            shorten,
        } => {
            let (who, what) = (requester(*who), names.name(*what));
            let item = json!({"requester": who, "resource": what, "releaseToken": &**release,
                "ttlSeconds": ttl, "allowShorten": shorten});
            post("/renew", item)
        }
        Ask::Verify { what, token } => {
            let item = json!({"resource": names.name(*what), "fencingToken": token});
            post("/verify", item)
        }
        Ask::Transaction { who, what, method } => {
            let what: Vec<String> = what.iter().map(|what| names.name(*what)).collect();
            let method = match method {
                Method::AllOrNone => "ALL_OR_NONE",
                Method::AsManyAsPossible => "AS_MANY_AS_POSSIBLE",
                Method::First => "FIRST",
            };
            let item = json!({"requester": requester(*who), "resources": what, "method": method});
            post("/transaction", item)
        }
        Ask::List => {
            let query = format!("?prefix={}-&limit=1000", names.prefix);
            ("GET", query, None)
        }
    }
}

fn read(names: &Names, ask: &Ask, reply: &Reply) -> Answer {
    let body = reply.json();
    let item = &body[0];
    let status = item["status"].as_str().unwrap_or_default();
    let is_refusal = matches!(ask, Ask::Unreserve { .. } | Ask::Renew { .. })
        && status == "INVALID_RELEASE_TOKEN";
    assert_eq!(
        reply.status,
        if is_refusal { 403 } else { 200 },
        "{}",
        reply.body
    );
    match ask {
        Ask::Reserve { what, .. } => Answer::Reserve(reserved(names, *what, item)),
        Ask::Unreserve { .. } => Answer::Unreserve(match status {
            "RELINQUISHED" => Unreserved::Relinquished,
            "NOT_RESERVED" => Unreserved::NotReserved,
            "DOESNT_OWN_RESERVATION" => Unreserved::DoesntOwn,
            "INVALID_RELEASE_TOKEN" => Unreserved::InvalidToken,
            _ => panic!("{} to {ask:?}: {}", reply.status, reply.body),
        }),
        Ask::Renew { .. } => Answer::Renew(match status {
            "RENEWED" => Renewed::Until(item["expiresAt"].as_str().map(millis)),
            "LOST" => Renewed::Lost,
            "DOESNT_OWN_RESERVATION" => Renewed::DoesntOwn,
            "INVALID_RELEASE_TOKEN" => Renewed::InvalidToken,
            _ => panic!("{} to {ask:?}: {}", reply.status, reply.body),
        }),
        Ask::Verify { .. } => Answer::Verify(match status {
            "CURRENT" => Verified::Current,
            "STALE" => Verified::Stale,
            "UNKNOWN" => Verified::Unknown,
            _ => panic!("{} to {ask:?}: {}", reply.status, reply.body),
        }),
        Ask::Transaction { .. } => {
            let several = |field: &str| {
                let items = item[field].as_array().expect("an array").iter();
                let of_name = |item: &Value| {
                    let what = names.read_name(item["resource"].as_str().expect("a name"));
                    (what, reserved(names, what, item))
                };
                items.map(of_name).collect()
            };
            Answer::Transaction {
                success: item["success"].as_bool().expect("yes or no"),
                reserved: several("reserved"),
                unavailable: several("unavailable"),
            }
        }
        Ask::List => {
            assert_eq!(body["nextCursor"], Value::Null, "a window fits a page");
            let rows = body["reservations"].as_array().expect("an array").iter();
            let row = |row: &Value| {
                Row(
                    names.read_name(row["resource"].as_str().expect("a name")),
                    read_requester(row["requester"].as_str().expect("a name")),
                    row["fencingToken"].as_u64().expect("a number"),
                )
            };
            Answer::List(rows.map(row).collect())
        }
    }
}

fn reserved(names: &Names, what: usize, item: &Value) -> Reserved {
    let grant = || Grant {
        token: item["fencingToken"].as_u64().expect("a number"),
        release: item["releaseToken"].as_str().expect("a token").into(),
        reserved_at: item["reservedAt"].as_str().map(millis).expect("a time"),
        expires_at: item["expiresAt"].as_str().map(millis),
        mode: match item["mode"].as_str() {
            Some("shared") => Mode::Shared,
            _ => Mode::Exclusive,
        },
        slot: item["acquiredSlots"][names.name(what)].as_str().map(slot),
    };
    match item["status"].as_str() {
        Some("ACQUIRED") => Reserved::Acquired(grant()),
        Some("ALREADY_HAD") => Reserved::AlreadyHad(grant()),
        Some("ALREADY_HELD") => {
            let by = &item["heldBy"];
            let who = read_requester(by["requester"].as_str().expect("a name"));
            Reserved::AlreadyHeld(who, by["fencingToken"].as_u64().expect("a number"))
        }
        Some("NOT_AVAILABLE") => Reserved::NotAvailable,
        _ => panic!("{item}"),
    }
}

/// The number of a slot, from its name.
pub fn slot(name: &str) -> u16 {
    let number = name.rsplit_once('_').map(|(_, number)| number.parse());
    number.expect("a slot").expect("a number")
}

fn millis(text: &str) -> i64 {
    let time = humantime::parse_rfc3339(text).expect("a time");
    let since = time.duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_millis()).expect("a time")
}
