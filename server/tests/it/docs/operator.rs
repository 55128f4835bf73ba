//! What an operator reads is done as it stands: settings, tenants, copies of the database and their way back.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};
use toml::Table;

use super::{
    page::{Language, examples},
    root, run, text_of,
};
use crate::support::{Connection, Server, Site};

/// What an example needs a running server for; the others want the database to themselves, or need none.
const BESIDE_A_SERVER: &[&str] = &["$COOP_URL", "VACUUM INTO", "audit verify"];

/// Where everything is if nobody says otherwise.
const AS_BY_DEFAULT: &[(&str, &str)] = &[
    ("COOP_LOCKER_DATABASE_URL", "sqlite:data/coop-locker.db"),
    ("COOP_LOCKER_MASTER_KEY_FILE", "data/master.key"),
];

fn serve(site: &Site) -> Server {
    site.serve_with(AS_BY_DEFAULT)
}

fn stop(mut server: Server) {
    let ended = server.terminate().expect("it ends");
    assert!(ended.success(), "{ended}");
}

/// A command of the page, in the folder of the installation. The program is found as one that is installed.
fn shell(site: &Site, code: &str) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_coop-locker"));
    let folder = program.parent().expect("a folder").display();
    let mut command = run::command(Language::Shell, &format!("PATH='{folder}':$PATH\n{code}"));
    command.current_dir(site.folder());
    command
}

fn reserve(server: &Server, key: &str, resource: &str) -> Value {
    let mut connection = Connection::open(server.address).expect("it listens");
    let body = json!([{"requester": "w", "resource": resource}]).to_string();
    let reply = connection.call("POST", "/api/v1/Reservation/reserve", key, &body);
    reply.expect("an answer").json()[0].clone()
}

#[test]
fn the_operators_commands_do_what_their_page_says_and_a_restored_copy_gives_out_higher_tokens() {
    let text = text_of("self-hosting.md");
    let site = Site::new();
    let (mut key, mut before, mut restored) = (String::new(), Value::Null, false);
    for example in examples(&text).expect("a page") {
        let code = example.in_language(Language::Shell).expect("a command");
        let server = BESIDE_A_SERVER.iter().any(|word| code.contains(word));
        let server = server.then(|| serve(&site));
        if code.contains("VACUUM INTO") {
            let server = server.as_ref().expect("a server");
            before = reserve(server, &key, "before the copy");
            // A tenth of a second old, as the page says, unless somebody has read meanwhile.
            let mut connection = Connection::open(server.address).expect("it listens");
            let list = connection.call("GET", "/api/v1/Reservation", &key, "");
            assert_eq!(list.expect("an answer").status, 200);
        }
        let mut command = shell(&site, code);
        if let Some(server) = &server {
            command.env("COOP_URL", format!("http://{}", server.address));
        }
        let output = command.output().expect("it starts");
        let problem = run::problem(&output, &example.printed);
        assert_eq!(problem, None, "{code}");
        if code.contains("tenant create") {
            let created: Value = serde_json::from_slice(&output.stdout).expect("JSON");
            key = created["apiKey"].as_str().expect("a key").to_owned();
        }
        if code.contains("VACUUM INTO") {
            let after = reserve(server.as_ref().expect("a server"), &key, "after the copy");
            assert_eq!(after["status"], "ACQUIRED");
        }
        restored |= code.contains("revision + 1000000000");
        if let Some(server) = server {
            stop(server);
        }
    }
    assert!(restored, "the page restores no copy");

    let server = serve(&site);
    let held = reserve(&server, &key, "before the copy");
    assert_eq!(held["status"], "ALREADY_HAD");
    assert_eq!(held["releaseToken"], before["releaseToken"]);
    let forgotten = reserve(&server, &key, "after the copy");
    assert_eq!(forgotten["status"], "ACQUIRED");
    assert!(forgotten["fencingToken"].as_u64() > Some(1_000_000_000));
    let events = "/api/v1/events/history?after=1000000000";
    let mut connection = Connection::open(server.address).expect("it listens");
    let history = connection.call("GET", events, &key, "").expect("an answer");
    assert_eq!(
        history.json()["events"][0]["revision"],
        forgotten["fencingToken"]
    );
    stop(server);
}

#[test]
fn every_setting_and_every_command_is_on_the_operators_page_with_its_default() {
    let text = text_of("self-hosting.md");
    let defaults = root().join("server/config.default.toml");
    let defaults = fs::read_to_string(defaults).expect("text");
    let defaults: Table = defaults.parse().expect("TOML");
    for (name, value) in &defaults {
        let row = text
            .lines()
            .find(|line| line.starts_with(&format!("| `{name}`")));
        let row = row.unwrap_or_else(|| panic!("{name} is not on the page"));
        let value = match value {
            toml::Value::String(text) if text.is_empty() => "empty".to_owned(),
            toml::Value::String(text) => format!("`{text}`"),
            toml::Value::Array(_) => "none".to_owned(),
            toml::Value::Boolean(value) => format!("`{value}`"),
            toml::Value::Integer(number) => format!("`{number}`"),
            other => panic!("{name}: {other:?}"),
        };
        assert!(row.contains(&value), "{value}: {row}");
    }
    let help = Site::new().run(&["help"]);
    let help = String::from_utf8(help.stdout).expect("text");
    let commands = help.split("Commands:\n").nth(1).expect("commands");
    let commands = commands.split("\n\n").next().expect("commands");
    for command in commands.lines().filter_map(|line| line.split(' ').nth(2)) {
        let is_there = command == "help" || text.contains(&format!("`coop-locker {command}"));
        assert!(is_there, "{command} is not on the page");
    }
}
