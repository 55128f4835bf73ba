//! What values look like: types, bounds, fields.

use crate::docs::{Code, reference::Schema, render::prose};
use leptos::prelude::*;

/// A description with a name: its fields under an anchor, and its example.
pub(super) fn body(name: &str, schema: &Schema, with_example: bool) -> AnyView {
    let value = schema.example.as_ref().filter(|_| with_example);
    let about = schema.about();
    view! {
        <div class="body" id=name.to_owned()>
            <p class="body-name"><a href=format!("#{name}")><code>{name.to_owned()}</code></a></p>
            {(!about.is_empty()).then(|| view! { <div class="about" inner_html=prose(about)></div> })}
            {fields(schema)}
            {value.map(example)}
        </div>
    }
    .into_any()
}

fn example(value: &serde_json::Value) -> impl IntoView + use<> {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    view! {
        <details class="body-example">
            <summary>"Example"</summary>
            <pre tabindex="0"><code inner_html=Code::new("json", text).html("")></code></pre>
        </details>
    }
}

/// The fields of an object, those that are always there first; of anything else, what it is.
pub(super) fn fields(schema: &Schema) -> AnyView {
    if schema.properties.is_empty() {
        let facts = facts(schema).join(", ");
        return view! { <p class="muted">{kind(schema)}" "{facts}</p> }.into_any();
    }
    let (required, others): (Vec<_>, Vec<_>) = schema
        .properties
        .iter()
        .partition(|(name, _)| schema.required.contains(*name));
    let field =
        |(name, field): (&String, &Schema)| prop(name, field, schema.required.contains(name));
    view! {
        <ul class="props">
            {required.into_iter().map(field).collect_view()}
            {others.into_iter().map(field).collect_view()}
        </ul>
    }
    .into_any()
}

fn prop(name: &str, field: &Schema, is_required: bool) -> AnyView {
    let about = field.about();
    view! {
        <li class="prop">
            <p class="prop-head">
                <code class="prop-name">{name.to_owned()}</code>
                <span class="prop-kind">{kind(field)}</span>
                {is_required.then(|| view! { <span class="prop-required">"required"</span> })}
                {facts(field).into_iter().map(|fact| view! { <span class="prop-fact">{fact}</span> }).collect_view()}
            </p>
            {(!about.is_empty()).then(|| view! { <div class="about" inner_html=prose(about)></div> })}
            {(!field.properties.is_empty()).then(|| view! { {fields(field)} })}
        </li>
    }
    .into_any()
}

/// What is said of a value beside its type, also of the items of a list.
pub(super) fn facts(schema: &Schema) -> Vec<String> {
    let mut facts = schema.bounds();
    facts.extend(schema.deprecated.then(|| "deprecated".to_owned()));
    let of_items = schema.items.iter().flat_map(|items| items.bounds());
    facts.extend(of_items.map(|bound| format!("each {bound}")));
    facts
}

/// A type in words, with links to what is described elsewhere.
pub(super) fn kind(schema: &Schema) -> AnyView {
    if let Some(name) = schema.name() {
        return view! { <a href=format!("#{name}")>{name.to_owned()}</a> }.into_any();
    }
    let parts = schema
        .one_of
        .iter()
        .chain(&schema.any_of)
        .chain(&schema.all_of);
    let mut kinds: Vec<AnyView> = parts.map(kind).collect();
    for name in schema.kind.names() {
        kinds.push(
            match (name.as_str(), &schema.items, &schema.additional_properties) {
                ("array", Some(items), _) => view! { "list of "{kind(items)} }.into_any(),
                ("object", _, Some(of)) if schema.properties.is_empty() => {
                    view! { "object of "{kind(of)} }.into_any()
                }
                ("integer", ..) => "integer".into_any(),
                _ => with_format(name, schema.format.as_deref()).into_any(),
            },
        );
    }
    let mut kinds = kinds.into_iter();
    let first = kinds.next();
    let others = kinds.map(|kind| view! { " or "{kind} }).collect_view();
    view! { {first.unwrap_or_else(|| "any value".into_any())}{others} }.into_any()
}

/// A string may be of a form that has a name, such as a time.
fn with_format(name: &str, format: Option<&str>) -> String {
    match format {
        Some(format) if name != "null" => format!("{name} ({format})"),
        _ => name.to_owned(),
    }
}
