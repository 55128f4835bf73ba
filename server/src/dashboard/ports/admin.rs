//! What the operator's people see. Every call looks once more whether it is one of them who asks.

use app::{
    error::AppError,
    model::{AuditPage, Tenant, TenantPage, TenantQuery, TenantView},
    ports::AdminPort,
};
use async_trait::async_trait;

use super::{account::suspension, moment};
use crate::{
    dashboard::asker::{Asker, of_domain},
    domain::{account::Account, admin},
    model::{TenantId, Tier},
};

/// Tenants on one page.
const SHOWN: usize = 50;

#[async_trait]
impl AdminPort for Asker {
    async fn tenants(&self, query: &TenantQuery) -> Result<TenantPage, AppError> {
        self.admin().await?;
        let query = admin::TenantQuery {
            text: query.text.clone(),
            tier: Tier::parse(&query.tier).ok(),
            after: TenantId::parse(&query.after),
        };
        let page = admin::search(&self.services().ledger, &query, SHOWN)
            .await
            .map_err(of_domain)?;
        Ok(TenantPage {
            tenants: page.tenants.into_iter().map(shown).collect(),
            next: page.next.map(|id| id.to_string()),
        })
    }

    async fn tenant(&self, id: &str) -> Result<TenantView, AppError> {
        let by = self.admin().await?;
        let id = TenantId::parse(id).ok_or(AppError::NotFound)?;
        let services = self.services();
        let view = admin::view(&services.ledger, &services.clock, id, by)
            .await
            .map_err(of_domain)?;
        Ok(TenantView {
            tenant: shown(view.account),
            owner: view.owner.map(|owner| (owner.issuer, owner.subject)),
        })
    }

    async fn log_of(&self, id: &str, before: Option<i64>) -> Result<AuditPage, AppError> {
        self.admin().await?;
        let id = TenantId::parse(id).ok_or(AppError::NotFound)?;
        self.page_of(id, "", before).await
    }
}

fn shown(account: Account) -> Tenant {
    let suspended = suspension(&account.tenant);
    Tenant {
        id: account.tenant.id.to_string(),
        name: account.tenant.name,
        email: account.tenant.email,
        tier: account.tenant.tier.name().to_owned(),
        suspended,
        created_at: moment(account.tenant.created_at),
        active_reservations: account.active_reservations,
        api_keys: account.api_keys,
    }
}
