//! The URL table of `/api/v1`.

mod answer;
mod auth;
mod check;
mod decide;
mod definitions;
mod events;
mod explanation;
mod holder;
mod item;
mod list;
mod register;
mod renew;
mod report_leak;
mod requester;
mod reserve;
mod token;
mod transaction;
mod unreserve;
mod verify;
mod waiting;

use http::Method;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::ApiState;

pub(super) use holder::millis_until;

/// Every route under `/api/v1`, once.
pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(reserve::reserve))
        .routes(routes!(unreserve::unreserve))
        .routes(routes!(renew::renew))
        .routes(routes!(verify::verify))
        .routes(routes!(check::check))
        .routes(routes!(transaction::transaction))
        .routes(routes!(list::active_reservations))
        .routes(routes!(list::reservations))
        .routes(routes!(register::register))
        .routes(routes!(definitions::definitions))
        .routes(routes!(definitions::definition, definitions::delete))
        .routes(routes!(events::stream::stream))
        .routes(routes!(events::history::history))
        .routes(routes!(auth::whoami))
        .routes(routes!(report_leak::report_leak))
        .routes(routes!(token::exchange, token::revoke))
}

/// Routes that ask for no key: what is presented there is not counted as a try.
const PUBLIC: &[(Method, &str)] = &[
    (Method::POST, "/api/v1/auth/token"),
    (Method::POST, "/api/v1/keys/report-leak"),
];

/// Whether a key that comes with a request for this path is looked at. On a path that is not there, too: its bearer is
/// told where he stands, like everywhere.
pub(super) fn asks_for_a_key(method: &Method, path: &str) -> bool {
    path.starts_with("/api/")
        && !PUBLIC
            .iter()
            .any(|route| route.0 == *method && route.1 == path)
}
