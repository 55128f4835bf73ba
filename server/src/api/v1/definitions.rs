//! `GET /Resource/definitions`, and `GET` and `DELETE /Resource/definitions/{name}`.

use axum::{
    extract::{Path, RawQuery, State, rejection::PathRejection},
    response::Response,
};
use coop_engine::{Capacity, Command, Definition, Outcome, RegisterItem, ResourceName, Ttl};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    ApiState,
    decide::{not_defined, unexpected},
};
use crate::{
    api::{
        extract::{Query, write_cursor},
        metered::{Answer, Limited, Metered},
        openapi::ProblemBody,
    },
    domain::resources,
};

/// A definition. What it does not say is null.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "name": "gpu", "capacity": 4, "blocks": ["licence"], "treePath": "lab>rack", "lockDelaySeconds": 15,
}))]
pub(super) struct Defined {
    name: String,
    /// How many slots it has. Of a pool, those from `capacity` on that are still held are not given out again.
    capacity: u16,
    /// What is held together with it.
    blocks: Vec<String>,
    /// Its ancestors, the topmost first, `>` between them.
    tree_path: Option<String>,
    /// For how long it stays closed after a hold that ended by expiry or by force; null: it does not.
    lock_delay_seconds: Option<u32>,
}

impl Defined {
    fn new(
        name: &ResourceName,
        capacity: Capacity,
        blocks: &[ResourceName],
        tree_path: &coop_engine::Path,
        lock_delay: Option<Ttl>,
    ) -> Self {
        let ancestors: Vec<&str> = tree_path.names().iter().map(ResourceName::as_str).collect();
        Self {
            name: name.as_str().to_owned(),
            capacity: capacity.slots(),
            blocks: blocks.iter().map(ToString::to_string).collect(),
            tree_path: (!ancestors.is_empty()).then(|| ancestors.join(">")),
            lock_delay_seconds: lock_delay.map(Ttl::seconds),
        }
    }
}

impl From<&RegisterItem> for Defined {
    fn from(item: &RegisterItem) -> Self {
        let (name, path) = (&item.name, &item.tree_path);
        Self::new(name, item.capacity, &item.blocks, path, item.lock_delay)
    }
}

impl From<&Definition> for Defined {
    fn from(definition: &Definition) -> Self {
        let (name, path) = (&definition.name, &definition.tree_path);
        let (capacity, lock_delay) = (definition.capacity, definition.lock_delay);
        Self::new(name, capacity, &definition.blocks, path, lock_delay)
    }
}

/// A page, ordered by name.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "definitions": [{"name": "licence", "capacity": 1, "blocks": [], "treePath": null, "lockDelaySeconds": null}],
    "nextCursor": null,
}))]
pub(super) struct DefinitionList {
    definitions: Vec<Defined>,
    /// For the next page; null when there is none.
    next_cursor: Option<String>,
}

/// What to list.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "documents the query, which is read strictly by hand so that every problem is named"
)]
pub(super) struct DefinitionsQuery {
    /// Names that begin so.
    #[param(example = "lab-")]
    prefix: Option<String>,
    /// 100 if not given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// The tenant's definitions, ordered by name.
#[utoipa::path(
    get,
    path = "/api/v1/Resource/definitions",
    tag = "Resources",
    security(("apiKey" = [])),
    params(DefinitionsQuery),
    responses(
        (status = 200, description = "A page", body = DefinitionList),
        (status = 400, description = "The query cannot be used", body = ProblemBody),
        (status = 401, description = "No valid key", body = ProblemBody),
        (status = 403, description = "The tenant is suspended, or this is an exchanged token", body = ProblemBody),
        (status = 429, description = "The read quota is used up", body = ProblemBody),
        (status = 503, description = "The store does not answer", body = ProblemBody),
    ),
)]
pub(super) async fn definitions(
    State(state): State<ApiState>,
    asker: Metered,
    RawQuery(query): RawQuery,
) -> Result<Response, Limited> {
    let mut query = Query::parse(query.as_deref());
    let prefix = query.take("prefix").unwrap_or_default();
    let limit = query.limit();
    let cursor = query.cursor(|name| (!name.is_empty()).then(|| name.to_owned()));
    query.finish().none_or(())?;
    let standing = state.take(&asker, 1)?;
    let (ledger, tenant) = (&state.services.ledger, asker.principal.tenant());
    let page = resources::list(ledger, tenant, prefix, cursor, limit)
        .await
        .map_err(|error| Limited::new(standing, error))?;
    asker
        .principal
        .recheck(&state.services)
        .map_err(|problem| Limited::new(standing, problem))?;
    let last = page.definitions.last().filter(|_| page.has_more);
    let body = DefinitionList {
        next_cursor: last.map(|last| write_cursor(&last.name)),
        definitions: page
            .definitions
            .iter()
            .map(|one| Defined::from(&**one))
            .collect(),
    };
    Ok(Answer::ok(standing, body))
}

