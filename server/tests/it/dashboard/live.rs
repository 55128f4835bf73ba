//! `/dashboard/live`: an open page is told that something of its tenant's has changed, and nothing else.

use coop_locker::model::Tier;
use serde_json::json;

use super::{Browser, reservations::key_of};
use crate::support::{App, EventStream, Frame};

const KEEPALIVE_MS: i64 = 15_000;
/// As many pages of one tenant as are told.
const MOST_PAGES: usize = 100;

async fn reserve(app: &App, key: &str, resource: &str) {
    let item = json!([{"requester": "w", "resource": resource}]);
    assert_eq!(app.reserve(key, item).await.status, 200);
}

async fn assert_told(stream: &mut EventStream) {
    let told = Frame {
        event: "CHANGED".to_owned(),
        data: "look again".to_owned(),
        ..Frame::default()
    };
    assert_eq!(stream.frame().await, Some(told));
}

async fn assert_alive(app: &App, stream: &mut EventStream) {
    let turn = async { app.clock.advance_ms(KEEPALIVE_MS) };
    let (frame, ()) = tokio::join!(biased; stream.frame(), turn);
    assert_eq!(frame.expect("it goes on").comment, "keepalive");
}

#[tokio::test]
async fn a_page_is_told_when_it_begins_to_listen_and_when_something_of_its_own_tenant_changes() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let key = key_of(&ann).await;
    let bob = Browser::signed_in(&app, "bob@example.com").await;
    let mut hers = ann.live().await;
    let mut his = bob.live().await;
    assert_told(&mut hers).await;
    assert_told(&mut his).await;
    reserve(&app, &key, "door").await;
    assert_told(&mut hers).await;
    // Many changes at once are told together, and nothing of them is said.
    for resource in ["a", "b", "c", "d"] {
        reserve(&app, &key, resource).await;
    }
    assert_told(&mut hers).await;
    assert_alive(&app, &mut hers).await;
    assert_alive(&app, &mut his).await;
    // It is nothing to the tier's limit.
    let (_first, _second) = (app.events(&key, "").await, app.events(&key, "").await);
    app.shut_down().await;
}

#[tokio::test]
async fn a_page_is_told_nothing_more_once_its_session_has_ended() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let key = key_of(&ann).await;
    let mut signed_out = ann.live().await;
    let elsewhere = Browser::signed_in(&app, "ann@example.com").await;
    let mut goes_on = elsewhere.live().await;
    assert_told(&mut signed_out).await;
    assert_told(&mut goes_on).await;
    assert_eq!(ann.post("/auth/sign-out", &[]).await.status, 303);
    reserve(&app, &key, "door").await;
    assert_eq!(signed_out.frame().await, None);
    assert_told(&mut goes_on).await;
    app.shut_down().await;
}

#[tokio::test]
async fn a_key_opens_it_as_little_as_nobody_does() {
    let app = App::start().await;
    let key = app.tenant(Tier::Pro).await.key;
    let nobody = Browser::new(&app);
    let headers = [("x-api-key", key.as_str())];
    let answer = nobody.send(
        http::Method::GET,
        "/dashboard/live",
        &headers,
        String::new(),
    );
    assert_eq!(answer.await.status, 303);
    app.shut_down().await;
}

#[tokio::test]
async fn more_pages_than_anybody_has_open_are_refused_and_one_that_is_closed_makes_room() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    ann.get("/dashboard").await;
    let mut pages = Vec::new();
    for _ in 0..MOST_PAGES {
        pages.push(ann.live().await);
    }
    assert_eq!(ann.get("/dashboard/live").await.status, 503);
    pages.pop();
    let mut page = ann.live().await;
    assert_told(&mut page).await;
    app.shut_down().await;
}

#[tokio::test]
async fn a_server_that_stops_ends_it() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let mut page = ann.live().await;
    assert_told(&mut page).await;
    app.services.stop.cancel();
    assert_eq!(page.frame().await, None);
}
