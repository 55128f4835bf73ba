//! What a page lists, as a file that is written while it is read: a list may be longer than memory should hold.

mod audit;
mod csv;
mod events;
mod reservations;

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, Uri, header, request::Parts},
    response::{IntoResponse as _, Response},
    routing::get,
};
use futures_util::stream;
use serde::de::DeserializeOwned;

use super::{Ui, pages};
use crate::{auth::DashboardUser, domain::Error, model::TenantId};

/// Entries written at once.
const ROWS: usize = 500;

#[derive(Clone, Copy)]
enum Format {
    /// A JSON object a line.
    Lines,
    Csv,
}

/// The files.
pub(super) fn router() -> Router<Ui> {
    Router::new()
        .route(app::routes::AUDIT_LINES, get(audit::lines))
        .route(app::routes::AUDIT_CSV, get(audit::csv))
        .route(app::routes::EVENTS_LINES, get(events::lines))
        .route(app::routes::EVENTS_CSV, get(events::csv))
        .route(app::routes::RESERVATIONS_LINES, get(reservations::lines))
        .route(app::routes::RESERVATIONS_CSV, get(reservations::csv))
}

/// How entries are written.
struct Table<T> {
    /// The names of the columns.
    header: &'static [&'static str],
    line: fn(TenantId, &T) -> String,
    cells: fn(&T) -> Vec<String>,
}

/// A part of a list, and where the next one begins.
struct Part<T, P> {
    entries: Vec<T>,
    next: Option<P>,
}

/// Where the next part begins.
enum Place<P> {
    Beginning,
    From(P),
    End,
}

/// Who asks, and for what.
async fn asked(ui: &Ui, request: Request<Body>) -> Result<(DashboardUser, Parts), Response> {
    use axum::extract::FromRequestParts as _;
    let (mut parts, _) = request.into_parts();
    let user = DashboardUser::from_request_parts(&mut parts, &ui.state).await?;
    Ok((user, parts))
}

/// The fields of an address. A query that is none has none of them.
fn query<T: DeserializeOwned + Default>(uri: &Uri) -> T {
    axum::extract::Query::try_from_uri(uri).map_or_else(|_| T::default(), |query| query.0)
}

/// The page that says what is wrong with the address.
async fn refused(ui: &Ui, parts: Parts, error: app::error::AppError) -> Response {
    let status = error.status();
    let mut page = pages::render(ui, parts, pages::Extra::of(error)).await;
    *page.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    page
}

/// The file called `name`, of a tenant's, made of the parts that `read` gives. A failure in the middle cuts the answer off,
/// so that nobody takes a part for the whole.
fn file<T, P, F>(
    name: &str,
    tenant: TenantId,
    format: Format,
    table: &Table<T>,
    read: impl Fn(Option<P>) -> F + Send + 'static,
) -> Response
where
    T: Send + 'static,
    P: Send + 'static,
    F: Future<Output = Result<Part<T, P>, Error>> + Send + 'static,
{
    let Table {
        header,
        line,
        cells,
    } = *table;
    let (kind, ending) = match format {
        Format::Lines => ("application/jsonl", "jsonl"),
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
    };
    let pieces = stream::try_unfold(Place::Beginning, move |place| {
        let is_first = matches!(place, Place::Beginning);
        let reading = match place {
            Place::Beginning => Some(read(None)),
            Place::From(from) => Some(read(Some(from))),
            Place::End => None,
        };
        async move {
            let Some(reading) = reading else {
                return Ok(None);
            };
            let part = reading.await?;
            let mut text = match format {
                Format::Csv if is_first => format!("{}\r\n", header.join(",")),
                _ => String::new(),
            };
            for entry in &part.entries {
                match format {
                    Format::Lines => {
                        text += &line(tenant, entry);
                        text.push('\n');
                    }
                    Format::Csv => text += &csv::row(&cells(entry)),
                }
            }
            let next = part.next.map_or(Place::End, Place::From);
            Ok::<_, Error>(Some((text, next)))
        }
    });
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let name = format!("attachment; filename=\"{name}-{tenant}.{ending}\"");
    if let Ok(name) = HeaderValue::try_from(name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// A cell of what may be missing.
fn or_nothing(text: Option<String>) -> String {
    text.unwrap_or_default()
}
