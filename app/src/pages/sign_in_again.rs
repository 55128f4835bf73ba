use super::{return_to, visitor};
use crate::components::{Layout, SignInChoice};
use leptos::prelude::*;

/// Another sign-in, before something that a session left open must not be enough for.
#[component]
pub fn SignInAgain() -> impl IntoView {
    Suspend::new(async move {
        let account = visitor().await;
        view! {
            <Layout title="Sign in once more".into() account>
                <section class="card narrow">
                    <h1>"Sign in once more"</h1>
                    <p>
                        "What you were about to do wants a sign-in that is not older than 15 minutes. You come back to the "
                        "same page afterwards."
                    </p>
                    <p class="muted">"Nothing was done, and what you typed was not kept: you will enter it again."</p>
                    <SignInChoice return_to=return_to() again=true />
                </section>
            </Layout>
        }
    })
}
