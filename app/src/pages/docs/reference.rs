//! The API's description as a page.

use super::{
    API_TITLE, Frame, KeyBar, OnThisPage,
    example::example,
    schema::{body, facts, fields, kind},
};
use crate::{
    docs::{
        Code,
        reference::{Content, Document, Operation, Parameter, Response, SecurityScheme, Tag},
        render::prose,
    },
    pages::{NotFound, visitor},
    ports, routes,
};
use leptos::prelude::*;
use serde_json::Value;

/// Every operation and everything that is sent and answered.
#[component]
pub fn DocsApi() -> impl IntoView {
    let Some(api) = ports::api_reference() else {
        return view! { <NotFound /> }.into_any();
    };
    Suspend::new(async move {
        let account = visitor().await;
        let document = api.document();
        let (about, version) = (
            document.info.description.clone(),
            document.info.version.clone(),
        );
        let html = api.html(|document| everything(document).to_html());
        let headings = headings(document);
        let schemes = document
            .components
            .security_schemes
            .values()
            .map(scheme)
            .collect_view();
        view! {
            <Frame
                title=API_TITLE.into()
                account=account.clone()
                on_this_page=view! { <OnThisPage headings /> }.into_any()
            >
                <header class="docs-head">
                    <h1>{API_TITLE}</h1>
                    <p class="lead">{about}</p>
                    <p class="muted">
                        "Version "{version}". Made from the server's own OpenAPI document: "
                        <a href=routes::OPENAPI>"openapi.json"</a>"."
                    </p>
                    {schemes}
                </header>
                <KeyBar account />
                <div class="api" inner_html=html></div>
            </Frame>
        }
    })
    .into_any()
}

/// The parts and their operations.
fn headings(document: &Document) -> Vec<(String, String)> {
    let mut headings = Vec::new();
    for tag in &document.tags {
        headings.push((tag_anchor(tag), tag.name.clone()));
        for (method, path, operation) in of_tag(document, tag) {
            let path = path.trim_start_matches("/api/v1/");
            let name = format!("{} {path}", method.to_uppercase());
            headings.push((operation.id.clone(), name));
        }
    }
    headings.push(("objects".into(), "Objects".into()));
    headings
}

fn of_tag<'a>(
    document: &'a Document,
    tag: &'a Tag,
) -> impl Iterator<Item = (&'a str, &'a str, &'a Operation)> {
    document
        .operations()
        .filter(|(_, _, operation)| operation.tags.contains(&tag.name))
}

/// All operations, and what several of them have in common.
fn everything(document: &Document) -> AnyView {
    let shared = document
        .shared()
        .map(|(name, schema)| body(name, schema, true));
    view! {
        {document.tags.iter().map(|tag| part(document, tag)).collect_view()}
        <section class="api-part" aria-labelledby="objects">
            <h2 id="objects"><a href="#objects">"Objects"</a></h2>
            <p class="muted">"What several answers have in them."</p>
            {shared.collect_view()}
        </section>
    }
    .into_any()
}

fn scheme(scheme: &SecurityScheme) -> impl IntoView + use<> {
    view! {
        <p>
            "Authentication: the "{scheme.place.clone()}" "<code>{scheme.name.clone()}</code>". "
            {scheme.description.clone()}" "
            <a href=routes::doc("authentication")>"More about keys"</a>
        </p>
    }
}

fn tag_anchor(tag: &Tag) -> String {
    format!("tag-{}", tag.name.to_lowercase().replace(' ', "-"))
}

