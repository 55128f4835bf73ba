//! What pages without scripting post.

use app::{error::AppError, model::RefusedForm, routes};
use axum::{
    Form,
    body::Body,
    extract::{FromRequest as _, State},
    http::{HeaderValue, Request, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    Ui,
    asker::{Asker, of_domain},
    pages::{Extra, render},
};
use crate::{
    auth::{Failure, by},
    domain::{self, tenants},
    model::Actor,
};

#[derive(Deserialize)]
pub(super) struct ClaimForm {
    code: String,
}

/// `POST /claim`: takes over a tenant that was made on the command line.
pub(super) async fn claim(State(ui): State<Ui>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let identity = match Asker::new(ui.state.clone(), parts.clone()).identity().await {
        Ok(Some(identity)) => identity,
        Ok(None) => return to_sign_in(routes::CLAIM),
        Err(error) => return refused(&ui, parts, error).await,
    };
    let form = Form::<ClaimForm>::from_request(Request::from_parts(parts.clone(), body), &ui).await;
    let Ok(Form(form)) = form else {
        return Failure::bad_form("The claim code is missing.").into_response();
    };
    let services = &ui.state.services;
    let error = match tenants::claim(
        &services.ledger,
        &services.clock,
        &identity,
        &form.code,
        by(Actor::user(&identity), &services.settings, &parts),
    )
    .await
    {
        Ok(_) => return Redirect::to(routes::DASHBOARD).into_response(),
        Err(domain::Error::NotFound) => AppError::Invalid(
            "This claim code is unknown, was used already, or is older than seven days.".into(),
        ),
        Err(domain::Error::Taken) => {
            AppError::Invalid("You own a tenant already, and a person owns one.".into())
        }
        Err(error) => of_domain(error),
    };
    refused(&ui, parts, error).await
}

/// A request with its form.
pub(super) async fn read_form<T: DeserializeOwned>(
    request: Request<Body>,
) -> (Parts, Result<T, AppError>) {
    let (parts, body) = request.into_parts();
    let form = Form::<T>::from_request(Request::from_parts(parts.clone(), body), &()).await;
    let incomplete =
        |_| AppError::Invalid("The form is incomplete. Reload the page and try again.".into());
    (parts, form.map(|Form(form)| form).map_err(incomplete))
}

/// Back to the form's page, which says what was done: to load it again does nothing again.
pub(super) fn done(page: &str, action: &str) -> Response {
    Redirect::to(&format!("{page}?{}={action}", routes::DONE)).into_response()
}

/// The form's own page, which says beside the form why nothing was done. No cache keeps it: what was typed is in it.
pub(super) async fn refused_on_page(ui: &Ui, parts: Parts, form: RefusedForm) -> Response {
    let status = StatusCode::from_u16(form.error.status());
    let extra = Extra {
        refused_form: Some(form),
        ..Extra::default()
    };
    let mut response = render(ui, parts, extra).await;
    if let Ok(status) = status {
        *response.status_mut() = status;
    }
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}

/// The page that says why nothing was done.
pub(super) async fn refused(ui: &Ui, parts: Parts, error: AppError) -> Response {
    render(ui, parts, Extra::of(error)).await
}

pub(super) fn to_sign_in(return_to: &str) -> Response {
    Redirect::to(&routes::returning(routes::SIGN_IN, return_to)).into_response()
}
