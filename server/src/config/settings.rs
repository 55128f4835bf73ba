//! Settings, parsed: what is in a [`Settings`] can be used as it stands.

use std::{fmt::Display, net::SocketAddr, path::PathBuf};

use secrecy::SecretString;
use serde::Deserialize;
use url::{Host, Url};

use super::PrivateNetworks;
use crate::model::Tiers;

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ConfigError {
    place: String,
    problem: String,
}

impl ConfigError {
    pub(super) fn new(place: &str, problem: &impl Display) -> Self {
        Self {
            place: place.to_owned(),
            problem: problem.to_string(),
        }
    }
}

/// The layers merged, not yet parsed. The names are the settings'.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    database_url: String,
    listen: String,
    base_url: String,
    metrics_listen: String,
    google_client_id: String,
    google_client_secret: String,
    google_issuer: String,
    dev_sign_in: bool,
    master_key_file: String,
    admins: Vec<String>,
    pub(super) tiers_file: String,
    site_dir: String,
    log_format: String,
    log_filter: String,
    max_connections: usize,
    trusted_proxies: usize,
    jwks_private_networks: Vec<String>,
}

/// Where the data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// One file.
    Sqlite(PathBuf),
    /// A private temporary file, gone with the process.
    Memory,
    /// A PostgreSQL server. The URL may carry a password.
    Postgres(String),
}

/// The OAuth client for the sign-in.
#[derive(Clone, Debug)]
pub struct GoogleClient {
    /// Public.
    pub id: String,
    /// Not public.
    pub secret: SecretString,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// Everything that can be set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where everything is kept.
    pub database: DatabaseUrl,
    /// The public listener.
    pub listen: SocketAddr,
    /// What people type into the browser.
    pub base_url: Url,
    /// The listener of `/metrics`.
    pub metrics_listen: Option<SocketAddr>,
    /// The OAuth client, if there is one.
    pub google: Option<GoogleClient>,
    /// The OpenID provider.
    pub google_issuer: String,
    /// Whether the development sign-in is in force: asked for, and nobody from elsewhere could reach it.
    pub dev_sign_in: bool,
    /// Where the master key is.
    pub master_key_file: PathBuf,
    /// `(issuer, subject)` of those who may use `/admin`.
    pub admins: Vec<(String, String)>,
    /// What each tier allows.
    pub tiers: Tiers,
    /// Where the browser's files are, if not in the binary.
    pub site_dir: Option<PathBuf>,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Which of them are written.
    pub log_filter: String,
    /// Connections at once.
    pub max_connections: usize,
    /// Proxies of ours in front of the server: how many entries of `X-Forwarded-For`, from the right, are believed.
    pub trusted_proxies: usize,
    /// Where key sets of tenants' issuers may lie although it is not public.
    pub jwks_private_networks: PrivateNetworks,
}

impl Settings {
    pub(super) fn parse(raw: Raw, tiers: Tiers) -> Result<Self, ConfigError> {
        let base_url = base_url(&raw.base_url)?;
        let google = match (
            raw.google_client_id.is_empty(),
            raw.google_client_secret.is_empty(),
        ) {
            (true, true) => None,
            (false, false) => Some(GoogleClient {
                id: raw.google_client_id,
                secret: SecretString::from(raw.google_client_secret),
            }),
            _ => {
                return Err(ConfigError::new(
                    "google_client_id",
                    &"google_client_id and google_client_secret belong together: set both or neither",
                ));
            }
        };
        let metrics_listen = match raw.metrics_listen.as_str() {
            "" => None,
            text => Some(address("metrics_listen", text)?),
        };
        if raw.max_connections == 0 {
            return Err(ConfigError::new("max_connections", &"has to be at least 1"));
        }
        Ok(Self {
            database: database(&raw.database_url)?,
            listen: address("listen", &raw.listen)?,
            dev_sign_in: raw.dev_sign_in && google.is_none() && is_loopback(&base_url),
            base_url,
            metrics_listen,
            google,
            google_issuer: raw.google_issuer.trim_end_matches('/').to_owned(),
            master_key_file: raw.master_key_file.into(),
            admins: raw
                .admins
                .iter()
                .map(|text| admin(text))
                .collect::<Result<_, _>>()?,
            tiers,
            site_dir: (!raw.site_dir.is_empty()).then(|| raw.site_dir.into()),
            log_format: match raw.log_format.as_str() {
                "auto" => LogFormat::Auto,
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                _ => {
                    return Err(ConfigError::new(
                        "log_format",
                        &"has to be auto, text or json",
                    ));
                }
            },
            log_filter: raw.log_filter,
            max_connections: raw.max_connections,
            trusted_proxies: raw.trusted_proxies,
            jwks_private_networks: PrivateNetworks::parse(
                raw.jwks_private_networks.iter().map(String::as_str),
            )
            .map_err(|text| {
                ConfigError::new(
                    "jwks_private_networks",
                    &format!("{text:?} is not a network such as 10.1.0.0/16"),
                )
            })?,
        })
    }

    /// Whether the base URL can only be reached from this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.base_url)
    }

    /// Whether browsers reach us over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.base_url.scheme() == "https"
    }

    /// The base URL as it is put in front of paths: without a slash at the end.
    #[must_use]
    pub fn base(&self) -> &str {
        self.base_url.as_str().trim_end_matches('/')
    }
}

fn address(name: &str, text: &str) -> Result<SocketAddr, ConfigError> {
    text.parse().map_err(|_| {
        ConfigError::new(
            name,
            &format!("{text:?} is not an address with a port, such as 127.0.0.1:3000"),
        )
    })
}

fn database(text: &str) -> Result<DatabaseUrl, ConfigError> {
    let wrong = |problem: &str| Err(ConfigError::new("database_url", &problem));
    if text == "memory:" {
        return Ok(DatabaseUrl::Memory);
    }
    match text.split_once(':') {
        Some(("sqlite", path)) if !path.trim_start_matches('/').is_empty() => {
            // sqlite://path is what other tools write for a relative path, sqlite:///path for an absolute one.
            let path = path.strip_prefix("//").unwrap_or(path);
            Ok(DatabaseUrl::Sqlite(path.into()))
        }
        Some(("postgres" | "postgresql", _)) => Ok(DatabaseUrl::Postgres(text.to_owned())),
        _ => wrong("has to be sqlite:PATH, memory: or postgres://..."),
    }
}

fn base_url(text: &str) -> Result<Url, ConfigError> {
    let wrong = |problem: &str| ConfigError::new("base_url", &problem);
    let url = Url::parse(text).map_err(|e| ConfigError::new("base_url", &e))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(wrong(
            "has to begin with https:// (or http:// and a loopback host)",
        ));
    }
    if url.path() != "/"
        || url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
    {
        return Err(wrong(
            "has to be a scheme, a host and maybe a port, nothing more",
        ));
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(wrong(
            "has to be https, since keys and cookies travel over it (http only for a loopback host)",
        ));
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn admin(text: &str) -> Result<(String, String), ConfigError> {
    text.split_once(' ')
        .filter(|(issuer, subject)| !issuer.is_empty() && !subject.is_empty())
        .map(|(issuer, subject)| (issuer.trim_end_matches('/').to_owned(), subject.to_owned()))
        // So that is no URL either: the development sign-in, whose issuer is `dev`, asks nobody for a password.
        .filter(|(issuer, _)| Url::parse(issuer).is_ok())
        .ok_or_else(|| {
            let problem = format!(
                "{text:?} is not \"ISSUER SUBJECT\", where the issuer is the address of an OpenID provider"
            );
            ConfigError::new("admins", &problem)
        })
}
