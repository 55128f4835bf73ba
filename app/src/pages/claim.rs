use super::{instead, signed_in};
use crate::{
    components::{ClaimCode, KeepClaimCode, Layout, SignInChoice},
    error::AppError,
    model::Account,
    routes,
};
use leptos::prelude::*;

/// Takes over a tenant that was made on the command line.
///
/// It does not redirect to sign in as other pages do: the code is in the fragment, and the page has to keep it first.
#[component]
pub fn Claim() -> impl IntoView {
    Suspend::new(async move {
        match signed_in().await {
            Ok(account) => view! { <Form account /> }.into_any(),
            Err(AppError::SignedOut) => view! { <SignInFirst /> }.into_any(),
            Err(error) => instead(error),
        }
    })
}

#[component]
fn Form(account: Account) -> impl IntoView {
    view! {
        <Layout title="Claim a tenant".into() account=Some(account)>
            <section class="card narrow">
                <h1>"Claim a tenant"</h1>
                <p class="muted">
                    "Take over a tenant that was made on the command line. Its claim code was printed there; it works "
                    "once."
                </p>
                <form class="fields" method="post" action=routes::CLAIM>
                    <label for="claim-code">"Claim code"</label>
                    <ClaimCode />
                    <button class="button primary">"Claim tenant"</button>
                </form>
            </section>
        </Layout>
    }
}

#[component]
fn SignInFirst() -> impl IntoView {
    view! {
        <Layout title="Claim a tenant".into() account=None>
            <section class="card narrow">
                <h1>"Claim a tenant"</h1>
                <p class="muted">"Sign in first; then you can enter the claim code. Keep the link until it is done."</p>
                <SignInChoice return_to=routes::CLAIM.into() />
                <KeepClaimCode />
            </section>
        </Layout>
    }
}
