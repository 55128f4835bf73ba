//! No key in any log line and in no refusal, wherever clients put theirs, however much is logged.

use coop_locker::keyring::KeyText;
use serde_json::{Value, json};

use crate::support::{Connection, Reply, Server, Site};

/// The good key, one that nobody has, and two that are mistyped.
fn values(good: &str) -> Vec<String> {
    let unknown = KeyText::generate_api_key().expose().to_owned();
    let mistyped = format!(
        "{}{}",
        &good[..good.len() - 1],
        if good.ends_with('a') { 'b' } else { 'a' }
    );
    vec![good.to_owned(), unknown, mistyped, good[..40].to_owned()]
}

/// Every place of a request that a value may be put into, by mistake or not.
fn ask_everywhere(server: &Server, good: &str, value: &str) -> Vec<Reply> {
    let send = |method: &str, path: &str, headers: &[(&str, &str)], body: &str| {
        let mut connection = Connection::open(server.address).expect("it listens");
        connection
            .send(method, path, headers, body)
            .expect("an answer")
    };
    let key = ("x-api-key", value);
    let bearer = format!("Bearer {value}");
    let cookie = format!("coop_session={value}; other={value}");
    let mut replies = Vec::new();
    for path in [
        "/api/v1/Reservation",
        "/api/v1/auth/whoami",
        "/api/v1/nothing",
        "/dashboard",
        "/nothing",
        "/health/ready",
    ] {
        let with_query = format!("{path}?key={value}&{value}={value}");
        for headers in [
            &[key] as &[(&str, &str)],
            &[key, key],
            &[("authorization", &bearer)],
            &[("cookie", &cookie)],
            &[
                ("x-request-id", value),
                ("referer", value),
                ("user-agent", value),
            ],
            &[],
        ] {
            replies.push(send("GET", path, headers, ""));
            replies.push(send("GET", &with_query, headers, ""));
        }
    }
    let json_type = ("content-type", "application/json");
    let form_type = ("content-type", "application/x-www-form-urlencoded");
    for body in [
        value.to_owned(),
        json!(value).to_string(),
        format!("[{{\"{value}\": 1, \"resource\": 2}}]"),
        format!(
            "[{{\"requester\": \"w\", \"resource\": \"a\", \"metadata\": {{\"{value}\": 1, \"{value}\": 2}}}}]"
        ),
        json!([{"requester": value, "resource": "a>"}]).to_string(),
        json!([{"requester": "w", "resource": "a", "ttlSeconds": value, "mode": value}])
            .to_string(),
        json!([{"requester": "w", "resource": "a", "metadata": {"key": value}, "waitSeconds": 9}])
            .to_string(),
        format!("[{{\"requester\": \"{value}\", \"resource\": "),
    ] {
        for path in [
            "/api/v1/Reservation/reserve",
            "/api/v1/Reservation/unreserve",
            "/fn/rotate",
        ] {
            replies.push(send("POST", path, &[("x-api-key", good), json_type], &body));
            replies.push(send("POST", path, &[key, form_type], &body));
        }
    }
    replies
}

fn no_key_is_told(format: &str) -> String {
    let site = Site::without_limits();
    let good = site.tenant_key();
    let mut server = site.serve_with(&[
        ("COOP_LOCKER_LOG_FILTER", "trace"),
        ("COOP_LOCKER_LOG_FORMAT", format),
    ]);
    let values = values(&good);
    for value in &values {
        for reply in ask_everywhere(&server, &good, value) {
            let answer = format!("{}{}", reply.head, reply.body);
            assert!(!answer.contains(value.as_str()), "{answer}");
            assert_ne!(reply.status, 500, "{answer}");
        }
    }
    let status = server.terminate().expect("it stops in time");
    assert!(status.success());
    let log = server.log();
    for value in &values {
        // The random part alone would do.
        let told = log.lines().find(|line| line.contains(&value[8..]));
        assert_eq!(told, None);
    }
    assert!(!log.contains("coop_sk_"));
    assert!(log.contains("serving") && log.contains("TRACE"), "{log}");
    log
}

#[test]
fn no_key_is_in_a_refusal_or_in_a_log_of_text() {
    let log = no_key_is_told("text");
    assert!(!log.contains('\u{1b}'), "a file is no terminal");
}

#[test]
fn no_key_is_in_a_refusal_or_in_a_log_of_json() {
    for line in no_key_is_told("json").lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert!(
            line["timestamp"].is_string() && line["level"].is_string(),
            "{line}"
        );
    }
}
