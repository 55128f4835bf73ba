use super::return_to;
use crate::components::{Layout, SignInChoice};
use leptos::prelude::*;

/// The choice of sign-in, on the way to where `return_to` says.
#[component]
pub fn SignIn() -> impl IntoView {
    view! {
        <Layout title="Sign in".into() account=None>
            <section class="card narrow">
                <h1>"Sign in"</h1>
                <p class="muted">"The first time, this makes your tenant and its default API key."</p>
                <SignInChoice return_to=return_to() />
            </section>
        </Layout>
    }
}
