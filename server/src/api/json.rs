//! Strict reading of JSON: every problem of a body is named, by JSON pointer, in one answer.

use std::fmt;

use coop_engine::TextError;
use serde::{
    Deserialize, Serialize,
    de::{self, Deserializer, MapAccess, SeqAccess, Visitor},
    ser::{SerializeMap as _, Serializer},
};

use crate::problem::{FieldProblem, Problem};

/// Named problems in one answer. A body with more has been understood to be wrong.
const MOST_PROBLEMS: usize = 100;

/// A JSON value that keeps the order of fields, and fields that are there twice.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    String(String),
    Array(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Json {
    /// Reads a body.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Problem> {
        serde_json::from_slice(body).map_err(|error| {
            let message = if body.is_empty() {
                "is empty".to_owned()
            } else {
                format!("is not JSON: {error}")
            };
            Problem::invalid(vec![FieldProblem {
                pointer: String::new(),
                message,
            }])
        })
    }

    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// The name of a field that some object in here has twice.
    pub(super) fn repeated_field(&self) -> Option<&str> {
        match self {
            Self::Array(items) => items.iter().find_map(Self::repeated_field),
            Self::Object(fields) => fields.iter().enumerate().find_map(|(at, (name, value))| {
                let again = fields[..at].iter().any(|(other, _)| other == name);
                if again {
                    Some(name.as_str())
                } else {
                    value.repeated_field()
                }
            }),
            _ => None,
        }
    }
}

/// Everything that is wrong with a request so far.
#[derive(Default)]
pub(super) struct Problems(Vec<FieldProblem>);

impl Problems {
    pub(super) fn add(&mut self, pointer: impl Into<String>, message: impl fmt::Display) {
        if self.0.len() < MOST_PROBLEMS {
            self.0.push(FieldProblem {
                pointer: pointer.into(),
                message: message.to_string(),
            });
        }
    }

    /// The value, if nothing was wrong.
    pub(super) fn none_or<T>(self, value: T) -> Result<T, Problem> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(Problem::invalid(self.0))
        }
    }
}

/// The elements of a body that has to be an array of 1 to `most` objects.
pub(super) fn items<T>(
    body: &[u8],
    most: usize,
    mut read: impl FnMut(&mut Fields<'_>) -> Option<T>,
) -> Result<Vec<T>, Problem> {
    let mut problems = Problems::default();
    let items = match Json::parse(body)? {
        Json::Array(items) => items,
        other => {
            problems.add(
                "",
                format!("must be an array of objects, not {}", other.kind()),
            );
            return problems.none_or(Vec::new());
        }
    };
    if items.is_empty() || items.len() > most {
        problems.add(
            "",
            format!("must have 1 to {most} items, not {}", items.len()),
        );
        return problems.none_or(Vec::new());
    }
    let mut read_items = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        match item {
            Json::Object(fields) => {
                let mut fields = Fields {
                    left: fields,
                    index: Some(index),
                    problems: &mut problems,
                };
                read_items.extend(read(&mut fields));
                fields.finish();
            }
            other => problems.add(
                format!("/{index}"),
                format!("must be an object, not {}", other.kind()),
            ),
        }
    }
    problems.none_or(read_items)
}

/// The fields of a body that has to be one object.
pub(super) fn object<T>(
    body: &[u8],
    read: impl FnOnce(&mut Fields<'_>) -> Option<T>,
) -> Result<T, Problem> {
    let mut problems = Problems::default();
    let read = match Json::parse(body)? {
        Json::Object(left) => {
            let mut fields = Fields {
                left,
                index: None,
                problems: &mut problems,
            };
            let read = read(&mut fields);
            fields.finish();
            read
        }
        other => {
            problems.add("", format!("must be an object, not {}", other.kind()));
            None
        }
    };
    problems
        .none_or(read)?
        .ok_or_else(|| Problem::invalid(Vec::new()))
}

/// The fields of one item. Each is taken once; what is left at the end is unknown.
pub(super) struct Fields<'p> {
    left: Vec<(String, Json)>,
    /// Which item of an array it is; none for a body that is one object.
    index: Option<usize>,
    problems: &'p mut Problems,
}

impl Fields<'_> {
    /// A field that has to be there.
    pub(super) fn required<T, E: fmt::Display>(
        &mut self,
        name: &str,
        read: impl FnOnce(Json) -> Result<T, E>,
    ) -> Option<T> {
        let Some(value) = self.take(name) else {
            self.problem(name, "is missing");
            return None;
        };
        self.read(name, value, read)
    }

    /// A field that may be missing or null. The outer `None` means that it is there and wrong.
    #[expect(
        clippy::option_option,
        reason = "both `?` at the call: wrong ends the item, missing is a value"
    )]
    pub(super) fn optional<T, E: fmt::Display>(
        &mut self,
        name: &str,
        read: impl FnOnce(Json) -> Result<T, E>,
    ) -> Option<Option<T>> {
        match self.take(name) {
            None | Some(Json::Null) => Some(None),
            Some(value) => self.read(name, value, read).map(Some),
        }
    }

    fn read<T, E: fmt::Display>(
        &mut self,
        name: &str,
        value: Json,
        read: impl FnOnce(Json) -> Result<T, E>,
    ) -> Option<T> {
        read(value)
            .map_err(|message| self.problem(name, message))
            .ok()
    }

    fn take(&mut self, name: &str) -> Option<Json> {
        let at = self.left.iter().position(|(field, _)| field == name)?;
        let value = self.left.swap_remove(at).1;
        if self.left.iter().any(|(field, _)| field == name) {
            self.left.retain(|(field, _)| field != name);
            self.problem(name, "is there more than once");
        }
        Some(value)
    }

    fn problem(&mut self, name: &str, message: impl fmt::Display) {
        let name = escape(name);
        let pointer = match self.index {
            Some(index) => format!("/{index}/{name}"),
            None => format!("/{name}"),
        };
        self.problems.add(pointer, message);
    }

    fn finish(mut self) {
        for (name, _) in std::mem::take(&mut self.left) {
            self.problem(shown(&name), "is not a field of this request");
        }
    }
}

/// A name that a client made up, as it may be repeated to him: what may be a key is not.
pub(super) fn shown(name: &str) -> &str {
    if name.contains("coop_") {
        "(a key)"
    } else {
        name
    }
}

/// RFC 6901, section 3.
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A string.
pub(super) fn string(value: Json) -> Result<String, String> {
    match value {
        Json::String(text) => Ok(text),
        other => Err(format!("must be a string, not {}", other.kind())),
    }
}

/// A string that one of the engine's types accepts.
pub(super) fn text<T>(
    parse: impl FnOnce(&str) -> Result<T, TextError>,
) -> impl FnOnce(Json) -> Result<T, String> {
    move |value| parse(&string(value)?).map_err(|error| error.to_string())
}

/// A whole number that is not negative.
pub(super) fn whole_number(value: Json) -> Result<u64, String> {
    match value {
        Json::Number(number) => number
            .as_u64()
            .ok_or_else(|| format!("must be a whole number, not {number}")),
        other => Err(format!("must be a whole number, not {}", other.kind())),
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Json, E> {
        serde_json::Number::from_f64(value)
            .map(Json::Number)
            .ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Json, E> {
        Ok(Json::String(value.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Json, E> {
        Ok(Json::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = access.next_entry()? {
            fields.push(field);
        }
        Ok(Json::Object(fields))
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}
