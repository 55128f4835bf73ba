//! Who is signed in.

use app::{
    error::AppError,
    model::{Account, Suspension},
    ports::AccountPort,
};
use async_trait::async_trait;

use super::moment;
use crate::{
    auth::is_admin,
    dashboard::asker::{Asker, of_domain},
    domain::{account, sign_in},
    model::{Tenant, Tier},
};

#[async_trait]
impl AccountPort for Asker {
    async fn account(&self) -> Result<Option<Account>, AppError> {
        let Some(identity) = self.identity().await? else {
            return Ok(None);
        };
        let is_admin = is_admin(&self.services().settings, &identity);
        let ledger = &self.services().ledger;
        let known = sign_in::known_tenant_of(ledger, &identity)
            .await
            .map_err(of_domain)?;
        let tenant = match known {
            Some(tenant) => tenant,
            None if self.needs_tenant() => self.tenant().await?,
            None => {
                let name = identity
                    .name
                    .or_else(|| identity.email.clone())
                    .unwrap_or_default();
                let (tenant_id, tier) = (String::new(), Tier::Free.name().to_owned());
                return Ok(Some(Account {
                    tenant_id,
                    tenant_name: name,
                    email: identity.email,
                    tier,
                    active_limit: None,
                    is_admin,
                    suspended: None,
                }));
            }
        };
        let account = account::of(ledger, tenant).await.map_err(of_domain)?;
        let allows = self.services().settings.tiers.of(account.tenant.tier);
        let suspended = suspension(&account.tenant);
        Ok(Some(Account {
            tenant_id: tenant.to_string(),
            tenant_name: account.tenant.name,
            email: identity.email,
            tier: account.tenant.tier.name().to_owned(),
            active_limit: allows.active_reservations,
            is_admin,
            suspended,
        }))
    }
}

pub(super) fn suspension(tenant: &Tenant) -> Option<Suspension> {
    tenant.suspended_at.map(|at| Suspension {
        at: moment(at),
        reason: tenant.suspension_reason.clone(),
    })
}
