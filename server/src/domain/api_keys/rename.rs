//! A key gets another label.

use async_trait::async_trait;
use coop_engine::{Label, Time};
use serde_json::json;

use super::key_of;
use crate::{
    clock::SharedClock,
    domain::{Error, active::active},
    ledger::{Effect, Ledger, Mutation},
    model::{ApiKey, ApiKeyId, By, Deed, TenantId},
    store::Db,
};

/// Labels a key anew. Requests authenticated from then on carry the new label; events that happened keep the old one.
///
/// # Errors
/// [`Error::NotFound`] when the tenant has no such key, [`Error::Taken`] when another one has that label.
pub async fn rename(
    ledger: &Ledger,
    clock: &SharedClock,
    tenant: TenantId,
    id: ApiKeyId,
    label: Label,
    by: By,
) -> Result<ApiKey, Error> {
    let rename = Rename {
        tenant,
        id,
        label,
        by,
        now: clock.now(),
    };
    Ok(ledger.mutate(rename).await?)
}

struct Rename {
    tenant: TenantId,
    id: ApiKeyId,
    label: Label,
    by: By,
    now: Time,
}

#[async_trait]
impl Mutation for Rename {
    type Output = ApiKey;
    type Error = Error;

    async fn apply(self, db: &mut Db, effects: &mut Vec<Effect>) -> Result<ApiKey, Error> {
        active(db, self.tenant).await?;
        let old = key_of(db, self.tenant, self.id).await?;
        let label = self.label.as_str();
        if old.key.label == label {
            return Ok(old.key);
        }
        db.rename_api_key(self.tenant, self.id, label).await?;
        let deed = Deed::new(
            "api_key.rename",
            self.id,
            json!({"before": old.key.label, "after": label}),
        );
        db.append_audit(self.tenant, self.now, &self.by, &deed)
            .await?;
        effects.push(Effect::Renamed {
            digest: old.digest,
            label: label.to_owned(),
        });
        Ok(ApiKey {
            label: label.to_owned(),
            ..old.key
        })
    }
}
