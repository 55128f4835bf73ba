//! What is acknowledged is in the log before it is in the tables, and in both in the end.

use std::{fs, path::Path, time::Duration};

use axum::body::Body;
use coop_locker::model::Tier;
use http::Request;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{App, Tenant};

fn item(resource: &str) -> Value {
    json!([{"requester": "w", "resource": resource}])
}

async fn reserve(app: &App, tenant: &Tenant, resource: &str) -> Value {
    let answer = app.reserve(&tenant.key, item(resource)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()[0].clone()
}

async fn listed(app: &App, tenant: &Tenant) -> usize {
    let list = app.get(&tenant.key, "/Reservation?limit=1000").await;
    assert_eq!(list.status, 200, "{}", list.text);
    list.json()["reservations"].as_array().map_or(0, Vec::len)
}

async fn ready(app: &App) -> u16 {
    let request = Request::get("/health/ready").body(Body::empty());
    app.send(request.expect("a request")).await.status.as_u16()
}

/// Keeps the tables from being written, as another program's transaction would.
fn occupy(app: &App) -> Connection {
    let database = Connection::open(app.database()).expect("opened");
    database.execute_batch("BEGIN IMMEDIATE").expect("begun");
    database
}

/// The names of what lies in the database's folder and begins like it.
fn files(database: &Path) -> Vec<String> {
    let folder = database.parent().expect("a folder");
    let names = fs::read_dir(folder).expect("a folder").map(|entry| {
        let name = entry.expect("an entry").file_name();
        name.into_string().expect("a name")
    });
    let mut names: Vec<_> = names
        .filter(|name| name.starts_with("coop-locker.db"))
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_crash_before_the_tables_had_it() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    let first = reserve(&app, &tenant, "a").await;
    assert_eq!(listed(&app, &tenant).await, 1);
    let database = occupy(&app);
    let second = reserve(&app, &tenant, "b").await;
    let released =
        json!([{"requester": "w", "resource": "a", "releaseToken": first["releaseToken"]}]);
    assert_eq!(app.unreserve(&tenant.key, released).await.status, 200);
    let crashed = app.crash().await;
    drop(database);
    assert_eq!(listed(&crashed, &tenant).await, 1);
    let again = reserve(&crashed, &tenant, "b").await;
    assert_eq!(again["status"], "ALREADY_HAD");
    assert_eq!(again["releaseToken"], second["releaseToken"]);
    let next = reserve(&crashed, &tenant, "a").await;
    assert_eq!(next["fencingToken"], 4);
    app.shut_down().await;
    crashed.shut_down().await;
}

#[tokio::test]
async fn whoever_reads_waits_until_the_tables_have_what_was_acknowledged() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    let database = occupy(&app);
    reserve(&app, &tenant, "a").await;
    let mut reading = Box::pin(listed(&app, &tenant));
    assert!(futures_util::poll!(&mut reading).is_pending());
    drop(database);
    assert_eq!(reading.await, 1);
    let events = app.get(&tenant.key, "/events/history").await.json();
    assert_eq!(events["events"][0]["type"], "RESERVED");
    app.shut_down().await;
}

#[tokio::test]
async fn when_the_log_is_full_commits_wait_for_the_tables_and_none_is_lost() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Enterprise).await;
    let database = occupy(&app);
    let (metadata, suffix) = ("m".repeat(1_000), "r".repeat(200));
    // A hundred reservations and their events take more than a file of a test's log, and each file takes one such commit
    // nevertheless. One request after another, since what comes together may be one commit.
    let mut requests = Box::pin(async {
        for request in 0..10 {
            let one = |n| json!({"requester": "w", "resource": format!("{request}/{n}/{suffix}"), "metadata": {"m": metadata}});
            let items: Value = (0..100).map(one).collect();
            assert_eq!(app.reserve(&tenant.key, items).await.status, 200);
        }
    });
    let log = ["db-log1", "db-log2"].map(|name| app.database().with_extension(name));
    let full = async {
        let length = |path| fs::metadata(path).map_or(0, |file| file.len());
        while log.iter().any(|path| length(path) <= 256 * 1024) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        () = &mut requests => panic!("the log has room for all of it"),
        () = full => {}
    }
    drop(database);
    requests.await;
    let app = app.restart().await;
    let whoami = app.get(&tenant.key, "/auth/whoami").await.json();
    assert_eq!(whoami["limits"]["activeReservations"]["used"], 1_000);
    app.shut_down().await;
}

