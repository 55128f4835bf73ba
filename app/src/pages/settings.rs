use super::{instead, param, signed_in};
use crate::{
    components::{Layout, SessionsTable, TimeTicker},
    error::AppError,
    model::{Account, Settings as Model},
    ports,
    routes::{self, setting},
};
use leptos::prelude::*;

/// The tenant's name, revealing, sessions, the end of the account.
#[component]
pub fn Settings() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok((account, settings)) => view! { <Loaded account settings /> }.into_any(),
            Err(error) => instead(error),
        }
    })
}

async fn load() -> Result<(Account, Model), AppError> {
    let port = ports::settings()?;
    let account = signed_in().await?;
    Ok((account, port.settings().await?))
}

/// What was done by the form that led back here.
fn done() -> Option<&'static str> {
    match param(routes::DONE).as_str() {
        setting::RENAME => Some("The name has been changed."),
        setting::REVEAL_ON => Some("Values that are made from now on can be revealed."),
        setting::REVEAL_OFF => Some("Revealing is off, and the kept values are destroyed."),
        setting::REQUIRE_REGISTRATION => Some("From now on only registered names can be reserved."),
        setting::ANY_NAME => Some("Any name can be reserved again."),
        setting::END_SESSION => Some("That session has ended."),
        setting::END_OTHERS => Some("All other sessions have ended."),
        _ => None,
    }
}

#[component]
fn Loaded(account: Account, settings: Model) -> impl IntoView {
    let name = account.tenant_name.clone();
    view! {
        <Layout title="Settings".into() account=Some(account)>
            <div class="page-head"><h1>"Settings"</h1></div>
            {done().map(|done| view! { <p class="notice" role="status">{done}</p> })}
            <Name name=name.clone() />
            <You issuer=settings.issuer subject=settings.subject />
            <Reveal keeps_values=settings.keeps_values />
            <Registration required=settings.requires_registration />
            <SessionsTable sessions=settings.sessions />
            <Delete name />
            <TimeTicker />
        </Layout>
    }
}

#[component]
fn Name(name: String) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="name-title">
            <h2 id="name-title">"Tenant"</h2>
            <form class="fields" method="post" action=routes::SETTINGS>
                <input type="hidden" name="action" value=setting::RENAME />
                <label for="name">"Name"</label>
                <input id="name" class="input" name="name" value=name required=true maxlength="100" autocomplete="off" />
                <div><button class="button">"Change name"</button></div>
            </form>
        </section>
    }
}

#[component]
fn You(issuer: String, subject: String) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="you-title">
            <h2 id="you-title">"You"</h2>
            <p class="muted">
                "This is how the server knows you, whatever your e-mail address is. Whoever runs it writes the same into "
                "its setting "<code>"admins"</code>" for people who may use its admin pages."
            </p>
            <p><code>{format!("{issuer} {subject}")}</code></p>
        </section>
    }
}

#[component]
fn Reveal(keeps_values: bool) -> impl IntoView {
    let form = if keeps_values {
        view! {
            <p>
                "The values of your keys are kept encrypted, so that they can be shown again. If you switch this off, what "
                "they are shown from is destroyed, and that cannot be undone: keys go on working, but nobody can read their "
                "values here any more."
            </p>
            <form class="fields" method="post" action=routes::SETTINGS>
                <input type="hidden" name="action" value=setting::REVEAL_OFF />
                <label>
                    <input type="checkbox" name="confirm" value="yes" required=true />
                    " I have every value that I still need"
                </label>
                <div><button class="button danger">"Switch revealing off"</button></div>
            </form>
        }
        .into_any()
    } else {
        view! {
            <p>
                "Revealing is off: a value is shown once, when it is made. If you switch it on, that is for values made from "
                "then on; rotate a key to give it one that can be revealed."
            </p>
            <form method="post" action=routes::SETTINGS>
                <input type="hidden" name="action" value=setting::REVEAL_ON />
                <button class="button">"Switch revealing on"</button>
            </form>
        }
        .into_any()
    };
    view! {
        <section class="card" aria-labelledby="reveal-title">
            <div class="card-head">
                <h2 id="reveal-title">"Revealing keys"</h2>
                <span class="badge">{if keeps_values { "on" } else { "off" }}</span>
            </div>
            {form}
        </section>
    }
}

#[component]
fn Registration(required: bool) -> impl IntoView {
    let (action, word, text) = if required {
        (
            setting::ANY_NAME,
            "Let any name be reserved",
            "Only names that are registered under Resources can be reserved. Every other one is answered NOT_VALID, so that a \
             typing mistake reserves nothing.",
        )
    } else {
        (
            setting::REQUIRE_REGISTRATION,
            "Require registration",
            "Any name can be reserved, registered or not. If you require registration, names without a definition are answered \
             NOT_VALID, so that a typing mistake reserves nothing. What is held now stays, and can be renewed and released.",
        )
    };
    view! {
        <section class="card" aria-labelledby="registration-title">
            <div class="card-head">
                <h2 id="registration-title">"Registered names only"</h2>
                <span class="badge">{if required { "on" } else { "off" }}</span>
            </div>
            <p>{text} " " <a href=routes::RESOURCES>"See what is registered"</a> "."</p>
            <form method="post" action=routes::SETTINGS>
                <input type="hidden" name="action" value=action />
                <button class="button">{word}</button>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Delete(name: String) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="delete-title">
            <h2 id="delete-title">"Delete account"</h2>
            <p>
                "Everything of this tenant goes at once and for good: its keys, reservations, events and audit log, and your "
                "sessions. You are asked to sign in once more if you did so more than 15 minutes ago."
            </p>
            <form class="fields" method="post" action=routes::SETTINGS>
                <input type="hidden" name="action" value=setting::DELETE />
                <label for="confirm-name">"Type the tenant's name: "<strong>{name}</strong></label>
                <input id="confirm-name" class="input" name="name" required=true autocomplete="off" />
                <div><button class="button danger">"Delete everything"</button></div>
            </form>
        </section>
    }
}
