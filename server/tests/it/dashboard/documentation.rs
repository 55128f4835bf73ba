//! The documentation's door: anybody may read it, and what it says of the API is what the API says of itself.

use serde_json::Value;

use super::Browser;
use crate::support::App;

/// What a person reads of a piece of HTML: no tags, plain characters, single spaces.
fn text(html: &str) -> String {
    let mut plain = String::new();
    let mut is_tag = false;
    for c in html.chars() {
        match c {
            '<' => is_tag = true,
            '>' => is_tag = false,
            c if !is_tag => plain.push(c),
            _ => {}
        }
    }
    let plain = plain
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A description as it is read: its marks are shown by other means.
fn words(description: &Value) -> String {
    let plain = description.as_str().unwrap_or_default().replace('`', "");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The part of the page that begins with the anchor, up to the next one of its kind.
fn part<'a>(page: &'a str, before: &str, id: &str) -> &'a str {
    let begin = format!("id=\"{id}\"");
    assert_eq!(page.matches(&begin).count(), 1, "{id}");
    let (_, rest) = page.split_once(&begin).expect("counted");
    let (_, rest) = rest.split_once('>').expect("a tag ends");
    let (part, _) = rest.split_once(before).unwrap_or((rest, ""));
    assert!(part.len() < 30_000, "{id}: {}", part.len());
    part
}

#[tokio::test]
async fn every_operation_parameter_and_answer_of_the_document_is_on_the_page() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    let document: Value = browser_json(&app).await;
    let page = browser.get("/docs/api").await.text;
    let mut count = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let id = operation["operationId"].as_str().expect("an id");
            let html = part(&page, "class=\"operation\"", id);
            let shown = text(html);
            let what = format!("{method} {path}");
            assert!(
                shown.contains(&format!("{} {path}", method.to_uppercase())),
                "{what}: {shown}"
            );
            assert!(shown.contains(&words(&operation["summary"])), "{what}");
            assert!(shown.contains(&words(&operation["description"])), "{what}");
            let needs_key = operation.get("security").is_some();
            assert_eq!(shown.contains("No key needed."), !needs_key, "{what}");
            for (status, response) in operation["responses"].as_object().expect("answers") {
                assert!(
                    html.contains(&format!("\">{status}</a></th>"))
                        || html.contains(&format!("\">{status}</th>")),
                    "{what}: {status}"
                );
                assert!(
                    shown.contains(&words(&response["description"])),
                    "{what}: {status}"
                );
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().expect("a name");
                let named = format!("<code class=\"prop-name\">{name}</code>");
                assert!(html.contains(&named), "{what}: {name}");
                assert!(
                    shown.contains(&words(&parameter["description"])),
                    "{what}: {name}"
                );
            }
            count += 1;
        }
    }
    assert!(count >= 17, "{count}");
    app.shut_down().await;
}

#[tokio::test]
async fn every_field_of_every_description_is_on_the_page_with_its_words_and_bounds() {
    let app = App::start().await;
    let document = browser_json(&app).await;
    let page = Browser::new(&app).get("/docs/api").await.text;
    for (name, schema) in document["components"]["schemas"]
        .as_object()
        .expect("schemas")
    {
        let html = part(&page, "class=\"body\"", name);
        assert!(
            text(html).contains(&words(&schema["description"])),
            "{name}"
        );
        let Some(fields) = schema["properties"].as_object() else {
            continue;
        };
        let required = schema["required"].as_array();
        for (field, about) in fields {
            let what = format!("{name}.{field}");
            let head = format!("<code class=\"prop-name\">{field}</code>");
            let from = html.find(&head).unwrap_or_else(|| panic!("{what}"));
            let until = html[from + 1..]
                .find("<li class=\"prop\"")
                .map_or(html.len(), |at| from + 1 + at);
            let shown = text(&html[from..until]);
            let is_required =
                required.is_some_and(|names| names.contains(&Value::from(field.as_str())));
            let kinds = kinds(about);
            assert!(!kinds.is_empty(), "{what}");
            for kind in kinds {
                assert!(shown.contains(&kind), "{what}: {kind}: {shown}");
            }
            assert!(
                shown.contains(&words(&about["description"])),
                "{what}: {shown}"
            );
            assert!(
                !is_required || shown.contains("required"),
                "{what}: {shown}"
            );
            for bound in ["minimum", "maximum", "maxItems", "minLength", "maxLength"] {
                if let Some(number) = about.get(bound) {
                    assert!(
                        shown.contains(&number.to_string()),
                        "{what}: {bound}: {shown}"
                    );
                }
            }
        }
    }
    app.shut_down().await;
}