#[tokio::test]
async fn tables_that_refuse_end_no_promise_and_once_they_take_it_everything_is_there() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    reserve(&app, &tenant, "a").await;
    assert_eq!(listed(&app, &tenant).await, 1);
    app.refuse_events().await;
    let refused = app.reserve(&tenant.key, item("b")).await;
    assert_eq!(refused.problem(503), "UNAVAILABLE");
    let unread = app.get(&tenant.key, "/Reservation").await;
    assert_eq!(unread.problem(503), "UNAVAILABLE");
    assert_eq!(ready(&app).await, 503);
    app.take_events().await;
    assert_eq!(ready(&app).await, 200);
    assert_eq!(listed(&app, &tenant).await, 1);
    reserve(&app, &tenant, "b").await;

    // A stop keeps in the log what the tables do not take.
    app.refuse_events().await;
    let app = app
        .restart_on(|database| {
            assert!(files(database).contains(&"coop-locker.db-log1".to_owned()));
            let database = Connection::open(database).expect("opened");
            database.execute_batch("DROP TRIGGER broken").expect("done");
        })
        .await;
    let held = app
        .column("SELECT resource FROM reservations ORDER BY resource")
        .await;
    let others = "acknowledged before anybody knew";
    assert_eq!(held, ["a", others, others, "b"]);
    app.shut_down().await;
}

#[tokio::test]
async fn a_stop_leaves_one_file_and_the_log_is_as_private_as_the_database() {
    use std::os::unix::fs::PermissionsExt as _;
    let app = App::start().await;
    let tenant = app.tenant(Tier::Pro).await;
    reserve(&app, &tenant, "a").await;
    let app = app
        .restart_on(|database| {
            assert_eq!(files(database), ["coop-locker.db", "coop-locker.db.lock"]);
            fs::set_permissions(database, fs::Permissions::from_mode(0o600)).expect("set");
        })
        .await;
    reserve(&app, &tenant, "b").await;
    let log = app.database().with_extension("db-log1");
    let mode = fs::metadata(log).expect("a log").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    app.shut_down().await;
}

/// What comes together is one commit, whose events are one row of a tenant's, and there is a length that no row may have.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_together_is_committed_in_several_parts_when_it_is_long() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Enterprise).await;
    let (begun, is_begun) = tokio::sync::oneshot::channel();
    let (gate, is_open) = std::sync::mpsc::channel::<()>();
    let (ledger, id) = (app.services.ledger.clone(), tenant.id);
    let looking = app.services.tasks.spawn(async move {
        let look = move |_: &_, _| {
            begun.send(()).expect("awaited");
            is_open.recv()
        };
        ledger.look(id, look).await
    });
    is_begun.await.expect("begun");
    // The writer is busy, so all of this waits for it.
    let metadata = "m".repeat(1_000);
    let mut requests: Vec<_> = (0..20)
        .map(|request| {
            let one = |n| json!({"requester": "w", "resource": format!("{request}/{n:02}"), "metadata": {"m": metadata}});
            let items: Value = (0..100).map(one).collect();
            Box::pin(app.reserve(&tenant.key, items))
        })
        .collect();
    for request in &mut requests {
        assert!(futures_util::poll!(request).is_pending());
    }
    gate.send(()).expect("looking");
    assert_eq!(looking.await.expect("no panic"), Ok(Ok(())));
    for request in requests {
        assert_eq!(request.await.status, 200);
    }
    let rows = app
        .column("SELECT CAST(length(data) AS TEXT) FROM events ORDER BY revision")
        .await;
    let lengths: Vec<usize> = rows
        .iter()
        .map(|row| row.parse().expect("a length"))
        .collect();
    let all: usize = lengths.iter().sum();
    assert!(all > 2 * 1024 * 1024, "{lengths:?}");
    // Half a megabyte of events, and as much of the reservations, and then the request that did not fit any more.
    let longest = *lengths.iter().max().expect("rows");
    assert!((400_000..800_000).contains(&longest), "{lengths:?}");
    let history = app
        .get(&tenant.key, "/events/history?limit=1000")
        .await
        .json();
    let events = history["events"].as_array().expect("events");
    let resources = events.iter().map(|event| event["resource"].clone());
    let asked = (0..20).flat_map(|request| (0..100).map(move |n| format!("{request}/{n:02}")));
    let asked: Vec<Value> = asked.take(1_000).map(Value::from).collect();
    assert_eq!(resources.collect::<Vec<_>>(), asked);
    app.shut_down().await;
}
