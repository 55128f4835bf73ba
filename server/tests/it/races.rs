//! Many at once, over real connections: one key, one name, one limit.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use coop_engine::Label;
use coop_locker::{
    domain::{self, admin, api_keys},
    model::{Reason, Tier},
};
use serde_json::{Value, json};

use crate::support::{App, Connection, Reply, by};

const CLIENTS: usize = 32;
const ROTATIONS: usize = 4;
/// Answers before the key is rotated.
const WARM: usize = 400;

/// What the threads of one rotation share.
#[derive(Default)]
struct Race {
    /// Moments are counted, not measured: a greater one is later.
    moments: AtomicU64,
    answers: AtomicUsize,
    over: AtomicBool,
}

struct Call {
    began: u64,
    reply: Reply,
    /// What it reserved, or nothing if it read.
    resource: Option<String>,
}

/// Every fourth client reads, the others reserve a new name each time. They end after their first refusal once the race
/// is over.
fn client(race: &Race, address: SocketAddr, key: &str, name: &str, reads: bool) -> Vec<Call> {
    let mut connection = Connection::open(address).expect("it listens");
    let mut calls = Vec::new();
    loop {
        let is_last = race.over.load(Ordering::SeqCst);
        let began = race.moments.fetch_add(1, Ordering::SeqCst);
        let resource = (!reads).then(|| format!("{name}-{}", calls.len()));
        let reply = match &resource {
            None => connection.call("GET", "/api/v1/Reservation?limit=1", key, ""),
            Some(resource) => {
                let body = json!([{"requester": name, "resource": resource}]).to_string();
                connection.call("POST", "/api/v1/Reservation/reserve", key, &body)
            }
        };
        race.answers.fetch_add(1, Ordering::SeqCst);
        calls.push(Call {
            began,
            reply: reply.expect("an answer"),
            resource,
        });
        if is_last {
            return calls;
        }
    }
}

async fn names(app: &App, key: &str) -> BTreeSet<String> {
    let (mut names, mut cursor) = (BTreeSet::new(), String::new());
    loop {
        let page = app
            .get(key, &format!("/Reservation?limit=1000{cursor}"))
            .await
            .json();
        let found = page["reservations"].as_array().expect("array").iter();
        names.extend(found.map(|r| r["resource"].as_str().expect("a name").to_owned()));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return names,
        }
    }
}

