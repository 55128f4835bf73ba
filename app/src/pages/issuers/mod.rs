//! `/dashboard/issuers`: whose JWTs may be exchanged. Every form works without script.

mod card;
mod form;
#[cfg(test)]
mod tests;
mod trial;

use super::{instead, signed_in};
use crate::{
    components::{Layout, TimeTicker},
    error::AppError,
    model::{Account, Issuers as Found, Trial},
    ports,
};
use card::IssuerCard;
use form::AddForm;
use leptos::prelude::*;
use trial::TrialResult;

/// The tenant's trusted issuers. As the answer to a token that was tried there is a [`Trial`] in context.
#[component]
pub fn Issuers() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok((account, found)) => view! { <Loaded account found /> }.into_any(),
            Err(error) => instead(error),
        }
    })
}

async fn load() -> Result<(Account, Found), AppError> {
    let issuers = ports::issuers()?;
    let account = signed_in().await?;
    Ok((account, issuers.issuers().await?))
}

#[component]
fn Loaded(account: Account, found: Found) -> impl IntoView {
    let tier = account.tier.clone();
    let trial = use_context::<Trial>();
    let is_empty = found.issuers.is_empty();
    let (algorithms, claim) = (found.algorithms.clone(), found.challenge_claim.clone());
    let cards = found
        .issuers
        .into_iter()
        .map(|issuer| {
            let (algorithms, claim) = (algorithms.clone(), claim.clone());
            view! { <IssuerCard issuer algorithms claim /> }.into_any()
        })
        .collect_view();
    view! {
        <Layout title="Token issuers".into() account=Some(account)>
            <div class="page-head">
                <h1>"Token issuers"</h1>
                <span class="badge">{tier}</span>
            </div>
            <p class="muted">
                "Your own JWTs can be exchanged for short-lived tokens at " <code>"POST /api/v1/auth/token"</code>
                ", so that each of your users reserves as himself and as nobody else."
            </p>
            {(!found.allowed).then(|| view! {
                <p class="notice">
                    <strong>"JWT exchange begins with the Starter tier."</strong>
                    " Ask the operator of this server for a higher tier."
                </p>
            })}
            {trial.map(|trial| view! { <TrialResult trial /> })}
            {(is_empty && found.allowed).then(|| view! {
                <div class="empty">
                    <p class="empty-title">"No issuer is trusted yet"</p>
                    <p class="muted">"Add the one that signs your users' tokens. Nobody can exchange anything before."</p>
                </div>
            })}
            {cards}
            {found.allowed.then(|| view! { <AddForm algorithms=found.algorithms audience=found.default_audience /> })}
            <TimeTicker />
        </Layout>
    }
    .into_any()
}
