//! The pages know every field, bound and status of the API, and lead nowhere that is not there.

use std::{collections::BTreeMap, fs};

use coop_locker::events::EVENT_TYPES;
use serde_json::Value;

use super::{pages, root, text_of};
use crate::support::Site;

/// Where each operation is explained. What several have in common is explained with the first one.
const EXPLAINED: &[(&str, &str, &str)] = &[
    ("post", "/api/v1/Reservation/reserve", "reserve"),
    ("post", "/api/v1/Reservation/check", "reserve"),
    ("get", "/api/v1/Reservation/activeReservations", "reserve"),
    ("get", "/api/v1/Reservation", "reserve"),
    ("post", "/api/v1/Reservation/unreserve", "unreserve"),
    ("post", "/api/v1/Reservation/renew", "renew"),
    ("post", "/api/v1/Reservation/transaction", "transactions"),
    ("post", "/api/v1/Reservation/verify", "safety"),
    ("post", "/api/v1/Resource/register", "resources"),
    ("get", "/api/v1/Resource/definitions", "resources"),
    ("get", "/api/v1/Resource/definitions/{name}", "resources"),
    ("delete", "/api/v1/Resource/definitions/{name}", "resources"),
    ("get", "/api/v1/events", "events"),
    ("get", "/api/v1/events/history", "events"),
];

fn document() -> Value {
    Site::new().json(&["openapi"])
}

/// What a page has to explain of one body.
struct Body<'d> {
    document: &'d Value,
    page: &'static str,
    text: String,
    /// Schemas by name, and the page that explains them.
    known: &'d mut BTreeMap<String, &'static str>,
}

impl Body<'_> {
    fn schema(&mut self, schema: &Value) {
        if let Some(reference) = schema["$ref"].as_str() {
            let first = self.known.get(reference).copied();
            if let Some(first) = first.filter(|first| *first != self.page) {
                let link = format!("(/docs/{first}");
                assert!(self.text.contains(&link), "{}: no link {link}…)", self.page);
                return;
            }
            self.known.insert(reference.to_owned(), self.page);
            let schema = self.document.pointer(reference.trim_start_matches('#'));
            self.schema(schema.expect("a schema"));
            return;
        }
        for option in schema["oneOf"].as_array().into_iter().flatten() {
            self.schema(option);
        }
        if schema["items"].is_object() {
            self.schema(&schema["items"]);
        }
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            self.field(name, field);
            self.schema(field);
        }
    }

    fn field(&self, name: &str, field: &Value) {
        let page = self.page;
        let quoted = format!("`{name}`");
        assert!(self.text.contains(&quoted), "{page} says nothing of {name}");
        for word in words(field["description"].as_str().unwrap_or_default()) {
            let word = format!("`{word}`");
            assert!(self.text.contains(&word), "{page} says nothing of {word}");
        }
        // A whole number without a maximum has the minimum 0 in any case.
        let (Some(least), Some(most)) = (field["minimum"].as_u64(), field["maximum"].as_u64())
        else {
            return;
        };
        let bounds = format!("{} to {}", grouped(least), grouped(most));
        let mut rows = self.text.lines().filter(|line| line.starts_with('|'));
        let says = |row: &str| row.contains(&quoted) && row.contains(&bounds);
        assert!(
            rows.any(says),
            "{page}: {name} is {bounds}, which no row of a table says"
        );
    }
}

/// Values in capitals that a description names.
fn words(description: &str) -> impl Iterator<Item = &str> {
    let quoted = description.split('`').skip(1).step_by(2);
    quoted.filter(|word| word.len() > 3 && word.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
}

/// `31,536,000`.
fn grouped(number: u64) -> String {
    if number < 1_000 {
        return number.to_string();
    }
    format!("{},{:03}", grouped(number / 1_000), number % 1_000)
}

#[test]
fn every_field_bound_and_status_of_reservations_resources_and_events_is_on_its_page() {
    let document = document();
    let mut known = BTreeMap::new();
    for (method, path, name) in EXPLAINED {
        let operation = &document["paths"][path][method];
        assert!(operation.is_object(), "{method} {path} is gone");
        let text = text_of(&format!("{name}.md"));
        assert!(text.contains(path), "{name} does not name {path}");
        let mut body = Body {
            document: &document,
            page: name,
            text,
            known: &mut known,
        };
        let json = |body: &Value| body["content"]["application/json"]["schema"].clone();
        body.schema(&json(&operation["requestBody"]));
        body.schema(&json(&operation["responses"]["200"]));
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().expect("a name");
            body.field(name, &parameter["schema"]);
        }
    }
    assert!(known.len() > 15, "{known:?}");
}

#[test]
fn every_operation_on_reservations_resources_and_events_has_its_page() {
    let document = document();
    let mut operations = 0;
    for (path, methods) in document["paths"].as_object().expect("an object") {
        for (method, operation) in methods.as_object().expect("an object") {
            let tag = operation["tags"][0].as_str();
            if matches!(tag, Some("Reservations" | "Resources" | "Events")) {
                operations += 1;
                let is_it = |one: &&(&str, &str, &str)| one.0 == *method && one.1 == *path;
                assert!(EXPLAINED.iter().any(|one| is_it(&one)), "{method} {path}");
            }
        }
    }
    assert_eq!(operations, EXPLAINED.len());
}

#[test]
fn every_type_of_an_event_is_on_the_page_of_events() {
    let text = text_of("events.md");
    for kind in EVENT_TYPES {
        assert!(text.contains(&format!("`{kind}`")), "{kind}");
    }
}

/// Where a heading is linked to, as the pages are shown.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().replace('`', "");
    if text.contains('_') || text.chars().all(|c| c.is_ascii_uppercase()) {
        return text;
    }
    let words = text.split(|c: char| !c.is_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-")
}

#[test]
fn every_link_from_page_to_page_leads_somewhere() {
    let mut links = 0;
    for (name, text) in pages() {
        for link in text.split("](/docs/").skip(1) {
            let link = link.split(')').next().expect("an end");
            let (to, place) = link.split_once('#').unwrap_or((link, ""));
            // The API's description has a page of its own.
            if to == "api" {
                continue;
            }
            let to = root().join("docs/guide").join(format!("{to}.md"));
            let to = fs::read_to_string(to).unwrap_or_else(|_| panic!("{name}: {link}"));
            let mut headings = to.lines().filter(|line| line.starts_with('#'));
            let is_there = place.is_empty() || headings.any(|heading| anchor(heading) == place);
            assert!(is_there, "{name}: {link}");
            links += 1;
        }
    }
    assert!(links > 50, "{links}");
}
