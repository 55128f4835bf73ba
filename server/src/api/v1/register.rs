//! `POST /Resource/register`.

use axum::{
    extract::{Request, State},
    response::Response,
};
use coop_engine::{
    Capacity, Command, DefinitionProblem, Outcome, Path, RegisterItem, ResourceName, Ttl,
};
use utoipa::ToSchema;

use super::{ApiState, decide::unexpected, definitions::Defined, item::MOST_ITEMS};
use crate::api::{
    body,
    json::{self, Element, Fields, Json},
    metered::{Answer, Limited, Metered},
    openapi::ProblemBody,
};

/// What to define.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({
    "name": "gpu", "capacity": 4, "blocks": ["licence"], "treePath": "lab>rack", "lockDelaySeconds": 15,
}))]
#[expect(
    dead_code,
    reason = "documents the body, which is read strictly by hand so that every problem is named"
)]
pub(super) struct RegisterRequest {
    /// 1 to 256 characters, no `>`.
    name: String,
    /// How many may hold it at once, each one slot: `gpu_0`, `gpu_1`, ... 1 if not given.
    #[schema(minimum = 1, maximum = 1000)]
    capacity: Option<u16>,
    /// What is held together with it, all or nothing: at most 32 names, 64 with those of the blockers.
    #[schema(max_items = 32)]
    blocks: Option<Vec<String>>,
    /// Its ancestors, the topmost first, `>` between them, without its own name. Holding a node keeps others from its
    /// ancestors and its descendants.
    tree_path: Option<String>,
    /// Seconds for which it stays closed to everybody after a hold that ended by expiry or by force. None if it is not given
    /// or 0.
    #[schema(minimum = 0, maximum = 31_536_000)]
    lock_delay_seconds: Option<u32>,
}

/// Defines 1 to 100 resources, all of them or none. A name that is defined already gets the new definition.
///
/// A lower capacity takes nothing away: slots in use stay until they are released and are not given out again. Blockers
/// and tree can only be changed while nothing that it affects is held or waited for.
#[utoipa::path(
    post,
    path = "/api/v1/Resource/register",
    tag = "Resources",
    request_body = Vec<RegisterRequest>,
    security(("apiKey" = [])),
    responses(
        (status = 200, description = "All of them are defined so now, in the same order", body = Vec<Defined>),
        (status = 400, description = "The body cannot be used, or a definition contradicts itself or another one; nothing \
            was defined", body = ProblemBody),
        (status = 401, description = "No valid key", body = ProblemBody),
        (status = 403, description = "The tenant is suspended, or this is an exchanged token", body = ProblemBody),
        (status = 408, description = "The body did not arrive in time", body = ProblemBody),
        (status = 409, description = "What would change is held or waited for; nothing was defined", body = ProblemBody),
        (status = 413, description = "The body is too long", body = ProblemBody),
        (status = 415, description = "The body is not JSON", body = ProblemBody),
        (status = 429, description = "A limit of the tier is reached; nothing was defined", body = ProblemBody),
        (status = 503, description = "Not acknowledged", body = ProblemBody),
    ),
)]
pub(super) async fn register(
    State(state): State<ApiState>,
    asker: Metered,
    request: Request,
) -> Result<Response, Limited> {
    let body = body::read(request).await?;
    let items = json::items(&body, MOST_ITEMS, read_item)?;
    let standing = state.take(&asker, items.len())?;
    let decided = state
        .decide(&asker, standing, Command::Register(items))
        .await?;
    let (Command::Register(items), Outcome::Registered) = (decided.command, decided.outcome) else {
        return Err(unexpected());
    };
    let body: Vec<Defined> = items.iter().map(Defined::from).collect();
    Ok(Answer::ok(standing, body))
}

fn read_item(fields: &mut Fields<'_>) -> Option<RegisterItem> {
    let name = fields.required("name", json::text(ResourceName::parse));
    let capacity = fields.optional("capacity", |value| {
        Capacity::parse(json::whole_number(value)?).map_err(|error| error.to_string())
    });
    let blocks = fields.list("blocks", 0..=DefinitionProblem::MAX_BLOCKERS, read_blocker);
    let tree_path = fields.optional("treePath", |value| read_path(&json::string(value)?));
    let lock_delay = fields.optional("lockDelaySeconds", read_lock_delay);
    Some(RegisterItem {
        name: name?,
        capacity: capacity?.unwrap_or(Capacity::ONE),
        blocks: blocks?.unwrap_or_default(),
        tree_path: tree_path?.unwrap_or_default(),
        lock_delay: lock_delay?.flatten(),
    })
}

fn read_blocker(element: &mut Element<'_>, value: Json) -> Option<ResourceName> {
    let name = json::text(ResourceName::parse)(value);
    name.map_err(|message| element.problem(message)).ok()
}

/// The names between `>`, the topmost first.
fn read_path(text: &str) -> Result<Path, String> {
    let steps = text.split('>').map(|step| {
        ResourceName::parse(step)
            .map_err(|error| format!("must be names with > between them: {step:?} {error}"))
    });
    Ok(Path::new(steps.collect::<Result<_, _>>()?))
}

/// 0 is none, as it is when the field is not there.
fn read_lock_delay(value: Json) -> Result<Option<Ttl>, String> {
    match json::whole_number(value)? {
        0 => Ok(None),
        seconds => Ttl::parse(seconds).map(Some).map_err(|_| {
            let max = Ttl::MAX_SECONDS;
            format!("must be a whole number of seconds from 0 to {max}")
        }),
    }
}
