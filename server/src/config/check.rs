//! What `coop-locker check-config` says.

use std::fmt::Write as _;

use super::{DatabaseUrl, Settings};
use crate::model::Tier;

/// Items that one request may have.
const MOST_ITEMS: u64 = 100;

/// The settings in force, a line each; secrets are redacted.
#[must_use]
pub fn describe(settings: &Settings) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{name:<20} {value}");
    };
    line("database_url", &database(&settings.database));
    line("listen", &settings.listen.to_string());
    line("base_url", settings.base());
    line(
        "metrics_listen",
        &settings
            .metrics_listen
            .map_or_else(|| "off".to_owned(), |a| a.to_string()),
    );
    line(
        "google_client_id",
        settings
            .google
            .as_ref()
            .map_or("not set", |google| google.id.as_str()),
    );
    line(
        "google_client_secret",
        if settings.google.is_some() {
            "(redacted)"
        } else {
            "not set"
        },
    );
    line("google_issuer", &settings.google_issuer);
    line(
        "dev_sign_in",
        if settings.dev_sign_in {
            "in force"
        } else {
            "off"
        },
    );
    line(
        "master_key_file",
        &settings.master_key_file.display().to_string(),
    );
    line("admins", &format!("{} people", settings.admins.len()));
    line(
        "site_dir",
        &settings
            .site_dir
            .as_ref()
            .map_or_else(|| "embedded".to_owned(), |path| path.display().to_string()),
    );
    line(
        "log_format",
        &format!("{:?}", settings.log_format).to_lowercase(),
    );
    line("log_filter", &settings.log_filter);
    line("max_connections", &settings.max_connections.to_string());
    line("trusted_proxies", &settings.trusted_proxies.to_string());
    let networks = &settings.jwks_private_networks;
    line(
        "jwks_private_networks",
        &if networks.is_empty() {
            "none".to_owned()
        } else {
            networks.describe()
        },
    );
    for tier in Tier::ALL {
        let allows = settings.tiers.of(tier);
        let number =
            |limit: Option<u64>| limit.map_or_else(|| "unlimited".to_owned(), |n| n.to_string());
        line(
            &format!("tier {tier}"),
            &format!(
                "{} keys, {} writes/min, {} operations/day, {} active reservations, {} event streams, {} h history",
                number(allows.api_keys),
                allows.writes_per_minute,
                number(allows.operations_per_day),
                number(allows.active_reservations),
                number(allows.event_streams),
                allows.history_hours,
            ),
        );
    }
    text
}

/// Combinations that work and that somebody will regret.
#[must_use]
pub fn warnings(settings: &Settings) -> Vec<String> {
    let mut warnings = Vec::new();
    if settings.database == DatabaseUrl::Memory {
        warnings
            .push("database_url is memory: everything is lost when the server stops".to_owned());
    }
    if !settings.listen.ip().is_loopback() && settings.is_loopback() {
        warnings.push(format!(
            "listen is {}, which others can reach, while base_url is a loopback address: keys would travel without TLS",
            settings.listen
        ));
    }
    if settings.trusted_proxies > 0 && settings.is_loopback() {
        warnings.push(format!(
            "trusted_proxies is {} while base_url is a loopback address: whoever reaches the server without those proxies \
             chooses the address that limits and logs take for his",
            settings.trusted_proxies
        ));
    }
    if settings.trusted_proxies == 0 && settings.is_https() {
        warnings.push(
            "trusted_proxies is 0 while base_url is https, which a proxy has to end: everybody behind it has the proxy's \
             address, and shares the limits by address"
                .to_owned(),
        );
    }
    for tier in Tier::ALL {
        let daily = settings.tiers.of(tier).operations_per_day;
        if let Some(daily) = daily.filter(|daily| *daily < MOST_ITEMS) {
            warnings.push(format!(
                "{tier} allows {daily} operations a day: a request of {MOST_ITEMS} items is never let through"
            ));
        }
    }
    if settings.google.is_none() && !settings.dev_sign_in {
        warnings.push(
            "nobody can sign in: no Google client is set and the development sign-in is off"
                .to_owned(),
        );
    }
    if let DatabaseUrl::Sqlite(path) = &settings.database
        && path.parent() == settings.master_key_file.parent()
        && !settings.is_loopback()
    {
        warnings.push(
            "the master key lies beside the database: a copy of that folder opens every key"
                .to_owned(),
        );
    }
    if settings
        .metrics_listen
        .is_some_and(|address| !address.ip().is_loopback())
    {
        warnings.push(
            "metrics_listen can be reached from other machines; /metrics asks for no credential"
                .to_owned(),
        );
    }
    if !settings.jwks_private_networks.is_empty() {
        warnings.push(
            "jwks_private_networks is set: whoever may add a token issuer can have this server ask addresses there"
                .to_owned(),
        );
    }
    warnings
}

fn database(url: &DatabaseUrl) -> String {
    match url {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Memory => "memory:".to_owned(),
        DatabaseUrl::Postgres(text) => match url::Url::parse(text) {
            Ok(mut url) => {
                if url.password().is_some() {
                    // Fails only for URLs without a host, which have no password.
                    let _ = url.set_password(Some("redacted"));
                }
                url.set_query(None);
                url.to_string()
            }
            Err(_) => "postgres: (not a URL)".to_owned(),
        },
    }
}
