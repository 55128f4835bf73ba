//! The HTML document and the page table.

use crate::{
    pages::{self, NotFound, ProblemPage},
    ports::{self, Problem, Site},
    routes,
};
use leptos::{nonce::Nonce, prelude::*};
use leptos_meta::{MetaTags, Title, provide_meta_context};

/// A line of the page table.
struct Page {
    path: &'static str,
    view: fn() -> AnyView,
}

/// Every page: its path and its view. A new page is a line here and a file in `pages`.
const PAGES: &[Page] = &[
    Page {
        path: routes::HOME,
        view: || view! { <pages::Home /> }.into_any(),
    },
    Page {
        path: routes::DASHBOARD,
        view: || view! { <pages::Dashboard /> }.into_any(),
    },
    Page {
        path: routes::KEYS,
        view: || view! { <pages::Keys /> }.into_any(),
    },
    Page {
        path: routes::RESERVATIONS,
        view: || view! { <pages::Reservations /> }.into_any(),
    },
    Page {
        path: routes::RESOURCES,
        view: || view! { <pages::Resources /> }.into_any(),
    },
    Page {
        path: routes::EVENTS,
        view: || view! { <pages::Events /> }.into_any(),
    },
    Page {
        path: routes::USAGE,
        view: || view! { <pages::Usage /> }.into_any(),
    },
    Page {
        path: routes::DOCS,
        view: || view! { <pages::Docs /> }.into_any(),
    },
    Page {
        path: routes::DOCS_API,
        view: || view! { <pages::DocsApi /> }.into_any(),
    },
    Page {
        path: routes::DOCS_SEARCH,
        view: || view! { <pages::DocsSearch /> }.into_any(),
    },
    Page {
        path: routes::DOC,
        view: || view! { <pages::DocPage /> }.into_any(),
    },
    Page {
        path: routes::ISSUERS,
        view: || view! { <pages::Issuers /> }.into_any(),
    },
    Page {
        path: routes::SIGN_IN,
        view: || view! { <pages::SignIn /> }.into_any(),
    },
    Page {
        path: routes::DEV_SIGN_IN,
        view: || view! { <pages::DevSignIn /> }.into_any(),
    },
    Page {
        path: routes::SIGN_IN_AGAIN,
        view: || view! { <pages::SignInAgain /> }.into_any(),
    },
    Page {
        path: routes::AUDIT,
        view: || view! { <pages::Audit /> }.into_any(),
    },
    Page {
        path: routes::SETTINGS,
        view: || view! { <pages::Settings /> }.into_any(),
    },
    Page {
        path: routes::ADMIN,
        view: || view! { <pages::Admin /> }.into_any(),
    },
    Page {
        path: routes::ADMIN_TENANT,
        view: || view! { <pages::AdminTenant /> }.into_any(),
    },
    Page {
        path: routes::CLAIM,
        view: || view! { <pages::Claim /> }.into_any(),
    },
];

/// The paths of all pages, for the server to mount with GET.
pub fn paths() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|page| page.path)
}

/// Whether a line of the table is for a path. A name in braces at its end stands for one part, whatever that is.
fn is_at(pattern: &str, path: &str) -> bool {
    match pattern.split_once('{') {
        Some((front, _)) => path
            .strip_prefix(front)
            .is_some_and(|part| !part.is_empty() && !part.contains('/')),
        None => pattern == path,
    }
}

/// The page of the request's path; the error page when there is a [`Problem`] in context.
#[component]
fn App() -> impl IntoView {
    if let Some(problem) = use_context::<Problem>() {
        return view! { <ProblemPage problem /> }.into_any();
    }
    let path = pages::path();
    match PAGES.iter().find(|page| is_at(page.path, &path)) {
        Some(page) => (page.view)(),
        None => view! { <NotFound /> }.into_any(),
    }
}

/// The whole document. The server renders this, with the context of the request.
///
/// leptos' own `HydrationScripts` is not used: it writes the nonce into `crossorigin`, which makes Firefox fetch the
/// module twice and refuse it.
#[must_use]
pub fn shell() -> impl IntoView {
    let site = ports::site();
    // Only islands are woken, so nothing outside of them needs markers to find it again.
    if let Some(context) = Owner::current_shared_context() {
        context.set_is_hydrating(false);
    }
    // The scripts that leptos writes itself take the nonce from here.
    provide_context(Nonce::from_value(site.nonce.clone()));
    provide_meta_context();
    let loader = loader(&site);
    // A server without the browser's files still shows every page.
    let has_script = !site.js.is_empty();
    // Written here and not by the page: what a page adds to the head while it waits for something comes too late.
    let has_docs = !site.docs_css.is_empty() && pages::path().starts_with(routes::DOCS);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                {(!site.css.is_empty()).then(|| view! { <link rel="stylesheet" href=site.css.clone() /> })}
                {has_docs.then(|| view! { <link rel="stylesheet" href=site.docs_css.clone() /> })}
                {has_script.then(|| view! {
                    <link rel="modulepreload" href=site.js.clone() nonce=site.nonce.clone() />
                    <link rel="preload" href=site.wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
                })}
                <Title formatter=|page: String| document_title(&page) />
                <MetaTags />
                {has_script.then(|| view! { <script type="module" nonce=site.nonce.clone()>{loader}</script> })}
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The title of a page. leptos writes it into the document as it is, and a page may be named after what somebody chose.
fn document_title(page: &str) -> String {
    let page = page.replace('&', "&amp;").replace('<', "&lt;");
    format!("{page} · Coop Locker")
}

/// Wakes the islands, then says so by an attribute on `body`, which style sheet and browser tests wait for. An island
/// that the module does not know is an error on the console, not a silent gap.
fn loader(site: &Site) -> String {
    let Site { js, wasm, .. } = site;
    format!(
        "const app = await import({js:?});\n\
         await app.default({{ module_or_path: {wasm:?} }});\n\
         app.hydrate();\n\
         for (const island of document.querySelectorAll('leptos-island')) app[island.dataset.component](island);\n\
         document.body.dataset.hydrated = '';"
    )
}
