//! A client of the event stream that comes and goes, over TCP, against the real server under load: it sees every event, each
//! once and in order, also when the server is killed meanwhile.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::support::{Connection, Site, WireStream};

const WRITERS: usize = 8;
const RECONNECTS: usize = 1_000;
const KILLS: usize = 5;
/// What a client reads before it goes is drawn from less than this many frames.
const MOST_FRAMES: u64 = 24;

/// What the threads share.
struct World {
    address: Mutex<SocketAddr>,
    key: String,
    is_over: AtomicBool,
}

impl World {
    fn address(&self) -> SocketAddr {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn moved_to(&self, address: SocketAddr) {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner) = address;
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }
}

/// Reserves and releases, whatever becomes of the server.
fn write(world: &World, writer: usize) {
    let mut round = 0;
    while !world.is_over() {
        let Ok(mut connection) = Connection::open(world.address()) else {
            thread::sleep(Duration::from_millis(5));
            continue;
        };
        while !world.is_over() {
            round += 1;
            let resource = format!("{writer}/{}", round % 10);
            let mut item = json!({"requester": "w", "resource": resource});
            let path = "/api/v1/Reservation/reserve";
            let body = json!([item]).to_string();
            let Ok(reply) = connection.call("POST", path, &world.key, &body) else {
                break;
            };
            item["releaseToken"] = reply.json()[0]["releaseToken"].clone();
            let path = "/api/v1/Reservation/unreserve";
            let body = json!([item]).to_string();
            if connection.call("POST", path, &world.key, &body).is_err() {
                break;
            }
            // So that a reader who comes and goes keeps up, and meets news as well as history.
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Everything that a client has seen, in the order in which it saw it.
#[derive(Default)]
struct Reader {
    last_id: u64,
    events: Vec<Value>,
}

impl Reader {
    /// Connects, reads some frames and goes away in the middle of whatever comes next. An error is the server's end.
    fn visit(&mut self, world: &World, frames: u64) -> std::io::Result<()> {
        let mut stream = WireStream::open(world.address(), &world.key, self.last_id)?;
        for _ in 0..frames {
            let Some(frame) = stream.frame()? else {
                return Ok(());
            };
            if frame.event.is_empty() {
                // Where it stands: with no filter, never ahead of what was seen.
                assert!(frame.id.is_none_or(|id| id == self.last_id), "{frame:?}");
                continue;
            }
            assert_eq!(frame.id, Some(self.last_id + 1), "{frame:?}");
            self.last_id += 1;
            self.events.push(frame.json());
        }
        Ok(())
    }
}

/// The whole history, as a server that nobody writes to any more tells it.
fn history(world: &World) -> Vec<Value> {
    let mut connection = Connection::open(world.address()).expect("it listens");
    let mut events = Vec::new();
    let mut after = json!(0);
    loop {
        let path = format!("/api/v1/events/history?limit=1000&after={after}");
        let page = connection
            .call("GET", &path, &world.key, "")
            .expect("it answers");
        let page = page.json();
        events.extend(page["events"].as_array().expect("an array").iter().cloned());
        after = page["cursor"].clone();
        if page["hasMore"] == false {
            return events;
        }
    }
}

fn sees_everything_once_and_in_order(kills: usize) {
    let site = Site::without_limits();
    let key = site.tenant_key();
    let mut server = site.serve();
    let world = Arc::new(World {
        address: Mutex::new(server.address),
        key,
        is_over: AtomicBool::new(false),
    });
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let world = Arc::clone(&world);
            thread::spawn(move || write(&world, writer))
        })
        .collect();
    let mut reader = Reader::default();
    for visit in 1..=RECONNECTS {
        if kills > 0 && visit % (RECONNECTS / (kills + 1)) == 0 {
            server.kill();
            server = site.serve();
            world.moved_to(server.address);
        }
        let frames = coop_locker::random::u64() % MOST_FRAMES;
        reader.visit(&world, frames).expect("the server is there");
    }
    world.is_over.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.join().expect("no complaint");
    }
    let history = history(&world);
    assert!(history.len() > RECONNECTS, "{} show nothing", history.len());
    // And the two frames that a stream begins with.
    let rest = history.len() - reader.events.len() + 2;
    reader.visit(&world, rest as u64).expect("it is there");
    assert_eq!(reader.events.len(), history.len());
    for (seen, logged) in reader.events.iter().zip(&history) {
        assert_eq!(seen, logged);
    }
    assert!(server.terminate().is_some_and(|status| status.success()));
}

#[test]
fn a_client_that_comes_back_a_thousand_times_sees_every_event_once_and_in_order() {
    sees_everything_once_and_in_order(0);
}

#[test]
fn the_same_while_the_server_is_killed_again_and_again() {
    sees_everything_once_and_in_order(KILLS);
}
