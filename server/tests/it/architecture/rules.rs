//! Who may import whom: the table of `docs/ARCHITECTURE.md`, a row a module of `server/src`.

/// What one module may name. Everything else of ours, and every other crate of [`WATCHED`], is forbidden.
pub struct Rule {
    pub module: &'static str,
    /// Modules of ours, or parts of them (`auth::api_key`).
    pub may: &'static [&'static str],
    /// Parts of `may` that are forbidden all the same.
    pub but_not: &'static [&'static str],
    /// Crates of [`WATCHED`].
    pub crates: &'static [&'static str],
}

/// Crates that belong to one layer, and the parts of the standard library that reach outside the program. What is not
/// named here (`serde`, `thiserror`, ...) is anybody's.
pub const WATCHED: &[&str] = &[
    "aes_gcm",
    "app",
    "axum",
    "clap",
    "coop_engine",
    "getrandom",
    "governor",
    "hmac",
    "http",
    "http_body_util",
    "hyper",
    "hyper_util",
    "jsonwebtoken",
    "leptos",
    "leptos_axum",
    "leptos_meta",
    "leptos_router",
    "oauth2",
    "reqwest",
    "rusqlite",
    "rust_embed",
    "sqlx",
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "tokio",
    "tokio_util",
    "toml",
    "tower",
    "tower_http",
    "tower_sessions",
    "tracing_subscriber",
    "utoipa",
    "utoipa_axum",
];

pub const RULES: &[Rule] = &[
    // Values and leaf effects: they know nobody, so that everybody may know them.
    rule("base62", &[], &[]),
    rule(
        "clock",
        &[],
        &[
            "coop_engine",
            "std::time::Instant",
            "std::time::SystemTime",
            "tokio",
        ],
    ),
    rule("random", &[], &["getrandom"]),
    // Where a connection comes from is said by axum's extension and by headers.
    rule("client", &[], &["axum", "http", "std::net"]),
    rule("model", &["base62"], &["coop_engine"]),
    rule(
        "config",
        &["model"],
        &["std::env", "std::fs", "std::net", "toml"],
    ),
    rule(
        "keyring",
        &["base62", "model", "random"],
        &["aes_gcm", "hmac", "std::fs"],
    ),
    // Effects: they decide nothing and know no door.
    rule(
        "store",
        &["config", "keyring", "model"],
        &["coop_engine", "rusqlite", "sqlx", "std::env", "std::fs"],
    ),
    rule(
        "ledger",
        &["client", "clock", "keyring", "model", "random", "store"],
        &[
            "coop_engine",
            "rusqlite",
            "sqlx",
            // The writer's own: a flush of the disk must hold up no thread that serves requests.
            "std::thread",
            "tokio",
            "tokio_util",
        ],
    ),
    // The verbs: no HTTP, no HTML, no SQL.
    rule(
        "domain",
        &["clock", "keyring", "ledger", "model", "random", "store"],
        &["coop_engine"],
    ),
    // Beside the doors.
    rule("problem", &["domain", "model", "random"], &["axum", "http"]),
    rule(
        "rate_limit",
        &["client", "clock", "model", "problem"],
        &["governor", "http", "std::net"],
    ),
    rule(
        "auth",
        &[
            "client",
            "clock",
            "config",
            "domain",
            "keyring",
            "ledger",
            "model",
            "problem",
            "random",
            "rate_limit",
            "state",
        ],
        &[
            "axum",
            "coop_engine",
            "http",
            "jsonwebtoken",
            "oauth2",
            "reqwest",
            "std::net",
            "tokio",
            "tower_sessions",
        ],
    ),
    // What is shown of the log, at either door.
    rule(
        "events",
        &["clock", "domain", "model", "problem", "state"],
        &["coop_engine", "tokio", "utoipa"],
    ),
    rule(
        "jobs",
        &["domain", "rate_limit", "state"],
        &["coop_engine", "tokio", "tokio_util"],
    ),
    // The doors: the API sees nothing of a session, the dashboard nothing of an API key's way in.
    rule(
        "api",
        &[
            "auth::api_key",
            // Who does something, for the audit log: neither domain's credential.
            "auth::by",
            // A JWT is no session: it is exchanged at this door, and nothing of the dashboard's is in it.
            "auth::exchange",
            "client",
            "clock",
            "domain",
            "events",
            "keyring",
            "model::Actor",
            "model::Day",
            "model::Tier",
            "problem",
            "random",
            "rate_limit",
            "state",
        ],
        &[
            "axum",
            "coop_engine",
            "http",
            "http_body_util",
            // The client's address, which exchanges are limited by.
            "std::net",
            "tokio",
            "tower",
            "utoipa",
            "utoipa_axum",
        ],
    ),
    Rule {
        but_not: &["auth::api_key"],
        ..rule(
            "dashboard",
            &[
                "auth",
                "clock",
                "domain",
                "events",
                "keyring",
                "model",
                "problem",
                "random",
                "rate_limit",
                "state",
            ],
            &[
                "app",
                "axum",
                "coop_engine",
                "http",
                "http_body_util",
                "leptos",
                "leptos_axum",
                "leptos_meta",
                "leptos_router",
                "rust_embed",
                "std::fs",
                "tokio",
                "tower",
                "tower_http",
                "tower_sessions",
            ],
        )
    },
    rule(
        "cli",
        &[
            "api",
            // Reads an issuer's keys as the dashboard does.
            "auth::exchange",
            "clock",
            "config",
            "domain",
            "keyring",
            "lifecycle",
            "model",
            "store",
            "telemetry",
        ],
        &["clap", "coop_engine", "std::fs", "std::process"],
    ),
    // What puts it all together holds no rule of its own.
    rule(
        "telemetry",
        &["config"],
        &["axum", "http", "tracing_subscriber"],
    ),
    rule(
        "state",
        &["clock", "config", "keyring", "ledger"],
        &["tokio_util"],
    ),
    rule(
        "router",
        &["api", "dashboard", "rate_limit", "state"],
        &["axum", "http", "tower"],
    ),
    rule(
        "lifecycle",
        &[
            "clock",
            "config",
            "jobs",
            "keyring",
            "ledger",
            "rate_limit",
            "router",
            "state",
            "store",
            "telemetry",
        ],
        &[
            "axum",
            "http",
            "http_body_util",
            "hyper",
            "hyper_util",
            "std::net",
            "tokio",
            "tokio_util",
            "tower",
        ],
    ),
    rule("lib", &[], &[]),
    rule("main", &["cli"], &["std::process", "tokio"]),
];

const fn rule(
    module: &'static str,
    may: &'static [&'static str],
    crates: &'static [&'static str],
) -> Rule {
    Rule {
        module,
        may,
        but_not: &[],
        crates,
    }
}

/// Of [`WATCHED`], what the other two packages may name: the dashboard runs in a browser, and the core has no outside.
pub const PACKAGES: &[(&str, &[&str])] = &[
    (
        "app/src",
        &["coop_engine", "leptos", "leptos_meta", "leptos_router"],
    ),
    ("server/engine/src", &[]),
];

/// What the other two packages may depend on: whatever is no dependency cannot be imported.
pub const DEPENDENCIES: &[(&str, &[&str])] = &[
    ("server/engine/Cargo.toml", &["uuid"]),
    (
        "app/Cargo.toml",
        &[
            "async-trait",
            "coop-engine",
            "js-sys",
            "leptos",
            "leptos_meta",
            "leptos_router",
            "pulldown-cmark",
            "serde",
            "serde_json",
            "wasm-bindgen",
            "wasm-bindgen-futures",
            "web-sys",
        ],
    ),
];
