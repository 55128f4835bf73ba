//! Every route of the API, asked for somebody else's things.

use coop_locker::keyring::KeyText;
use serde_json::{Value, json};

use crate::support::{Answer, Tenant};

/// What tenant A has, which nobody else may see or change. The names are those that B will ask for.
pub const RESOURCE: &str = "database";
pub const REQUESTER: &str = "worker-of-a";
pub const METADATA: &str = "only-for-a";
/// A resource that A has defined, to block another one.
pub const DEFINED: &str = "pool";

/// How a route is asked for A's things, and what B is told when he does so with his own key.
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub query: &'static str,
    /// The body, given A's release token.
    pub body: Option<fn(token: &Value) -> Value>,
    pub status: u16,
    pub told: fn(answer: &Answer, b: &Tenant),
    /// Whether it answers without a key too, then the same to everybody.
    pub is_public: bool,
}

pub const DEFINITION: &str = "/api/v1/Resource/definitions/{name}";

pub const ROUTES: &[Route] = &[
    Route {
        method: "get",
        path: "/api/v1/Reservation",
        query: "",
        body: None,
        status: 200,
        told: |answer, _| assert_eq!(answer.json()["reservations"], json!([])),
        is_public: false,
    },
    Route {
        method: "get",
        path: "/api/v1/Reservation/activeReservations",
        // A's own cursor: it names a place, not a tenant.
        query: "?cursor=MDo",
        body: None,
        status: 200,
        told: |answer, _| assert_eq!(answer.json()["reservations"], json!([])),
        is_public: false,
    },
    Route {
        method: "post",
        path: "/api/v1/Reservation/reserve",
        query: "",
        body: Some(|_| json!([{"requester": "b", "resource": RESOURCE}])),
        status: 200,
        told: |answer, _| {
            assert_eq!(answer.json()[0]["status"], "ACQUIRED");
            assert_eq!(answer.json()[0]["fencingToken"], 1, "B counts for himself");
        },
        is_public: false,
    },
    Route {
        method: "post",
        path: "/api/v1/Reservation/unreserve",
        query: "",
        body: Some(
            |token| json!([{"requester": REQUESTER, "resource": RESOURCE, "releaseToken": token}]),
        ),
        status: 200,
        told: |answer, _| {
            assert_eq!(answer.json()[0]["status"], "NOT_RESERVED");
            assert_eq!(answer.json()[0]["released"], Value::Null);
        },
        is_public: false,
    },
    Route {
        method: "post",
        path: "/api/v1/Reservation/renew",
        query: "",
        body: Some(
            |token| json!([{"requester": REQUESTER, "resource": RESOURCE, "releaseToken": token}]),
        ),
        status: 200,
        told: |answer, _| assert_eq!(answer.json()[0]["status"], "LOST"),
        is_public: false,
    },
    Route {
        method: "post",
        path: "/api/v1/Reservation/verify",
        query: "",
        body: Some(|_| json!([{"resource": RESOURCE, "fencingToken": 2}])),
        status: 200,
        told: |answer, _| assert_eq!(answer.json()[0]["status"], "UNKNOWN"),
        is_public: false,
    },
    Route {
        method: "post",
        path: "/api/v1/Reservation/check",
        query: "",
        body: Some(|_| json!([{"resource": RESOURCE}, {"resource": DEFINED}])),
        status: 200,
        told: |answer, _| {
            assert_eq!(answer.json()[0]["status"], "ACQUIRED");
            assert_eq!(answer.json()[1]["capacity"], 1);
        },
        is_public: false,
    },
    Route {
        method: "post",
        path: "/api/v1/Reservation/transaction",
        query: "",
        body: Some(|_| json!([{"requester": "b", "resources": [RESOURCE, DEFINED]}])),
        status: 200,
        told: |answer, _| {
            let reserved = &answer.json()[0]["reserved"];
            assert_eq!(reserved[0]["fencingToken"], 1, "B counts for himself");
            assert_eq!(reserved[1]["acquiredBlockers"], Value::Null);
        },
        is_public: false,
    },
    Route {
        method: "post",
        path: "/api/v1/Resource/register",
        query: "",
        body: Some(|_| json!([{"name": DEFINED, "capacity": 7}])),
        status: 200,
        told: |answer, _| assert_eq!(answer.json()[0]["blocks"], json!([])),
        is_public: false,
    },
    Route {
        method: "get",
        path: "/api/v1/Resource/definitions",
        query: "",
        body: None,
        status: 200,
        told: |answer, _| assert_eq!(answer.json()["definitions"], json!([])),
        is_public: false,
    },
    Route {
        method: "get",
        path: DEFINITION,
        query: "",
        body: None,
        status: 404,
        told: |answer, _| assert_eq!(answer.problem(404), "NOT_FOUND"),
        is_public: false,
    },
    Route {
        method: "delete",
        path: DEFINITION,
        query: "",
        body: None,
        status: 404,
        told: |answer, _| assert_eq!(answer.problem(404), "NOT_FOUND"),
        is_public: false,
    },
    Route {
        method: "get",
        path: "/api/v1/events",
        query: "?lastEventId=0",
        body: None,
        status: 200,
        told: |answer, _| assert!(!answer.text.contains("event:"), "{}", answer.text),
        is_public: false,
    },
    Route {
        method: "get",
        path: "/api/v1/events/history",
        query: "",
        body: None,
        status: 200,
        told: |answer, _| assert_eq!(answer.json()["events"], json!([])),
        is_public: false,
    },
    Route {
        method: "get",
        path: "/api/v1/auth/whoami",
        query: "",
        body: None,
        status: 200,
        told: |answer, b| {
            assert_eq!(answer.json()["tenantId"], b.id.to_string());
            assert_eq!(answer.json()["limits"]["activeReservations"]["used"], 0);
        },
        is_public: false,
    },
    Route {
        method: "post",
        path: "/api/v1/keys/report-leak",
        query: "",
        body: Some(|_| json!({"key": KeyText::generate_api_key().expose()})),
        status: 200,
        told: |answer, _| assert_eq!(answer.json(), json!({"status": "RECEIVED"})),
        is_public: true,
    },
];
