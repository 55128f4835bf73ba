//! Settings from all layers, and `check-config`.

use std::fs;

use super::{failure, success};
use crate::support::Site;

fn checked(site: &Site, environment: &[(&str, &str)]) -> String {
    let mut command = site.command(&["check-config"]);
    command.envs(environment.iter().copied());
    success(&command.output().expect("it starts"))
}

#[test]
fn check_config_says_what_is_in_force_and_opens_nothing() {
    let site = Site::new();
    let said = checked(&site, &[("COOP_LOCKER_LISTEN", "127.0.0.1:4000")]);
    for line in [
        "database_url         sqlite:coop-locker.db",
        "listen               127.0.0.1:4000",
        "base_url             http://localhost:3000",
        "metrics_listen       off",
        "google_client_secret not set",
        "dev_sign_in          in force",
    ] {
        assert!(said.lines().any(|said| said == line), "{line}: {said}");
    }
    assert!(!said.contains("warning"), "{said}");
    assert_eq!(fs::read_dir(site.folder()).expect("a folder").count(), 0);
}

#[test]
fn a_flag_wins_over_the_environment_and_the_environment_over_a_file() {
    let site = Site::new();
    fs::write(
        site.path("settings.toml"),
        "database_url = \"sqlite:file.db\"\nmax_connections = 7\nlog_format = \"json\"\n",
    )
    .expect("written");
    let mut command = site.command(&[
        "check-config",
        "--config",
        "settings.toml",
        "--database-url",
        "sqlite:flag.db",
    ]);
    command.env("COOP_LOCKER_LOG_FORMAT", "text");
    let said = success(&command.output().expect("it starts"));
    assert!(said.contains("sqlite:flag.db"), "{said}");
    assert!(said.contains("max_connections      7"), "{said}");
    assert!(said.contains("log_format           text"), "{said}");
}

#[test]
fn secrets_are_not_printed() {
    let site = Site::new();
    let said = checked(
        &site,
        &[
            ("COOP_LOCKER_GOOGLE_CLIENT_ID", "the-client"),
            ("COOP_LOCKER_GOOGLE_CLIENT_SECRET", "hush-hush"),
            (
                "COOP_LOCKER_DATABASE_URL",
                "postgres://user:swordfish@db.example.com/coop?password=swordfish",
            ),
        ],
    );
    assert!(
        said.contains("the-client") && said.contains("db.example.com"),
        "{said}"
    );
    assert!(
        !said.contains("hush-hush") && !said.contains("swordfish"),
        "{said}"
    );
}

#[test]
fn every_risky_combination_is_warned_about() {
    let site = Site::new();
    for (environment, warning) in [
        (
            &[("COOP_LOCKER_DATABASE_URL", "memory:")] as &[_],
            "everything is lost",
        ),
        (&[("COOP_LOCKER_LISTEN", "0.0.0.0:3000")], "without TLS"),
        (
            &[("COOP_LOCKER_DEV_SIGN_IN", "false")],
            "nobody can sign in",
        ),
        (
            &[("COOP_LOCKER_METRICS_LISTEN", "0.0.0.0:9464")],
            "asks for no credential",
        ),
        (
            &[("COOP_LOCKER_BASE_URL", "https://locks.example.com")],
            "the master key lies beside the database",
        ),
        (
            &[("COOP_LOCKER_JWKS_PRIVATE_NETWORKS", "10.0.0.0/8,fd00::/8")],
            "jwks_private_networks is set",
        ),
        (
            &[("COOP_LOCKER_TRUSTED_PROXIES", "1")],
            "chooses the address",
        ),
        (
            &[("COOP_LOCKER_BASE_URL", "https://locks.example.com")],
            "shares the limits by address",
        ),
    ] {
        let said = checked(&site, environment);
        let warnings = said.lines().filter(|line| line.starts_with("warning: "));
        assert!(
            warnings.clone().any(|line| line.contains(warning)),
            "{warning}: {said}"
        );
    }
}

#[test]
fn a_setting_that_cannot_be_used_is_named() {
    let site = Site::new();
    for (name, value) in [
        ("LISTEN", "localhost"),
        ("METRICS_LISTEN", "9464"),
        ("BASE_URL", "http://locks.example.com"),
        ("BASE_URL", "https://locks.example.com/path"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("DEV_SIGN_IN", "maybe"),
        ("MAX_CONNECTIONS", "0"),
        ("MAX_CONNECTIONS", "many"),
        ("TRUSTED_PROXIES", "all"),
        ("LOG_FORMAT", "xml"),
        ("GOOGLE_CLIENT_ID", "alone"),
        ("ADMINS", "somebody"),
        ("ADMINS", "dev ann@example.com"),
        ("JWKS_PRIVATE_NETWORKS", "10.0.0.0/8,localhost"),
    ] {
        for command in ["check-config", "serve"] {
            let mut command = site.command(&[command]);
            command.env(format!("COOP_LOCKER_{name}"), value);
            let said = failure(&command.output().expect("it starts"), 1);
            assert!(
                said.contains(&name.to_lowercase()),
                "{name}={value}: {said}"
            );
        }
    }
}

#[test]
fn files_of_settings_are_read_as_strictly() {
    let site = Site::new();
    for (text, hint) in [
        ("listne = \"127.0.0.1:1\"", "listne"),
        ("max_connections = \"7\"", "max_connections"),
        ("listen = ", "settings.toml"),
    ] {
        fs::write(site.path("settings.toml"), text).expect("written");
        let output = site.run(&["--config", "settings.toml", "migrate"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{text}: {said}");
        assert!(said.contains(hint), "{text}: {said}");
    }
    let missing = failure(&site.run(&["--config", "nowhere.toml", "check-config"]), 1);
    assert!(missing.contains("nowhere.toml"), "{missing}");

    fs::write(site.path("tiers.toml"), "[gold]\napiKeys = 1\n").expect("written");
    let tiers = failure(&site.run(&["check-config"]), 1);
    assert!(
        tiers.contains("gold") && tiers.contains("tiers.toml"),
        "{tiers}"
    );

    // Releases are never refused, so with fewer writes they would starve everything else.
    fs::write(site.path("tiers.toml"), "[pro]\nwritesPerMinute = 99\n").expect("written");
    let tiers = failure(&site.run(&["check-config"]), 1);
    assert!(tiers.contains("[pro]") && tiers.contains("100"), "{tiers}");
    fs::write(site.path("tiers.toml"), "[pro]\noperationsPerDay = 99\n").expect("written");
    let output = site.run(&["check-config"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.contains("warning: Pro allows 99 operations a day"),
        "{said}"
    );
}

#[test]
fn postgresql_is_not_served_yet_and_a_filter_has_to_make_sense() {
    let site = Site::new();
    for (name, value, hint) in [
        (
            "COOP_LOCKER_DATABASE_URL",
            "postgres://localhost/x",
            "not served from PostgreSQL yet",
        ),
        ("COOP_LOCKER_LOG_FILTER", "coop_locker=loud", "log_filter"),
    ] {
        let mut command = site.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.env(name, value);
        let output = command.output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(hint), "{said}");
    }
}

#[test]
fn an_address_that_is_taken_is_named() {
    let site = Site::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let output = site.run(&["serve", "--listen", &address]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains(&format!("cannot listen on {address}")),
        "{said}"
    );
}
