//! The OpenAPI document is what it was, and what it says can happen can be made to happen.

use std::{collections::BTreeSet, io::Write as _};

use axum::body::Body;
use coop_locker::model::Tier;
use http::Request;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::{
    exchange,
    support::{Answer, App, Site, Tenant, schema},
};

/// A route, and every status that it can be made to answer.
struct Route {
    method: &'static str,
    path: &'static str,
    statuses: &'static [u16],
    /// A body that is in order, given the release token of a reservation `held` of the requester `w`.
    body: Option<fn(token: &Value) -> Value>,
    /// What makes the store refuse it.
    sabotage: &'static str,
}

/// Stands in a body for the tenant's own key.
const TENANT_KEY: &str = "TENANT_KEY";
/// Requests after which a quota of a hundred writes, or of five hundred reads, is surely used up.
const MOST_TO_USE_UP: usize = 5_000;

/// Its credential is a JWT or what one was exchanged for, which `exchange` knows how to make.
const TOKEN: &str = "/api/v1/auth/token";

const REFUSE_EVENTS: &str =
    "CREATE TRIGGER broken BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'broken'); END";
const HIDE_RESERVATIONS: &str = "ALTER TABLE reservations RENAME TO hidden";
const HIDE_TENANTS: &str = "ALTER TABLE tenants RENAME TO hidden";

const ROUTES: &[Route] = &[
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
        path: "/api/v1/auth/whoami",
        statuses: &[200, 401, 403, 429, 503],
        body: None,
        sabotage: HIDE_TENANTS,
    },
];

fn document() -> Value {
    Site::new().json(&["openapi"])
}

#[test]
fn the_document_is_the_one_that_was_committed() {
    let printed = Site::new().run(&["openapi"]);
    assert!(printed.status.success());
    insta::assert_snapshot!(String::from_utf8(printed.stdout).expect("text"));
}

#[tokio::test]
async fn what_the_server_shows_is_what_the_program_prints() {
    let app = App::start().await;
    let request = Request::get("/openapi.json").body(Body::empty());
    let answer = app.send(request.expect("a request")).await;
    assert_eq!(answer.json(), document());
}

#[test]
fn the_document_names_every_route_and_exactly_the_statuses_that_it_can_answer() {
    let document = document();
    let paths = document["paths"].as_object().expect("an object");
    let mut documented = BTreeSet::new();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().expect("an object") {
            let responses = operation["responses"].as_object().expect("an object");
            for status in responses.keys() {
                documented.insert(format!("{method} {path} {status}"));
            }
        }
    }
    let exercised: BTreeSet<String> = ROUTES
        .iter()
        .flat_map(|route| {
            let line = |status| format!("{} {} {status}", route.method, route.path);
            route.statuses.iter().map(line)
        })
        .collect();
    assert_eq!(documented, exercised);
}

#[tokio::test]
async fn every_documented_status_of_every_route_can_be_made_to_happen_and_looks_as_documented() {
    let document = document();
    for route in ROUTES {
        for status in route.statuses {
            let answer = provoke(route, *status).await;
            let what = format!("{} {}: {}", route.method, route.path, answer.text);
            assert_eq!(answer.status.as_u16(), *status, "{what}");
            if *status == 200 {
                assert_eq!(answer.header("content-type"), "application/json");
            } else {
                answer.problem(*status);
            }
            assert_documented(&document, route, &answer);
        }
    }
}

#[tokio::test]
async fn a_refusal_to_release_has_the_items_of_a_success() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    app.reserve(&tenant.key, json!([{"requester": "w", "resource": "a"}]))
        .await;
    let answer = app
        .unreserve(
            &tenant.key,
            json!([{"requester": "w", "resource": "a", "releaseToken": "wrong"}]),
        )
        .await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.header("content-type"), "application/json");
    let route = ROUTES.iter().find(|r| r.path.ends_with("/unreserve"));
    assert_documented(&document(), route.expect("there"), &answer);
}

/// The media type is a documented one, and the body has the fields that are documented for it.
fn assert_documented(document: &Value, route: &Route, answer: &Answer) {
    let status = answer.status.as_str();
    let response = &document["paths"][route.path][route.method]["responses"][status];
    let content = &response["content"][answer.header("content-type")];
    let problem = schema::mismatch(document, &content["schema"], &answer.json());
    let what = format!("{} {} {status}", route.method, route.path);
    assert_eq!(problem, None, "{what}: {}", answer.text);
}

async fn provoke(route: &Route, status: u16) -> Answer {
    if route.path == TOKEN {
        return exchange::documented::provoke(route.method, status).await;
    }
    // Few enough that the quota of a minute is used up in a moment.
    let mut tiers = NamedTempFile::new().expect("a file");
    tiers
        .write_all(b"[free]\nwritesPerMinute = 100\n")
        .expect("written");
    let tiers_file = tiers.path().display().to_string();
    let mut app = App::start_with(&[("tiers_file", &tiers_file)]).await;
    let tenant = app.tenant(Tier::Free).await;
    let held =
        json!([{"requester": "w", "resource": "held", "ttlSeconds": 60, "metadata": {"a": [1]}}]);
    let held = app.reserve(&tenant.key, held).await;
    let token = held.json()[0]["releaseToken"].clone();
    let mut body = route
        .body
        .map(|body| body(&token).to_string().replace(TENANT_KEY, &tenant.key));
    let mut query = "";
    let mut content_type = "application/json";
    let mut key = tenant.key.as_str();
    match status {
        400 if body.is_some() => body = Some("[]".to_owned()),
        400 => query = "?nothing=1",
        401 => key = "coop_sk_nothing",
        403 => app = suspended(app, &tenant).await,
        // A client that goes away in the middle is told the same as one that is too slow, which takes longer to test.
        408 => {
            let broken = futures_util::stream::iter([Ok("["), Err("gone")]);
            let request = Request::post(route.path)
                .header("x-api-key", key)
                .header("content-type", content_type)
                .body(Body::from_stream(broken));
            return app.send(request.expect("a request")).await;
        }
        413 => body = Some(" ".repeat(1024 * 1024 + 1)),
        415 => content_type = "text/plain",
        // Releasing is never refused to somebody with a key.
        429 if route.path.ends_with("/unreserve") => key = "coop_sk_nothing",
        200 | 429 => {}
        503 => app.meddle(route.sabotage).await,
        _ => panic!("nobody knows how to provoke {status}"),
    }
    let ask = async || {
        let request = Request::builder()
            .method(route.method.to_uppercase().as_str())
            .uri(format!("{}{query}", route.path))
            .header("x-api-key", key)
            .header("content-type", content_type)
            .body(Body::from(body.clone().unwrap_or_default()));
        app.send(request.expect("a request")).await
    };
    let mut answer = ask().await;
    // The quota fills up again while it is used, so nobody knows the number beforehand.
    for _ in 0..MOST_TO_USE_UP {
        if status != 429 || answer.status == 429 {
            break;
        }
        answer = ask().await;
    }
    answer
}

/// The credentials are loaded when the server starts.
async fn suspended(app: App, tenant: &Tenant) -> App {
    app.meddle("UPDATE tenants SET suspended_at = 1").await;
    let app = app.restart().await;
    assert_eq!(
        app.get(&tenant.key, "/Reservation").await.problem(403),
        "TENANT_SUSPENDED"
    );
    app
}
