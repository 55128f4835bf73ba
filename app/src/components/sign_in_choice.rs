use crate::{ports, routes};
use leptos::prelude::*;

/// The ways to sign in that this server offers.
#[component]
pub fn SignInChoice(
    /// The path of ours to go to afterwards.
    return_to: String,
    /// Whoever is signed in at the provider shows once more who he is.
    #[prop(optional)]
    again: bool,
) -> impl IntoView {
    let site = ports::site();
    let link = move |path| routes::returning(path, &return_to);
    let (mut google, dev) = (link(routes::GOOGLE), link(routes::DEV_SIGN_IN));
    if again {
        google.push_str("&again=1");
    }
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
