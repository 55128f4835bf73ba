//! The OpenAPI document is what it was, and what it says can happen can be made to happen.

mod routes;

use std::{collections::BTreeSet, io::Write as _};

use axum::body::Body;
use coop_locker::model::Tier;
use http::Request;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use self::routes::{HIDE_RESERVATIONS, REFUSE_EVENTS, ROUTES, Route, STREAM, TENANT_KEY, TOKEN};
use crate::{
    exchange,
    support::{Answer, App, Site, Tenant, schema},
};

/// Requests after which a quota of a hundred writes, or of five hundred reads, is surely used up.
const MOST_TO_USE_UP: usize = 5_000;

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
            if route.path == STREAM && *status == 200 {
                let response = &document["paths"][STREAM]["get"]["responses"]["200"];
                assert!(response["content"][answer.header("content-type")].is_object());
                continue;
            }
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
async fn a_refusal_to_release_or_to_renew_has_the_items_of_a_success() {
    let app = App::start().await;
    let tenant = app.tenant(Tier::Free).await;
    app.reserve(&tenant.key, json!([{"requester": "w", "resource": "a"}]))
        .await;
    for path in ["/Reservation/unreserve", "/Reservation/renew"] {
        let items = json!([{"requester": "w", "resource": "a", "releaseToken": "wrong"}]);
        let answer = app.post(&tenant.key, path, &items).await;
        assert_eq!(answer.status, 403);
        assert_eq!(answer.header("content-type"), "application/json");
        let route = ROUTES.iter().find(|route| route.path.ends_with(path));
        assert_documented(&document(), route.expect("there"), &answer);
    }
}

#[test]
fn every_example_of_the_document_is_what_its_schema_says_and_every_body_of_ours_has_one() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object();
    for (name, schema) in schemas.expect("an object") {
        if let Some(example) = schema.get("example") {
            assert_eq!(schema::mismatch(&document, schema, example), None, "{name}");
        }
    }
    for name in [
        "ReserveRequest",
        "ReserveAnswer",
        "UnreserveRequest",
        "UnreserveAnswer",
        "RenewRequest",
        "RenewAnswer",
        "VerifyRequest",
        "VerifyAnswer",
        "CheckRequest",
        "CheckAnswer",
        "TransactionRequest",
        "TransactionAnswer",
        "ListedReservation",
        "RegisterRequest",
        "Defined",
        "DefinitionList",
        "DeletedDefinition",
    ] {
        let schema = &document["components"]["schemas"][name];
        assert!(schema["example"].is_object(), "{name}");
        assert!(schema["description"].is_string(), "{name}");
    }
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
    // One definition that is free to change, and one that is held.
    let items = json!([{"name": "defined", "capacity": 2}, {"name": "taken", "blocks": ["other"]}]);
    let registered = app.post(&tenant.key, "/Resource/register", &items).await;
    assert_eq!(registered.status, 200, "{}", registered.text);
    app.reserve(
        &tenant.key,
        json!([{"requester": "w", "resource": "taken"}]),
    )
    .await;
    let mut name = "defined";
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
        404 => name = "nothing",
        409 if body.is_some() => {
            body = Some(json!([{"name": "taken", "blocks": ["another"]}]).to_string());
        }
        409 => name = "taken",
        413 => body = Some(" ".repeat(1024 * 1024 + 1)),
        415 => content_type = "text/plain",
        // Releasing and renewing are never refused to somebody with a key.
        429 if route.path.ends_with("/unreserve") || route.path.ends_with("/renew") => {
            key = "coop_sk_nothing";
        }
        200 | 429 => {}
        503 => {
            if route.sabotage == REFUSE_EVENTS {
                app.refuse_events().await;
            } else {
                app.meddle(route.sabotage).await;
            }
            if route.sabotage == HIDE_RESERVATIONS {
                app = app.restart().await;
            }
        }
        _ => panic!("nobody knows how to provoke {status}"),
    }
    // A stream is refused when as many are open as may be.
    let mut streams = Vec::new();
    if route.path == STREAM && status == 429 {
        for _ in 0..2 {
            streams.push(app.events(key, "").await);
        }
    }
    let ask = async || {
        let request = Request::builder()
            .method(route.method.to_uppercase().as_str())
            .uri(format!("{}{query}", route.path.replace("{name}", name)))
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
