use super::{NotFound, return_to, visitor};
use crate::{components::Layout, ports, routes};
use leptos::prelude::*;

/// Sign-in without a password, for development on one machine. Where it is off, it does not exist.
#[component]
pub fn DevSignIn() -> impl IntoView {
    if !ports::site().dev_sign_in {
        return view! { <NotFound /> }.into_any();
    }
    Suspend::new(async move {
        // Whoever has to sign in once more is most likely who he was.
        let email = visitor().await.and_then(|account| account.email);
        view! { <Form email=email.unwrap_or_else(|| "dev@example.com".into()) /> }
    })
    .into_any()
}

#[component]
fn Form(email: String) -> impl IntoView {
    view! {
        <Layout title="Development sign-in".into() account=None>
            <section class="card narrow">
                <h1>"Development sign-in"</h1>
                <p class="notice">
                    <strong>"For development on this machine only."</strong>
                    " It asks for no password: whoever reaches this page can be anybody. It goes away when Google "
                    "sign-in is configured, and it answers to no other machine."
                </p>
                <form class="fields" method="post" action=routes::DEV_SIGN_IN>
                    <input type="hidden" name=routes::RETURN_TO value=return_to() />
                    <label for="email">"E-mail address"</label>
                    <input
                        id="email"
                        class="input"
                        type="email"
                        name="email"
                        value=email
                        required=true
                        autocomplete="email"
                    />
                    <button class="button primary">"Sign in"</button>
                </form>
            </section>
        </Layout>
    }
}