/// The types that a schema names, as the page has to name them.
fn kinds(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    match &schema["type"] {
        Value::String(kind) => found.push(kind.clone()),
        Value::Array(several) => found.extend(several.iter().map(words)),
        _ => {}
    }
    if let Some(reference) = schema["$ref"].as_str() {
        found.extend(reference.rsplit('/').next().map(str::to_owned));
    }
    for part in schema["oneOf"].as_array().into_iter().flatten() {
        found.extend(kinds(part));
    }
    if let Some(items) = schema.get("items") {
        found.extend(kinds(items));
    }
    for kind in &mut found {
        if kind == "array" {
            "list of".clone_into(kind);
        }
    }
    found
}

async fn browser_json(app: &App) -> Value {
    let request = http::Request::get("/openapi.json").body(axum::body::Body::empty());
    app.send(request.expect("a request")).await.json()
}

#[tokio::test]
async fn every_status_of_the_page_leads_to_its_explanation() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    let page = browser.get("/docs/api").await.text;
    let errors = browser.get("/docs/errors").await.text;
    let anchors: Vec<&str> = page
        .split("href=\"/docs/errors#")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(anchors.len() > 50, "{}", anchors.len());
    for anchor in anchors {
        assert!(errors.contains(&format!("id=\"{anchor}\"")), "{anchor}");
    }
    app.shut_down().await;
}

#[tokio::test]
async fn everybody_may_read_and_search_and_nobody_is_given_a_tenant_for_it() {
    let app = App::start().await;
    let nobody = Browser::new(&app);
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    for browser in [&nobody, &ann] {
        for path in [
            "/docs",
            "/docs/authentication",
            "/docs/api",
            "/docs/search",
            "/docs/search?q=key",
        ] {
            let page = browser.get(path).await;
            assert_eq!(page.status, 200, "{path}");
            assert!(
                !page
                    .text
                    .contains("<leptos-island data-component=\"UseMyKey"),
                "{path}"
            );
        }
        for path in ["/docs/nothing", "/docs/api/more"] {
            assert_eq!(browser.get(path).await.status, 404, "{path}");
        }
    }
    app.shut_down().await;
}

#[tokio::test]
async fn the_key_of_a_reader_is_in_no_page_and_comes_with_the_post_alone() {
    let app = App::start().await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    ann.get("/dashboard").await;
    let page = ann.get("/docs/authentication").await;
    assert!(page.text.contains("UseMyKey"), "{}", page.text);
    assert!(!page.text.contains("coop_sk_") || !has_key(&page.text));
    assert_eq!(page.header("cache-control"), "no-store");
    app.shut_down().await;
}

/// Whether something that looks like a key, and is not the documentation's own example of one, is in a page.
fn has_key(page: &str) -> bool {
    page.split("coop_sk_").skip(1).any(|rest| {
        let value: String = rest
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        value.len() == 49 && value.chars().any(|c| c != '0')
    })
}

#[tokio::test]
async fn a_search_finds_the_heading_marks_the_word_and_shows_whatever_was_typed_as_text() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    let found = browser.get("/docs/search?q=API_KEY_ROTATED").await.text;
    assert!(
        found.contains("href=\"/docs/errors#API_KEY_ROTATED\""),
        "{found}"
    );
    let found = browser.get("/docs/search?q=checksum").await.text;
    assert!(found.contains("<mark>checksum</mark>"), "{found}");
    let found = browser.get("/docs/search?q=reservation/reserve").await.text;
    assert!(found.contains("href=\"/docs/api#reserve\""), "{found}");
    let typed = browser
        .get("/docs/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E")
        .await;
    assert!(!typed.text.contains("<script>alert"), "{}", typed.text);
    assert!(
        typed.text.contains("Nothing has all of these words"),
        "{}",
        typed.text
    );
    let long = browser
        .get(&format!("/docs/search?q={}", "x".repeat(4_000)))
        .await;
    assert_eq!(long.status, 200);
    assert!(!long.text.contains(&"x".repeat(101)), "it is cut");
    app.shut_down().await;
}
