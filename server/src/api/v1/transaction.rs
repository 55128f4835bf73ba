//! `POST /Reservation/transaction`.

use axum::{
    extract::{Request, State},
    response::Response,
};
use coop_engine::{
    Command, Method, Outcome, ReserveOutcome, ResourceName, Transaction, TransactionOutcome,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    ApiState,
    answer::{ReserveAnswer, View},
    decide::unexpected,
    item::{Wanted, read_ttl, read_wait},
    requester::{Requesters, Sight},
    reserve::in_the_way,
    waiting::{Concerned, Waiting},
};
use crate::{
    api::{
        body,
        json::{self, Element, Fields, Json},
        metered::{Answer, Limited, Metered},
        openapi::ProblemBody,
    },
    random,
};

const MOST_TRANSACTIONS: usize = 20;
const MOST_RESOURCES: usize = 50;
/// Resources of all transactions of a request: it costs as much.
const MOST_IN_ALL: usize = 100;

const METHODS: [(Method, &str); 3] = [
    (Method::AllOrNone, "ALL_OR_NONE"),
    (Method::AsManyAsPossible, "AS_MANY_AS_POSSIBLE"),
    (Method::First, "FIRST"),
];

/// Resources to take together.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({
    "requester": "worker-7", "resources": ["gpu", {"resource": "dataset", "mode": "shared"}], "method": "ALL_OR_NONE",
    "ttlSeconds": 600,
}))]
#[expect(
    dead_code,
    reason = "documents the body, which is read strictly by hand so that every problem is named"
)]
pub(super) struct TransactionRequest {
    /// Who will hold them. With an exchanged token it may be left out and is its subject.
    requester: Option<String>,
    /// 1 to 50, none twice; at most 100 in all transactions of a request, which is what it costs.
    resources: Vec<TransactionResource>,
    /// `ALL_OR_NONE` if not given, `AS_MANY_AS_POSSIBLE`, or `FIRST`: what the requester has already, otherwise the first
    /// that is free, in this order.
    method: Option<String>,
    /// Seconds until they end by themselves, for every resource that does not say so itself.
    #[schema(minimum = 1, maximum = 31_536_000)]
    ttl_seconds: Option<u32>,
    /// Waits in line for up to so many seconds, if it does not succeed at once; only in a request of one transaction, and
    /// not with `AS_MANY_AS_POSSIBLE`.
    #[schema(minimum = 0, maximum = 60)]
    wait_seconds: Option<u32>,
}

/// A name, or a name and how to take it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "documents the body")]
pub(super) enum TransactionResource {
    Name(String),
    Item(TransactionItem),
}

/// One resource of a transaction, and how to take it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"resource": "dataset", "mode": "shared", "ttlSeconds": 60}))]
pub(super) struct TransactionItem {
    /// What to hold.
    resource: String,
    /// `exclusive` if not given, or `shared`.
    mode: Option<String>,
    /// Instead of the transaction's.
    #[schema(minimum = 1, maximum = 31_536_000)]
    ttl_seconds: Option<u32>,
    /// A tag shown in lists and events. `UserDefined` if not given.
    resource_type: Option<String>,
    /// Up to 1 KiB of JSON, shown to whoever is refused. No secrets.
    #[schema(value_type = Option<Object>)]
    metadata: Option<String>,
}

/// What came of one transaction.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "requester": "worker-7", "method": "ALL_OR_NONE", "success": false, "reserved": [], "unavailable": [{
        "resource": "gpu", "requester": "worker-7", "status": "ALREADY_HELD",
        "explanation": "worker-3 holds it since 2026-11-24T09:00:00.000Z, until 2026-11-24T09:10:00.000Z.",
        "releaseToken": null, "fencingToken": null, "reservedAt": null, "expiresAt": null, "acquiredSlots": null,
        "acquiredBlockers": null, "reservedAtPath": null, "mode": "exclusive", "heldBy": null, "holders": null,
        "position": null, "availableAt": null, "retryAfterMs": 540_000,
    }],
}))]
pub(super) struct TransactionAnswer {
    requester: String,
    method: &'static str,
    /// Whether it took what its method asks for.
    success: bool,
    /// What the requester has of it now, what he had before included. Empty when `ALL_OR_NONE` did not succeed: nothing was
    /// held, not for a moment.
    reserved: Vec<ReserveAnswer>,
    /// What could not be had, and why.
    unavailable: Vec<ReserveAnswer>,
}

