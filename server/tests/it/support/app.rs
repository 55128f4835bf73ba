//! A whole server without its listener: real SQLite, real routers, a clock that is turned by hand.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{body::Body, response::Response};
use coop_engine::Label;
use coop_locker::{
    clock::SharedClock,
    config::{self, Overrides, Settings},
    domain::{api_keys, sessions, tenants, usage},
    jobs,
    ledger::Running,
    lifecycle,
    model::{Actor, ApiKey, By, TenantId, Tier},
    rate_limit::RateLimiter,
    router::Doors,
    state::Services,
    store::Purpose,
};
use http::{Method, Request, header};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Answer, EventStream, ManualClock};

pub struct App {
    pub services: Services,
    pub clock: ManualClock,
    doors: Doors,
    running: Running,
    stop: CancellationToken,
    folder: Arc<TempDir>,
}

/// A tenant with a working key.
#[derive(Clone)]
pub struct Tenant {
    pub id: TenantId,
    pub key: String,
}

impl App {
    /// A new database.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// A new database, and settings other than the defaults.
    pub async fn start_with(values: &[(&'static str, &str)]) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        Self::open(folder, ManualClock::new(), values).await
    }

    async fn open(
        folder: Arc<TempDir>,
        clock: ManualClock,
        values: &[(&'static str, &str)],
    ) -> Self {
        let settings = settings(folder.path(), values);
        let shared = SharedClock::new(clock.clone());
        let opening = lifecycle::open(settings, shared, Purpose::Command)
            .await
            .unwrap_or_else(|e| panic!("{e}"));
        let services = opening.services;
        let limiter = Arc::new(RateLimiter::new(&services.settings.tiers, &services.clock));
        let stop = services.stop.clone();
        jobs::start(&services, &limiter, &stop);
        let doors = Doors::new(&services, limiter);
        Self {
            services,
            clock,
            doors,
            running: opening.running,
            stop,
            folder,
        }
    }

    /// Stops as on SIGTERM and starts again on the same files.
    pub async fn restart(self) -> Self {
        self.restart_after(0).await
    }

    /// The same, with other settings.
    pub async fn restart_with(self, values: &[(&'static str, &str)]) -> Self {
        let (folder, clock) = (Arc::clone(&self.folder), self.clock.clone());
        self.shut_down().await;
        Self::open(folder, clock, values).await
    }

    /// The same, with so much time in between.
    pub async fn restart_after(self, millis: i64) -> Self {
        let (folder, clock) = (Arc::clone(&self.folder), self.clock.clone());
        self.shut_down().await;
        clock.advance_ms(millis);
        Self::open(folder, clock, &[]).await
    }

    /// The same, with something done to the database in between.
    pub async fn restart_on(self, meddle: impl FnOnce(&Path)) -> Self {
        let (folder, clock, database) = (
            Arc::clone(&self.folder),
            self.clock.clone(),
            self.database(),
        );
        self.shut_down().await;
        meddle(&database);
        Self::open(folder, clock, &[]).await
    }

    /// Another server on what the disk has at this moment, as after a crash of the first.
    pub async fn crash(&self) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        for entry in self.folder.path().read_dir().expect("a folder") {
            let entry = entry.expect("an entry");
            std::fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("copied");
        }
        Self::open(folder, self.clock.clone(), &[]).await
    }

    /// Listens on a free port, as `serve` does.
    pub async fn listen(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (doors, stop) = (self.doors.clone(), self.stop.clone());
        let service = move |request| doors.clone().answer(request);
        let accepting = lifecycle::accept(listener, 1_000, stop, TaskTracker::new(), service);
        self.services.tasks.spawn(accepting);
        address
    }

    pub async fn shut_down(self) {
        self.stop.cancel();
        jobs::record_what_was_counted(&self.services).await;
        self.services.ledger.close();
        self.running
            .writer
            .await
            .expect("no panic")
            .expect("a clean end");
        self.services.tasks.close();
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join("coop-locker.db")
    }

    /// Does to the database, behind the server's back, what a disk or a person might do to it.
    pub async fn meddle(&self, sql: &'static str) {
        use sqlx::{Connection as _, Executor as _};
        self.settle().await;
        let url = format!("sqlite://{}", self.database().display());
        let mut connection = sqlx::SqliteConnection::connect(&url)
            .await
            .expect("a second connection");
        connection.execute(sql).await.expect("done");
        connection.close().await.expect("closed");
    }

    /// Waits until the tables have what was acknowledged, if they can get it.
    async fn settle(&self) {
        drop(self.services.ledger.read().await);
    }

    /// Lets the tables refuse events from now on, and the server find out.
    pub async fn refuse_events(&self) {
        let other = self.tenant(Tier::Free).await;
        self.meddle(
            "CREATE TRIGGER broken BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'broken'); END",
        )
        .await;
        let item = json!([{"requester": "w", "resource": "acknowledged before anybody knew"}]);
        assert_eq!(self.reserve(&other.key, item).await.status, 200);
        assert!(self.services.ledger.read().await.is_err());
    }

    /// Lets them take events again.
    pub async fn take_events(&self) {
        self.meddle("DROP TRIGGER broken").await;
    }

    /// The first column, a text, of what the database holds, read behind the server's back.
    pub async fn column(&self, sql: &'static str) -> Vec<String> {
        use sqlx::Connection as _;
        self.settle().await;
        let url = format!("sqlite://{}", self.database().display());
        let mut connection = sqlx::SqliteConnection::connect(&url)
            .await
            .expect("a second connection");
        let rows = sqlx::query_scalar(sql).fetch_all(&mut connection).await;
        connection.close().await.expect("closed");
        rows.expect("rows")
    }

    pub async fn tenant(&self, tier: Tier) -> Tenant {
        let services = &self.services;
        let created = tenants::create(
            &services.ledger,
            &services.keyring,
            &services.clock,
            "acme",
            None,
            tier,
            by(),
        )
        .await;
        let created = created.expect("made");
        Tenant {
            id: created.tenant.id,
            key: created.value.expose().to_owned(),
        }
    }

    /// Makes a further key.
    /// Returns when everything that was counted until now is on the disk.
    pub async fn keep_usage(&self) {
        let ledger = &self.services.ledger;
        usage::record_keys(ledger).await.expect("recorded");
        // A job may have taken it just before, and its change is still in the queue: this one is behind it.
        let nobody = sessions::delete(ledger, b"nobody").await;
        nobody.expect("deleted");
    }

    pub async fn make_key(&self, tenant: TenantId, label: &str) -> (ApiKey, String) {
        let services = &self.services;
        let (key, value) = api_keys::create(
            &services.ledger,
            &services.keyring,
            &services.clock,
            &services.settings.tiers,
            tenant,
            Label::parse(label).expect("a label"),
            by(),
        )
        .await
        .expect("made");
        (key, value.expose().to_owned())
    }

    /// Gives a tenant's default key a new value, and answers with it.
    pub async fn rotate_default(&self, tenant: TenantId) -> String {
        let services = &self.services;
        let key = api_keys::default_key(&services.ledger, tenant)
            .await
            .expect("there");
        let (_, value) = api_keys::rotate(
            &services.ledger,
            &services.keyring,
            &services.clock,
            tenant,
            key.id,
            key.version,
            by(),
        )
        .await
        .expect("rotated");
        value.expose().to_owned()
    }

    /// Any request at all. Of a stream that does not end, what it says until its next sign of life.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.begin(request).await;
        let kind = response.headers().get(header::CONTENT_TYPE);
        if kind.is_some_and(|kind| kind == "text/event-stream") {
            self.clock.advance_ms(15_000);
            return Answer::read_until(response, ": keepalive").await;
        }
        Answer::read(response).await
    }

    /// The same, for an answer whose body is not read yet.
    pub async fn begin(&self, request: Request<Body>) -> Response {
        let answer = self.doors.clone().answer(request).await;
        answer.expect("infallible")
    }

    /// Opens a stream of events; what comes before the first event has been read.
    pub async fn events(&self, key: &str, query: &str) -> EventStream {
        let request = Request::get(format!("/api/v1/events{query}")).header("x-api-key", key);
        let request = request.body(Body::empty()).expect("a request");
        EventStream::of(self.begin(request).await)
    }

    /// A request to the API with a key.
    pub async fn call(
        &self,
        key: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("x-api-key", key);
        let request = match body {
            Some(body) => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.send(request.expect("a request")).await
    }

    pub async fn get(&self, key: &str, path: &str) -> Answer {
        self.call(key, Method::GET, path, None).await
    }

    pub async fn post(&self, key: &str, path: &str, body: &Value) -> Answer {
        self.call(key, Method::POST, path, Some(body)).await
    }

    pub async fn reserve(&self, key: &str, items: Value) -> Answer {
        self.post(key, "/Reservation/reserve", &items).await
    }

    pub async fn unreserve(&self, key: &str, items: Value) -> Answer {
        self.post(key, "/Reservation/unreserve", &items).await
    }
}

/// Whoever changes something in a test.
pub const fn by() -> By {
    By::local(Actor::Operator)
}

/// Settings for a server whose files are in `folder`.
pub fn settings(folder: &Path, values: &[(&'static str, &str)]) -> Settings {
    let mut overrides = vec![
        (
            "database_url",
            format!("sqlite:{}", folder.join("coop-locker.db").display()),
        ),
        (
            "master_key_file",
            folder.join("master.key").display().to_string(),
        ),
    ];
    overrides.extend(
        values
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned())),
    );
    config::load(&Overrides {
        file: None,
        values: overrides,
    })
    .unwrap_or_else(|e| panic!("{e}"))
}
