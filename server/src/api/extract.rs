//! Queries, as strictly as bodies.

use std::fmt::Display;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use super::json::{Problems, shown};

const DEFAULT_LIMIT: usize = 100;
const MOST: usize = 1_000;

/// The parameters of a query, each taken once; what is left at the end is unknown.
pub(super) struct Query {
    parameters: Vec<(String, String)>,
    pub(super) problems: Problems,
}

impl Query {
    pub(super) fn parse(query: Option<&str>) -> Self {
        let parameters = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
        Self {
            parameters,
            problems: Problems::default(),
        }
    }

    /// A parameter's value, if it is there.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let at = self
            .parameters
            .iter()
            .position(|(parameter, _)| parameter == name)?;
        let value = self.parameters.remove(at).1;
        if self
            .parameters
            .iter()
            .any(|(parameter, _)| parameter == name)
        {
            self.parameters.retain(|(parameter, _)| parameter != name);
            self.problems.add(name, "is there more than once");
        }
        Some(value)
    }

    /// How many entries a page has at most.
    pub(super) fn limit(&mut self) -> usize {
        match self.take("limit").map(|text| text.parse::<usize>()) {
            None => DEFAULT_LIMIT,
            Some(Ok(limit)) if (1..=MOST).contains(&limit) => limit,
            Some(_) => {
                self.problems.add(
                    "limit",
                    format_args!("must be a whole number from 1 to {MOST}"),
                );
                DEFAULT_LIMIT
            }
        }
    }

    /// Where a page begins, if not at the beginning: what `read` makes of the text that [`write_cursor`] was given.
    pub(super) fn cursor<T>(&mut self, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.take("cursor")?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        let place = bytes.and_then(|bytes| read(&String::from_utf8(bytes).ok()?));
        if place.is_none() {
            self.problems
                .add("cursor", "must be a nextCursor as it was answered");
        }
        place
    }

    /// Everything that was wrong, unknown parameters included.
    pub(super) fn finish(mut self) -> Problems {
        for (name, _) in std::mem::take(&mut self.parameters) {
            self.problems
                .add(shown(&name), "is not a parameter of this request");
        }
        self.problems
    }
}

/// A place in a list, opaque to clients.
pub(super) fn write_cursor(place: impl Display) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(place.to_string())
}
