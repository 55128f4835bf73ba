//! Strict reading of JSON: every problem of a body is named, by JSON pointer, in one answer.

mod place;
#[cfg(test)]
mod tests;
mod value;

use std::{fmt, ops::RangeInclusive};

use coop_engine::TextError;

use crate::problem::{FieldProblem, Problem};

use self::place::Place;

pub(super) use self::value::Json;

/// Named problems in one answer. A body with more has been understood to be wrong.
const MOST_PROBLEMS: usize = 100;

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
    let is_only = items.len() == 1;
    let mut read_items = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let mut element = Element {
            place: Place::index(None, index),
            is_only,
            problems: &mut problems,
        };
        read_items.extend(element.object(item, &mut read));
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
                place: None,
                is_only: true,
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

/// One element of an array.
pub(super) struct Element<'p> {
    place: Place<'p>,
    is_only: bool,
    problems: &'p mut Problems,
}

impl Element<'_> {
    /// Reads it if it is an object.
    pub(super) fn object<T>(
        &mut self,
        value: Json,
        read: impl FnOnce(&mut Fields<'_>) -> Option<T>,
    ) -> Option<T> {
        let left = match value {
            Json::Object(left) => left,
            other => {
                self.problem(format_args!("must be an object, not {}", other.kind()));
                return None;
            }
        };
        let mut fields = Fields {
            left,
            place: Some(&self.place),
            is_only: self.is_only,
            problems: self.problems,
        };
        let read = read(&mut fields);
        fields.finish();
        read
    }

    /// Says what is wrong with it.
    pub(super) fn problem(&mut self, message: impl fmt::Display) {
        self.problems.add(self.place.to_string(), message);
    }
}

/// The fields of one item. Each is taken once; what is left at the end is unknown.
pub(super) struct Fields<'p> {
    left: Vec<(String, Json)>,
    /// Where in the body it is; none for a body that is one object.
    place: Option<&'p Place<'p>>,
    is_only: bool,
    problems: &'p mut Problems,
}

impl Fields<'_> {
    /// Whether nothing else is in the array that it is an item of.
    pub(super) const fn is_only(&self) -> bool {
        self.is_only
    }

    /// An array of so many elements, each of which is read for itself. The outer `None` means that it is wrong.
    #[expect(
        clippy::option_option,
        reason = "as with `optional`: wrong ends the item, missing is a value"
    )]
    pub(super) fn list<T>(
        &mut self,
        name: &str,
        sizes: RangeInclusive<usize>,
        mut read: impl FnMut(&mut Element<'_>, Json) -> Option<T>,
    ) -> Option<Option<Vec<T>>> {
        let elements = match self.take(name) {
            None | Some(Json::Null) => return Some(None),
            Some(Json::Array(elements)) => elements,
            Some(other) => {
                self.problem(name, format_args!("must be an array, not {}", other.kind()));
                return None;
            }
        };
        if !sizes.contains(&elements.len()) {
            let (least, most, count) = (sizes.start(), sizes.end(), elements.len());
            self.problem(
                name,
                format_args!("must have {least} to {most} elements, not {count}"),
            );
            return None;
        }
        let within = Place::field(self.place, name);
        let (is_only, count) = (elements.len() == 1, elements.len());
        let mut found = Vec::with_capacity(count);
        for (index, value) in elements.into_iter().enumerate() {
            let mut element = Element {
                place: Place::index(Some(&within), index),
                is_only,
                problems: self.problems,
            };
            found.extend(read(&mut element, value));
        }
        (found.len() == count).then_some(Some(found))
    }

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

    /// Says what is wrong with a field.
    pub(super) fn problem(&mut self, name: &str, message: impl fmt::Display) {
        let pointer = Place::field(self.place, name).to_string();
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

/// True or false.
pub(super) fn boolean(value: Json) -> Result<bool, String> {
    match value {
        Json::Bool(value) => Ok(value),
        other => Err(format!("must be true or false, not {}", other.kind())),
    }
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
