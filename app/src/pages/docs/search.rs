use super::{Frame, SearchForm};
use crate::{
    docs::search::{Hit, LONGEST_QUERY, search},
    pages::{param, visitor},
    ports, routes,
};
use leptos::prelude::*;

/// The places of the documentation that have the words of the query.
#[component]
pub fn DocsSearch() -> impl IntoView {
    Suspend::new(async move {
        let account = visitor().await;
        let query: String = param(routes::QUERY)
            .trim()
            .chars()
            .take(LONGEST_QUERY)
            .collect();
        let api = ports::api_reference();
        let hits = search(&query, api.as_ref().map(ports::ApiReference::document));
        let title = if query.is_empty() {
            "Search".to_owned()
        } else {
            format!("Search: {query}")
        };
        view! {
            <Frame title account on_this_page=().into_any()>
                <header class="docs-head">
                    <h1>"Search"</h1>
                    <SearchForm id="results-search" query=query.clone() />
                </header>
                <Found query hits />
            </Frame>
        }
    })
}

#[component]
fn Found(query: String, hits: Vec<Hit>) -> impl IntoView {
    if query.is_empty() {
        return view! { <p class="muted">"Type a few words: the name of a field, an error's code, a question."</p> }.into_any();
    }
    if hits.is_empty() {
        return view! {
            <div class="empty">
                <p class="empty-title">"Nothing has all of these words: "{query}</p>
                <p class="muted">
                    "Try fewer or other words, or look through the "<a href=routes::DOCS>"contents"</a>" and the "
                    <a href=routes::DOCS_API>"API reference"</a>"."
                </p>
            </div>
        }
        .into_any();
    }
    let count = match hits.len() {
        1 => "One place.".to_owned(),
        many => format!("{many} places, the best ones first."),
    };
    view! {
        <p class="muted">{count}</p>
        <ol class="hits">{hits.into_iter().map(|hit| view! { <Place hit /> }).collect_view()}</ol>
    }
    .into_any()
}

#[component]
fn Place(hit: Hit) -> impl IntoView {
    let piece = |(text, is_word): (String, bool)| {
        if is_word {
            view! { <mark>{text}</mark> }.into_any()
        } else {
            text.into_any()
        }
    };
    let (name, of) = if hit.heading.is_empty() {
        (hit.title, None)
    } else {
        (hit.heading, Some(hit.title))
    };
    view! {
        <li class="hit">
            <h2>
                <a href=hit.href>{name}</a>
                {of.map(|page| view! { " "<span class="muted">{page}</span> })}
            </h2>
            <p>{hit.snippet.into_iter().map(piece).collect_view()}</p>
        </li>
    }
}
