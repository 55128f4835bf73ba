//! Renders pages and answers server functions.

use std::sync::Arc;

use app::{
    error::AppError,
    model::{Moment, Refused, RefusedForm, Shown, Trial},
    ports::{
        AccountPort, AdminPort, AuditPort, EventsPort, IssuersPort, KeysPort, Problem,
        ReservationsPort, ResourcesPort, Respond, SettingsPort, Site, UsagePort,
    },
};
use axum::{
    body::{self, Body},
    extract::State,
    http::{Method, Request, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use leptos::{
    prelude::{FromServerFnError as _, provide_context},
    server_fn::error::SERVER_FN_ERROR_HEADER,
};

use super::{Ui, asker::Asker, frame::Nonce, respond::LeptosRespond};
use crate::{
    auth::{Failure, dev},
    problem::RequestId,
};

/// No error of ours is longer, in bytes.
const LARGEST_ERROR: usize = 16 * 1024;

/// What a page shows beside what it asks for itself.
#[derive(Clone, Default)]
pub(super) struct Extra {
    pub(super) shown: Option<Shown>,
    pub(super) trial: Option<Trial>,
    pub(super) problem: Option<Problem>,
    pub(super) refused: Option<Refused>,
    pub(super) refused_form: Option<RefusedForm>,
}

impl Extra {
    /// The error's page in place of any other.
    pub(super) fn of(error: AppError) -> Self {
        Self {
            problem: Some(Problem::from(error)),
            ..Self::default()
        }
    }
}

/// `GET` of any page.
pub(super) async fn page(State(ui): State<Ui>, request: Request<Body>) -> Response {
    let (parts, _) = request.into_parts();
    render(&ui, parts, Extra::default()).await
}

/// A file, or the page that says that there is nothing.
pub(super) async fn file_or_nothing(State(ui): State<Ui>, request: Request<Body>) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD)
        && let Some(file) = ui.files.answer(request.uri().path(), request.headers())
    {
        return file;
    }
    Failure::not_found().into_response()
}

/// `POST /fn/...`.
pub(super) async fn server_function(State(ui): State<Ui>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let provide = context(&ui, &parts, Extra::default());
    let request = Request::from_parts(parts, body);
    let response = leptos_axum::handle_server_fns_with_context(provide, request)
        .await
        .into_response();
    if response.headers().contains_key(SERVER_FN_ERROR_HEADER) {
        return refused(response).await;
    }
    response
}

/// A server function's error under its own status. The framework answers 500 to arguments that it cannot read, before
/// any code of ours runs, and sends a form back to its `Referer` with the error in the query; nobody here reads that.
async fn refused(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(body) = body::to_bytes(body, LARGEST_ERROR).await else {
        return Failure::unexpected().into_response();
    };
    if let Ok(status) = StatusCode::from_u16(AppError::de(body.clone()).status()) {
        parts.status = status;
    }
    parts.headers.remove(header::LOCATION);
    Response::from_parts(parts, Body::from(body))
}

/// The page at the request's path.
pub(super) async fn render(ui: &Ui, mut parts: Parts, extra: Extra) -> Response {
    let provide = context(ui, &parts, extra);
    // A page that answers a form is rendered like the page itself.
    parts.method = Method::GET;
    let render = leptos_axum::render_app_async_with_context(provide, app::shell);
    render(Request::from_parts(parts, Body::empty())).await
}

fn context(ui: &Ui, parts: &Parts, extra: Extra) -> impl Fn() + Clone + Send + Sync + 'static {
    let asker = Arc::new(Asker::new(ui.state.clone(), parts.clone()));
    let now = Moment(ui.state.services.clock.now().as_micros());
    let site = site(ui, parts);
    let reference = ui.reference.clone();
    move || {
        provide_context::<Arc<dyn KeysPort>>(Arc::clone(&asker) as _);
        provide_context::<Arc<dyn IssuersPort>>(Arc::clone(&asker) as _);
        provide_context::<Arc<dyn ReservationsPort>>(Arc::clone(&asker) as _);
        provide_context::<Arc<dyn ResourcesPort>>(Arc::clone(&asker) as _);
        provide_context::<Arc<dyn AccountPort>>(Arc::clone(&asker) as _);
        provide_context::<Arc<dyn AuditPort>>(Arc::clone(&asker) as _);
        provide_context::<Arc<dyn SettingsPort>>(Arc::clone(&asker) as _);
        provide_context::<Arc<dyn EventsPort>>(Arc::clone(&asker) as _);
        provide_context::<Arc<dyn UsagePort>>(Arc::clone(&asker) as _);
        provide_context::<Arc<dyn AdminPort>>(Arc::clone(&asker) as _);
        provide_context::<Arc<dyn Respond>>(Arc::new(LeptosRespond));
        provide_context(site.clone());
        if let Some(reference) = &reference {
            provide_context(reference.clone());
        }
        provide_context(now);
        if let Some(shown) = &extra.shown {
            provide_context(shown.clone());
        }
        if let Some(refused) = &extra.refused {
            provide_context(refused.clone());
        }
        if let Some(form) = &extra.refused_form {
            provide_context(form.clone());
        }
        if let Some(trial) = &extra.trial {
            provide_context(trial.clone());
        }
        if let Some(problem) = &extra.problem {
            provide_context(problem.clone());
        }
    }
}

fn site(ui: &Ui, parts: &Parts) -> Site {
    let settings = &ui.state.services.settings;
    let names = ui.files.names();
    Site {
        js: names.js.clone(),
        wasm: names.wasm.clone(),
        css: names.css.clone(),
        docs_css: names.docs_css.clone(),
        base_url: settings.base().to_owned(),
        google: ui.state.provider.is_some(),
        dev_sign_in: dev::is_offered(settings, &parts.headers, &parts.extensions),
        request_id: parts
            .extensions
            .get::<RequestId>()
            .map(|id| id.0.clone())
            .unwrap_or_default(),
        nonce: parts
            .extensions
            .get::<Nonce>()
            .map(|nonce| nonce.0.clone())
            .unwrap_or_default(),
    }
}
