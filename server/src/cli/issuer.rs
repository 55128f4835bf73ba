//! `issuer add`: a tenant's token issuer without a browser.

use std::{fs, path::PathBuf};

use clap::Subcommand;
use coop_engine::Label;
use serde_json::json;

use super::{
    print,
    provision::{by, close, failed, line, parse_label, parse_tenant},
};
use crate::{
    auth::exchange::{read_address, read_upload},
    clock::SharedClock,
    config::Settings,
    domain::issuers::{self, NewIssuer, Proof},
    lifecycle::{StartError, open},
    model::{IssuerKeys, IssuerSettings, SigningAlgorithm, TenantId},
    store::Purpose,
};

#[derive(Subcommand)]
pub(super) enum IssuerCommand {
    /// Let a tenant's own JWTs be exchanged. The audience needs no proof here: the operator knows whose it is.
    Add(Add),
}

#[derive(clap::Args)]
pub(super) struct Add {
    /// The tenant's id.
    #[arg(long, value_parser = parse_tenant)]
    tenant: TenantId,
    /// Shown as apiKeyLabel.
    #[arg(long, value_parser = parse_label)]
    label: Label,
    /// The `iss` of its tokens.
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// The `aud` of its tokens. Without it, the base URL and `/t/TENANT`.
    #[arg(long)]
    audience: Option<String>,
    /// A file with its public keys: a key set (JWKS), one key of such a set, or PEM.
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "jwks_url",
        conflicts_with = "jwks_url"
    )]
    jwks_file: Option<PathBuf>,
    /// Where its key set is fetched from.
    #[arg(long, value_name = "URL")]
    jwks_url: Option<String>,
    /// The `kid` of a key in PEM.
    #[arg(long)]
    kid: Option<String>,
    /// How its tokens may be signed: RS256, PS256, ES256, ES384, `EdDSA`. Without it, any of these.
    #[arg(long, value_delimiter = ',', value_parser = parse_algorithm)]
    algorithms: Vec<SigningAlgorithm>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

fn parse_algorithm(text: &str) -> Result<SigningAlgorithm, String> {
    SigningAlgorithm::parse(text).ok_or_else(|| {
        let names = SigningAlgorithm::ALL.map(SigningAlgorithm::name);
        format!("it is one of {}", names.join(", "))
    })
}

pub(super) async fn issuer(settings: Settings, command: IssuerCommand) -> Result<(), StartError> {
    let IssuerCommand::Add(add) = command;
    let keys = keys(&settings, &add)?;
    let algorithms = if add.algorithms.is_empty() {
        SigningAlgorithm::ALL.to_vec()
    } else {
        add.algorithms
    };
    let new = NewIssuer {
        issuer: add.issuer,
        audience: add.audience,
        settings: IssuerSettings {
            label: add.label.as_str().to_owned(),
            algorithms,
            keys,
            one_time: false,
            max_age_seconds: None,
            max_ttl: IssuerSettings::default_max_ttl(),
            max_active: None,
        },
        proof: Proof::Waived,
    };
    let opening = open(settings, SharedClock::system(), Purpose::Command).await?;
    let services = &opening.services;
    let added = issuers::add(
        &services.ledger,
        &services.clock,
        &services.settings.tiers,
        services.settings.base(),
        add.tenant,
        new,
        by(),
    )
    .await
    .map_err(|e| failed(&e))?;
    if add.json {
        line(&json!({
            "tenantId": added.tenant.to_string(),
            "issuerId": added.id.to_string(),
            "label": added.settings.label,
            "issuer": added.issuer,
            "audience": added.audience,
        }));
    } else {
        print::text(&format!(
            "issuer    {} ({:?})\niss       {}\naud       {}\n",
            added.id, added.settings.label, added.issuer, added.audience
        ));
    }
    close(opening).await
}

fn keys(settings: &Settings, add: &Add) -> Result<IssuerKeys, StartError> {
    let keys = match (&add.jwks_file, &add.jwks_url) {
        (Some(path), _) => {
            let text = fs::read_to_string(path)
                .map_err(|e| StartError::Other(format!("{}: {e}", path.display())))?;
            read_upload(&text, add.kid.as_deref())
        }
        (None, url) => read_address(
            url.as_deref().unwrap_or_default(),
            &settings.jwks_private_networks,
        ),
    };
    keys.map_err(StartError::Other)
}
