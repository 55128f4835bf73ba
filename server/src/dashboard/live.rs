//! `GET /dashboard/live`: tells an open page that something of its tenant's has changed, so that it looks again. It says no
//! more than that: what a page shows is rendered in one place, and a tenant may have more events in a second than a person
//! reads in a day.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{FromRequestParts as _, State},
    http::{HeaderValue, Request, header},
    response::{IntoResponse as _, Response},
};
use coop_engine::Time;
use futures_util::stream;
use tower_sessions::Session;

use super::Ui;
use crate::{
    auth::{DashboardUser, Failure, session::Current},
    domain::events::{self, OpenPage, Watch},
    state::Services,
};

/// Between two signs of life, in microseconds.
const KEEPALIVE: i64 = 15 * 1_000_000;
/// The least time between two changes that are told.
const PAUSE: Duration = Duration::from_millis(250);
const CHANGED: &str = "event: CHANGED\ndata: look again\n\n";
const ALIVE: &str = ": keepalive\n\n";

struct Page {
    services: Services,
    session: Session,
    watch: Watch,
    is_first: bool,
    next_alive: Time,
    _open: OpenPage,
}

/// The stream. It ends with the session, or with the server.
pub(super) async fn live(State(ui): State<Ui>, request: Request<Body>) -> Response {
    let (mut parts, _) = request.into_parts();
    let user = match DashboardUser::from_request_parts(&mut parts, &ui.state).await {
        Ok(user) => user,
        Err(instead) => return instead,
    };
    let Some(session) = parts.extensions.get::<Session>().cloned() else {
        return Failure::unexpected().into_response();
    };
    let services = ui.state.services;
    let Some((watch, open)) = events::watch_for_page(&services.ledger, user.tenant) else {
        return Failure::unavailable().into_response();
    };
    let page = Page {
        next_alive: after(services.clock.now()),
        services,
        session,
        watch,
        is_first: true,
        _open: open,
    };
    let frames = stream::unfold(page, async |mut page| {
        let frame = page.next().await?;
        Some((
            Ok::<_, Infallible>(Bytes::from_static(frame.as_bytes())),
            page,
        ))
    });
    let mut response = Body::from_stream(frames).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    headers.insert(
        header::HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    response
}

fn after(now: Time) -> Time {
    Time::from_micros(now.as_micros().saturating_add(KEEPALIVE))
}

impl Page {
    async fn next(&mut self) -> Option<&'static str> {
        // It watches from now on; what has changed since it was rendered it would not hear of.
        if std::mem::take(&mut self.is_first) {
            return Some(CHANGED);
        }
        let clock = &self.services.clock;
        let frame = tokio::select! {
            () = self.watch.changed() => {
                // What follows at once is told with it.
                tokio::time::sleep(PAUSE).await;
                CHANGED
            }
            () = clock.sleep_until(self.next_alive) => {
                self.next_alive = after(clock.now());
                ALIVE
            }
            () = self.services.stop.cancelled() => return None,
        };
        let current = Current::new(self.session.clone(), clock);
        match current.is_signed_in_still().await {
            Ok(true) => Some(frame),
            Ok(false) => None,
            Err(error) => {
                tracing::warn!(%error, "a page is told of no more changes: its session cannot be read");
                None
            }
        }
    }
}
