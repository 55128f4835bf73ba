//! The default key: shown, revealed, rotated.

use app::{
    error::AppError,
    model::{ApiKey, KeyValue},
    ports::KeysPort,
};
use async_trait::async_trait;

use super::moment;
use crate::{
    dashboard::asker::{Asker, of_domain},
    domain::api_keys,
    keyring::KeyText,
    model::{self, ApiKeyId},
};

#[async_trait]
impl KeysPort for Asker {
    async fn default_key(&self) -> Result<ApiKey, AppError> {
        let tenant = self.tenant().await?;
        api_keys::default_key(&self.services().ledger, tenant)
            .await
            .map(shown)
            .map_err(of_domain)
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

fn shown(key: model::ApiKey) -> ApiKey {
    ApiKey {
        id: key.id.to_string(),
        label: key.label,
        hint: key.hint,
        is_default: key.is_default,
        created_at: moment(key.created_at),
        version: key.version,
    }
}

fn with_value((key, value): (model::ApiKey, KeyText)) -> KeyValue {
    KeyValue {
        key: shown(key),
        value: value.expose().to_owned(),
    }
}
