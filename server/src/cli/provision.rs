//! Tenants and keys without a browser. These commands take the database's lock, so no server may be running on it.

use clap::Subcommand;
use coop_engine::Label;
use serde_json::json;

use super::print;
use crate::{
    clock::{SharedClock, iso},
    config::Settings,
    domain::{self, api_keys, tenants},
    keyring::KeyText,
    lifecycle::{Opening, StartError, open},
    model::{Actor, ApiKey, ApiKeyId, By, TenantId, Tier, UnknownTier},
    store::Purpose,
};

/// Tenants printed by one `tenant list` round trip.
const PAGE: i64 = 500;

#[derive(Subcommand)]
pub(super) enum TenantCommand {
    /// Make a tenant with a working key. Prints a link with which its owner takes it over on the dashboard.
    Create {
        /// Shown on the dashboard.
        #[arg(long)]
        name: String,
        /// Shown on the dashboard.
        #[arg(long)]
        email: Option<String>,
        /// free, starter, pro or enterprise.
        #[arg(long, default_value = "free", value_parser = parse_tier)]
        tier: Tier,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// List all tenants.
    List {
        /// Print a JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Change a tenant's tier.
    SetTier {
        /// The tenant's id.
        #[arg(long, value_parser = parse_tenant)]
        tenant: TenantId,
        /// free, starter, pro or enterprise.
        #[arg(long, value_parser = parse_tier)]
        tier: Tier,
    },
}

#[derive(Subcommand)]
pub(super) enum KeyCommand {
    /// Make a further key, up to the tier's limit.
    Create {
        /// The tenant's id.
        #[arg(long, value_parser = parse_tenant)]
        tenant: TenantId,
        /// Shown as apiKeyLabel.
        #[arg(long, value_parser = parse_label)]
        label: Label,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Give a key a new value. The old one stops working.
    Rotate {
        /// The tenant's id.
        #[arg(long, value_parser = parse_tenant)]
        tenant: TenantId,
        /// The key's id. Without it, the default key.
        #[arg(long, value_parser = parse_key)]
        key: Option<ApiKeyId>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

fn parse_tier(text: &str) -> Result<Tier, UnknownTier> {
    Tier::parse(text)
}

pub(super) fn parse_tenant(text: &str) -> Result<TenantId, String> {
    TenantId::parse(text)
        .ok_or_else(|| "a tenant id begins with ten_ (see `coop-locker tenant list`)".to_owned())
}

fn parse_key(text: &str) -> Result<ApiKeyId, String> {
    ApiKeyId::parse(text).ok_or_else(|| "a key id begins with key_".to_owned())
}

pub(super) fn parse_label(text: &str) -> Result<Label, coop_engine::TextError> {
    Label::parse(text)
}

pub(super) async fn tenant(settings: Settings, command: TenantCommand) -> Result<(), StartError> {
    let opening = open(settings, SharedClock::system(), Purpose::Command).await?;
    let services = &opening.services;
    match command {
        TenantCommand::Create {
            name,
            email,
            tier,
            json,
        } => {
            let created = tenants::create(
                &services.ledger,
                &services.keyring,
                &services.clock,
                &name,
                email,
                tier,
                by(),
            )
            .await
            .map_err(|e| failed(&e))?;
            // The code stands after the `#`, which browsers do not send: no server and no proxy logs it.
            let claim = format!("{}/claim#{}", services.settings.base(), created.claim_code);
            if json {
                line(&json!({
                    "tenantId": created.tenant.id.to_string(),
                    "apiKeyId": created.key.to_string(),
                    "apiKey": created.value.expose(),
                    "claimUrl": claim,
                }));
            } else {
                print::text(&format!(
                    "tenant   {}\napi key  {} ({})\nclaim    {claim}\n         (once, within seven days)\n",
                    created.tenant.id,
                    created.value.expose(),
                    created.key,
                ));
            }
        }
        TenantCommand::List { json } => list(&opening, json).await?,
        TenantCommand::SetTier { tenant, tier } => {
            tenants::set_tier(&services.ledger, &services.clock, tenant, tier, None, by())
                .await
                .map_err(|e| failed(&e))?;
            print::text(&format!("{tenant} is {tier} now\n"));
        }
    }
    close(opening).await
}

async fn list(opening: &Opening, json: bool) -> Result<(), StartError> {
    let mut after = None;
    loop {
        let page = tenants::list(&opening.services.ledger, after, PAGE)
            .await
            .map_err(|e| failed(&e))?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.id);
        for tenant in page {
            let created = iso(tenant.created_at);
            if json {
                line(&json!({
                    "tenantId": tenant.id.to_string(),
                    "name": tenant.name,
                    "email": tenant.email,
                    "tier": tenant.tier.name(),
                    "suspended": tenant.suspended_at.is_some(),
                    "createdAt": created,
                }));
            } else {
                let email = tenant.email.as_deref().unwrap_or("-");
                print::text(&format!(
                    "{}  {:<10}  {created}  {}  {email}\n",
                    tenant.id,
                    tenant.tier.name(),
                    tenant.name
                ));
            }
        }
    }
}

pub(super) async fn key(settings: Settings, command: KeyCommand) -> Result<(), StartError> {
    let opening = open(settings, SharedClock::system(), Purpose::Command).await?;
    let services = &opening.services;
    let (ledger, keyring, clock) = (&services.ledger, &services.keyring, &services.clock);
    let ((key, value), json) = match command {
        KeyCommand::Create {
            tenant,
            label,
            json,
        } => {
            let tiers = &services.settings.tiers;
            (
                api_keys::create(ledger, keyring, clock, tiers, tenant, label, by())
                    .await
                    .map_err(|e| failed(&e))?,
                json,
            )
        }
        KeyCommand::Rotate { tenant, key, json } => {
            let current = match key {
                Some(id) => api_keys::find(ledger, tenant, id).await,
                None => api_keys::default_key(ledger, tenant).await,
            };
            let current = current.map_err(|e| failed(&e))?;
            let rotated = api_keys::rotate(
                ledger,
                keyring,
                clock,
                tenant,
                current.id,
                current.version,
                by(),
            )
            .await;
            (rotated.map_err(|e| failed(&e))?, json)
        }
    };
    print_key(&key, &value, json);
    close(opening).await
}

fn print_key(key: &ApiKey, value: &KeyText, json: bool) {
    if json {
        line(&json!({
            "tenantId": key.tenant.to_string(),
            "apiKeyId": key.id.to_string(),
            "label": key.label,
            "apiKey": value.expose(),
        }));
    } else {
        print::text(&format!(
            "api key  {} ({}, {:?})\n",
            value.expose(),
            key.id,
            key.label
        ));
    }
}

/// Whoever has the server's files.
pub(super) const fn by() -> By {
    By::local(Actor::Operator)
}

pub(super) fn line(value: &serde_json::Value) {
    print::text(&format!("{value}\n"));
}

pub(super) fn failed(error: &domain::Error) -> StartError {
    StartError::Other(error.to_string())
}

/// Waits until everything is written.
pub(super) async fn close(opening: Opening) -> Result<(), StartError> {
    opening.services.ledger.close();
    match opening.running.writer.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(fatal)) => Err(StartError::Other(fatal.to_string())),
        Err(error) => Err(StartError::Other(error.to_string())),
    }
}