/// The operations of a tag: a list of them, then each one.
fn part(document: &Document, tag: &Tag) -> AnyView {
    let operations: Vec<_> = of_tag(document, tag).collect();
    let anchor = tag_anchor(tag);
    let line = |(method, path, operation): &(&str, &str, &Operation)| {
        view! {
            <li>
                <a class="api-line" href=format!("#{}", operation.id)>
                    {badge(method)}
                    <code>{(*path).to_owned()}</code>
                </a>
            </li>
        }
    };
    view! {
        <section class="api-part" aria-labelledby=anchor.clone()>
            <h2 id=anchor.clone()><a href=format!("#{anchor}")>{tag.name.clone()}</a></h2>
            <p class="muted">{tag.description.clone()}"."</p>
            <ul class="api-lines">{operations.iter().map(line).collect_view()}</ul>
            {operations
                .iter()
                .map(|(method, path, operation)| one(document, method, path, operation))
                .collect_view()}
        </section>
    }
    .into_any()
}

fn badge(method: &str) -> impl IntoView + use<> {
    view! { <span class=format!("method method-{method}")>{method.to_uppercase()}</span>" " }
}

fn one(document: &Document, method: &str, path: &str, operation: &Operation) -> AnyView {
    let id = operation.id.clone();
    let request = operation.request_body.as_ref().map(|body| {
        let contents = body.content.iter();
        view! {
            <h4>"Request body"{(!body.required).then_some(" (optional)")}</h4>
            {about(&body.description)}
            {contents.map(|(media_type, content)| content_of(document, &id, media_type, content, false)).collect_view()}
        }
    });
    let call = Code::new("sh", curl(document, method, path, operation));
    let call = example(&id, &[call], false, &ports::site().base_url);
    let parameters = (!operation.parameters.is_empty()).then(|| {
        view! {
            <h4>"Parameters"</h4>
            <ul class="props">{operation.parameters.iter().map(parameter).collect_view()}</ul>
        }
    });
    let access = if operation.security.is_empty() {
        "No key needed.".into_any()
    } else {
        let names = operation.security.iter().flat_map(|of| of.keys());
        let names = names.filter_map(|name| document.components.security_schemes.get(name));
        let names = names.map(|scheme| view! { <code>{scheme.name.clone()}</code> });
        view! { "Needs "{names.collect_view()}"." }.into_any()
    };
    view! {
        <section class="operation" aria-labelledby=id.clone()>
            <h3 id=id.clone()>
                <a href=format!("#{id}")>{badge(method)}<span class="api-path">{path.to_owned()}</span></a>
            </h3>
            <div class="strong" inner_html=prose(&operation.summary)></div>
            {operation.deprecated.then(|| view! { <p class="notice">"Deprecated."</p> })}
            {about(&operation.description)}
            <p class="muted">{access}</p>
            {parameters}
            {request}
            {call}
            <h4>"Answers"</h4>
            {answers(operation)}
            {operation
                .responses
                .iter()
                .filter(|(status, _)| status.starts_with('2'))
                .flat_map(|(_, response)| &response.content)
                .map(|(media_type, content)| content_of(document, &id, media_type, content, true))
                .collect_view()}
        </section>
    }
    .into_any()
}

fn about(text: &str) -> Option<AnyView> {
    (!text.is_empty())
        .then(|| view! { <div class="about" inner_html=prose(text)></div> }.into_any())
}

fn parameter(parameter: &Parameter) -> AnyView {
    let place = format!("in the {}", parameter.place);
    let mut facts = facts(&parameter.schema);
    facts.extend(parameter.deprecated.then(|| "deprecated".to_owned()));
    facts.extend(
        parameter
            .example
            .iter()
            .map(|example| format!("such as {}", plain(example))),
    );
    view! {
        <li class="prop">
            <p class="prop-head">
                <code class="prop-name">{parameter.name.clone()}</code>
                <span class="prop-kind">{kind(&parameter.schema)}", "{place}</span>
                {parameter.required.then(|| view! { <span class="prop-required">"required"</span> })}
                {facts.into_iter().map(|fact| view! { <span class="prop-fact">{fact}</span> }).collect_view()}
            </p>
            {about(&parameter.description)}
        </li>
    }
    .into_any()
}

