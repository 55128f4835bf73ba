//! What pages without scripting post.

use app::{
    error::AppError,
    model::Shown,
    ports::{KeysPort as _, Problem},
    routes::{self, action},
};
use axum::{
    Form,
    body::Body,
    extract::{FromRequest as _, State},
    http::{HeaderValue, Request, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

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
struct KeyForm {
    action: String,
    key: String,
    version: Option<i64>,
}

/// `POST /dashboard`: reveals or rotates a key, and answers with the page that shows it, once.
pub(super) async fn dashboard(State(ui): State<Ui>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let form = Form::<KeyForm>::from_request(Request::from_parts(parts.clone(), body), &ui).await;
    let asker = Asker::new(ui.state.clone(), parts.clone());
    let result = match form {
        Ok(Form(form)) => perform(&asker, &form).await,
        Err(_) => Err(AppError::Invalid(
            "The form is incomplete. Reload the page and try again.".into(),
        )),
    };
    let extra = match result {
        Ok(shown) => Extra {
            shown: Some(shown),
            problem: None,
        },
        Err(AppError::SignedOut) => return to_sign_in(routes::DASHBOARD),
        Err(error) => Extra {
            shown: None,
            problem: Some(Problem::from(error)),
        },
    };
    let mut response = render(&ui, parts, extra).await;
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn perform(asker: &Asker, form: &KeyForm) -> Result<Shown, AppError> {
    match (form.action.as_str(), form.version) {
        (action::REVEAL, _) => Ok(Shown {
            value: asker.reveal(&form.key).await?,
            rotated: false,
        }),
        (action::ROTATE, Some(version)) => Ok(Shown {
            value: asker.rotate(&form.key, version).await?,
            rotated: true,
        }),
        _ => Err(AppError::Invalid(
            "The form asks for something unknown. Reload the page and try again.".into(),
        )),
    }
}

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
        Err(error) => {
            return render(
                &ui,
                parts,
                Extra {
                    shown: None,
                    problem: Some(Problem::from(error)),
                },
            )
            .await;
        }
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
        by(Actor::user(&identity), &parts),
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
    render(
        &ui,
        parts,
        Extra {
            shown: None,
            problem: Some(Problem::from(error)),
        },
    )
    .await
}

fn to_sign_in(return_to: &str) -> Response {
    Redirect::to(&routes::returning(routes::SIGN_IN, return_to)).into_response()
}
