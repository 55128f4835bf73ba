//! The tenant's own log.

use app::{
    error::AppError,
    model::{AuditEntry, AuditPage},
    ports::AuditPort,
};
use async_trait::async_trait;

use super::moment;
use crate::{
    dashboard::asker::{Asker, of_domain},
    domain::audit,
    model,
};

/// Entries on one page.
const SHOWN: usize = 50;

#[async_trait]
impl AuditPort for Asker {
    async fn entries(&self, action: &str, before: Option<i64>) -> Result<AuditPage, AppError> {
        let tenant = self.tenant().await?;
        self.page_of(tenant, action, before).await
    }
}

impl Asker {
    /// A page of a tenant's log. Whether the asker may see it is the caller's to know.
    pub(super) async fn page_of(
        &self,
        tenant: model::TenantId,
        action: &str,
        before: Option<i64>,
    ) -> Result<AuditPage, AppError> {
        let page = audit::list(&self.services().ledger, tenant, action, before, SHOWN)
            .await
            .map_err(of_domain)?;
        Ok(AuditPage {
            entries: page.entries.into_iter().map(shown).collect(),
            next: page.next,
        })
    }
}

fn shown(entry: model::AuditEntry) -> AuditEntry {
    AuditEntry {
        number: entry.number,
        at: moment(entry.at),
        who: entry.by.actor.name(),
        action: entry.deed.action,
        subject: entry.deed.subject,
        details: details(&entry.deed.detail),
        address: entry.by.address,
        user_agent: entry.by.user_agent,
        request_id: entry.by.request_id,
    }
}

/// The particulars as people read them; what there is nothing of is left out.
fn details(detail: &serde_json::Value) -> Vec<(String, String)> {
    let fields = detail.as_object().into_iter().flatten();
    let mut details: Vec<_> = fields
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            (name.clone(), text)
        })
        .collect();
    // The order of the alphabet, but for what comes first in time.
    details.sort_by_key(|(name, _)| name != "before");
    details
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_comes_before_what_is_and_what_there_is_nothing_of_is_left_out() {
        let shown = details(&json!({"after": "b", "before": "a", "reason": null, "number": 3}));
        let expected = [("before", "a"), ("after", "b"), ("number", "3")];
        assert_eq!(
            shown,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert!(details(&serde_json::Value::Null).is_empty());
    }
}
