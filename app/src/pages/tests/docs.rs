//! The documentation.

use super::{Request, signed_in, signed_out};
use crate::{
    docs::{DOCS, Doc},
    ports::{ApiReference, fake::SECRET},
};

/// A document that says a little of everything.
const DOCUMENT: &str = r##"{
  "openapi": "3.1.0",
  "info": {"title": "T", "description": "What it is.", "version": "7.8.9", "license": {"name": "MIT"}},
  "tags": [{"name": "Doors", "description": "Ways in"}],
  "paths": {
    "/doors/{name}": {
      "delete": {
        "tags": ["Doors"], "operationId": "close", "summary": "Closes it.", "security": [{"apiKey": []}],
        "parameters": [{
          "name": "name", "in": "path", "required": true, "description": "Which `one`.",
          "schema": {"type": "string", "minLength": 1, "maxLength": 9}, "example": "front"
        }],
        "responses": {"200": {"description": "Closed"}, "404": {"description": "None such"}}
      }
    },
    "/open": {
      "post": {
        "tags": ["Doors"], "operationId": "open", "summary": "Opens some.", "description": "In <order>.",
        "requestBody": {"required": true, "content": {"application/json": {
          "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Wish"}}
        }}},
        "responses": {"200": {"description": "Opened", "content": {"application/json": {
          "schema": {"$ref": "#/components/schemas/Way"}
        }}}}
      }
    }
  },
  "components": {
    "securitySchemes": {"apiKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "The key."}},
    "schemas": {
      "Wish": {
        "type": "object", "description": "What to open.", "required": ["door"],
        "properties": {
          "angle": {"type": ["integer", "null"], "format": "int32", "minimum": 1, "maximum": 90},
          "door": {"type": "string", "enum": ["front", "back"]}
        },
        "example": {"door": "it's"}
      },
      "Way": {"type": "object", "properties": {
        "locks": {"type": "array", "maxItems": 3, "items": {"$ref": "#/components/schemas/Lock"}},
        "owner": {"oneOf": [{"$ref": "#/components/schemas/Lock", "description": "Whose."}, {"type": "null"}]}
      }},
      "Lock": {"type": "object", "properties": {
        "names": {"type": "object", "additionalProperties": {"type": "string"}}
      }}
    }
  }
}"##;

fn api() -> Request {
    Request {
        reference: Some(ApiReference::parse(DOCUMENT).expect("a document")),
        ..signed_out("/docs/api")
    }
}

