//! Whatever bytes come, they are read or refused.

use proptest::{collection::vec, prelude::*};
use serde_json::Number;

use super::{Fields, Json, boolean, items, object, string, whole_number};
use crate::problem::Problem;

/// Values as they may be nested in a body. Fractions are eighths: those are read as exactly as they are written.
fn value() -> impl Strategy<Value = Json> {
    let number = prop_oneof![
        any::<u64>().prop_map(Number::from),
        any::<i64>().prop_map(Number::from),
        any::<i32>().prop_filter_map("finite", |eighths| Number::from_f64(
            f64::from(eighths) / 8.0
        )),
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        number.prop_map(Json::Number),
        any::<String>().prop_map(Json::String),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        // The names of fields that are read below, and some that may be there twice.
        let name = prop_oneof!["a|b|c|d", any::<String>()];
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Json::Array),
            vec((name, inner), 0..6).prop_map(Json::Object),
        ]
    })
}

fn text(value: &Json) -> Vec<u8> {
    serde_json::to_vec(value).expect("it can be written")
}

/// Reads a field of every kind.
fn read(fields: &mut Fields<'_>) -> Option<(String, Option<u64>)> {
    let required = fields.required("a", string);
    let number = fields.optional("b", whole_number);
    let flag = fields.optional("c", boolean);
    let list = fields.list("d", 1..=2, |element, value| {
        element.object(value, |fields| fields.required("a", string))
    });
    flag?;
    list?;
    Some((required?, number?))
}

/// A refusal names what is wrong, and not more than fits into an answer.
fn is_told<T>(read: Result<T, Problem>) -> Result<(), TestCaseError> {
    if let Err(problem) = read {
        let errors = problem.errors();
        prop_assert!(!errors.is_empty() && errors.len() <= super::MOST_PROBLEMS);
        for error in errors {
            let is_pointer = error.pointer.is_empty() || error.pointer.starts_with('/');
            prop_assert!(is_pointer && !error.message.is_empty(), "{error:?}");
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        is_told(Json::parse(&bytes))?;
        is_told(items(&bytes, 3, read))?;
        is_told(object(&bytes, read))?;
    }

    #[test]
    fn a_body_that_breaks_off_or_goes_on_is_refused(value in value(), more in "[^ \t\r\n]", cut: prop::sample::Index) {
        let mut bytes = text(&Json::Array(vec![value]));
        let shorter = &bytes[..cut.index(bytes.len())];
        prop_assert!(Json::parse(shorter).is_err());
        bytes.extend(more.bytes());
        prop_assert!(Json::parse(&bytes).is_err());
    }

    #[test]
    fn what_is_written_is_read_as_it_was_with_its_order_and_what_is_there_twice(value in value()) {
        let read = Json::parse(&text(&value));
        prop_assert_eq!(read.ok(), Some(value));
    }

    #[test]
    fn any_value_is_taken_as_a_request_or_every_problem_has_its_place(value in value()) {
        let bytes = text(&value);
        is_told(items(&bytes, 3, read))?;
        is_told(object(&bytes, read))?;
        let repeated = value.repeated_field().is_some();
        if let (Json::Object(fields), true) = (&value, object(&bytes, read).is_ok()) {
            prop_assert!(fields.iter().all(|(name, _)| "abcd".contains(name.as_str())));
            prop_assert!(!repeated, "nothing that is there twice is taken");
        }
    }
}
