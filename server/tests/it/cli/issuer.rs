//! `issuer`.

use std::fs;

use serde_json::{Value, json};

use super::failure;
use crate::exchange::key_set;
use crate::support::{
    Connection, Server, Site,
    jwt::Draft,
    keys::{P256, RSA},
};

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().expect("a text").to_owned()
}

fn tenant(site: &Site, tier: &str) -> String {
    let arguments = ["tenant", "create", "--name", "a", "--tier", tier, "--json"];
    text(&site.json(&arguments), "tenantId")
}

/// The real time, in seconds: the program has no other.
fn now() -> i64 {
    let clock = coop_locker::clock::SharedClock::system();
    clock.now().as_micros() / 1_000_000
}

fn exchange(server: &Server, claims: Value) -> Value {
    let draft = Draft {
        header: json!({"alg": "RS256", "kid": RSA.id}),
        claims,
        key: &RSA,
        finish: |token| token,
    };
    let body = json!({ "jwt": draft.sign() }).to_string();
    let mut connection = Connection::open(server.address).expect("it listens");
    let headers = [("content-type", "application/json")];
    let reply = connection.send("POST", "/api/v1/auth/token", &headers, &body);
    let reply = reply.expect("an answer");
    // Neither what came in nor what went out.
    let log = server.log();
    assert!(!log.contains("eyJ"), "{log}");
    assert!(!log.contains("coop_at_"), "{log}");
    reply.json()
}

#[test]
fn an_issuer_that_was_added_is_trusted_with_the_audience_that_the_operator_says() {
    let site = Site::new();
    let id = tenant(&site, "starter");
    fs::write(site.path("keys.json"), key_set(&[&RSA, &P256])).expect("written");
    let added = site.json(&[
        "issuer",
        "add",
        "--tenant",
        &id,
        "--label",
        "users",
        "--issuer",
        "https://id.example",
        "--audience",
        "https://api.example",
        "--jwks-file",
        "keys.json",
        "--json",
    ]);
    assert_eq!(added["tenantId"], id.as_str());
    assert_eq!(added["label"], "users");
    assert_eq!(added["issuer"], "https://id.example");
    assert_eq!(added["audience"], "https://api.example");
    assert!(text(&added, "issuerId").starts_with("iss_"), "{added}");
    let server = site.serve_with(&[("COOP_LOCKER_LOG_FILTER", "trace")]);
    let claims = json!({
        "iss": "https://id.example",
        "aud": "https://api.example",
        "sub": "alice",
        "iat": now(),
        "exp": now() + 60,
    });
    let token = exchange(&server, claims.clone());
    assert_eq!(token["requester"], "alice", "{token}");
    let mut connection = Connection::open(server.address).expect("it listens");
    let value = text(&token, "token");
    let me = connection.call("GET", "/api/v1/auth/whoami", &value, "");
    assert_eq!(me.expect("an answer").json()["endUser"], "alice");
    assert!(!server.log().contains(&value));
    let mut wrong = claims;
    wrong["aud"] = json!("https://other.example");
    assert_eq!(exchange(&server, wrong)["code"], "JWT_REJECTED");
}

#[test]
fn without_json_the_same_is_printed_for_people_with_the_tenants_own_audience() {
    let site = Site::new();
    let id = tenant(&site, "pro");
    fs::write(site.path("keys.json"), RSA.jwk().to_string()).expect("written");
    let output = site.run(&[
        "issuer",
        "add",
        "--tenant",
        &id,
        "--label",
        "users",
        "--issuer",
        "https://id.example",
        "--algorithms",
        "RS256,PS256",
        "--jwks-file",
        "keys.json",
    ]);
    let said = super::success(&output);
    assert!(said.contains("issuer    iss_"), "{said}");
    let own = format!("aud       http://localhost:3000/t/{id}");
    assert!(said.contains(&own), "{said}");
}

#[test]
fn what_cannot_be_an_issuer_is_said_so() {
    let site = Site::new();
    let (free, starter) = (tenant(&site, "free"), tenant(&site, "starter"));
    fs::write(site.path("good.json"), RSA.jwk().to_string()).expect("written");
    fs::write(site.path("bad.json"), "{}").expect("written");
    fs::write(site.path("secret.pem"), "-----BEGIN PRIVATE KEY-----").expect("written");
    for (id, keys, hint) in [
        (&free, ["--jwks-file", "good.json"], "not part of this tier"),
        (&starter, ["--jwks-file", "bad.json"], "no array of keys"),
        (&starter, ["--jwks-file", "secret.pem"], "private key"),
        (&starter, ["--jwks-file", "missing.json"], "missing.json"),
        (
            &starter,
            ["--jwks-url", "http://id.example/keys"],
            "must begin with https://",
        ),
        (
            &"ten_0000000000a".to_owned(),
            ["--jwks-file", "good.json"],
            "no such thing",
        ),
    ] {
        let mut arguments = vec!["issuer", "add", "--tenant", id, "--label", "users"];
        arguments.extend(["--issuer", "https://id.example"]);
        arguments.extend(keys);
        let said = failure(&site.run(&arguments), 1);
        assert!(said.contains(hint), "{hint}: {said}");
    }
    let nothing = ["issuer", "add", "--tenant", &starter, "--label", "a"];
    assert!(failure(&site.run(&nothing), 2).contains("--jwks-file"));
}