async fn patiently(mut condition: impl FnMut() -> bool) {
    while !condition() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Lets many clients ask with a key in tight loops and ends it while they do. Nothing that began after the end had returned
/// is answered 200, and all of them are refused in the end. Answers what was reserved before.
async fn raced(
    app: &App,
    key: &str,
    name: &str,
    end: impl Future<Output = ()>,
    (status, code): (u16, &str),
) -> BTreeSet<String> {
    let address = app.listen().await;
    let race = Arc::new(Race::default());
    let clients: Vec<JoinHandle<Vec<Call>>> = (0..CLIENTS)
        .map(|number| {
            let (race, key) = (Arc::clone(&race), key.to_owned());
            let name = format!("{name}-{number}");
            thread::spawn(move || client(&race, address, &key, &name, number % 4 == 0))
        })
        .collect();
    patiently(|| race.answers.load(Ordering::SeqCst) > WARM).await;
    end.await;
    let returned = race.moments.fetch_add(1, Ordering::SeqCst);
    race.over.store(true, Ordering::SeqCst);

    let (mut refused, mut reserved) = (0, BTreeSet::new());
    for client in clients {
        let calls = tokio::task::spawn_blocking(|| client.join().expect("no panic"));
        for call in calls.await.expect("no panic") {
            let reply = call.reply;
            if reply.status == 200 {
                assert!(call.began < returned, "opened after: {}", reply.body);
                reserved.extend(call.resource);
            } else {
                assert_eq!(reply.status, status, "{}", reply.body);
                assert_eq!(reply.json()["code"], code);
                refused += 1;
            }
        }
    }
    assert!(refused >= CLIENTS, "{refused} refusals");
    reserved
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotated_key_opens_nothing_from_the_moment_its_rotation_returned() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Enterprise).await;
    let mut key = tenant.key.clone();
    let mut reserved = BTreeSet::new();
    for rotation in 0..ROTATIONS {
        let mut new = String::new();
        let rotate = async { new = app.rotate_default(tenant.id).await };
        let name = rotation.to_string();
        reserved.extend(raced(&app, &key, &name, rotate, (401, "API_KEY_ROTATED")).await);
        key = new;
        // Both ways: what was answered 200 is there, and nothing of what was answered 401.
        assert_eq!(names(&app, &key).await, reserved);
    }
    app.shut_down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_key_opens_nothing_from_the_moment_its_revocation_returned() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Enterprise).await;
    let (key, value) = app.make_key(tenant.id, "worker").await;
    let revoke = async {
        let (ledger, clock) = (&app.services.ledger, &app.services.clock);
        api_keys::revoke(ledger, clock, tenant.id, key.id, by())
            .await
            .expect("revoked");
    };
    let reserved = raced(&app, &value, "revoked", revoke, (401, "API_KEY_REVOKED")).await;
    assert_eq!(names(&app, &tenant.key).await, reserved);
    app.shut_down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_tenant_opens_nothing_from_the_moment_its_suspension_returned() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Enterprise).await;
    let (ledger, clock) = (&app.services.ledger, &app.services.clock);
    let reason = || Reason::parse("a test").expect("a reason");
    let suspend = async {
        admin::suspend(ledger, clock, tenant.id, reason(), by())
            .await
            .expect("suspended");
    };
    let refusal = (403, "TENANT_SUSPENDED");
    let reserved = raced(&app, &tenant.key, "suspended", suspend, refusal).await;
    admin::resume(ledger, clock, tenant.id, reason(), by())
        .await
        .expect("resumed");
    assert_eq!(names(&app, &tenant.key).await, reserved);
    app.shut_down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_under_way_when_its_key_is_rotated_is_refused_and_changes_nothing() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let address = app.listen().await;
    let body = json!([{"requester": "w", "resource": "a"}]).to_string();
    let head = format!(
        "POST /api/v1/Reservation/reserve HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         expect: 100-continue\r\nx-api-key: {}\r\ncontent-length: {}\r\n\r\n",
        tenant.key,
        body.len()
    );
    let begun = tokio::task::spawn_blocking(move || {
        let mut connection = Connection::open(address).expect("it listens");
        connection.write(head.as_bytes()).expect("sent");
        // The server asks for the body when it has looked at the key.
        assert_eq!(connection.read().expect("an answer").status, 100);
        connection
    });
    let mut connection = begun.await.expect("no panic");

    let new = app.rotate_default(tenant.id).await;

    let ended = tokio::task::spawn_blocking(move || {
        connection.write(body.as_bytes()).expect("sent");
        connection.read().expect("an answer")
    });
    let reply = ended.await.expect("no panic");
    assert_eq!(reply.status, 401, "{}", reply.body);
    assert_eq!(reply.json()["code"], "API_KEY_ROTATED");
    assert_eq!(names(&app, &new).await, BTreeSet::new());
    app.shut_down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_keys_made_at_once_a_starter_tenant_gets_nine() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Starter).await;
    let mut making = tokio::task::JoinSet::new();
    for number in 0..50 {
        let (services, id) = (app.services.clone(), tenant.id);
        making.spawn(async move {
            let label = Label::parse(&format!("key {number}")).expect("a label");
            let tiers = &services.settings.tiers;
            api_keys::create(
                &services.ledger,
                &services.keyring,
                &services.clock,
                tiers,
                id,
                label,
                by(),
            )
            .await
        });
    }
    let mut keys = Vec::new();
    for made in making.join_all().await {
        match made {
            Ok((_, value)) => keys.push(value),
            Err(domain::Error::LimitReached(10)) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(keys.len(), 9);
    for key in keys {
        assert_eq!(app.get(key.expose(), "/auth/whoami").await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixty_four_who_ask_for_one_name_at_once_exactly_one_gets_it() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Enterprise).await;
    let address = app.listen().await;
    for name in ["a", "b", "c", "d"] {
        let barrier = Arc::new(Barrier::new(64));
        let ask = |number: usize| {
            let (barrier, key) = (Arc::clone(&barrier), tenant.key.clone());
            thread::spawn(move || {
                let mut connection = Connection::open(address).expect("it listens");
                let body = json!([{"requester": format!("w{number}"), "resource": name}]);
                barrier.wait();
                let path = "/api/v1/Reservation/reserve";
                let reply = connection.call("POST", path, &key, &body.to_string());
                reply.expect("an answer").json()[0].clone()
            })
        };
        let asking: Vec<JoinHandle<Value>> = (0..64).map(ask).collect();
        let answers: Vec<Value> = tokio::task::spawn_blocking(|| {
            let join = |asking: JoinHandle<Value>| asking.join().expect("no panic");
            asking.into_iter().map(join).collect()
        })
        .await
        .expect("no panic");
        let acquired: Vec<&Value> = answers
            .iter()
            .filter(|answer| answer["status"] == "ACQUIRED")
            .collect();
        assert_eq!(acquired.len(), 1, "{acquired:?}");
        for answer in &answers {
            if answer["status"] != "ACQUIRED" {
                assert_eq!(answer["status"], "ALREADY_HELD");
                assert_eq!(answer["heldBy"]["requester"], acquired[0]["requester"]);
                assert_eq!(
                    answer["heldBy"]["fencingToken"],
                    acquired[0]["fencingToken"]
                );
            }
        }
    }
}
