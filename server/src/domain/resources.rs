//! Resources: define, look at, forget; in the name of the tenant's owner. Programs define theirs by a command like any other.

use coop_engine::{
    Book as _, Command, Definition, Denial, MemoryBook, Outcome, RegisterItem, ResourceName, Ttl,
};
use serde_json::{Value, json};

use super::Error;
use crate::{
    ledger::Ledger,
    model::{By, Deed, TenantId},
};

/// Defines resources, all of them or none.
///
/// # Errors
/// When the tenant is suspended or gone, or the store cannot commit. A refusal by the rules is no error but a denial.
pub async fn register(
    ledger: &Ledger,
    tenant: TenantId,
    items: Vec<RegisterItem>,
    by: By,
) -> Result<Result<(), Denial>, Error> {
    let names: Vec<Value> = items
        .iter()
        .map(|item| Value::from(item.name.as_str()))
        .collect();
    let subject = items
        .first()
        .map_or_else(String::new, |item| item.name.to_string());
    let detail = json!({
        "resources": names,
        "capacity": items.first().map(|item| item.capacity.slots()),
    });
    let deed = move |outcome: &Outcome| {
        let is_done = matches!(outcome, Outcome::Registered);
        is_done.then(|| Deed::new("resource.register", subject, detail))
    };
    let command = Command::Register(items);
    let decided = ledger.decide_for_owner(tenant, command, by, deed).await?;
    denial(decided.outcome)
}

/// Forgets a definition.
///
/// # Errors
/// As for [`register`].
pub async fn delete(
    ledger: &Ledger,
    tenant: TenantId,
    name: ResourceName,
    by: By,
) -> Result<Result<(), Denial>, Error> {
    let before = {
        let name = name.clone();
        let look = move |book: &MemoryBook, _| book.definition(name.as_str()).cloned();
        ledger.look(tenant, look).await?
    };
    let detail = before.map_or(Value::Null, |definition| shown(&definition));
    let subject = name.to_string();
    let deed = move |outcome: &Outcome| {
        let is_done = matches!(outcome, Outcome::Deleted);
        is_done.then(|| Deed::new("resource.delete", subject, detail))
    };
    let command = Command::Delete(name);
    let decided = ledger.decide_for_owner(tenant, command, by, deed).await?;
    denial(decided.outcome)
}

fn shown(definition: &Definition) -> Value {
    json!({
        "capacity": definition.capacity.slots(),
        "blocks": definition.blocks.iter().map(ResourceName::as_str).collect::<Vec<_>>(),
        "treePath": definition.tree_path.names().iter().map(ResourceName::as_str).collect::<Vec<_>>(),
        "lockDelaySeconds": definition.lock_delay.map(Ttl::seconds),
    })
}

fn denial(outcome: Outcome) -> Result<Result<(), Denial>, Error> {
    match outcome {
        Outcome::Registered | Outcome::Deleted => Ok(Ok(())),
        Outcome::Denied(denial) => Ok(Err(denial)),
        other => Err(Error::Internal(format!(
            "a definition was answered as something else: {other:?}"
        ))),
    }
}
