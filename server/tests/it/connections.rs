//! Clients that are slow, that send too much, or that go away.

use std::{
    io::ErrorKind,
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::support::{Connection, Server, Site};

const RESERVE: &str = "POST /api/v1/Reservation/reserve HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";

#[test]
fn a_connection_that_does_not_finish_its_head_is_closed_after_ten_seconds_and_others_are_served() {
    let site = Site::new();
    let key = site.tenant_key();
    let server = site.serve();
    let mut slow = Connection::open(server.address).expect("it listens");
    slow.write(b"GET /health/live HTTP/1.1\r\nhost: loc")
        .expect("sent");
    #[expect(
        clippy::disallowed_methods,
        reason = "the time that really passes is what is tested"
    )]
    let began = Instant::now();
    let watching = thread::spawn(move || slow.read_to_end());

    let mut other = Connection::open(server.address).expect("it listens");
    let reply = other.call("GET", "/api/v1/auth/whoami", &key, "");
    assert_eq!(reply.expect("an answer").status, 200);
    let rest = watching.join().expect("no panic");
    let rest = match rest {
        Ok(rest) => rest,
        Err(error) if error.kind() == ErrorKind::ConnectionReset => String::new(),
        Err(error) => panic!("it was not closed: {error}"),
    };
    assert!(
        rest.is_empty() || rest.starts_with("HTTP/1.1 408"),
        "{rest}"
    );
    let took = began.elapsed();
    assert!(took > Duration::from_secs(9), "{took:?}");
}

#[test]
fn a_body_that_is_too_long_gets_its_413_while_it_is_still_being_sent() {
    let site = Site::new();
    let key = site.tenant_key();
    let server = site.serve();
    // More than the socket buffers hold, less than what is thrown away for politeness.
    let length = 6 * 1024 * 1024;
    let mut connection = Connection::open(server.address).expect("it listens");
    let head = format!("{RESERVE}x-api-key: {key}\r\ncontent-length: {length}\r\n\r\n");
    connection.write(head.as_bytes()).expect("sent");
    let chunk = vec![b' '; 64 * 1024];
    for _ in 0..length / chunk.len() {
        connection.write(&chunk).expect("the server reads on");
    }
    let reply = connection.read().expect("an answer");
    assert_eq!(reply.status, 413, "{}", reply.body);
    assert_eq!(reply.json()["code"], "PAYLOAD_TOO_LARGE");
    assert!(reply.head.contains("connection: close"), "{}", reply.head);
    assert_eq!(connection.read_to_end().expect("closed"), "");
}

#[test]
fn a_client_that_goes_away_in_the_middle_of_its_body_has_changed_nothing() {
    let site = Site::new();
    let key = site.tenant_key();
    let server = site.serve();
    let body = json!([{"requester": "w", "resource": "a"}]).to_string();
    let mut gone = Connection::open(server.address).expect("it listens");
    let head = format!(
        "{RESERVE}x-api-key: {key}\r\ncontent-length: {}\r\n\r\n",
        body.len() + 1
    );
    gone.write(head.as_bytes()).expect("sent");
    gone.write(body.as_bytes()).expect("sent");
    drop(gone);
    let mut connection = Connection::open(server.address).expect("it listens");
    let list = connection.call("GET", "/api/v1/Reservation", &key, "");
    assert_eq!(list.expect("an answer").json()["reservations"], json!([]));
}

