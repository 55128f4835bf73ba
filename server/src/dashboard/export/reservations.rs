//! The active reservations. Release tokens are their holders' alone.

use axum::{body::Body, extract::State, http::Request, response::Response};
use coop_engine::Reservation;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Format, Part, ROWS, Table, asked, file, or_nothing, query};
use crate::{
    clock::iso,
    dashboard::Ui,
    domain::reservations::{self, ReservationFilter},
    model::TenantId,
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Filter {
    requester: String,
    label: String,
    prefix: String,
    r#type: String,
}

const TABLE: Table<Reservation> = Table {
    header: &[
        "resource",
        "requester",
        "mode",
        "apiKeyLabel",
        "reservedAt",
        "expiresAt",
        "fencingToken",
        "holds",
        "resourceType",
        "metadata",
    ],
    line,
    cells,
};

/// `GET /dashboard/reservations.jsonl`: a JSON object a line, by resource.
pub(super) async fn lines(State(ui): State<Ui>, request: Request<Body>) -> Response {
    export(&ui, request, Format::Lines).await
}

/// `GET /dashboard/reservations.csv`.
pub(super) async fn csv(State(ui): State<Ui>, request: Request<Body>) -> Response {
    export(&ui, request, Format::Csv).await
}

async fn export(ui: &Ui, request: Request<Body>, format: Format) -> Response {
    let (user, parts) = match asked(ui, request).await {
        Ok(asked) => asked,
        Err(instead) => return instead,
    };
    let asked: Filter = query(&parts.uri);
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    let filter = ReservationFilter {
        requester: some(asked.requester),
        api_key_label: some(asked.label),
        prefix: some(asked.prefix),
        resource_type: some(asked.r#type),
        ..ReservationFilter::default()
    };
    let (services, tenant) = (ui.state.services.clone(), user.tenant);
    let now = services.clock.now();
    let read = move |after| {
        let (services, filter) = (services.clone(), filter.clone());
        async move {
            let ledger = &services.ledger;
            let page = reservations::list(ledger, tenant, &filter, after, ROWS, now).await?;
            Ok(Part {
                entries: page.reservations,
                next: page.next,
            })
        }
    };
    file("reservations", tenant, format, &TABLE, read)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    resource: &'a str,
    requester: &'a str,
    mode: &'a str,
    api_key_label: &'a str,
    reserved_at: String,
    expires_at: Option<String>,
    fencing_token: u64,
    holds: Vec<String>,
    resource_type: &'a str,
    metadata: Option<&'a RawValue>,
}

fn line(_: TenantId, held: &Reservation) -> String {
    let line = Line {
        resource: held.resource.as_str(),
        requester: held.principal.requester.as_str(),
        mode: held.mode.as_str(),
        api_key_label: &held.label,
        reserved_at: iso(held.reserved_at),
        expires_at: held.expires_at.map(iso),
        fencing_token: held.fencing_token.as_u64(),
        holds: holds(held),
        resource_type: &held.resource_type,
        // It was an object when it was let in.
        metadata: held
            .metadata
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok()),
    };
    // Strings, numbers and what was JSON already always serialise.
    serde_json::to_string(&line).unwrap_or_default()
}

fn holds(held: &Reservation) -> Vec<String> {
    held.holds().map(|held| held.name()).collect()
}

fn cells(held: &Reservation) -> Vec<String> {
    vec![
        held.resource.to_string(),
        held.principal.requester.to_string(),
        held.mode.as_str().to_owned(),
        held.label.to_string(),
        iso(held.reserved_at),
        or_nothing(held.expires_at.map(iso)),
        held.fencing_token.as_u64().to_string(),
        holds(held).join(" "),
        held.resource_type.to_string(),
        or_nothing(held.metadata.as_deref().map(str::to_owned)),
    ]
}
