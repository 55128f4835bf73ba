//! The house's rules about itself, held against the sources.

mod rules;
mod source;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use self::rules::{DEPENDENCIES, RULES, Rule, WATCHED};

const LONGEST_FILE: usize = 400;

fn root() -> PathBuf {
    let server = Path::new(env!("CARGO_MANIFEST_DIR"));
    server.parent().expect("a workspace").to_owned()
}

/// The modules that a file of `server/src` is in, outermost first.
fn modules(file: &Path) -> Vec<String> {
    let inside = file
        .strip_prefix(root().join("server/src"))
        .expect("inside");
    let inside = inside.with_extension("");
    let mut modules: Vec<String> = inside
        .iter()
        .map(|part| part.to_str().expect("text").to_owned())
        .collect();
    if modules.last().is_some_and(|name| name == "mod") {
        modules.pop();
    }
    modules
}

/// The path of ours that is named, without `crate::`, if it is one of ours.
fn ours(path: &str, modules: &[String]) -> Option<String> {
    let parts: Vec<&str> = path.split("::").collect();
    let supers = parts.iter().take_while(|part| **part == "super").count();
    let rest = match *parts.first()? {
        "crate" | "coop_locker" => &parts[1..],
        // More of them than there are modules around the file lead to the root.
        "super" if supers >= modules.len() => &parts[supers..],
        _ => return None,
    };
    Some(rest.join("::"))
}

fn is_under(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// What a file names that its module's row forbids.
fn violations(rule: &Rule, modules: &[String], source: &str) -> BTreeSet<String> {
    let known = |path: &str| RULES.iter().any(|rule| is_under(path, rule.module));
    source::paths(source)
        .into_iter()
        .filter(|path| {
            if let Some(path) = ours(path, modules) {
                let allowed = rule.may.iter().any(|may| is_under(&path, may))
                    && !rule.but_not.iter().any(|not| is_under(&path, not));
                known(&path) && !is_under(&path, rule.module) && !allowed
            } else {
                let name = path.split("::").next().unwrap_or_default();
                WATCHED.contains(&name) && !rule.crates.contains(&name)
            }
        })
        .collect()
}

#[test]
fn nothing_imports_what_its_layer_must_not_know() {
    let mut complaints = Vec::new();
    for file in source::files(&root().join("server/src"), &[".rs"]) {
        let modules = modules(&file);
        // Tests beside the code may use what they like.
        if modules.last().is_some_and(|name| name == "tests") {
            continue;
        }
        let Some(rule) = RULES.iter().find(|rule| rule.module == modules[0]) else {
            complaints.push(format!("{}: {} has no row", file.display(), modules[0]));
            continue;
        };
        let source = fs::read_to_string(&file).expect("text");
        for path in violations(rule, &modules, &source) {
            complaints.push(format!("{}: names {path}", file.display()));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_forbidden_import_is_found_however_it_is_written() {
    let rule = |module: &str| {
        let rule = RULES.iter().find(|rule| rule.module == module);
        rule.expect("a row")
    };
    for (module, file, source) in [
        ("domain", "domain/tenants", "use axum::Json;"),
        ("domain", "domain/tenants", "fn a() -> http::StatusCode {}"),
        ("domain", "domain/tenants", "use crate::{model::Tier, api};"),
        ("domain", "domain", "use super::dashboard;"),
        (
            "domain",
            "domain/tenants",
            "fn a() { super::super::api::document() }",
        ),
        ("api", "api/v1/list", "use crate::auth::session::Current;"),
        (
            "api",
            "api/v1/list",
            "use crate::{auth::{api_key::ApiPrincipal, DashboardUser}};",
        ),
        ("api", "api/v1/list", "use crate::store::Db;"),
        (
            "dashboard",
            "dashboard/pages",
            "use crate::auth::{Failure, api_key::ApiPrincipal};",
        ),
        ("store", "store/db", "pub use crate::domain::Error;"),
    ] {
        let modules: Vec<String> = file.split('/').map(str::to_owned).collect();
        let found = violations(rule(module), &modules, source);
        assert_eq!(found.len(), 1, "{file}: {source}: {found:?}");
    }
}

#[test]
fn the_core_and_the_dashboard_depend_on_nothing_that_they_must_not_know() {
    for (manifest, allowed) in DEPENDENCIES {
        let text = fs::read_to_string(root().join(manifest)).expect("a manifest");
        let table: toml::Table = text.parse().expect("TOML");
        let dependencies = table["dependencies"].as_table().expect("a table");
        let names: BTreeSet<&str> = dependencies.keys().map(String::as_str).collect();
        let forbidden: BTreeSet<&str> = names
            .difference(&allowed.iter().copied().collect())
            .copied()
            .collect();
        assert!(forbidden.is_empty(), "{manifest}: {forbidden:?}");
    }
}

/// Within `auth`, the two domains are files: one takes the key, the others never look at it.
#[test]
fn of_the_guards_only_one_knows_the_key_and_that_one_knows_no_session() {
    for file in source::files(&root().join("server/src/auth"), &[".rs"]) {
        let text = fs::read_to_string(&file).expect("text");
        let modules = modules(&file);
        let is_key_side = modules[1..] == ["api_key"];
        for path in source::paths(&text) {
            let of_key = path.contains("api_key") || path.contains("ApiPrincipal");
            let of_session = ["session", "DashboardState", "DashboardUser", "Person"]
                .iter()
                .any(|name| path.contains(name));
            assert!(
                if is_key_side { !of_session } else { !of_key },
                "{} names {path}",
                file.display()
            );
        }
    }
}

#[test]
fn no_source_is_longer_than_anybody_can_keep_in_mind() {
    for file in source::files(&root(), &[".rs", ".ts"]) {
        let lines = fs::read_to_string(&file).expect("text").lines().count();
        assert!(lines <= LONGEST_FILE, "{}: {lines} lines", file.display());
    }
}

#[test]
fn nothing_is_left_for_later() {
    // Taken apart, so that this file passes its own test.
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
    ];
    for file in source::files(&root(), &[".rs", ".ts", ".css", ".sql", ".toml", ".md"]) {
        let text = fs::read_to_string(&file).expect("text");
        for mark in marks {
            assert!(!text.contains(mark), "{}: {mark}", file.display());
        }
    }
}
