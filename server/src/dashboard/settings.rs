//! What the forms of the settings page post. Each leads back to the page, which says what was done.

use app::{
    error::AppError,
    routes::{self, setting},
};
use axum::{
    body::Body,
    extract::State,
    http::{Request, request::Parts},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use tower_sessions::Session;

use super::{
    Ui,
    asker::{Asker, of_domain, unhex},
    forms::{done, read_form, refused, to_sign_in},
};
use crate::{
    auth::{FreshSignIn, session::signed_out},
    domain::{Error, sessions, settings},
    model::TenantName,
};

#[derive(Deserialize)]
struct Form {
    action: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    session: String,
    #[serde(default)]
    confirm: String,
}

/// `POST /dashboard/settings`.
pub(super) async fn post(State(ui): State<Ui>, request: Request<Body>) -> Response {
    let (parts, form) = read_form::<Form>(request).await;
    let result = match form {
        Ok(form) if form.action == setting::DELETE => return delete(&ui, parts, &form.name).await,
        Ok(form) => perform(&Asker::new(ui.state.clone(), parts.clone()), &form).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(action) => done(routes::SETTINGS, action),
        Err(AppError::SignedOut) => to_sign_in(routes::SETTINGS),
        Err(error) => refused(&ui, parts, error).await,
    }
}

async fn perform(asker: &Asker, form: &Form) -> Result<&'static str, AppError> {
    let identity = asker.identity().await?.ok_or(AppError::SignedOut)?;
    let (tenant, by) = asker.owner().await?;
    let services = asker.services();
    let (ledger, clock) = (&services.ledger, &services.clock);
    let unknown = || {
        AppError::Invalid(
            "The form asks for something unknown. Reload the page and try again.".into(),
        )
    };
    let (action, result) = match form.action.as_str() {
        setting::RENAME => {
            let name = TenantName::parse(&form.name)
                .map_err(|error| AppError::Invalid(format!("The name {error}.")))?;
            let renamed = settings::rename(ledger, clock, tenant, name, by).await;
            (setting::RENAME, renamed)
        }
        setting::REVEAL_ON => {
            let keyring = &services.keyring;
            let switched = settings::keep_values(ledger, keyring, clock, tenant, by).await;
            (setting::REVEAL_ON, switched)
        }
        setting::REVEAL_OFF if form.confirm != "yes" => {
            return Err(AppError::Invalid(
                "Nothing was done: this cannot be undone, so it wants the box ticked.".into(),
            ));
        }
        setting::REVEAL_OFF => {
            let switched = settings::stop_keeping_values(ledger, clock, tenant, by).await;
            (setting::REVEAL_OFF, switched)
        }
        setting::REQUIRE_REGISTRATION => {
            let switched = settings::require_registration(ledger, clock, tenant, true, by).await;
            (setting::REQUIRE_REGISTRATION, switched)
        }
        setting::ANY_NAME => {
            let switched = settings::require_registration(ledger, clock, tenant, false, by).await;
            (setting::ANY_NAME, switched)
        }
        setting::END_SESSION => {
            let id = unhex(&form.session).ok_or(AppError::NotFound)?;
            let ended = sessions::end(ledger, clock, &identity, &id, by).await;
            (setting::END_SESSION, ended)
        }
        setting::END_OTHERS => {
            let this = asker.session_hash().ok_or(AppError::SignedOut)?;
            let ended = sessions::end_others(ledger, clock, &identity, this, by).await;
            (setting::END_OTHERS, ended.map(drop))
        }
        _ => return Err(unknown()),
    };
    result.map(|()| action).map_err(of_domain)
}

/// Deletes the account of somebody who was just seen, and signs him out.
async fn delete(ui: &Ui, parts: Parts, name: &str) -> Response {
    let identity = match FreshSignIn::of(&ui.state, &parts).await {
        Ok(FreshSignIn(identity)) => identity,
        Err(instead) => return instead,
    };
    let asker = Asker::new(ui.state.clone(), parts.clone());
    let tenant = match asker.tenant().await {
        Ok(tenant) => tenant,
        Err(error) => return refused(ui, parts, error).await,
    };
    let ledger = &ui.state.services.ledger;
    match settings::delete(ledger, tenant, name).await {
        Ok(()) => {}
        Err(Error::WrongName) => {
            let detail = "Nothing was deleted: what you typed is not the tenant's name.";
            return refused(ui, parts, AppError::Invalid(detail.into())).await;
        }
        Err(error) => return refused(ui, parts, of_domain(error)).await,
    }
    // The tenant's own log is gone with it.
    tracing::info!(%tenant, issuer = identity.issuer, subject = identity.subject, "a tenant was deleted by its owner");
    let Some(session) = parts.extensions.get::<Session>() else {
        return to_sign_in(routes::DASHBOARD);
    };
    match signed_out(&ui.state, session.clone()).await {
        Ok(answer) => answer,
        Err(failure) => failure.into_response(),
    }
}
