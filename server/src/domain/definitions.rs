//! What a tenant has said about its resources.

use std::sync::Arc;

use coop_engine::{Book as _, Definition};

use super::Error;
use crate::{ledger::Ledger, model::TenantId};

/// Some of a tenant's definitions, in the order of their names.
#[derive(Debug)]
pub struct DefinitionPage {
    /// They.
    pub definitions: Vec<Arc<Definition>>,
    /// Whether there are more behind them.
    pub has_more: bool,
}

/// The definitions whose names begin with `prefix`, after the name `after`, at most `limit`.
///
/// # Errors
/// When the book cannot be read.
pub async fn list(
    ledger: &Ledger,
    tenant: TenantId,
    prefix: String,
    after: Option<String>,
    limit: usize,
) -> Result<DefinitionPage, Error> {
    let page = ledger.look(tenant, move |book, _| {
        // A name that is the prefix comes before all that go on from it, and itself is not behind itself.
        let first = match &after {
            Some(_) => None,
            None => book.definition(&prefix),
        };
        let after = after.as_deref().unwrap_or_default().max(&prefix);
        let others = book.definitions_after(after, limit.saturating_add(1));
        let begins = |definition: &&Arc<Definition>| definition.name.as_str().starts_with(&prefix);
        let mut definitions: Vec<_> = first
            .into_iter()
            .chain(others.take_while(begins))
            .take(limit.saturating_add(1))
            .cloned()
            .collect();
        let has_more = definitions.len() > limit;
        definitions.truncate(limit);
        DefinitionPage {
            definitions,
            has_more,
        }
    });
    Ok(page.await?)
}

/// A definition, if there is one of that name.
///
/// # Errors
/// When the book cannot be read.
pub async fn of(
    ledger: &Ledger,
    tenant: TenantId,
    name: String,
) -> Result<Option<Arc<Definition>>, Error> {
    let definition = ledger.look(tenant, move |book, _| book.definition(&name).cloned());
    Ok(definition.await?)
}
