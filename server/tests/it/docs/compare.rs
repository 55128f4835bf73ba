//! Whether an answer is the one that is documented.

use serde_json::{Value, json};

/// Why an answer is not the one that is documented. In the documentation `"…"` stands for anything, and an object may
/// leave fields out.
pub(super) fn mismatch(documented: &Value, answer: &Value, at: &str) -> Option<String> {
    match (documented, answer) {
        (Value::String(text), _) if text == "…" && !answer.is_null() => None,
        (Value::Object(fields), Value::Object(others)) => {
            fields.iter().find_map(|(name, value)| {
                let at = format!("{at}/{name}");
                match others.get(name) {
                    Some(other) => mismatch(value, other, &at),
                    None => Some(format!("{at} is missing")),
                }
            })
        }
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => items
            .iter()
            .zip(others)
            .enumerate()
            .find_map(|(index, (item, other))| mismatch(item, other, &format!("{at}/{index}"))),
        _ if documented == answer => None,
        _ => Some(format!("{at}: {documented} is documented")),
    }
}

#[test]
fn an_answer_that_is_not_the_documented_one_is_noticed() {
    let documented = json!({"a": [{"b": "…"}, 1]});
    let right = json!({"a": [{"b": 7, "c": 8}, 1], "d": 0});
    assert_eq!(mismatch(&documented, &right, ""), None);
    for wrong in [
        json!({"a": [{"b": null}, 1]}),
        json!({"a": [{"b": 7}, 2]}),
        json!({"a": [{"b": 7}]}),
        json!({}),
    ] {
        assert!(mismatch(&documented, &wrong, "").is_some(), "{wrong}");
    }
}
