use super::{Logo, Nav, Suspended};
use crate::{model::Account, routes};
use leptos::prelude::*;
use leptos_meta::Title;

/// The frame of every page: skip link, header, main part, footer.
#[component]
pub fn Layout(
    /// The page's own part of the document title.
    title: String,
    /// Who is signed in.
    account: Option<Account>,
    /// The main part.
    children: Children,
) -> impl IntoView {
    let is_admin = account.as_ref().map(|account| account.is_admin);
    let suspension = account
        .as_ref()
        .and_then(|account| account.suspended.clone());
    view! {
        <Title text=title />
        <a class="skip" href="#main">"Skip to content"</a>
        <header class="top">
            <div class="wrap top-row">
                <a class="brand" href=routes::HOME><Logo /><span>"Coop Locker"</span></a>
                <nav class="nav" aria-label="Main">
                    <a class="nav-link" href=routes::DOCS>"Docs"</a>
                    {match account {
                        Some(account) => view! { <SignedIn account /> }.into_any(),
                        None => view! { <a class="button small" href=routes::SIGN_IN>"Sign in"</a> }.into_any(),
                    }}
                </nav>
            </div>
            {is_admin.map(|is_admin| view! { <Nav is_admin /> })}
        </header>
        <main id="main" class="wrap" tabindex="-1">
            {suspension.map(|suspension| view! { <Suspended suspension /> })}
            {children()}
        </main>
        <footer class="foot">
            <div class="wrap foot-row">
                <span>"Coop Locker, an open reservation service"</span>
                <a href=routes::OPENAPI>"API description"</a>
            </div>
        </footer>
    }
}

#[component]
fn SignedIn(account: Account) -> impl IntoView {
    let who = account.email.unwrap_or(account.tenant_name);
    let title = who.clone();
    view! {
        <a class="nav-link" href=routes::DASHBOARD>"Dashboard"</a>
        <span class="who" title=title>{who}</span>
        <form method="post" action=routes::SIGN_OUT>
            <button class="button small">"Sign out"</button>
        </form>
    }
}
