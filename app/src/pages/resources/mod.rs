//! `/dashboard/resources`: what the tenant has said about its resources. Every form works without script.

mod detail;
mod form;
mod slots;
mod table;
#[cfg(test)]
mod tests;
mod tree;

use super::{instead, param, query, signed_in};
use crate::{
    components::{CopyCode, Failure, Layout, LiveState, PLACEHOLDER_KEY, TimeTicker, grouped},
    error::AppError,
    model::{Account, RefusedForm, Resource, ResourcePage},
    ports,
    routes::{self, resource_action as action},
};
use detail::Detail;
use form::Register;
use leptos::prelude::*;
use leptos_router::location::Url;
use table::Table;
use tree::Tree;

/// The definitions of the tenant, or one of them.
///
/// As the answer to a form there may be a [`RefusedForm`] in context.
#[component]
pub fn Resources() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok((account, Shown::One(resource))) => view! { <One account resource /> }.into_any(),
            Ok((account, Shown::List { page, gone })) => {
                view! { <List account page gone /> }.into_any()
            }
            Err(error) => instead(error),
        }
    })
}

/// What the query asks for.
enum Shown {
    One(Box<Resource>),
    List {
        page: ResourcePage,
        /// The definition that was asked for is not there.
        gone: bool,
    },
}

async fn load() -> Result<(Account, Shown), AppError> {
    let resources = ports::resources()?;
    let account = signed_in().await?;
    let mut gone = false;
    if let Some(name) = query("name") {
        match resources.find(&name).await {
            Ok(found) => return Ok((account, Shown::One(Box::new(found)))),
            Err(AppError::NotFound) => gone = true,
            Err(error) => return Err(error),
        }
    }
    let page = resources.list(&param("after")).await?;
    Ok((account, Shown::List { page, gone }))
}

/// What the form before this page did.
fn done() -> Option<&'static str> {
    match param(routes::DONE).as_str() {
        action::REGISTER => Some("The resource is registered."),
        action::EDIT => Some("The definition has been changed."),
        action::DELETE => {
            Some("The definition is deleted. The name is a plain one again: one holder, no tree.")
        }
        _ => None,
    }
}

#[component]
fn One(account: Account, resource: Box<Resource>) -> impl IntoView {
    let title = resource.name.clone();
    let refused = use_context::<RefusedForm>();
    view! {
        <Layout title account=Some(account)>
            <Detail resource=*resource refused />
            <TimeTicker />
        </Layout>
    }
    .into_any()
}

#[component]
fn List(account: Account, page: ResourcePage, gone: bool) -> impl IntoView {
    let ResourcePage {
        resources,
        count,
        limit,
        next,
        tree,
        is_tree_cut,
        requires_registration,
    } = page;
    let refused = use_context::<RefusedForm>();
    let gone = gone && refused.is_none();
    if gone && let Some(respond) = ports::respond() {
        respond.status(AppError::NotFound.status());
    }
    let counted = match limit {
        Some(limit) => format!("{} of {}", grouped(count), grouped(limit)),
        None => grouped(count),
    };
    let is_first = param("after").is_empty();
    let pages = next.is_some() || !is_first;
    let next = next.map(|next| format!("{}?after={}", routes::RESOURCES, Url::escape(&next)));
    let is_empty = resources.is_empty();
    view! {
        <Layout title="Resources".into() account=Some(account)>
            <div class="page-head">
                <h1>"Resources"</h1>
                <span class="badge">{counted}</span>
                <LiveState />
            </div>
            {done().map(|done| view! { <p class="notice" role="status">{done}</p> })}
            {refused.clone().map(|refused| view! { <Failure error=refused.error /> })}
            {gone.then(|| view! {
                <p class="notice" role="status">"There is no definition of that name. Those that there are, are below."</p>
            })}
            {requires_registration.then(|| view! {
                <p class="notice">
                    "Only the names registered here can be reserved: "
                    <a href=routes::SETTINGS>"your settings"</a> " say so."
                </p>
            })}
            <section class="card" aria-labelledby="definitions-title">
                <h2 id="definitions-title">"Definitions"</h2>
                <div id="definitions" data-live>
                    {if is_empty {
                        view! { <Empty requires_registration is_first /> }.into_any()
                    } else {
                        view! { <Table resources /> }.into_any()
                    }}
                </div>
                {pages.then(|| view! {
                    <nav class="actions" aria-label="Pages of the list">
                        {(!is_first).then(|| view! { <a class="button small" href=routes::RESOURCES>"First page"</a> })}
                        {next.map(|to| view! { <a class="button small" href=to>"Next page"</a> })}
                    </nav>
                })}
            </section>
            {(!tree.is_empty()).then(|| view! { <Tree places=tree is_cut=is_tree_cut /> })}
            <Register refused />
            <TimeTicker />
        </Layout>
    }
    .into_any()
}

#[component]
fn Empty(requires_registration: bool, is_first: bool) -> impl IntoView {
    if !is_first {
        return view! {
            <div class="empty"><p class="empty-title">"The list ends here"</p></div>
        }
        .into_any();
    }
    let meaning = if requires_registration {
        "Nothing can be reserved yet: your settings let only registered names through."
    } else {
        "Any name can be reserved as it is. A definition gives it more: slots for several holders, blockers that are held \
         along with it, a place in a tree, a pause after a holder that vanished."
    };
    let code = example(&ports::site().base_url, PLACEHOLDER_KEY);
    view! {
        <div class="empty">
            <p class="empty-title">"No resource is registered"</p>
            <p class="muted">
                {meaning} " Use the form below, or run this with one of " <a href=routes::KEYS>"your keys"</a>
                ": an office with two printers, which rest for ten seconds when a holder vanishes."
            </p>
        </div>
        <CopyCode label="Register".into() code />
    }
    .into_any()
}

/// A call that registers a pool with a blocker and a place in a tree.
fn example(base_url: &str, key: &str) -> String {
    format!(
        "curl {base_url}/api/v1/Resource/register \\\n  -H 'X-Api-Key: {key}' \\\n  \
         -H 'Content-Type: application/json' \\\n  \
         -d '[{{\"name\":\"Printer\",\"capacity\":2,\"treePath\":\"Office\",\"lockDelaySeconds\":10}}]'"
    )
}