#[test]
fn requests_sent_ahead_on_one_connection_are_answered_in_order() {
    let site = Site::new();
    let key = site.tenant_key();
    let server = site.serve();
    let mut connection = Connection::open(server.address).expect("it listens");
    let request = |resource: &str| {
        let body = json!([{"requester": "w", "resource": resource}]).to_string();
        format!(
            "{RESERVE}x-api-key: {key}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let all = ["a", "b", "c"].map(request).concat();
    connection.write(all.as_bytes()).expect("sent");
    for (name, token) in [("a", 1), ("b", 2), ("c", 3)] {
        let answer = connection.read().expect("an answer").json()[0].clone();
        assert_eq!(answer["resource"], name);
        assert_eq!(answer["fencingToken"], token);
    }
}

/// Asks for the events, with something sent behind the request. Answers the head too.
fn listen(server: &Server, version: &str, key: &str, behind: &str) -> (String, Connection) {
    let mut connection = Connection::open(server.address).expect("it listens");
    let request = format!(
        "GET /api/v1/events HTTP/{version}\r\nhost: localhost\r\nx-api-key: {key}\r\n\r\n{behind}"
    );
    connection.write(request.as_bytes()).expect("sent");
    let head = connection.head().expect("a head");
    (head, connection)
}

#[test]
fn an_event_stream_is_sent_in_chunks_and_its_connection_ends_with_it() {
    let site = Site::new();
    let key = site.tenant_key();
    let mut server = site.serve();
    // Another request behind it is not answered: the stream is the last answer.
    let health = "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let (head, mut connection) = listen(&server, "1.1", &key, health);
    for line in [
        "HTTP/1.1 200",
        "transfer-encoding: chunked",
        "connection: close",
    ] {
        assert!(head.contains(line), "{head}");
    }
    let first = connection.chunk().expect("a chunk");
    assert_eq!(first, b"retry: 2000\n\nid: 0\n\n");
    let mut other = Connection::open(server.address).expect("it listens");
    let body = json!([{"requester": "w", "resource": "a"}]).to_string();
    let reply = other.call("POST", "/api/v1/Reservation/reserve", &key, &body);
    assert_eq!(reply.expect("an answer").status, 200);
    let event = connection.chunk().expect("a chunk");
    assert!(event.starts_with(b"id: 1\nevent: RESERVED\n"), "{event:?}");
    drop(other);

    let stopping = thread::spawn(move || server.terminate());
    assert_eq!(connection.chunk().expect("a chunk"), b"retry: 2000\n\n");
    assert_eq!(connection.chunk().expect("the last chunk"), b"");
    assert_eq!(connection.read_to_end().expect("closed"), "");
    let status = stopping.join().expect("no panic").expect("it has ended");
    assert!(status.success(), "{status}");
}

#[test]
fn a_client_that_knows_no_chunks_gets_an_event_stream_as_it_is() {
    let site = Site::new();
    let key = site.tenant_key();
    let mut server = site.serve();
    let (head, mut connection) = listen(&server, "1.0", &key, "");
    assert!(head.starts_with("HTTP/1.0 200"), "{head}");
    assert!(!head.contains("transfer-encoding"), "{head}");
    let stopping = thread::spawn(move || server.terminate());
    let rest = connection.read_to_end().expect("closed");
    assert_eq!(rest, "retry: 2000\n\nid: 0\n\nretry: 2000\n\n");
    assert!(stopping.join().expect("no panic").expect("ended").success());
}

#[test]
fn who_leaves_an_event_stream_makes_room_for_another() {
    let site = Site::new();
    // Of the tier that allows two.
    let key = site.tenant_key();
    let server = site.serve();
    let open = || listen(&server, "1.1", &key, "");
    let (_first, second) = (open(), open());
    let (head, _) = open();
    assert!(head.starts_with("HTTP/1.1 429"), "{head}");
    drop(second);
    // The end of the connection is on its way to the server.
    while !open().0.starts_with("HTTP/1.1 200") {
        thread::yield_now();
    }
}

#[test]
fn whoever_talks_on_while_he_should_listen_is_cut_off() {
    let site = Site::new();
    let key = site.tenant_key();
    let server = site.serve();
    let (head, mut connection) = listen(&server, "1.1", &key, "");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    // As long as the server reads, this goes on.
    let error = loop {
        if let Err(error) = connection.write(&[b'x'; 4096]) {
            break error;
        }
    };
    let closed = [ErrorKind::BrokenPipe, ErrorKind::ConnectionReset];
    assert!(closed.contains(&error.kind()), "{error}");
    let mut other = Connection::open(server.address).expect("it listens");
    let reply = other.call("GET", "/api/v1/auth/whoami", &key, "");
    assert_eq!(reply.expect("an answer").status, 200);
}
