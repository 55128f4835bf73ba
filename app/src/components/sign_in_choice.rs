use crate::{ports, routes};
use leptos::prelude::*;

/// The ways to sign in that this server offers.
#[component]
pub fn SignInChoice(
    /// The path of ours to go to afterwards.
    return_to: String,
) -> impl IntoView {
    let site = ports::site();
    let google = routes::returning(routes::GOOGLE, &return_to);
    let dev = routes::returning(routes::DEV_SIGN_IN, &return_to);
    view! {
        <div class="actions">
            {site.google.then(|| view! { <a class="button primary" href=google>"Sign in with Google"</a> })}
            {site
                .dev_sign_in
                .then(|| {
                    view! {
                        <a class="button" class:primary=!site.google href=dev>"Sign in for development"</a>
                    }
                })}
        </div>
        {(!site.google && !site.dev_sign_in)
            .then(|| {
                view! {
                    <p class="notice">
                        "Sign-in is not set up on this server. Its operator has to set "
                        <code>"COOP_LOCKER_GOOGLE_CLIENT_ID"</code>" and "<code>"COOP_LOCKER_GOOGLE_CLIENT_SECRET"</code>
                        "."
                    </p>
                }
            })}
    }
}
