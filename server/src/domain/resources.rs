//! Resources: define, look at, forget.

use std::sync::Arc;

use coop_engine::{
    Book as _, Command, Decision, Definition, Denial, Outcome, RegisterItem, ResourceName, Subject,
    Ttl,
};
use serde_json::{Value, json};

use super::Error;
use crate::{
    ledger::Ledger,
    model::{By, Deed, TenantId},
};

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
pub async fn definition(
    ledger: &Ledger,
    tenant: TenantId,
    name: String,
) -> Result<Option<Arc<Definition>>, Error> {
    let definition = ledger.look(tenant, move |book, _| book.definition(&name).cloned());
    Ok(definition.await?)
}

/// Defines resources in the name of the tenant's owner, all of them or none. Programs do it by a command like any other.
///
/// # Errors
/// When the tenant is suspended or gone, or the store cannot commit. A refusal by the rules is no error but a denial.
pub async fn register(
    ledger: &Ledger,
    tenant: TenantId,
    items: Vec<RegisterItem>,
    by: By,
) -> Result<Result<(), Denial>, Error> {
    change(
        ledger,
        tenant,
        Command::Register(items),
        "resource.register",
        by,
    )
    .await
}

/// Forgets a definition, in the name of the tenant's owner.
///
/// # Errors
/// As for [`register`].
pub async fn delete(
    ledger: &Ledger,
    tenant: TenantId,
    name: ResourceName,
    by: By,
) -> Result<Result<(), Denial>, Error> {
    change(ledger, tenant, Command::Delete(name), "resource.delete", by).await
}

async fn change(
    ledger: &Ledger,
    tenant: TenantId,
    command: Command,
    action: &'static str,
    by: By,
) -> Result<Result<(), Denial>, Error> {
    let deed = move |decision: &Decision| {
        let changed = decision
            .events
            .iter()
            .filter_map(|event| match &event.subject {
                Subject::Definition(definition) => Some(&**definition),
                Subject::Reservation(_) => None,
            });
        let changed: Vec<&Definition> = changed.collect();
        let first = changed.first()?;
        let detail = changed.iter().map(|definition| shown(definition)).collect();
        Some(Deed::new(action, &first.name, Value::Array(detail)))
    };
    let decided = ledger.decide_for_owner(tenant, command, by, deed).await?;
    match decided.outcome {
        Outcome::Registered | Outcome::Deleted => Ok(Ok(())),
        Outcome::Denied(denial) => Ok(Err(denial)),
        other => Err(Error::Internal(format!(
            "a definition was answered as something else: {other:?}"
        ))),
    }
}

fn shown(definition: &Definition) -> Value {
    json!({
        "name": definition.name.as_str(),
        "capacity": definition.capacity.slots(),
        "blocks": definition.blocks.iter().map(ResourceName::as_str).collect::<Vec<_>>(),
        "treePath": definition.tree_path.names().iter().map(ResourceName::as_str).collect::<Vec<_>>(),
        "lockDelaySeconds": definition.lock_delay.map(Ttl::seconds),
    })
}