#[test]
fn every_page_of_the_guide_is_at_the_name_of_its_file_and_in_the_contents() {
    let contents = signed_out("/docs").html();
    for doc in DOCS {
        let path = doc.path();
        assert_eq!(path, format!("/docs/{}", doc.name));
        assert!(contents.contains(&format!(r#"href="{path}""#)), "{path}");
        let (html, asked) = signed_out(&path).get();
        assert!(html.contains(&format!("<title>{} · ", doc.title)), "{path}");
        assert!(html.contains(r#"aria-current="page""#), "{path}");
        assert!(html.contains("/pkg/docs.1.css"), "{path}");
        assert!(asked.is_empty(), "{path}: {asked:?}");
    }
}

#[test]
fn a_page_that_the_guide_does_not_have_is_not_found() {
    for path in [
        "/docs/nothing",
        "/docs/errors/more",
        "/docs/%7Bname%7D",
        "/docs/",
    ] {
        let (html, asked) = signed_out(path).get();
        assert!(html.contains("This page does not exist"), "{path}");
        assert_eq!(asked, ["status 404"], "{path}");
    }
}

#[test]
fn from_every_page_the_next_one_is_linked_and_the_last_one_is_the_reference() {
    for (at, doc) in DOCS.iter().enumerate() {
        let html = signed_out(&doc.path()).html();
        let next = DOCS.get(at + 1).map_or("/docs/api".to_owned(), Doc::path);
        let (_, link) = html.split_once(r#"rel="next""#).expect("a link");
        let (link, _) = link.split_once('>').expect("it ends");
        assert!(link.contains(&format!(r#"href="{next}""#)), "{link}");
        assert_eq!(html.contains(r#"rel="prev""#), at > 0, "{}", doc.name);
    }
}

#[test]
fn examples_are_for_this_server_and_have_a_place_for_the_key_and_no_key() {
    for request in [
        signed_in("/docs/authentication"),
        signed_out("/docs/authentication"),
    ] {
        let html = request.html();
        assert!(html.contains("\"http://localhost:3000/api/v1/auth/whoami\""));
        assert!(html.contains(r#"<span class="my-key">$COOP_KEY</span>"#));
        assert!(!html.contains("$COOP_URL"));
        assert!(!html.contains(SECRET));
    }
}

#[test]
fn who_is_signed_in_is_offered_his_key_and_others_the_way_to_one() {
    let html = signed_in("/docs/authentication").html();
    assert!(html.contains("Use my key"));
    assert!(html.contains("key_1"), "the key's id is what is asked with");
    let (_, form) = html.split_once("<form").expect("the search");
    let forms = form.split("<form").map(|form| form.split('>').next());
    let form = forms.flatten().find(|form| form.contains("my-key-form"));
    let form = form.expect("a form");
    assert!(
        form.contains(r#"action="/dashboard""#) && form.contains(r#"method="get""#),
        "{form}"
    );
    let html = signed_out("/docs/authentication").html();
    assert!(!html.contains("Use my key"));
    assert!(html.contains("/auth/sign-in?return_to=%2Fdocs%2Fauthentication"));
    let mut without_tenant = signed_in("/docs/authentication");
    if let Ok(Some(account)) = &mut without_tenant.account {
        account.tenant_id.clear();
    }
    let html = without_tenant.html();
    assert!(html.contains("Get my key") && !html.contains("key_1"));
}

#[test]
fn a_search_says_what_it_found_or_that_it_found_nothing() {
    let html = signed_out("/docs/search").html();
    assert!(html.contains("Type a few words"));
    let html = signed_out("/docs/search?q=rotated+stale").html();
    assert!(html.contains("Nothing has all of these words: "));
    let html = signed_out("/docs/search?q=STALE").html();
    assert!(html.contains(r#"href="/docs/errors#STALE""#));
    assert!(html.contains(r#"value="STALE""#));
}

#[test]
fn what_somebody_typed_does_not_end_the_title_that_it_stands_in() {
    let html = signed_out("/docs/search?q=%3C%2Ftitle%3E%3Cb%3E%26").html();
    assert!(
        html.contains("<title>Search: &lt;/title>&lt;b>&amp; · Coop Locker</title>"),
        "{html}"
    );
    assert!(!html.contains("</title><b>"));
}

#[test]
fn the_reference_has_operations_with_what_they_take_and_answer() {
    let html = api().html();
    for shown in [
        "What it is.",
        "7.8.9",
        r#"id="close""#,
        r##"href="#open""##,
        "Which <code>one</code>.",
        "1 to 9 characters",
        "such as front",
        r#"href="/docs/errors#404""#,
        "In &lt;order&gt;.",
        "No key needed.",
        r#"one of "front", "back""#,
        "1 to 90",
        "at most 3 items",
        "Whose.",
        r##"<a href="#Lock">Lock</a>"##,
        "object of ",
        "/doors/front",
    ] {
        assert!(html.contains(shown), "{shown}: {html}");
    }
    // A quote in an example does not end the shell's.
    let tags = html.split('<').filter_map(|tag| tag.split_once('>'));
    let text: String = tags.map(|(_, text)| text).collect();
    assert!(text.contains(r"it'\''s"), "{text}");
    for name in ["Wish", "Way", "Lock"] {
        assert_eq!(
            html.matches(&format!(r#"id="{name}""#)).count(),
            1,
            "{name}"
        );
    }
}

#[test]
fn a_word_of_the_document_that_the_page_does_not_know_is_an_error() {
    for (known, unknown) in [
        ("\"maxItems\": 3", "\"multipleOf\": 3"),
        ("\"operationId\"", "\"callbacks\": {}, \"operationId\""),
        ("\"tags\": [{", "\"servers\": [], \"tags\": [{"),
    ] {
        assert!(DOCUMENT.contains(known));
        let document = DOCUMENT.replacen(known, unknown, 1);
        assert!(ApiReference::parse(&document).is_err(), "{unknown}");
    }
}

#[test]
fn without_a_description_there_is_no_reference() {
    let (html, asked) = signed_out("/docs/api").get();
    assert!(html.contains("This page does not exist"));
    assert_eq!(asked, ["status 404"]);
}
