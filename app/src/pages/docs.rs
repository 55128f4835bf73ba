use super::{path, visitor};
use crate::{
    components::{CopyCode, Layout},
    docs::{Block, Doc, Group, blocks},
    pages::NotFound,
};
use leptos::prelude::*;

/// What there is to read.
#[component]
pub fn Docs() -> impl IntoView {
    Suspend::new(async move {
        let account = visitor().await;
        view! {
            <Layout title="Documentation".into() account>
                <h1>"Documentation"</h1>
                {Group::ALL.map(|group| view! { <Cards group /> }).into_iter().collect_view()}
            </Layout>
        }
    })
}

/// The pages of a group, with what they are about.
#[component]
fn Cards(group: Group) -> impl IntoView {
    let cards: Vec<_> = group
        .docs()
        .map(|doc| {
            view! {
                <li class="card">
                    <h3><a href=doc.path()>{doc.title}</a></h3>
                    <p class="muted">{doc.about}</p>
                </li>
            }
        })
        .collect();
    (!cards.is_empty()).then(|| {
        view! {
            <section>
                <h2>{group.title()}</h2>
                <ul class="doc-list">{cards}</ul>
            </section>
        }
    })
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
        view! {
            <Layout title=doc.title.into() account>
                <div class="doc">
                    <Contents current=doc />
                    <article class="prose">{pieces(doc)}</article>
                </div>
            </Layout>
        }
    })
    .into_any()
}

#[component]
fn Contents(current: &'static Doc) -> impl IntoView {
    let link = |doc: &'static Doc| {
        let is_current = (doc.name == current.name).then_some("page");
        view! { <a class="nav-link" href=doc.path() aria-current=is_current>{doc.title}</a> }
    };
    view! {
        <nav class="doc-nav" aria-label="Documentation">
            {Group::ALL.into_iter().flat_map(Group::docs).map(link).collect_view()}
        </nav>
    }
}

fn pieces(doc: &Doc) -> impl IntoView + use<> {
    let mut examples = 0;
    blocks(doc.text)
        .into_iter()
        .map(|block| match block {
            Block::Html(html) => view! { <div inner_html=html></div> }.into_any(),
            Block::Code { language, text } => {
                examples += 1;
                let label = match language.as_str() {
                    "json" => format!("Answer, example {examples}"),
                    _ => format!("Command, example {examples}"),
                };
                view! { <CopyCode label code=text /> }.into_any()
            }
        })
        .collect_view()
}
