//! What was used, and what of it is allowed.

use app::{
    error::AppError,
    model::{Demand, HourUsage, Lengths, Limit, Moment, ResourceUse, Usage, UsageRange},
    ports::UsagePort,
};
use async_trait::async_trait;

use super::moment;
use crate::{
    dashboard::asker::{Asker, of_domain},
    domain::{account, usage},
    model::{self, Day, Hour, LimitType, UsageSource},
    rate_limit::Kind,
};

#[async_trait]
impl UsagePort for Asker {
    async fn limits(&self) -> Result<Vec<Limit>, AppError> {
        let tenant = self.tenant().await?;
        let services = self.services();
        let account = account::of(&services.ledger, tenant).await;
        let account = account.map_err(of_domain)?;
        Ok(self.stands(&account, services.clock.now()))
    }

    async fn usage(&self, range: UsageRange) -> Result<Usage, AppError> {
        let tenant = self.tenant().await?;
        let services = self.services();
        let (ledger, now) = (&services.ledger, services.clock.now());
        let account = account::of(ledger, tenant).await.map_err(of_domain)?;
        let allows = services.settings.tiers.of(account.tenant.tier);
        let since = Hour::of(now).back(range.hours() - 1);
        // Columns of several hours begin with the day.
        let since = since.back(since.number() % range.step());
        let hours = usage::hours(ledger, tenant, since)
            .await
            .map_err(of_domain)?;
        let demand = usage::demand(ledger, tenant, since.start())
            .await
            .map_err(of_domain)?;
        Ok(Usage {
            since: moment(since.start()),
            hours: hours.into_iter().map(hour).collect(),
            limit_types: LimitType::ALL.map(|limit| limit.name().to_owned()).into(),
            kept_hours: allows.history_hours,
            limits: self.stands(&account, now),
            demand: shown(demand),
        })
    }
}

impl Asker {
    fn stands(&self, account: &account::Account, now: coop_engine::Time) -> Vec<Limit> {
        let services = self.services();
        let (tenant, tier) = (account.tenant.id, account.tenant.tier);
        let allows = services.settings.tiers.of(tier);
        let state = services.ledger.credentials().tenant(tenant);
        let operations = state.map_or(0, |state| state.operations_on(Day::of(now)));
        let minute = |name: &str, kind| {
            let standing = self.limiter().standing(tenant, tier, kind);
            Limit {
                name: name.to_owned(),
                used: standing.quota.saturating_sub(standing.remaining).into(),
                allowed: Some(standing.quota.into()),
            }
        };
        let limit = |name: &str, used, allowed| Limit {
            name: name.to_owned(),
            used,
            allowed,
        };
        vec![
            limit("Operations today", operations, allows.operations_per_day),
            minute("Writes in the last minute", Kind::Write),
            minute("Reads in the last minute", Kind::Read),
            limit(
                "Active reservations",
                account.active_reservations,
                allows.active_reservations,
            ),
            limit("API keys", account.api_keys, allows.api_keys),
        ]
    }
}

fn hour(usage: model::HourUsage) -> HourUsage {
    HourUsage {
        hour: Moment(usage.hour.start().as_micros()),
        label: (usage.source != UsageSource::OTHERS).then_some(usage.label),
        reads: usage.reads,
        writes: usage.writes,
        refusals: usage.refusals.into(),
    }
}

fn shown(demand: usage::Demand) -> Demand {
    let resources = demand.resources.into_iter().map(|one| ResourceUse {
        resource: one.resource,
        refusals: one.refusals,
        waits: lengths(&one.waits),
        is_partial: one.is_partial,
        grants: one.grants,
        holds: lengths(&one.holds),
    });
    Demand {
        resources: resources.collect(),
        counted_since: moment(demand.counted_since),
        known_since: demand.known_since.map(moment),
    }
}

fn lengths(lengths: &usage::Lengths) -> Lengths {
    let micros =
        |length: std::time::Duration| u64::try_from(length.as_micros()).unwrap_or(u64::MAX);
    Lengths {
        count: lengths.count,
        mean: lengths.mean().map_or(0, micros),
        longest: micros(lengths.longest),
    }
}
