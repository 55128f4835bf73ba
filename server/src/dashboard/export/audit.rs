//! The audit log.

use axum::{body::Body, extract::State, http::Request, response::Response};
use serde::Deserialize;
use serde_json::json;

use super::{Format, Part, ROWS, Table, asked, file, or_nothing, query};
use crate::{
    clock::iso,
    dashboard::Ui,
    domain::audit,
    model::{AuditEntry, TenantId},
};

#[derive(Default, Deserialize)]
struct Filter {
    #[serde(default)]
    action: String,
}

const TABLE: Table<AuditEntry> = Table {
    header: &[
        "number",
        "at",
        "who",
        "action",
        "subject",
        "detail",
        "address",
        "userAgent",
        "requestId",
    ],
    line,
    cells,
};

/// `GET /dashboard/audit.jsonl`: a JSON object a line, the newest first.
pub(super) async fn lines(State(ui): State<Ui>, request: Request<Body>) -> Response {
    export(&ui, request, Format::Lines).await
}

/// `GET /dashboard/audit.csv`.
pub(super) async fn csv(State(ui): State<Ui>, request: Request<Body>) -> Response {
    export(&ui, request, Format::Csv).await
}

async fn export(ui: &Ui, request: Request<Body>, format: Format) -> Response {
    let (user, parts) = match asked(ui, request).await {
        Ok(asked) => asked,
        Err(instead) => return instead,
    };
    let Filter { action } = query(&parts.uri);
    let (services, tenant) = (ui.state.services.clone(), user.tenant);
    let read = move |before| {
        let (services, action) = (services.clone(), action.clone());
        async move {
            let page = audit::list(&services.ledger, tenant, &action, before, ROWS).await?;
            Ok(Part {
                entries: page.entries,
                next: page.next,
            })
        }
    };
    file("audit", tenant, format, &TABLE, read)
}

fn line(_: TenantId, entry: &AuditEntry) -> String {
    let line = json!({
        "number": entry.number,
        "at": iso(entry.at),
        "actor": entry.by.actor,
        "action": entry.deed.action,
        "subject": entry.deed.subject,
        "detail": entry.deed.detail,
        "address": entry.by.address,
        "userAgent": entry.by.user_agent,
        "requestId": entry.by.request_id,
    });
    line.to_string()
}

fn cells(entry: &AuditEntry) -> Vec<String> {
    let detail = if entry.deed.detail.is_null() {
        String::new()
    } else {
        entry.deed.detail.to_string()
    };
    vec![
        entry.number.to_string(),
        iso(entry.at),
        entry.by.actor.name(),
        entry.deed.action.clone(),
        entry.deed.subject.clone(),
        detail,
        or_nothing(entry.by.address.clone()),
        or_nothing(entry.by.user_agent.clone()),
        or_nothing(entry.by.request_id.clone()),
    ]
}
