//! One file a route. A page asks its ports, then shows; it never decides what is allowed.

mod admin;
mod admin_tenant;
mod audit;
mod claim;
mod dashboard;
mod dev_sign_in;
mod docs;
mod events;
mod home;
mod issuers;
mod keys;
mod not_found;
mod problem;
mod reservations;
mod resources;
mod settings;
mod sign_in;
mod sign_in_again;
#[cfg(test)]
mod tests;
mod usage;

pub use admin::Admin;
pub use admin_tenant::AdminTenant;
pub use audit::Audit;
pub use claim::Claim;
pub use dashboard::Dashboard;
pub use dev_sign_in::DevSignIn;
pub use docs::{DocPage, Docs, DocsApi, DocsSearch};
pub use events::Events;
pub use home::Home;
pub use issuers::Issuers;
pub use keys::Keys;
pub use not_found::NotFound;
pub use problem::ProblemPage;
pub use reservations::Reservations;
pub use resources::Resources;
pub use settings::Settings;
pub use sign_in::SignIn;
pub use sign_in_again::SignInAgain;
pub use usage::Usage;

use crate::{error::AppError, model::Account, ports, routes};
use leptos::prelude::*;
use leptos_router::location::{RequestUrl, Url};

fn url() -> Option<Url> {
    use_context::<RequestUrl>()?.parse().ok()
}

/// The path of the request.
pub(crate) fn path() -> String {
    url().map_or_else(String::new, |url| url.path().to_owned())
}

/// A parameter of the request's query.
fn query(name: &str) -> Option<String> {
    url().and_then(|url| url.search_params().get(name))
}

/// The same; empty when it is not there.
fn param(name: &str) -> String {
    query(name).unwrap_or_default()
}

/// Where the query says to go after sign-in, if that is a path of ours; else the dashboard.
fn return_to() -> String {
    let raw = query(routes::RETURN_TO);
    routes::local(raw.as_deref()).to_owned()
}

/// Who is signed in, for pages that everybody may see: a store that cannot answer does not take the page away.
async fn visitor() -> Option<Account> {
    let account = ports::account().ok()?;
    account.account().await.ok().flatten()
}

/// Who is signed in, for pages that need somebody. What they show stays out of every cache.
async fn signed_in() -> Result<Account, AppError> {
    if let Some(respond) = ports::respond() {
        respond.no_store();
    }
    ports::account()?
        .account()
        .await?
        .ok_or(AppError::SignedOut)
}

/// What a page shows that could not be made: the way to sign in and back, or the error page.
fn instead(error: AppError) -> AnyView {
    if error != AppError::SignedOut {
        return view! { <ProblemPage problem=error.into() /> }.into_any();
    }
    if let Some(respond) = ports::respond() {
        respond.redirect(&routes::returning(routes::SIGN_IN, &path()));
    }
    view! { <SignIn /> }.into_any()
}
