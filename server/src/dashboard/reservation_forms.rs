//! What the page of reservations posts: it works without scripting.

use app::{
    error::AppError,
    model::RefusedForm,
    routes::{self, reservation_action as action},
};
use axum::{body::Body, extract::State, http::Request, response::Response};
use coop_engine::{ForceReleaseItem, ResourceName, Revision};
use serde::Deserialize;

use super::{
    Ui,
    asker::{Asker, of_domain},
    forms::{done, read_form, refused, refused_on_page, to_sign_in},
};
use crate::{domain::reservations, model::Reason};

#[derive(Deserialize)]
struct Form {
    action: String,
    resource: String,
    token: u64,
    #[serde(default)]
    reason: String,
}

/// `POST /dashboard/reservations`: ends a reservation in place of its holder.
pub(super) async fn post(State(ui): State<Ui>, request: Request<Body>) -> Response {
    let (parts, form) = read_form::<Form>(request).await;
    let asker = Asker::new(ui.state.clone(), parts.clone());
    let (form, error) = match form {
        Ok(form) => match perform(&asker, &form).await {
            Ok(()) => return done(routes::RESERVATIONS, action::FORCE_RELEASE),
            Err(error) => (form, error),
        },
        // Who may not be told anything is told so first.
        Err(error) => match asker.owner().await {
            Ok(_) => return refused(&ui, parts, error).await,
            Err(_) => return to_sign_in(routes::RESERVATIONS),
        },
    };
    match error {
        Refused::Form(error, problems) => {
            let form = RefusedForm {
                error,
                problems,
                typed: vec![("reason".into(), form.reason)],
            };
            refused_on_page(&ui, parts, form).await
        }
        Refused::Other(AppError::SignedOut) => to_sign_in(routes::RESERVATIONS),
        Refused::Other(error) => refused(&ui, parts, error).await,
    }
}

/// Why nothing was done.
enum Refused {
    /// What a person can mend, or has to know beside the list: what is wrong with which field.
    Form(AppError, Vec<(&'static str, String)>),
    Other(AppError),
}

async fn perform(asker: &Asker, form: &Form) -> Result<(), Refused> {
    let (tenant, by) = asker.owner().await.map_err(Refused::Other)?;
    let unknown = || {
        let text = "The form asks for something unknown. Reload the page and try again.";
        Refused::Other(AppError::Invalid(text.into()))
    };
    if form.action != action::FORCE_RELEASE {
        return Err(unknown());
    }
    let resource = ResourceName::parse(&form.resource).map_err(|_| unknown())?;
    let reason = Reason::parse(&form.reason).map_err(|error| {
        let text = "Nothing was released. A forced release wants a reason.";
        let problem = ("reason", format!("The reason {error}."));
        Refused::Form(AppError::Invalid(text.into()), vec![problem])
    })?;
    let grant = ForceReleaseItem {
        resource,
        fencing_token: Revision::new(form.token),
    };
    let ledger = &asker.services().ledger;
    let released = reservations::force_release(ledger, tenant, grant, reason.as_str(), by).await;
    match released.map_err(of_domain) {
        Ok(true) => Ok(()),
        Ok(false) => {
            let text = "That reservation had ended already, so nothing was done. A newer one of the same resource is not \
                        touched.";
            Err(Refused::Form(AppError::Conflict(text.into()), Vec::new()))
        }
        Err(error @ AppError::Forbidden(_)) => Err(Refused::Form(error, Vec::new())),
        Err(error) => Err(Refused::Other(error)),
    }
}
