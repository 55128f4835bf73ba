//! Clients that people use for server-sent events: each hears, goes on where it was after the server was killed, and is cut off
//! when its key is rotated.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use serde_json::json;

use crate::support::{Connection, Server, Site};

/// For a client to start, or to come back, on a machine that is busy.
const PATIENCE: Duration = Duration::from_mins(1);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A client at work; it ends with this value.
struct Client {
    child: Child,
    lines: Receiver<String>,
}

impl Client {
    fn start(mut command: Command, address: &str, key: &str) -> Self {
        let mut child = command
            .current_dir(root().join("end2end"))
            .env("COOP_URL", format!("http://{address}"))
            .env("COOP_KEY", key)
            .env("COOP_SINCE", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let output = child.stdout.take().expect("its output");
        let (send, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    fn says(&self) -> String {
        let line = self.lines.recv_timeout(PATIENCE);
        line.expect("it says something")
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn reserve(server: &Server, key: &str, resource: &str) {
    let mut connection = Connection::open(server.address).expect("it listens");
    let body = json!([{"requester": "w", "resource": resource}]).to_string();
    let reply = connection.call("POST", "/api/v1/Reservation/reserve", key, &body);
    assert_eq!(reply.expect("it answers").json()[0]["status"], "ACQUIRED");
}

/// Whoever finds a key can end it: the default key is rotated.
fn rotate(server: &Server, key: &str) {
    let mut connection = Connection::open(server.address).expect("it listens");
    let body = json!({ "key": key }).to_string();
    let headers = [("content-type", "application/json")];
    let reply = connection.send("POST", "/api/v1/keys/report-leak", &headers, &body);
    assert_eq!(reply.expect("it answers").status, 200);
}

fn hears_and_comes_back_and_is_cut_off(command: Command) {
    let site = Site::new();
    let key = site.tenant_key();
    // The same address after the restart: a port that was free a moment ago.
    let address = TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr());
    let address = address.expect("a port").to_string();
    let mut server = site.serve_at(&address);
    reserve(&server, &key, "before");
    let client = Client::start(command, &address, &key);
    assert_eq!(client.says(), "1 RESERVED");
    reserve(&server, &key, "now");
    assert_eq!(client.says(), "2 RESERVED");
    server.kill();
    server = site.serve_at(&address);
    reserve(&server, &key, "meanwhile");
    reserve(&server, &key, "afterwards");
    assert_eq!(client.says(), "3 RESERVED");
    assert_eq!(client.says(), "4 RESERVED");
    rotate(&server, &key);
    assert_eq!(client.says(), "revoked API_KEY_ROTATED");
    assert!(client.lines.recv_timeout(PATIENCE).is_err(), "it has ended");
}

#[test]
fn eventsource_for_node_hears_comes_back_and_is_cut_off() {
    let mut node = Command::new("node");
    node.arg("clients/listen.mjs");
    hears_and_comes_back_and_is_cut_off(node);
}

#[test]
fn sseclient_for_python_hears_comes_back_and_is_cut_off() {
    let python = root().join("target/python/bin/python");
    let python = fs::exists(&python)
        .is_ok_and(|there| there)
        .then(|| Command::new(&python));
    let mut python = python.expect("`.ci/setup` makes target/python");
    python.arg("clients/listen.py");
    hears_and_comes_back_and_is_cut_off(python);
}

#[test]
fn curl_hears_comes_back_and_is_cut_off() {
    let mut bash = Command::new("bash");
    bash.arg("clients/listen.sh");
    hears_and_comes_back_and_is_cut_off(bash);
}
