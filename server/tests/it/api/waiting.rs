//! `waitSeconds`, over real connections where it matters who is at the other end.

use std::{net::SocketAddr, thread, time::Duration};

use coop_locker::model::Tier;
use serde_json::{Value, json};

use crate::support::{App, Connection, Reply, Site, Tenant};

/// A client of its own that asks for this, and waits.
fn client(
    address: SocketAddr,
    tenant: &Tenant,
    path: &'static str,
    body: Value,
) -> thread::JoinHandle<Reply> {
    let key = tenant.key.clone();
    thread::spawn(move || {
        let mut connection = Connection::open(address).expect("it listens");
        let path = format!("/api/v1/Reservation/{path}");
        let reply = connection.call("POST", &path, &key, &body.to_string());
        reply.expect("an answer")
    })
}

/// A connection on which that was asked, and nothing read yet.
fn asking(address: SocketAddr, key: &str, body: &str) -> Connection {
    let mut connection = Connection::open(address).expect("it listens");
    let request = format!(
        "POST /api/v1/Reservation/reserve HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\ncontent-type: \
         application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.write(request.as_bytes()).expect("sent");
    connection
}

fn waiting_item(requester: &str, seconds: u64) -> Value {
    json!([{"requester": requester, "resource": "db", "waitSeconds": seconds, "ttlSeconds": 60}])
}

async fn held(app: &App, tenant: &Tenant) -> Value {
    let item = json!([{"requester": "w1", "resource": "db"}]);
    app.reserve(&tenant.key, item).await.json()[0]["releaseToken"].clone()
}

async fn release(app: &App, tenant: &Tenant, token: &Value) {
    let item = json!([{"requester": "w1", "resource": "db", "releaseToken": token}]);
    let released = app.unreserve(&tenant.key, item).await.json();
    assert_eq!(released[0]["status"], "RELINQUISHED");
}

/// Asks until so many wait for `db`; nothing else says that a request has arrived.
async fn until_waiting(app: &App, tenant: &Tenant, count: u64) {
    loop {
        let list = app.get(&tenant.key, "/Reservation").await.json();
        if list["reservations"][0]["waiting"] == count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn answer(client: thread::JoinHandle<Reply>) -> Reply {
    let joined = tokio::task::spawn_blocking(move || client.join()).await;
    joined.expect("joined").expect("no panic")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_wait_are_granted_in_order_by_the_release_and_their_ttl_begins_there() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    let address = app.listen().await;
    let token = held(&app, &tenant).await;
    let second = client(address, &tenant, "reserve", waiting_item("w2", 60));
    until_waiting(&app, &tenant, 1).await;
    let third = client(address, &tenant, "reserve", waiting_item("w3", 60));
    until_waiting(&app, &tenant, 2).await;
    let refused = app
        .reserve(&tenant.key, json!([{"requester": "w4", "resource": "db"}]))
        .await
        .json();
    assert_eq!(refused[0]["heldBy"]["waiting"], 2);
    assert_eq!(refused[0]["position"], 3);
    let explanation = refused[0]["explanation"].as_str().expect("text");
    for part in ["w1 holds it", "w2 waits for it and came first", "w3 waits"] {
        assert!(explanation.contains(part), "{explanation}");
    }
    app.clock.advance_ms(10_000);
    release(&app, &tenant, &token).await;
    let granted = answer(second).await.json();
    assert_eq!(granted[0]["status"], "ACQUIRED");
    assert_eq!(granted[0]["reservedAt"], "2026-11-24T00:00:10.000Z");
    assert_eq!(granted[0]["expiresAt"], "2026-11-24T00:01:10.000Z");
    until_waiting(&app, &tenant, 1).await;
    let item =
        json!([{"requester": "w2", "resource": "db", "releaseToken": granted[0]["releaseToken"]}]);
    app.unreserve(&tenant.key, item).await;
    assert_eq!(answer(third).await.json()[0]["status"], "ACQUIRED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_its_deadline_a_request_is_refused_and_told_everything() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    let address = app.listen().await;
    held(&app, &tenant).await;
    let waits = client(address, &tenant, "reserve", waiting_item("w2", 5));
    until_waiting(&app, &tenant, 1).await;
    app.clock.advance_ms(5_000);
    let refused = answer(waits).await;
    assert_eq!(refused.status, 200);
    assert_eq!(refused.json()[0]["status"], "ALREADY_HELD");
    assert_eq!(refused.json()[0]["position"], 1);
    assert_eq!(refused.json()[0]["heldBy"]["requester"], "w1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_asked_again_attaches_and_both_get_the_one_grant() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    let address = app.listen().await;
    let token = held(&app, &tenant).await;
    let first = client(address, &tenant, "reserve", waiting_item("w2", 60));
    until_waiting(&app, &tenant, 1).await;
    let other = client(address, &tenant, "reserve", waiting_item("w2", 60));
    // It is one place in the line, so nothing shows when the other has come; one that comes late finds the grant.
    thread::sleep(Duration::from_millis(50));
    release(&app, &tenant, &token).await;
    let (first, other) = (answer(first).await.json(), answer(other).await.json());
    assert_eq!(first[0]["status"], "ACQUIRED");
    assert_eq!(other[0]["status"], "ALREADY_HAD");
    assert_eq!(first[0]["releaseToken"], other[0]["releaseToken"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_goes_away_leaves_the_line() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    let address = app.listen().await;
    let token = held(&app, &tenant).await;
    let body = waiting_item("w2", 60).to_string();
    let gone = asking(address, &tenant.key, &body);
    until_waiting(&app, &tenant, 1).await;
    drop(gone);
    until_waiting(&app, &tenant, 0).await;
    release(&app, &tenant, &token).await;
    let list = app.get(&tenant.key, "/Reservation").await.json();
    assert_eq!(list["reservations"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_whose_key_is_rotated_while_it_waits_gets_401_and_no_grant() {
    let app = App::start().await;
    let mut tenant = app.tenant(Tier::Pro).await;
    let address = app.listen().await;
    let token = held(&app, &tenant).await;
    let waits = client(address, &tenant, "reserve", waiting_item("w2", 60));
    until_waiting(&app, &tenant, 1).await;
    tenant.key = app.rotate_default(tenant.id).await;
    let refused = answer(waits).await;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.json()["code"], "API_KEY_ROTATED");
    release(&app, &tenant, &token).await;
    let list = app.get(&tenant.key, "/Reservation").await.json();
    assert_eq!(list["reservations"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_waits_for_all_of_its_resources_and_holds_none_meanwhile() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    let address = app.listen().await;
    let token = held(&app, &tenant).await;
    let body = json!([{"requester": "w2", "resources": ["db", "e"], "waitSeconds": 60}]);
    let waits = client(address, &tenant, "transaction", body);
    until_waiting(&app, &tenant, 1).await;
    let list = app.get(&tenant.key, "/Reservation").await.json();
    assert_eq!(list["reservations"].as_array().map(Vec::len), Some(1));
    release(&app, &tenant, &token).await;
    let granted = answer(waits).await.json();
    assert_eq!(granted[0]["success"], true);
    assert_eq!(granted[0]["reserved"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn only_a_lone_item_may_wait() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    let items = json!([
        {"requester": "w", "resource": "a", "waitSeconds": 0},
        {"requester": "w", "resource": "b", "waitSeconds": 5},
    ]);
    let refused = app.reserve(&tenant.key, items).await;
    assert_eq!(refused.problem(400), "INVALID_REQUEST");
    let errors = refused.json()["errors"].clone();
    assert_eq!(errors.as_array().map(Vec::len), Some(1));
    assert_eq!(errors[0]["pointer"], "/1/waitSeconds");
    // What is free is had at once.
    let item = json!([{"requester": "w", "resource": "a", "waitSeconds": 60}]);
    assert_eq!(
        app.reserve(&tenant.key, item).await.json()[0]["status"],
        "ACQUIRED"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopping_server_answers_those_who_wait_with_their_refusals() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    let address = app.listen().await;
    held(&app, &tenant).await;
    let waits = client(address, &tenant, "reserve", waiting_item("w2", 60));
    until_waiting(&app, &tenant, 1).await;
    app.services.ledger.end_waits();
    let refused = answer(waits).await;
    assert_eq!(refused.status, 200);
    assert_eq!(refused.json()[0]["status"], "ALREADY_HELD");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_wait_for_each_other_are_told_so_at_the_deadline() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    let address = app.listen().await;
    let items =
        json!([{"requester": "w1", "resource": "db"}, {"requester": "w2", "resource": "e"}]);
    app.reserve(&tenant.key, items).await;
    let first = client(address, &tenant, "reserve", waiting_item("w2", 20));
    until_waiting(&app, &tenant, 1).await;
    let asked = json!([{"requester": "w1", "resource": "e", "waitSeconds": 5}]);
    let second = client(address, &tenant, "reserve", asked);
    loop {
        let list = app.get(&tenant.key, "/Reservation?resource=e").await.json();
        if list["reservations"][0]["waiting"] == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    app.clock.advance_ms(5_000);
    let refused = answer(second).await.json();
    let explanation = refused[0]["explanation"].as_str().expect("text");
    let circle =
        "They wait for each other: w1 waits for e, which w2 has; w2 waits for db, which w1 has.";
    assert!(explanation.contains(circle), "{explanation}");
    app.clock.advance_ms(15_000);
    assert_eq!(answer(first).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_more_than_may_wait_is_refused_and_may_when_another_has_left() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Enterprise).await;
    let address = app.listen().await;
    held(&app, &tenant).await;
    let asking = |number: u64| {
        let item = waiting_item(&format!("waiter-{number}"), 60);
        asking(address, &tenant.key, &item.to_string())
    };
    let mut waiting: Vec<Connection> = (0..1_000).map(asking).collect();
    until_waiting(&app, &tenant, 1_000).await;

    let refused = app.reserve(&tenant.key, waiting_item("w2", 60)).await;
    assert_eq!(refused.problem(429), "TOO_MANY_WAITERS");
    let problem = refused.json();
    assert_eq!(problem["limitType"], "waiters");
    assert_eq!(problem["limit"], 1_000);
    assert_eq!(problem["upgradeRequired"], false);
    assert_eq!(refused.header("retry-after"), "1");
    // Who does not wait is told what stands in the way, as ever.
    let at_once = json!([{"requester": "w2", "resource": "db"}]);
    let at_once = app.reserve(&tenant.key, at_once).await.json();
    assert_eq!(at_once[0]["status"], "ALREADY_HELD");
    assert_eq!(at_once[0]["position"], 1_001);

    drop(waiting.pop());
    until_waiting(&app, &tenant, 999).await;
    waiting.push(asking(1_000));
    until_waiting(&app, &tenant, 1_000).await;
}

#[test]
fn a_terminated_server_answers_those_who_wait_and_ends_well() {
    let site = Site::new();
    let key = site.tenant_key();
    let mut server = site.serve();
    let mut connection = Connection::open(server.address).expect("it listens");
    let mut call = |method: &str, path: &str, body: &str| {
        let reply = connection.call(method, &format!("/api/v1/Reservation{path}"), &key, body);
        reply.expect("an answer").json()
    };
    let item = r#"[{"requester": "w1", "resource": "db"}]"#;
    assert_eq!(call("POST", "/reserve", item)[0]["status"], "ACQUIRED");
    let mut waits = asking(server.address, &key, &waiting_item("w2", 60).to_string());
    while call("GET", "", "")["reservations"][0]["waiting"] != 1 {
        thread::sleep(Duration::from_millis(2));
    }

    let status = server.terminate().expect("it stops in time");
    assert!(status.success(), "{status}: {}", server.log());
    let refused = waits.read().expect("an answer");
    assert_eq!(refused.status, 200, "{}", refused.body);
    assert_eq!(refused.json()[0]["status"], "ALREADY_HELD");
    assert_eq!(refused.json()[0]["heldBy"]["requester"], "w1");

    // What was held is held, and who waited holds nothing.
    let server = site.serve();
    let mut connection = Connection::open(server.address).expect("it listens");
    let list = connection.call("GET", "/api/v1/Reservation", &key, "");
    let list = list.expect("an answer").json();
    assert_eq!(list["reservations"].as_array().map(Vec::len), Some(1));
    assert_eq!(list["reservations"][0]["requester"], "w1");
}
