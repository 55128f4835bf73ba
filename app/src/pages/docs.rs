use super::{path, visitor};
use crate::{
    components::{CopyCode, Layout},
    docs::{Block, DOCS, Doc, blocks},
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
                <ul class="doc-list">
                    {DOCS
                        .iter()
                        .map(|doc| view! {
                            <li class="card">
                                <h2><a href=doc.path>{doc.title}</a></h2>
                                <p class="muted">{doc.about}</p>
                            </li>
                        })
                        .collect_view()}
                </ul>
            </Layout>
        }
    })
}

/// One page of the documentation.
#[component]
pub fn DocPage() -> impl IntoView {
    let path = path();
    Suspend::new(async move {
        let account = visitor().await;
        let doc = DOCS.iter().find(|doc| doc.path == path);
        doc.map(|doc| {
            view! {
                <Layout title=doc.title.into() account>
                    <div class="doc">
                        <Contents current=doc />
                        <article class="prose">{pieces(doc)}</article>
                    </div>
                </Layout>
            }
        })
    })
}

#[component]
fn Contents(current: &'static Doc) -> impl IntoView {
    view! {
        <nav class="doc-nav" aria-label="Documentation">
            {DOCS
                .iter()
                .map(|doc| {
                    let is_current = doc.path == current.path;
                    view! {
                        <a class="nav-link" href=doc.path aria-current=is_current.then_some("page")>{doc.title}</a>
                    }
                })
                .collect_view()}
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
