//! Every route of the API, and what makes it answer as it can.

use serde_json::{Value, json};

/// A route, and every status that it can be made to answer.
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub statuses: &'static [u16],
    /// A body that is in order, given the release token of a reservation `held` of the requester `w`.
    pub body: Option<fn(token: &Value) -> Value>,
    /// What makes the store refuse it.
    pub sabotage: &'static str,
}

/// Stands in a body for the tenant's own key.
pub const TENANT_KEY: &str = "TENANT_KEY";
/// Its credential is a JWT or what one was exchanged for, which `exchange` knows how to make.
pub const TOKEN: &str = "/api/v1/auth/token";

/// Does not end by itself.
pub const STREAM: &str = "/api/v1/events";
const DEFINITION: &str = "/api/v1/Resource/definitions/{name}";

/// No statement: what is committed cannot be brought into the tables.
pub const REFUSE_EVENTS: &str = "refuse events";
/// The book cannot be read, by a server that has not read it yet.
pub const HIDE_RESERVATIONS: &str = "ALTER TABLE reservations RENAME TO hidden";
const HIDE_TENANTS: &str = "ALTER TABLE tenants RENAME TO hidden";

pub const ROUTES: &[Route] = &[
    Route {
        method: "get",
        path: "/api/v1/Reservation",
        statuses: &[200, 400, 401, 403, 429, 503],
        body: None,
        sabotage: HIDE_RESERVATIONS,
    },
    Route {
        method: "get",
        path: "/api/v1/Reservation/activeReservations",
        statuses: &[200, 400, 401, 403, 429, 503],
        body: None,
        sabotage: HIDE_RESERVATIONS,
    },
    Route {
        method: "post",
        path: "/api/v1/Reservation/reserve",
        statuses: &[200, 400, 401, 403, 408, 413, 415, 429, 503],
        // One that is granted and one that is refused, so that both kinds of item are looked at.
        body: Some(|_| {
            json!([
                {"requester": "w", "resource": "new", "ttlSeconds": 60},
                {"requester": "x", "resource": "held"},
            ])
        }),
        sabotage: REFUSE_EVENTS,
    },
    Route {
        method: "post",
        path: "/api/v1/Reservation/unreserve",
        statuses: &[200, 400, 401, 403, 408, 413, 415, 429, 503],
        body: Some(|token| json!([{"requester": "w", "resource": "held", "releaseToken": token}])),
        sabotage: REFUSE_EVENTS,
    },
    Route {
        method: "post",
        path: "/api/v1/Reservation/renew",
        statuses: &[200, 400, 401, 403, 408, 413, 415, 429, 503],
        body: Some(
            |token| json!([{"requester": "w", "resource": "held", "releaseToken": token, "ttlSeconds": 600}]),
        ),
        sabotage: REFUSE_EVENTS,
    },
    Route {
        method: "post",
        path: "/api/v1/Reservation/verify",
        statuses: &[200, 400, 401, 403, 408, 413, 415, 429, 503],
        body: Some(
            |_| json!([{"resource": "held", "fencingToken": 1}, {"resource": "held", "fencingToken": 9}]),
        ),
        sabotage: HIDE_RESERVATIONS,
    },
    Route {
        method: "post",
        path: "/api/v1/Reservation/check",
        statuses: &[200, 400, 401, 403, 408, 413, 415, 429, 503],
        body: Some(|_| json!([{"resource": "held", "requester": "x"}, {"resource": "free"}])),
        sabotage: HIDE_RESERVATIONS,
    },
    Route {
        method: "post",
        path: "/api/v1/Reservation/transaction",
        statuses: &[200, 400, 401, 403, 408, 413, 415, 429, 503],
        body: Some(
            |_| json!([{"requester": "x", "resources": ["new", {"resource": "held"}], "method": "AS_MANY_AS_POSSIBLE"}]),
        ),
        sabotage: REFUSE_EVENTS,
    },
    Route {
        method: "post",
        path: "/api/v1/Resource/register",
        statuses: &[200, 400, 401, 403, 408, 409, 413, 415, 429, 503],
        body: Some(|_| {
            json!([
                {"name": "defined", "capacity": 3, "blocks": ["b"], "treePath": "t>u", "lockDelaySeconds": 5},
                {"name": "plain"},
            ])
        }),
        sabotage: REFUSE_EVENTS,
    },
    Route {
        method: "get",
        path: "/api/v1/Resource/definitions",
        statuses: &[200, 400, 401, 403, 429, 503],
        body: None,
        sabotage: HIDE_RESERVATIONS,
    },
    Route {
        method: "get",
        path: DEFINITION,
        statuses: &[200, 401, 403, 404, 429, 503],
        body: None,
        sabotage: HIDE_RESERVATIONS,
    },
    Route {
        method: "delete",
        path: DEFINITION,
        statuses: &[200, 401, 403, 404, 409, 429, 503],
        body: None,
        sabotage: REFUSE_EVENTS,
    },
    Route {
        method: "post",
        path: "/api/v1/keys/report-leak",
        statuses: &[200, 400, 408, 413, 415, 429, 503],
        body: Some(|_| json!({"key": TENANT_KEY})),
        sabotage: "CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'broken'); END",
    },
    Route {
        method: "delete",
        path: TOKEN,
        statuses: &[200, 400, 401, 403, 503],
        body: None,
        sabotage: "",
    },
    Route {
        method: "post",
        path: TOKEN,
        statuses: &[200, 400, 401, 403, 408, 413, 415, 429, 503],
        body: None,
        sabotage: "",
    },
    Route {
        method: "get",
        path: STREAM,
        statuses: &[200, 400, 401, 403, 429, 503],
        body: None,
        sabotage: "ALTER TABLE tenant_books RENAME TO hidden",
    },
    Route {
        method: "get",
        path: "/api/v1/events/history",
        statuses: &[200, 400, 401, 403, 429, 503],
        body: None,
        sabotage: "ALTER TABLE events RENAME TO hidden",
    },
    Route {
        method: "get",
        path: "/api/v1/auth/whoami",
        statuses: &[200, 401, 403, 429, 503],
        body: None,
        sabotage: HIDE_TENANTS,
    },
];
