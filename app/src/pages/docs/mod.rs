//! The documentation: its contents, one page of it, what a search finds, and the API's description.

mod example;
mod frame;
mod reference;
mod schema;
mod search;

pub use reference::DocsApi;
pub use search::DocsSearch;

use super::{NotFound, path, visitor};
use crate::{
    components::SameLanguage,
    docs::{Block, Code, DOCS, Doc, Group, render},
    model::Account,
    ports, routes,
};
use example::example;
use frame::{Frame, KeyBar, OnThisPage, SearchForm};
use leptos::prelude::*;

/// The API's description has no file: what the contents call it.
const API_TITLE: &str = "API reference";

/// What there is to read.
#[component]
pub fn Docs() -> impl IntoView {
    Suspend::new(async move {
        let account = visitor().await;
        view! {
            <Frame title="Documentation".into() account on_this_page=().into_any()>
                <header class="docs-head">
                    <h1>"Documentation"</h1>
                    <p class="lead">
                        "Reserve named resources over plain HTTP, from any language. Every example here is run by a test."
                    </p>
                    // Beside the contents there is one already, if there is room for them.
                    <div class="docs-start"><SearchForm id="contents-search" query=String::new() /></div>
                </header>
                {Group::ALL.map(|group| view! { <Cards group /> }).into_iter().collect_view()}
                <section>
                    <h2>"Reference"</h2>
                    <ul class="doc-cards">
                        <Card
                            href=routes::DOCS_API.into()
                            title=API_TITLE
                            about="Every operation, every field, every answer: the OpenAPI document as a page."
                        />
                    </ul>
                </section>
            </Frame>
        }
    })
}

/// The pages of a group, with what they are about.
#[component]
fn Cards(group: Group) -> impl IntoView {
    let cards: Vec<_> = group
        .docs()
        .map(|doc| view! { <Card href=doc.path() title=doc.title about=doc.about /> })
        .collect();
    (!cards.is_empty()).then(|| {
        view! {
            <section>
                <h2>{group.title()}</h2>
                <ul class="doc-cards">{cards}</ul>
            </section>
        }
    })
}

#[component]
fn Card(href: String, title: &'static str, about: &'static str) -> impl IntoView {
    view! {
        <li class="card doc-card">
            <h3><a href=href>{title}</a></h3>
            <p class="muted">{about}</p>
        </li>
    }
}

/// One page of the documentation.
#[component]
pub fn DocPage() -> impl IntoView {
    let path = path();
    let Some(doc) = Doc::at(&path) else {
        return view! { <NotFound /> }.into_any();
    };
    Suspend::new(async move {
        let account = visitor().await;
        let blocks = render::blocks(doc.text);
        let variants = blocks
            .iter()
            .any(|block| matches!(block, Block::Example(of) if of.len() > 1));
        let on_this_page = view! { <OnThisPage headings=headings(doc) /> }.into_any();
        view! {
            <Frame title=doc.title.into() account=account.clone() on_this_page>
                <article class="prose">{pieces(blocks, account)}</article>
                <Neighbours doc />
                {variants.then(|| view! { <SameLanguage /> })}
            </Frame>
        }
    })
    .into_any()
}

/// The headings of the second level, or, where there are few, also those of the third.
fn headings(doc: &Doc) -> Vec<(String, String)> {
    let sections = render::sections(doc.text);
    let second = sections.iter().filter(|section| section.level == 2).count();
    let deepest = if second < 4 { 3 } else { 2 };
    sections
        .into_iter()
        .filter(|section| (2..=deepest).contains(&section.level))
        .map(|section| (section.anchor, section.heading))
        .collect()
}

/// The page's pieces; in front of the first example with a place for a key, whose it can be.
fn pieces(blocks: Vec<Block>, account: Option<Account>) -> impl IntoView {
    let base_url = ports::site().base_url;
    let mut examples = 0;
    let mut after_example = false;
    let mut key_bar = Some(view! { <KeyBar account /> });
    blocks
        .into_iter()
        .map(|block| match block {
            Block::Html(html) => {
                after_example = false;
                view! { <div inner_html=html></div> }.into_any()
            }
            Block::Example(codes) => {
                examples += 1;
                let is_answer = after_example && codes.iter().all(|code| code.language == "json");
                after_example = true;
                let takes_key = codes.iter().any(Code::takes_key);
                let key_bar = if takes_key { key_bar.take() } else { None };
                let example = example(&examples.to_string(), &codes, is_answer, &base_url);
                view! { {key_bar}{example} }.into_any()
            }
        })
        .collect_view()
}

/// The pages before and after this one.
#[component]
fn Neighbours(doc: &'static Doc) -> impl IntoView {
    let at = DOCS
        .iter()
        .position(|other| other.name == doc.name)
        .unwrap_or_default();
    let before = at.checked_sub(1).map(|before| &DOCS[before]);
    let (next_path, next_title) = DOCS
        .get(at + 1)
        .map_or((routes::DOCS_API.to_owned(), API_TITLE), |next| {
            (next.path(), next.title)
        });
    view! {
        <nav class="neighbours" aria-label="Next and previous page">
            {before.map(|before| view! {
                <a rel="prev" class="neighbour" href=before.path()><span class="muted">"Previous"</span>{before.title}</a>
            })}
            <a rel="next" class="neighbour next" href=next_path><span class="muted">"Next"</span>{next_title}</a>
        </nav>
    }
}