/// One definition.
#[utoipa::path(
    get,
    path = "/api/v1/Resource/definitions/{name}",
    tag = "Resources",
    security(("apiKey" = [])),
    params(("name" = String, Path, description = "The name, percent-encoded", example = "gpu")),
    responses(
        (status = 200, description = "It", body = Defined),
        (status = 401, description = "No valid key", body = ProblemBody),
        (status = 403, description = "The tenant is suspended, or this is an exchanged token", body = ProblemBody),
        (status = 404, description = "No resource of that name is defined", body = ProblemBody),
        (status = 429, description = "The read quota is used up", body = ProblemBody),
        (status = 503, description = "The store does not answer", body = ProblemBody),
    ),
)]
pub(super) async fn definition(
    State(state): State<ApiState>,
    asker: Metered,
    name: Result<Path<String>, PathRejection>,
) -> Result<Response, Limited> {
    let standing = state.take(&asker, 1)?;
    // What is no text is nobody's name.
    let Ok(Path(name)) = name else {
        return Err(Limited::new(standing, not_defined()));
    };
    let (ledger, tenant) = (&state.services.ledger, asker.principal.tenant());
    let found = resources::definition(ledger, tenant, name)
        .await
        .map_err(|error| Limited::new(standing, error))?;
    asker
        .principal
        .recheck(&state.services)
        .map_err(|problem| Limited::new(standing, problem))?;
    let found = found.ok_or_else(|| Limited::new(standing, not_defined()))?;
    Ok(Answer::ok(standing, Defined::from(&*found)))
}

/// What became of a definition.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"name": "gpu", "deleted": true}))]
pub(super) struct DeletedDefinition {
    name: String,
    /// Always true.
    deleted: bool,
}

/// Forgets a definition. The name can be reserved all the same, as one that is not defined, unless the tenant requires
/// registration.
#[utoipa::path(
    delete,
    path = "/api/v1/Resource/definitions/{name}",
    tag = "Resources",
    security(("apiKey" = [])),
    params(("name" = String, Path, description = "The name, percent-encoded", example = "gpu")),
    responses(
        (status = 200, description = "It is defined no longer", body = DeletedDefinition),
        (status = 401, description = "No valid key", body = ProblemBody),
        (status = 403, description = "The tenant is suspended, or this is an exchanged token", body = ProblemBody),
        (status = 404, description = "No resource of that name is defined", body = ProblemBody),
        (status = 409, description = "It is held or waited for", body = ProblemBody),
        (status = 429, description = "The write quota is used up", body = ProblemBody),
        (status = 503, description = "Not acknowledged", body = ProblemBody),
    ),
)]
pub(super) async fn delete(
    State(state): State<ApiState>,
    asker: Metered,
    name: Result<Path<String>, PathRejection>,
) -> Result<Response, Limited> {
    let standing = state.take(&asker, 1)?;
    let name = name
        .ok()
        .and_then(|Path(name)| ResourceName::parse(&name).ok())
        .ok_or_else(|| Limited::new(standing, not_defined()))?;
    let decided = state
        .decide(&asker, standing, Command::Delete(name))
        .await?;
    let (Command::Delete(name), Outcome::Deleted) = (decided.command, decided.outcome) else {
        return Err(unexpected());
    };
    Ok(Answer::ok(
        standing,
        DeletedDefinition {
            name: name.as_str().to_owned(),
            deleted: true,
        },
    ))
}
