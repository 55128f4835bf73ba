//! The UI door: pages, forms and files, and everything around them. It knows the session cookie and nothing of API keys'
//! bearers.

mod asker;
mod files;
mod forms;
mod frame;
mod pages;
mod ports;
mod respond;

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef},
    middleware,
    response::IntoResponse,
    routing::{get, post},
};
use tower_http::catch_panic::CatchPanicLayer;

use self::files::Files;
use crate::{
    auth::{DashboardState, Failure, csrf, dev, google, host, session},
    state::Services,
};

/// The longest form that is read, in bytes.
const LONGEST_FORM: usize = 64 * 1024;

/// What the handlers of this door share.
#[derive(Clone)]
struct Ui {
    state: DashboardState,
    files: Arc<Files>,
}

impl FromRef<Ui> for DashboardState {
    fn from_ref(ui: &Ui) -> Self {
        ui.state.clone()
    }
}

/// Everything that is not the API. From the outside in: headers and error pages, the host, panics, other sites' requests,
/// the session.
pub fn router(services: Services) -> Router {
    // Pages are rendered as tasks of this runtime. Saying so twice (in tests) changes nothing.
    let _ = any_spawner::Executor::init_tokio();
    let files = Arc::new(Files::load(services.settings.site_dir.as_deref()));
    let state = DashboardState::new(services);
    let ui = Ui {
        state: state.clone(),
        files,
    };
    let guards = state.clone();
    app::paths()
        .fold(Router::new(), |router, path| {
            router.route(path, get(pages::page))
        })
        .route(app::routes::DASHBOARD, post(forms::dashboard))
        .route(app::routes::CLAIM, post(forms::claim))
        .route(app::routes::DEV_SIGN_IN, post(dev::sign_in))
        .route(app::routes::GOOGLE, get(google::start))
        .route(google::CALLBACK, get(google::callback))
        .route(app::routes::SIGN_OUT, post(session::sign_out))
        .route("/fn/{*path}", post(pages::server_function))
        .fallback(pages::file_or_nothing)
        .method_not_allowed_fallback(async || Failure::not_found())
        .layer(middleware::from_fn_with_state(
            guards.clone(),
            session::note_use,
        ))
        .layer(session::layer(&state))
        .layer(middleware::from_fn_with_state(guards.clone(), csrf::guard))
        .layer(DefaultBodyLimit::max(LONGEST_FORM))
        .layer(CatchPanicLayer::custom(|_| {
            Failure::unexpected().into_response()
        }))
        .layer(middleware::from_fn_with_state(guards, host::guard))
        .layer(middleware::from_fn_with_state(ui.clone(), frame::frame))
        .with_state(ui)
}
