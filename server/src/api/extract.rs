//! Queries, as strictly as bodies.

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

    /// Everything that was wrong, unknown parameters included.
    pub(super) fn finish(mut self) -> Problems {
        for (name, _) in std::mem::take(&mut self.parameters) {
            self.problems
                .add(shown(&name), "is not a parameter of this request");
        }
        self.problems
    }
}
