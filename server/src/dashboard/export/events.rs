//! The events, as the API shows them.

use app::{error::AppError, model::EventQuery};
use axum::{body::Body, extract::State, http::Request, response::Response};
use serde::Deserialize;

use super::{Format, Part, ROWS, Table, asked, file, or_nothing, query, refused};
use crate::{
    clock::iso,
    dashboard::{Ui, ports::event_filter},
    domain::events::{self, LoggedEvent},
    events::ShownEvent,
    model::TenantId,
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Filter {
    r#type: String,
    label: String,
    resource: String,
    prefix: String,
    requester: String,
}

const TABLE: Table<LoggedEvent> = Table {
    header: &[
        "revision",
        "at",
        "type",
        "resource",
        "requester",
        "apiKeyLabel",
        "fencingToken",
        "reservedAt",
        "expiresAt",
        "reason",
        "holds",
        "resourceType",
        "transactionId",
        "mode",
        "metadata",
    ],
    line,
    cells,
};

/// `GET /dashboard/events.jsonl`: a JSON object a line, the newest first.
pub(super) async fn lines(State(ui): State<Ui>, request: Request<Body>) -> Response {
    export(&ui, request, Format::Lines).await
}

/// `GET /dashboard/events.csv`.
pub(super) async fn csv(State(ui): State<Ui>, request: Request<Body>) -> Response {
    export(&ui, request, Format::Csv).await
}

async fn export(ui: &Ui, request: Request<Body>, format: Format) -> Response {
    let (user, parts) = match asked(ui, request).await {
        Ok(asked) => asked,
        Err(instead) => return instead,
    };
    let asked: Filter = query(&parts.uri);
    let asked = EventQuery {
        kind: asked.r#type,
        label: asked.label,
        resource: asked.resource,
        prefix: asked.prefix,
        requester: asked.requester,
    };
    if !asked.has_known_kind() {
        let error = AppError::Invalid("There is no such type of event.".into());
        return refused(ui, parts, error).await;
    }
    let filter = event_filter(&asked);
    let (services, tenant) = (ui.state.services.clone(), user.tenant);
    let read = move |before| {
        let (services, filter) = (services.clone(), filter.clone());
        async move {
            let page = events::before(&services.ledger, tenant, &filter, before, ROWS).await?;
            Ok(Part {
                entries: page.events,
                next: page.next,
            })
        }
    };
    file("events", tenant, format, &TABLE, read)
}

fn line(tenant: TenantId, event: &LoggedEvent) -> String {
    // Strings, numbers and what was JSON already always serialise.
    serde_json::to_string(&ShownEvent::of(tenant, event.clone())).unwrap_or_default()
}

fn cells(event: &LoggedEvent) -> Vec<String> {
    let event = event.clone();
    vec![
        event.revision.to_string(),
        iso(event.at),
        event.kind,
        event.resource,
        or_nothing(event.requester),
        event.label,
        or_nothing(event.fencing_token.map(|token| token.to_string())),
        or_nothing(event.reserved_at.map(iso)),
        or_nothing(event.expires_at.map(iso)),
        or_nothing(event.extra.reason),
        event.extra.holds.join(" "),
        or_nothing(event.resource_type),
        or_nothing(event.extra.transaction_id),
        or_nothing(event.extra.mode),
        or_nothing(event.metadata),
    ]
}
