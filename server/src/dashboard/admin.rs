//! The operator's people's own part of the router: pages, and what their forms post.

use app::{
    error::AppError,
    routes::{self, admin as action},
};
use axum::{
    Router,
    body::Body,
    extract::State,
    http::{Method, Request, StatusCode, request::Parts},
    middleware,
    response::{IntoResponse as _, Response},
    routing::any,
};
use serde::Deserialize;

use super::{
    Ui,
    asker::{Asker, of_domain},
    forms::{done, read_form, refused},
    pages,
};
use crate::{
    auth::{DashboardState, FreshSignIn, admin},
    domain::{self, Error, tenants},
    model::{Reason, TenantId, Tier},
};

/// Before a tenant's id.
const TENANTS: &str = "/admin/tenants/";

/// Everything below `/admin`. Nothing of it answers to anybody else, whatever the method.
pub(super) fn router(state: DashboardState) -> Router<Ui> {
    app::paths()
        .filter(|path| routes::is_admin(path))
        // Any method: a router that knew them would tell them to whoever asks with another one.
        .fold(Router::new(), |router, path| {
            router.route(path, any(answer))
        })
        .route_layer(middleware::from_fn_with_state(state, admin::guard))
}

async fn answer(State(ui): State<Ui>, request: Request<Body>) -> Response {
    let path = request.uri().path();
    let tenant = path.strip_prefix(TENANTS).map(str::to_owned);
    match (request.method(), tenant) {
        (&Method::GET | &Method::HEAD, _) => pages::page(State(ui), request).await,
        (&Method::POST, Some(id)) => post(&ui, &id, request).await,
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

#[derive(Deserialize)]
struct Form {
    action: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    tier: String,
}

/// `POST /admin/tenants/{id}`.
async fn post(ui: &Ui, id: &str, request: Request<Body>) -> Response {
    let (parts, form) = read_form::<Form>(request).await;
    if let Err(instead) = FreshSignIn::of(&ui.state, &parts).await {
        return instead;
    }
    let result = match form {
        Ok(form) => perform(ui, &parts, id, &form).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(action) => done(&routes::tenant(id), action),
        Err(error) => refused(ui, parts, error).await,
    }
}

async fn perform(ui: &Ui, parts: &Parts, id: &str, form: &Form) -> Result<&'static str, AppError> {
    let by = Asker::new(ui.state.clone(), parts.clone()).admin().await?;
    let tenant = TenantId::parse(id).ok_or(AppError::NotFound)?;
    let reason = Reason::parse(&form.reason)
        .map_err(|error| AppError::Invalid(format!("Nothing was done: the reason {error}.")))?;
    let services = &ui.state.services;
    let (ledger, clock) = (&services.ledger, &services.clock);
    let (action, result) = match form.action.as_str() {
        action::SET_TIER => {
            let tier = Tier::parse(&form.tier)
                .map_err(|_| AppError::Invalid("There is no such tier.".into()))?;
            let reason = Some(reason.as_str().to_owned());
            let set = tenants::set_tier(ledger, clock, tenant, tier, reason, by).await;
            (action::SET_TIER, set)
        }
        action::SUSPEND => {
            let suspended = domain::admin::suspend(ledger, clock, tenant, reason, by).await;
            (action::SUSPEND, suspended)
        }
        action::RESUME => {
            let resumed = domain::admin::resume(ledger, clock, tenant, reason, by).await;
            (action::RESUME, resumed)
        }
        _ => {
            return Err(AppError::Invalid(
                "The form asks for something unknown. Reload the page and try again.".into(),
            ));
        }
    };
    match result {
        Ok(()) => Ok(action),
        Err(Error::Stale) => Err(AppError::Invalid(
            "Nothing was done: it is so already. Reload the page.".into(),
        )),
        Err(error) => Err(of_domain(error)),
    }
}
