//! What all pages of the documentation have around them.

use crate::{
    components::{Layout, UseMyKey},
    docs::{Group, search::LONGEST_QUERY},
    model::Account,
    pages::path,
    ports, routes,
};
use leptos::prelude::*;

/// The contents beside a page, and what the page has in it.
#[component]
pub(super) fn Frame(
    /// The page's title.
    title: String,
    /// Who is signed in.
    account: Option<Account>,
    /// The page's own contents.
    on_this_page: AnyView,
    /// The page.
    children: Children,
) -> impl IntoView {
    view! {
        <Layout title account>
            <div class="docs">
                // A phone shows the contents when the box is checked; where there is room they are always there.
                <input type="checkbox" class="menu-toggle" id="docs-menu" />
                <label class="menu-label" for="docs-menu">"Documentation"</label>
                <nav class="docs-nav" aria-label="Documentation">
                    <SearchForm id="search" query=String::new() />
                    <Contents />
                </nav>
                <div class="docs-page">{children()}</div>
                {on_this_page}
            </div>
        </Layout>
    }
}

#[component]
fn Contents() -> impl IntoView {
    let here = path();
    let link = |href: String, title: &'static str| {
        let current = (href == here).then_some("page");
        view! { <li><a href=href aria-current=current>{title}</a></li> }
    };
    let group = |group: Group| {
        let links: Vec<_> = group
            .docs()
            .map(|doc| link(doc.path(), doc.title))
            .collect();
        (!links.is_empty()).then(|| {
            view! {
                <p class="doc-group">{group.title()}</p>
                <ul>{links}</ul>
            }
        })
    };
    view! {
        {Group::ALL.map(group).into_iter().collect_view()}
        <p class="doc-group">"Reference"</p>
        <ul>{link(routes::DOCS_API.into(), super::API_TITLE)}</ul>
    }
}

/// Looks for words; a GET, so that what was found has an address.
#[component]
pub(super) fn SearchForm(
    /// The field's id: there may be more of them on a page.
    id: &'static str,
    /// What is looked for.
    query: String,
) -> impl IntoView {
    view! {
        <form class="docs-search" method="get" action=routes::DOCS_SEARCH role="search" aria-label=id.replace('-', " ")>
            <label class="unseen" for=id>"Search the documentation"</label>
            <input
                class="input"
                type="search"
                id=id
                name=routes::QUERY
                value=query
                placeholder="Search"
                maxlength=LONGEST_QUERY.to_string()
                required=true
            />
            <button class="button">"Search"</button>
        </form>
    }
}

/// The page's headings: anchor and words.
#[component]
pub(super) fn OnThisPage(headings: Vec<(String, String)>) -> impl IntoView {
    (headings.len() > 1).then(|| {
        let link = |(anchor, heading): (String, String)| {
            view! { <li><a href=format!("#{anchor}")>{heading}</a></li> }
        };
        view! {
            <nav class="docs-toc" aria-label="On this page">
                <p class="doc-group">"On this page"</p>
                <ul>{headings.into_iter().map(link).collect_view()}</ul>
            </nav>
        }
    })
}

/// Whose examples these are: this server's, and, for somebody who is signed in, on request his own key's.
#[component]
pub(super) fn KeyBar(account: Option<Account>) -> impl IntoView {
    Suspend::new(async move {
        let has_tenant = account
            .as_ref()
            .is_some_and(|account| !account.tenant_id.is_empty());
        // Asked only for somebody who has a key: nobody gets a tenant for reading.
        let key = match ports::keys() {
            Ok(keys) if has_tenant => keys.default_key().await.ok().map(|used| used.key),
            _ => None,
        };
        let way = match (key, account) {
            (Some(key), _) => view! { <UseMyKey key_id=key.id /> }.into_any(),
            (None, Some(_)) => {
                view! { <a class="button small" href=routes::DASHBOARD>"Get my key"</a> }.into_any()
            }
            (None, None) => {
                let sign_in = routes::returning(routes::SIGN_IN, &path());
                view! { <a class="button small" href=sign_in>"Sign in to use your key"</a> }
                    .into_any()
            }
        };
        view! {
            <div class="key-bar">
                <p>"Examples are for "<code>{ports::site().base_url}</code>"."</p>
                {way}
            </div>
        }
    })
}