/// Takes several resources together: 1 to 20 transactions, each one atomic, in order.
///
/// When a limit of active reservations would be exceeded, nothing of the whole request is done.
#[utoipa::path(
    post,
    path = "/api/v1/Reservation/transaction",
    tag = "Reservations",
    request_body = Vec<TransactionRequest>,
    security(("apiKey" = [])),
    responses(
        (status = 200, description = "Decided, transaction by transaction", body = Vec<TransactionAnswer>),
        (status = 400, description = "The body cannot be used", body = ProblemBody),
        (status = 401, description = "No valid key", body = ProblemBody),
        (status = 403, description = "The tenant is suspended, or an exchanged token acts for somebody else", body = ProblemBody),
        (status = 408, description = "The body did not arrive in time", body = ProblemBody),
        (status = 413, description = "The body is too long", body = ProblemBody),
        (status = 415, description = "The body is not JSON", body = ProblemBody),
        (status = 429, description = "A limit of the tier is reached; nothing was reserved", body = ProblemBody),
        (status = 503, description = "Not acknowledged", body = ProblemBody),
    ),
)]
pub(super) async fn transaction(
    State(state): State<ApiState>,
    asker: Metered,
    request: Request,
) -> Result<Response, Limited> {
    let body = body::read(request).await?;
    let mut reader = Reader {
        state: &state,
        requesters: Requesters::of(&asker.principal),
        in_all: 0,
    };
    let transactions = json::items(&body, MOST_TRANSACTIONS, |fields| {
        reader.transaction(fields)
    })?;
    reader.requesters.check()?;
    let standing = state.take(&asker, reader.in_all)?;
    let command = Command::Transactions(transactions);
    let decided = state.decide(&asker, standing, command).await?;
    let (Command::Transactions(transactions), Outcome::Transactions(outcomes)) =
        (decided.command, decided.outcome)
    else {
        return Err(unexpected());
    };
    let concerned = Concerned::of(&state, &asker, in_the_way(failed(&outcomes)));
    let waiting = Waiting::of(&state, &asker, concerned).await;
    let view = View {
        sight: &Sight::of(&asker.principal),
        waiting: &waiting,
        now: decided.now,
    };
    let body: Vec<_> = transactions
        .iter()
        .zip(&outcomes)
        .filter_map(|(transaction, outcome)| answer(transaction, outcome, &view))
        .collect();
    Ok(Answer::ok(standing, body))
}

fn failed(outcomes: &[TransactionOutcome]) -> impl Iterator<Item = &ReserveOutcome> {
    let unavailable = outcomes.iter().flat_map(|outcome| &outcome.unavailable);
    unavailable.map(|(_, outcome)| outcome)
}

struct Reader<'a> {
    state: &'a ApiState,
    requesters: Requesters,
    /// Resources of the transactions so far.
    in_all: usize,
}

impl Reader<'_> {
    fn transaction(&mut self, fields: &mut Fields<'_>) -> Option<Transaction> {
        let requester = self.requesters.read(fields);
        let method = fields.optional("method", read_method);
        let ttl = read_ttl(fields);
        let ledger = &self.state.services.ledger;
        let wait = read_wait(fields, || ledger.next_waiter());
        let resources = read_resources(fields);
        if let Some(resources) = &resources {
            let before = self.in_all;
            self.in_all += resources.len();
            if before <= MOST_IN_ALL && self.in_all > MOST_IN_ALL {
                fields.problem(
                    "resources",
                    format_args!("takes the request over {MOST_IN_ALL} resources in all"),
                );
            }
        }
        let method = method?.unwrap_or_default();
        if method == Method::AsManyAsPossible && wait.flatten().is_some() {
            fields.problem(
                "waitSeconds",
                "may only be 0 with AS_MANY_AS_POSSIBLE, which never has to wait",
            );
        }
        let (requester, ttl, wait) = (requester?, ttl?, wait?);
        let by = |mut wanted: Wanted| {
            wanted.ttl = wanted.ttl.or(ttl);
            wanted.by(requester.clone(), None)
        };
        Some(Transaction {
            id: format!("{:016x}", random::u64()).into(),
            method,
            items: resources?.into_iter().map(by).collect(),
            wait,
        })
    }
}

/// The resources of a transaction, none of them twice.
fn read_resources(fields: &mut Fields<'_>) -> Option<Vec<Wanted>> {
    let mut names: Vec<ResourceName> = Vec::new();
    let resources = fields.list("resources", 1..=MOST_RESOURCES, |element, value| {
        let wanted = read_resource(element, value)?;
        if names.contains(&wanted.resource) {
            element.problem("is in this transaction already");
            return None;
        }
        names.push(wanted.resource.clone());
        Some(wanted)
    })?;
    if resources.is_none() {
        fields.problem("resources", "is missing");
    }
    resources
}

fn read_resource(element: &mut Element<'_>, value: Json) -> Option<Wanted> {
    match value {
        Json::String(name) => match ResourceName::parse(&name) {
            Ok(name) => Some(Wanted::plainly(name)),
            Err(error) => {
                element.problem(error);
                None
            }
        },
        Json::Object(_) => element.object(value, Wanted::read),
        other => {
            element.problem(format_args!(
                "must be a name or an object, not {}",
                other.kind()
            ));
            None
        }
    }
}

fn read_method(value: Json) -> Result<Method, String> {
    let text = json::string(value)?;
    let method = METHODS.iter().find(|(_, name)| *name == text);
    method
        .map(|(method, _)| *method)
        .ok_or_else(|| "must be ALL_OR_NONE, AS_MANY_AS_POSSIBLE or FIRST".to_owned())
}

fn name_of(method: Method) -> &'static str {
    let name = METHODS.iter().find(|(known, _)| *known == method);
    name.map_or("", |(_, name)| name)
}

/// `None` never happens: a transaction has a resource at least.
fn answer(
    transaction: &Transaction,
    outcome: &TransactionOutcome,
    view: &View<'_>,
) -> Option<TransactionAnswer> {
    let answers = |outcomes: &[(usize, ReserveOutcome)]| {
        let items = outcomes.iter().filter_map(|(index, outcome)| {
            let item = transaction.items.get(*index)?;
            Some(view.reserve(item, outcome))
        });
        items.collect()
    };
    let requester = &transaction.items.first()?.requester;
    Some(TransactionAnswer {
        requester: requester.as_str().to_owned(),
        method: name_of(transaction.method),
        success: outcome.success,
        reserved: answers(&outcome.reserved),
        unavailable: answers(&outcome.unavailable),
    })
}
