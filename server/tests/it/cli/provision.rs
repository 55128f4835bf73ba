//! `tenant` and `key`.

use serde_json::{Value, json};

use super::{failure, success};
use crate::support::{Connection, Server, Site};

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().expect("a text").to_owned()
}

fn create(site: &Site, name: &str, tier: &str) -> (String, String) {
    let tenant = site.json(&["tenant", "create", "--name", name, "--tier", tier, "--json"]);
    (text(&tenant, "tenantId"), text(&tenant, "apiKey"))
}

fn whoami(server: &Server, key: &str) -> Value {
    let mut connection = Connection::open(server.address).expect("it listens");
    let reply = connection.call("GET", "/api/v1/auth/whoami", key, "");
    reply.expect("an answer").json()
}

#[test]
fn a_tenant_made_on_the_command_line_has_a_working_key_and_a_claim_link() {
    let site = Site::new();
    let made = site.json(&[
        "tenant",
        "create",
        "--name",
        "acme",
        "--email",
        "a@example.com",
        "--tier",
        "pro",
        "--json",
    ]);
    assert!(text(&made, "tenantId").starts_with("ten_"), "{made}");
    assert!(text(&made, "claimUrl").starts_with("http://localhost:3000/claim#"));
    let server = site.serve();
    let me = whoami(&server, &text(&made, "apiKey"));
    assert_eq!(me["tenantId"], made["tenantId"]);
    assert_eq!(me["apiKeyId"], made["apiKeyId"]);
    assert_eq!(me["tenantName"], "acme");
    assert_eq!(me["tier"], "Pro");
}

#[test]
fn without_json_the_same_is_printed_for_people() {
    let site = Site::new();
    let said = success(&site.run(&["tenant", "create", "--name", "acme"]));
    for part in [
        "tenant   ten_",
        "api key  coop_sk_",
        "claim    http://localhost:3000/claim#",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let listed = success(&site.run(&["tenant", "list"]));
    assert!(
        listed.starts_with("ten_") && listed.contains("Free"),
        "{listed}"
    );
    assert_eq!(listed.lines().count(), 1);
}

#[test]
fn tenants_are_listed_with_the_tiers_that_they_were_given() {
    let site = Site::new();
    assert_eq!(success(&site.run(&["tenant", "list", "--json"])), "");
    let (a, _) = create(&site, "a", "free");
    let (b, key) = create(&site, "b", "Starter");
    let said = success(&site.run(&["tenant", "set-tier", "--tenant", &b, "--tier", "enterprise"]));
    assert_eq!(said, format!("{b} is Enterprise now\n"));
    let listed = success(&site.run(&["tenant", "list", "--json"]));
    let mut tiers: Vec<(String, String)> = listed
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .map(|tenant: Value| (text(&tenant, "tenantId"), text(&tenant, "tier")))
        .collect();
    tiers.sort();
    let mut expected = vec![(a, "Free".to_owned()), (b, "Enterprise".to_owned())];
    expected.sort();
    assert_eq!(tiers, expected);
    assert_eq!(whoami(&site.serve(), &key)["tier"], "Enterprise");
}

#[test]
fn keys_are_made_up_to_the_tiers_limit_each_with_a_label_of_its_own() {
    let site = Site::new();
    let (free, _) = create(&site, "a", "free");
    let refused = site.run(&["key", "create", "--tenant", &free, "--label", "ci"]);
    assert!(failure(&refused, 1).contains("the tier allows 1 of them"));

    let (starter, _) = create(&site, "b", "starter");
    let arguments = [
        "key", "create", "--tenant", &starter, "--label", "ci", "--json",
    ];
    let made = site.json(&arguments);
    assert_eq!(made["label"], "ci");
    assert_eq!(made["tenantId"], starter.as_str());
    assert!(failure(&site.run(&arguments), 1).contains("that name is taken"));
    let me = whoami(&site.serve(), &text(&made, "apiKey"));
    assert_eq!(me["apiKeyLabel"], "ci");
    assert_eq!(me["apiKeyId"], made["apiKeyId"]);
}

#[test]
fn a_rotated_key_has_a_new_value_and_the_old_one_is_told_so() {
    let site = Site::new();
    let (tenant, old_default) = create(&site, "a", "starter");
    let further = site.json(&[
        "key", "create", "--tenant", &tenant, "--label", "ci", "--json",
    ]);
    let id = text(&further, "apiKeyId");
    let default = site.json(&["key", "rotate", "--tenant", &tenant, "--json"]);
    let ci = site.json(&["key", "rotate", "--tenant", &tenant, "--key", &id, "--json"]);
    assert_eq!(default["label"], "default");
    assert_eq!(ci["apiKeyId"], further["apiKeyId"]);
    let server = site.serve();
    for old in [&old_default, &text(&further, "apiKey")] {
        assert_eq!(whoami(&server, old)["code"], "API_KEY_ROTATED");
    }
    assert_eq!(
        whoami(&server, &text(&default, "apiKey"))["apiKeyLabel"],
        "default"
    );
    assert_eq!(whoami(&server, &text(&ci, "apiKey"))["apiKeyLabel"], "ci");
}

#[test]
fn what_does_not_exist_is_said_so() {
    let site = Site::new();
    let (tenant, _) = create(&site, "a", "starter");
    let nobody = "ten_0000000000a";
    for arguments in [
        &["tenant", "set-tier", "--tenant", nobody, "--tier", "pro"] as &[&str],
        &["key", "create", "--tenant", nobody, "--label", "ci"],
        &["key", "rotate", "--tenant", nobody],
        &[
            "key",
            "rotate",
            "--tenant",
            &tenant,
            "--key",
            "key_0000000000a",
        ],
    ] {
        let said = failure(&site.run(arguments), 1);
        assert!(
            said.contains("there is no such thing"),
            "{arguments:?}: {said}"
        );
    }
}

#[test]
fn arguments_that_cannot_be_used_are_refused_before_anything_is_touched() {
    let site = Site::new();
    for (arguments, hint) in [
        (
            &["tenant", "create", "--name", "a", "--tier", "gold"] as &[&str],
            "gold",
        ),
        (&["tenant", "create"], "--name"),
        (
            &["tenant", "set-tier", "--tenant", "acme", "--tier", "pro"],
            "ten_",
        ),
        (
            &[
                "key",
                "create",
                "--tenant",
                "ten_0000000000a",
                "--label",
                "",
            ],
            "--label",
        ),
        (
            &["key", "rotate", "--tenant", "ten_0000000000a", "--key", "x"],
            "key_",
        ),
        (&["dance"], "dance"),
    ] {
        let said = failure(&site.run(arguments), 2);
        assert!(said.contains(hint), "{arguments:?}: {said}");
    }
    assert!(!site.path("coop-locker.db").exists());
}

#[test]
fn beside_a_running_server_a_command_is_refused_and_the_server_does_not_notice() {
    let site = Site::new();
    let (tenant, key) = create(&site, "a", "starter");
    let server = site.serve();
    for arguments in [
        &["tenant", "create", "--name", "b"] as &[&str],
        &["tenant", "list"],
        &["key", "rotate", "--tenant", &tenant],
        &["migrate"],
    ] {
        let said = failure(&site.run(arguments), 1);
        assert!(
            said.contains("in use by another coop-locker process"),
            "{said}"
        );
    }
    assert_eq!(whoami(&server, &key)["tier"], json!("Starter"));
}
