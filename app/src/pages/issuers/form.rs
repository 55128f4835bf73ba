use crate::routes::{self, issuer_action as action};
use leptos::prelude::*;

/// What a form about an issuer begins with.
#[derive(Clone)]
pub(super) struct Filled {
    pub label: String,
    pub algorithms: Vec<String>,
    pub keys_url: String,
    pub one_time: bool,
    pub max_age: String,
    pub max_ttl: String,
    pub max_active: String,
}

/// Adds an issuer.
#[component]
pub(super) fn AddForm(algorithms: Vec<String>, audience: String) -> impl IntoView {
    let filled = Filled {
        label: String::new(),
        algorithms: algorithms.clone(),
        keys_url: String::new(),
        one_time: false,
        max_age: String::new(),
        max_ttl: "3600".into(),
        max_active: String::new(),
    };
    view! {
        <section class="card" aria-labelledby="add-title">
            <h2 id="add-title">"Add an issuer"</h2>
            <form class="fields" method="post" action=routes::ISSUERS>
                <input type="hidden" name="action" value=action::ADD />
                <label for="add-issuer">"Issuer: the iss of its tokens, exactly"</label>
                <input id="add-issuer" class="input" name="issuer" required=true maxlength="512" placeholder="https://id.example.com" />
                <label for="add-audience">"Audience: the aud of its tokens"</label>
                <input id="add-audience" class="input mono" name="audience" value=audience maxlength="512" />
                <p class="muted">
                    "This one is yours without further proof. Another one has to be proven by a token that carries a challenge."
                </p>
                <SettingsFields prefix="add".into() filled algorithms keep=false />
                <button class="button primary">"Add issuer"</button>
            </form>
        </section>
    }
    .into_any()
}

/// The fields of what may be changed later too.
#[component]
pub(super) fn SettingsFields(
    /// In front of the ids of this form's fields.
    prefix: String,
    filled: Filled,
    algorithms: Vec<String>,
    /// Without keys in the form the present ones stay.
    keep: bool,
) -> impl IntoView {
    let id = move |name: &str| format!("{prefix}-{name}");
    let choices = algorithms
        .into_iter()
        .map(|name| {
            let checked = filled.algorithms.contains(&name);
            let field = format!("alg_{name}");
            view! { <label class="choice"><input type="checkbox" name=field value="on" checked=checked />{name}</label> }
        })
        .collect_view();
    view! {
        <label for=id("label")>"Label: shown as apiKeyLabel"</label>
        <input id=id("label") class="input" name="label" required=true maxlength="64" value=filled.label />
        <label for=id("url")>"Keys: address of its key set (JWKS)"</label>
        <input id=id("url") class="input mono" name="keys_url" maxlength="512" value=filled.keys_url placeholder="https://id.example.com/.well-known/jwks.json" />
        <label for=id("keys")>
            {if keep {
                "Or new keys: a key set (JWKS) or a public key in PEM"
            } else {
                "Or the keys themselves: a key set (JWKS) or a public key in PEM"
            }}
        </label>
        <textarea id=id("keys") class="input mono" name="keys" rows="4" spellcheck="false"></textarea>
        <label for=id("kid")>"Key id (kid) of a key in PEM"</label>
        <input id=id("kid") class="input mono" name="kid" maxlength="255" />
        <fieldset class="choices"><legend>"Algorithms"</legend>{choices}</fieldset>
        <label for=id("ttl")>"Longest reservation of an end user, in seconds"</label>
        <input id=id("ttl") class="input" name="max_ttl" type="number" min="1" max="31536000" required=true value=filled.max_ttl />
        <label for=id("active")>"Reservations an end user may hold; empty: no limit of its own"</label>
        <input id=id("active") class="input" name="max_active" type="number" min="1" value=filled.max_active />
        <label for=id("age")>"Oldest token, by its iat, in seconds; empty: as old as its exp allows"</label>
        <input id=id("age") class="input" name="max_age" type="number" min="1" max="86400" value=filled.max_age />
        <label class="choice">
            <input type="checkbox" name="one_time" value="on" checked=filled.one_time />
            "Exchange each token once (it needs a jti)"
        </label>
    }
    .into_any()
}
