//! Holds JSON against a schema of the OpenAPI document: as much of JSON Schema as that document uses.

use serde_json::Value;

/// The first place where a value is not what the schema says, and what is wrong there.
pub fn mismatch(document: &Value, schema: &Value, value: &Value) -> Option<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let schema = document.pointer(reference.trim_start_matches('#'));
        return mismatch(document, schema.unwrap_or(&Value::Null), value);
    }
    if let Some(options) = schema["oneOf"].as_array() {
        let mut problems = Vec::new();
        for option in options {
            problems.push(mismatch(document, option, value)?);
        }
        return Some(problems.join(", "));
    }
    let types = &schema["type"];
    let kind = kind(value);
    let is_allowed =
        |allowed: &Value| allowed == kind || (allowed == "number" && kind == "integer");
    let is_typed = match types {
        Value::Array(types) => types.iter().any(is_allowed),
        one => is_allowed(one),
    };
    if !is_typed {
        return Some(format!("{value} is not of type {types}"));
    }
    match value {
        Value::Array(items) => items
            .iter()
            .find_map(|item| mismatch(document, &schema["items"], item)),
        Value::Object(fields) => {
            let required = schema["required"].as_array().into_iter().flatten();
            let missing = required
                .filter_map(Value::as_str)
                .find(|name| !fields.contains_key(*name));
            if let Some(name) = missing {
                return Some(format!("{name} is missing"));
            }
            fields.iter().find_map(|(name, value)| {
                let property = schema["properties"]
                    .get(name)
                    .or_else(|| schema.get("additionalProperties"));
                // An object without properties may hold anything.
                match property {
                    Some(property) => mismatch(document, property, value),
                    None if schema.get("properties").is_none() => None,
                    None => Some(format!("{name} is not documented")),
                }
            })
        }
        _ => None,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[test]
fn what_does_not_fit_a_schema_is_named() {
    let document = serde_json::json!({"schemas": {
        "Item": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"type": "string"},
                "next": {"oneOf": [{"type": "null"}, {"$ref": "#/schemas/Item"}]},
                "tags": {"type": ["array", "null"], "items": {"type": "string"}},
                "free": {"type": ["object", "null"]},
            },
        },
    }});
    let schema = serde_json::json!({"$ref": "#/schemas/Item"});
    let item = |text: &str| {
        let value = serde_json::from_str(text).expect("JSON");
        mismatch(&document, &schema, &value)
    };
    for fits in [
        "{\"name\": \"a\"}",
        "{\"name\": \"a\", \"next\": null, \"tags\": null, \"free\": {\"x\": 1}}",
        "{\"name\": \"a\", \"next\": {\"name\": \"b\"}, \"tags\": [\"c\"]}",
    ] {
        assert_eq!(item(fits), None);
    }
    for (text, problem) in [
        ("[]", "not of type"),
        ("{}", "name is missing"),
        ("{\"name\": 1}", "not of type"),
        ("{\"name\": \"a\", \"other\": 1}", "other is not documented"),
        ("{\"name\": \"a\", \"tags\": [1]}", "not of type"),
        ("{\"name\": \"a\", \"next\": {}}", "name is missing"),
    ] {
        let found = item(text).unwrap_or_default();
        assert!(found.contains(problem), "{text}: {found}");
    }
    assert!(mismatch(&document, &Value::Null, &Value::Null).is_some());
}
