//! `audit verify`.

use serde_json::Value;

use super::{failure, success};
use crate::support::Site;

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn tenant(site: &Site, name: &str) -> String {
    let made = site.json(&["tenant", "create", "--name", name, "--json"]);
    made["tenantId"].as_str().expect("an id").to_owned()
}

fn change(site: &Site, sql: &str) {
    let db = rusqlite::Connection::open(site.path("coop-locker.db")).expect("opened");
    db.execute_batch(sql).expect("done");
}

#[test]
fn beside_a_running_server_every_log_is_checked_and_a_broken_one_is_named() {
    let site = Site::new();
    let (a, b) = (tenant(&site, "a"), tenant(&site, "b"));
    for _ in 0..2 {
        site.json(&["key", "rotate", "--tenant", &a, "--json"]);
    }
    let _server = site.serve();
    let said = success(&site.run(&["audit", "verify", "--json"]));
    let logs = lines(&said);
    assert_eq!(logs.len(), 2);
    let log = |id: &str| {
        let log = logs.iter().find(|log| log["tenantId"] == id);
        log.expect("a line").clone()
    };
    assert_eq!(log(&a)["entries"], 3);
    assert_eq!(log(&b)["entries"], 1);
    assert!(
        logs.iter()
            .all(|log| log["ok"] == true && log["brokenAt"].is_null())
    );
    let head = log(&a)["head"].as_str().expect("a hash").to_owned();
    assert_eq!(head.len(), 64);

    let said = success(&site.run(&["audit", "verify", "--tenant", &a]));
    assert_eq!(said, format!("{a}  3 entries  head {head}  OK\n"));

    change(&site, "UPDATE audit SET at = at + 1 WHERE number = 2");
    let output = site.run(&["audit", "verify", "--json"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let logs = lines(&String::from_utf8(output.stdout).expect("text"));
    let broken: Vec<&Value> = logs.iter().filter(|log| log["ok"] == false).collect();
    assert_eq!(broken.len(), 1);
    assert_eq!(broken[0]["tenantId"], a.as_str());
    assert_eq!(broken[0]["brokenAt"], 2);
    let output = site.run(&["audit", "verify", "--tenant", &a]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(said.ends_with("BROKEN at entry 2\n"), "{said}");
    success(&site.run(&["audit", "verify", "--tenant", &b]));
}

#[test]
fn without_a_server_it_reads_the_same_and_changes_no_file() {
    let site = Site::new();
    let id = tenant(&site, "a");
    let before = std::fs::read(site.path("coop-locker.db")).expect("a file");
    let said = success(&site.run(&["audit", "verify"]));
    assert!(said.starts_with(&id) && said.ends_with("OK\n"), "{said}");
    let after = std::fs::read(site.path("coop-locker.db")).expect("a file");
    assert!(before == after);
}

#[test]
fn what_is_not_there_is_said_so_and_not_made() {
    let site = Site::new();
    let said = failure(&site.run(&["audit", "verify"]), 1);
    assert!(said.contains("coop-locker.db"), "{said}");
    assert!(!site.path("coop-locker.db").exists());
    tenant(&site, "a");
    let said = failure(
        &site.run(&["audit", "verify", "--tenant", "ten_0000000000a"]),
        1,
    );
    assert!(said.contains("there is no such thing"), "{said}");
    failure(&site.run(&["audit", "verify", "--tenant", "acme"]), 2);
}