/// What is sent or answered, with its example or, where a command shows one already, without: its fields here if this operation is the place of them, else where they are.
fn content_of(
    document: &Document,
    id: &str,
    media_type: &str,
    content: &Content,
    with_example: bool,
) -> AnyView {
    let schema = &content.schema;
    let named = schema
        .name_of_body()
        .and_then(|name| Some((name, document.schema(name)?)));
    let fields = match named {
        Some((name, schema)) if document.is_shown_at(name) == Some(id) => {
            body(name, schema, with_example)
        }
        Some(_) => ().into_any(),
        None => fields(schema),
    };
    view! {
        <p class="content-kind"><code>{media_type.to_owned()}</code>": "{kind(schema)}</p>
        {about(schema.about())}
        {fields}
    }
    .into_any()
}

fn answers(operation: &Operation) -> impl IntoView + use<> {
    let row = |(status, response): (&String, &Response)| {
        let kinds = response
            .content
            .values()
            .map(|content| kind(&content.schema));
        let kinds = kinds.collect_view();
        let headers = response.headers.iter().map(|(name, header)| {
            view! {
                <p class="prop-head">
                    "Header "<code>{name.clone()}</code>": "{kind(&header.schema)}" "{header.description.clone()}
                </p>
            }
            .into_any()
        });
        let headers = headers.collect_view();
        let link = if status.starts_with('2') {
            status.clone().into_any()
        } else {
            let to = format!("{}#{status}", routes::doc("errors"));
            view! { <a href=to>{status.clone()}</a> }.into_any()
        };
        view! {
            <tr>
                <th scope="row">{link}</th>
                <td><div inner_html=prose(&response.description)></div>{headers}</td>
                <td>{kinds}</td>
            </tr>
        }
        .into_any()
    };
    view! {
        <table class="answers">
            <thead><tr><th scope="col">"Status"</th><th scope="col">"When"</th><th scope="col">"Body"</th></tr></thead>
            <tbody>{operation.responses.iter().map(row).collect_view()}</tbody>
        </table>
    }
}

/// A call of the operation as a command.
fn curl(document: &Document, method: &str, path: &str, operation: &Operation) -> String {
    let mut path = path.to_owned();
    for parameter in &operation.parameters {
        let example = parameter
            .example
            .as_ref()
            .map_or_else(|| parameter.name.to_uppercase(), plain);
        path = path.replace(&format!("{{{}}}", parameter.name), &example);
    }
    let mut command = String::from("curl ");
    if method == "delete" {
        command.push_str("-X DELETE ");
    }
    command.extend(["\"$COOP_URL", &path, "\""]);
    if !operation.security.is_empty() {
        command.push_str(" \\\n  -H \"X-Api-Key: $COOP_KEY\"");
    }
    let mut contents = operation
        .request_body
        .iter()
        .flat_map(|body| body.content.values());
    if let Some(example) = contents.find_map(|content| sample(document, content)) {
        command.push_str(" \\\n  -H \"Content-Type: application/json\" \\\n  -d '");
        let text = serde_json::to_string_pretty(&example).unwrap_or_default();
        command.push_str(&text.replace('\'', "'\\''").replace('\n', "\n  "));
        command.push('\'');
    }
    command
}

/// What could be sent: the description's own example, or one made of the names of what is required.
fn sample(document: &Document, content: &Content) -> Option<Value> {
    if let Some(example) = &content.example {
        return Some(example.clone());
    }
    let name = content.schema.name_of_body()?;
    let schema = document.schema(name)?;
    let one = schema.example.clone().unwrap_or_else(|| {
        let field = |name: &String| (name.clone(), Value::String("…".into()));
        schema.required.iter().map(field).collect()
    });
    let is_list = content.schema.items.is_some();
    Some(if is_list {
        Value::Array(vec![one])
    } else {
        one
    })
}

/// A value as it is written in an address.
fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
