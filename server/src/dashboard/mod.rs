//! The UI door: pages, forms and files, and everything around them. It knows the session cookie and nothing of API keys'
//! bearers.

mod admin;
mod asker;
mod body;
mod export;
mod files;
mod forms;
mod frame;
mod issuer_forms;
mod key_forms;
mod live;
mod pages;
mod ports;
mod reservation_forms;
mod resource_forms;
mod respond;
mod settings;

use std::sync::Arc;

use app::ports::ApiReference;
use axum::{
    Router,
    extract::FromRef,
    middleware,
    routing::{get, post},
};
use tower_http::catch_panic::CatchPanicLayer;

use self::files::Files;
use crate::{
    auth::{DashboardState, csrf, dev, google, host, session},
    rate_limit::RateLimiter,
    state::Services,
};

/// What the handlers of this door share.
#[derive(Clone)]
struct Ui {
    state: DashboardState,
    files: Arc<Files>,
    reference: Option<ApiReference>,
}

impl FromRef<Ui> for DashboardState {
    fn from_ref(ui: &Ui) -> Self {
        ui.state.clone()
    }
}

/// Everything that is not the API. From the outside in: headers and error pages, the host, panics, other sites' requests,
/// the body, the session.
///
/// `description` is the API's own, the OpenAPI document: `/docs/api` shows it.
pub fn router(services: Services, limiter: Arc<RateLimiter>, description: &str) -> Router {
    // Pages are rendered as tasks of this runtime. Saying so twice (in tests) changes nothing.
    let _ = any_spawner::Executor::init_tokio();
    let files = Arc::new(Files::load(services.settings.site_dir.as_deref()));
    let state = DashboardState::new(services, limiter);
    let reference = ApiReference::parse(description)
        .inspect_err(|error| tracing::error!(%error, "the API's description cannot be shown"))
        .ok();
    let ui = Ui {
        state: state.clone(),
        files,
        reference,
    };
    let guards = state.clone();
    app::paths()
        .filter(|path| !app::routes::is_admin(path))
        .fold(Router::new(), |router, path| {
            router.route(path, get(pages::page))
        })
        .route(app::routes::DASHBOARD, post(key_forms::dashboard))
        .route(app::routes::KEYS, post(key_forms::keys))
        .route(app::routes::RESERVATIONS, post(reservation_forms::post))
        .route(app::routes::RESOURCES, post(resource_forms::post))
        .route(app::routes::SETTINGS, post(settings::post))
        .route(app::routes::LIVE, get(live::live))
        .merge(export::router())
        .merge(admin::router(state.clone()))
        .route(app::routes::ISSUERS, post(issuer_forms::issuers))
        .route(app::routes::CLAIM, post(forms::claim))
        .route(app::routes::DEV_SIGN_IN, post(dev::sign_in))
        .route(app::routes::GOOGLE, get(google::start))
        .route(google::CALLBACK, get(google::callback))
        .route(app::routes::SIGN_OUT, post(session::sign_out))
        .route("/fn/{*path}", post(pages::server_function))
        // Only what is routed reads a session: files do not.
        .route_layer(middleware::from_fn_with_state(
            guards.clone(),
            session::note_use,
        ))
        .route_layer(session::layer(&state))
        .fallback(pages::file_or_nothing)
        .layer(middleware::from_fn(body::read))
        .layer(middleware::from_fn_with_state(guards.clone(), csrf::guard))
        .layer(CatchPanicLayer::custom(frame::panicked))
        .layer(middleware::from_fn_with_state(guards, host::guard))
        .layer(middleware::from_fn_with_state(ui.clone(), frame::frame))
        .with_state(ui)
}
