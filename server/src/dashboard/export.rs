//! The audit log as a file, written while it is read: a log may be longer than memory should hold.

use std::fmt::Write as _;

use axum::{
    body::Body,
    extract::{FromRequestParts as _, Query, State},
    http::{HeaderValue, Request, header},
    response::{IntoResponse as _, Response},
};
use futures_util::stream;
use serde::Deserialize;
use serde_json::json;

use super::Ui;
use crate::{
    auth::DashboardUser,
    clock::iso,
    domain::{self, audit},
    model::{AuditEntry, TenantId},
    state::Services,
};

/// Entries written at once.
const ROWS: usize = 500;

#[derive(Clone, Copy)]
enum Format {
    Lines,
    Csv,
}

#[derive(Deserialize)]
struct Filter {
    #[serde(default)]
    action: String,
}

/// `GET /dashboard/audit.jsonl`: a JSON object a line, the newest first.
pub(super) async fn lines(State(ui): State<Ui>, request: Request<Body>) -> Response {
    export(&ui, request, Format::Lines).await
}

/// `GET /dashboard/audit.csv`.
pub(super) async fn csv(State(ui): State<Ui>, request: Request<Body>) -> Response {
    export(&ui, request, Format::Csv).await
}

async fn export(ui: &Ui, request: Request<Body>, format: Format) -> Response {
    let (mut parts, _) = request.into_parts();
    let user = match DashboardUser::from_request_parts(&mut parts, &ui.state).await {
        Ok(user) => user,
        Err(instead) => return instead,
    };
    let action = Query::<Filter>::try_from_uri(&parts.uri)
        .map_or_else(|_| String::new(), |Query(filter)| filter.action);
    let (kind, ending) = match format {
        Format::Lines => ("application/jsonl", "jsonl"),
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
    };
    let name = format!("attachment; filename=\"audit-{}.{ending}\"", user.tenant);
    let body = written(ui.state.services.clone(), user.tenant, action, format);
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(name) = HeaderValue::try_from(name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// Where the next piece begins.
enum Place {
    Beginning,
    Before(i64),
    End,
}

/// A failure in the middle cuts the answer off, so that nobody takes a part for the whole.
fn written(services: Services, tenant: TenantId, action: String, format: Format) -> Body {
    let pieces = stream::try_unfold(Place::Beginning, move |place| {
        let (services, action) = (services.clone(), action.clone());
        async move {
            let (mut text, before) = match (place, format) {
                (Place::End, _) => return Ok(None),
                (Place::Beginning, Format::Csv) => (HEADER.to_owned(), None),
                (Place::Beginning, Format::Lines) => (String::new(), None),
                (Place::Before(number), _) => (String::new(), Some(number)),
            };
            let page = audit::list(&services.ledger, tenant, &action, before, ROWS).await?;
            for entry in &page.entries {
                match format {
                    Format::Lines => push_line(&mut text, entry),
                    Format::Csv => push_row(&mut text, entry),
                }
            }
            let next = page.next.map_or(Place::End, Place::Before);
            Ok::<_, domain::Error>(Some((text, next)))
        }
    });
    Body::from_stream(pieces)
}

fn push_line(text: &mut String, entry: &AuditEntry) {
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
    // Writing into a String cannot fail.
    let _ = writeln!(text, "{line}");
}

const HEADER: &str = "number,at,who,action,subject,detail,address,userAgent,requestId\r\n";

fn push_row(text: &mut String, entry: &AuditEntry) {
    let detail = if entry.deed.detail.is_null() {
        String::new()
    } else {
        entry.deed.detail.to_string()
    };
    let or_nothing = |text: &Option<String>| text.clone().unwrap_or_default();
    let cells = [
        entry.number.to_string(),
        iso(entry.at),
        entry.by.actor.name(),
        entry.deed.action.clone(),
        entry.deed.subject.clone(),
        detail,
        or_nothing(&entry.by.address),
        or_nothing(&entry.by.user_agent),
        or_nothing(&entry.by.request_id),
    ];
    text.push_str(&cells.map(|text| cell(&text)).join(","));
    text.push_str("\r\n");
}

/// A cell as RFC 4180 writes it. Spreadsheets run what begins like a formula, and names, labels and user agents are
/// typed by anybody: an apostrophe before it makes it a text.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mark = if is_formula { "'" } else { "" };
    let text = text.replace('"', "\"\"");
    format!("\"{mark}{text}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_a_text_and_never_a_formula() {
        for (text, expected) in [
            ("plain, with comma", "\"plain, with comma\""),
            ("a \"quote\"", "\"a \"\"quote\"\"\""),
            ("=1+1", "\"'=1+1\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("a=1", "\"a=1\""),
            ("", "\"\""),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
    }
}
