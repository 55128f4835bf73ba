//! Keys: listed, made, renamed, revealed, rotated, revoked.

use app::{
    error::AppError,
    model::{ApiKey, KeyList, KeyUsage, KeyValue, Use, UsedKey},
    ports::KeysPort,
};
use async_trait::async_trait;
use coop_engine::Label;

use super::moment;
use crate::{
    dashboard::asker::{Asker, of_domain},
    domain::{self, api_keys, usage},
    keyring::KeyText,
    model::{self, ApiKeyId, ApiKeyUsage, Day},
};

#[async_trait]
impl KeysPort for Asker {
    async fn default_key(&self) -> Result<UsedKey, AppError> {
        let tenant = self.tenant().await?;
        api_keys::default_key(&self.services().ledger, tenant)
            .await
            .map(|key| self.used(key))
            .map_err(of_domain)
    }

    async fn list(&self, skipped: u64, limit: u32) -> Result<KeyList, AppError> {
        let tenant = self.tenant().await?;
        let services = self.services();
        let page = api_keys::list(&services.ledger, tenant, skipped, limit)
            .await
            .map_err(of_domain)?;
        let tiers = &services.settings.tiers;
        let lifted_by = tiers.lifting(page.tier, |allows| allows.api_keys);
        Ok(KeyList {
            keys: page.keys.into_iter().map(|key| self.used(key)).collect(),
            count: page.count,
            limit: tiers.of(page.tier).api_keys,
            lifted_by: lifted_by.map(|tier| tier.name().to_owned()),
        })
    }

    async fn find(&self, id: &str) -> Result<UsedKey, AppError> {
        let tenant = self.tenant().await?;
        let id = ApiKeyId::parse(id).ok_or(AppError::NotFound)?;
        api_keys::find(&self.services().ledger, tenant, id)
            .await
            .map(|key| self.used(key))
            .map_err(of_domain)
    }

    async fn create(&self, label: &str) -> Result<KeyValue, AppError> {
        let (tenant, by) = self.owner().await?;
        let services = self.services();
        api_keys::create(
            &services.ledger,
            &services.keyring,
            &services.clock,
            &services.settings.tiers,
            tenant,
            parse_label(label)?,
            by,
        )
        .await
        .map(with_value)
        .map_err(of_label)
    }

    async fn rename(&self, id: &str, label: &str) -> Result<(), AppError> {
        let (tenant, by) = self.owner().await?;
        let id = ApiKeyId::parse(id).ok_or(AppError::NotFound)?;
        let services = self.services();
        let label = parse_label(label)?;
        api_keys::rename(&services.ledger, &services.clock, tenant, id, label, by)
            .await
            .map(drop)
            .map_err(of_label)
    }

    async fn revoke(&self, id: &str, label: &str) -> Result<(), AppError> {
        let (tenant, by) = self.owner().await?;
        let id = ApiKeyId::parse(id).ok_or(AppError::NotFound)?;
        let services = self.services();
        let key = api_keys::find(&services.ledger, tenant, id)
            .await
            .map_err(of_domain)?;
        if key.label != label.trim() {
            return Err(AppError::Invalid(format!(
                "To revoke this key, type its label: {}",
                key.label
            )));
        }
        api_keys::revoke(&services.ledger, &services.clock, tenant, id, by)
            .await
            .map_err(of_label)
    }

    async fn reveal(&self, id: &str) -> Result<KeyValue, AppError> {
        let (tenant, by) = self.owner().await?;
        let id = ApiKeyId::parse(id).ok_or(AppError::NotFound)?;
        let services = self.services();
        api_keys::reveal(
            &services.ledger,
            &services.keyring,
            &services.clock,
            tenant,
            id,
            by,
        )
        .await
        .map(with_value)
        .map_err(of_domain)
    }

    async fn rotate(&self, id: &str, version: i64) -> Result<KeyValue, AppError> {
        let (tenant, by) = self.owner().await?;
        let id = ApiKeyId::parse(id).ok_or(AppError::NotFound)?;
        let services = self.services();
        api_keys::rotate(
            &services.ledger,
            &services.keyring,
            &services.clock,
            tenant,
            id,
            version,
            by,
        )
        .await
        .map(with_value)
        .map_err(of_domain)
    }
}

impl Asker {
    /// A key of the asker's with how it is used today.
    fn used(&self, key: model::ApiKey) -> UsedKey {
        let services = self.services();
        let (ledger, now) = (&services.ledger, services.clock.now());
        let at_work = usage::at_work(ledger, key.id, now);
        let usage = usage::of_key(ledger, key.id, Day::of(now));
        UsedKey {
            key: shown(key),
            usage: KeyUsage {
                open_streams: at_work.streams,
                requests_a_minute: at_work.requests_a_minute,
                ..usage.map(shown_usage).unwrap_or_default()
            },
        }
    }
}

fn shown_usage(usage: ApiKeyUsage) -> KeyUsage {
    let last = usage.last_used_at.map(|at| Use {
        at: moment(at),
        from: usage.last_used_from,
        user_agent: usage.user_agent,
    });
    let old_value_last = usage.old_value_last_used_at.map(|at| Use {
        at: moment(at),
        from: usage.old_value_last_used_from,
        user_agent: None,
    });
    KeyUsage {
        last,
        requests_today: usage.requests_today,
        refusals_today: usage.refusals_today,
        old_value_uses: usage.old_value_uses_since_rotation,
        old_value_last,
        ..KeyUsage::default()
    }
}

fn parse_label(label: &str) -> Result<Label, AppError> {
    Label::parse(label.trim()).map_err(|error| AppError::Invalid(format!("The label {error}.")))
}

/// What only keys can be refused for.
fn of_label(error: domain::Error) -> AppError {
    match error {
        domain::Error::Taken => {
            AppError::Invalid("Another key of yours has this label. Labels tell keys apart.".into())
        }
        domain::Error::DefaultKey => {
            AppError::Forbidden("The default key can be rotated, not revoked.".into())
        }
        domain::Error::LimitReached(limit) => AppError::Forbidden(format!(
            "Your tier allows {limit} keys, and there are as many. Nothing was made."
        )),
        error => of_domain(error),
    }
}

fn shown(key: model::ApiKey) -> ApiKey {
    ApiKey {
        id: key.id.to_string(),
        label: key.label,
        hint: key.hint,
        is_default: key.is_default,
        created_at: moment(key.created_at),
        created_by: key.created_by,
        rotated_at: key.rotated_at.map(moment),
        version: key.version,
    }
}

fn with_value((key, value): (model::ApiKey, KeyText)) -> KeyValue {
    KeyValue {
        key: shown(key),
        value: value.expose().to_owned(),
    }
}
