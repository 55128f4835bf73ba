//! What goes wrong is told to the person in words, and to the operator under the request id.

use std::{
    io::{self, Write},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use axum::body::Body;
use coop_engine::Time;
use coop_locker::{
    api,
    clock::{Clock, SharedClock},
    dashboard,
    rate_limit::RateLimiter,
    state::{Parts, Services},
};
use http::{Method, Request, StatusCode};
use serde_json::json;
use tower::ServiceExt as _;
use tracing::subscriber::DefaultGuard;

use super::Browser;
use crate::support::{Answer, App};

/// The log lines of this test's own thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn start() -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn lines_with(&self, text: &str) -> Vec<String> {
        let bytes = self.0.lock().expect("no panic");
        let all = String::from_utf8_lossy(&bytes);
        all.lines()
            .filter(|line| line.contains(text))
            .map(str::to_owned)
            .collect()
    }
}

#[tokio::test]
async fn a_store_that_fails_is_told_as_a_busy_server_and_the_log_has_it_under_the_request_id() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    app.meddle("ALTER TABLE sessions RENAME TO gone").await;
    let (log, _guard) = Log::start();

    let page = ann.get("/dashboard").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!page.text.contains("sessions"), "{}", page.text);
    let id = page.header("x-request-id");
    assert!(page.text.contains(id));
    let lines = log.lines_with(id);
    assert!(
        lines
            .iter()
            .any(|line| line.contains("ERROR") && line.contains("a session could not be read")),
        "{lines:?}"
    );
    app.shut_down().await;
}

/// Has a bug that shows the `nth` time somebody asks.
struct Panicking {
    clock: SharedClock,
    nth: u32,
    asked: AtomicU32,
}

#[async_trait]
impl Clock for Panicking {
    fn now(&self) -> Time {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        assert_ne!(asked, self.nth, "the spring of the clock broke");
        self.clock.now()
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    async fn sleep_until(&self, deadline: Time) {
        self.clock.sleep_until(deadline).await;
    }
}

/// The app's own services on another clock.
fn with_clock(app: &App, clock: impl Clock) -> Services {
    let services = &app.services;
    Services::new(Parts {
        settings: Arc::clone(&services.settings),
        ledger: services.ledger.clone(),
        keyring: Arc::clone(&services.keyring),
        clock: SharedClock::new(clock),
        tasks: services.tasks.clone(),
        stop: services.stop.clone(),
    })
}

#[tokio::test]
async fn a_panic_anywhere_in_a_request_is_a_page_and_its_text_is_in_the_log_alone() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let cookie = format!("coop_session={}", ann.cookie("coop_session").expect("one"));
    let (log, _guard) = Log::start();
    let mut panics = 0;
    loop {
        let clock = Panicking {
            clock: app.services.clock.clone(),
            nth: panics + 1,
            asked: AtomicU32::default(),
        };
        let request = Request::get("/dashboard")
            .header("host", "localhost:3000")
            .header("cookie", &cookie)
            .body(Body::empty())
            .expect("a request");
        let services = with_clock(&app, clock);
        let limiter = RateLimiter::new(&services.settings.tiers, &services.clock);
        let router = dashboard::router(services, Arc::new(limiter), api::text());
        let answer = Answer::read(router.oneshot(request).await.expect("infallible")).await;
        if answer.status == StatusCode::OK {
            break;
        }
        panics += 1;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        let id = answer.header("x-request-id");
        assert!(answer.text.contains(id) && !answer.text.contains("spring"));
        let lines = log.lines_with(id);
        assert!(
            lines
                .iter()
                .any(|line| line.contains("the spring of the clock broke")),
            "{lines:?}"
        );
    }
    assert!(panics > 2, "around the page and within it: {panics}");
    app.shut_down().await;
}

async fn call(browser: &Browser<'_>, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut all = vec![
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    all.extend(headers);
    browser
        .send(Method::POST, path, &all, body.to_owned())
        .await
}

#[tokio::test]
async fn arguments_that_a_server_function_cannot_read_are_the_callers_fault() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    for (path, body) in [
        ("/fn/keys/reveal", ""),
        ("/fn/keys/reveal", "key=1"),
        ("/fn/keys/rotate", "id=key_00000000001"),
        ("/fn/keys/rotate", "id=key_00000000001&version=one"),
    ] {
        let answer = call(&ann, path, &[("accept", "application/json")], body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {body}");
        assert!(answer.json()["Invalid"].is_string(), "{}", answer.text);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    app.shut_down().await;
}

#[tokio::test]
async fn no_error_of_a_server_function_sends_anybody_anywhere() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    let headers = [
        ("accept", "text/html"),
        ("referer", "https://evil.example/"),
    ];
    for (body, status) in [("", 400), ("id=nonsense", 404)] {
        let answer = call(&ann, "/fn/keys/reveal", &headers, body).await;
        assert_eq!(answer.status, status, "{body}");
        assert_eq!(answer.header("location"), "", "{body}");
    }
    let nobody = call(&Browser::new(&app), "/fn/keys/reveal", &headers, "id=x").await;
    assert_eq!(nobody.json(), json!("SignedOut"));
    assert_eq!(
        (nobody.status.as_u16(), nobody.header("location")),
        (401, "")
    );
    app.shut_down().await;
}
