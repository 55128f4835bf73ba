//! The API's description (OpenAPI 3.1) as it is shown. What it may say is written down here word for word: a word that is
//! not known is an error and no silent gap in the page.

use serde::Deserialize;
use serde_json::{Number, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Where descriptions lie that are used more than once.
const SCHEMAS: &str = "#/components/schemas/";

/// The document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    #[serde(rename = "openapi")]
    _version: String,
    pub info: Info,
    /// Methods below paths.
    pub paths: BTreeMap<String, BTreeMap<String, Operation>>,
    pub components: Components,
    #[serde(default)]
    pub tags: Vec<Tag>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Info {
    #[serde(rename = "title")]
    _title: String,
    pub description: String,
    pub version: String,
    #[serde(rename = "license")]
    _license: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tag {
    pub name: String,
    #[serde(default)]
    pub description: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Components {
    pub schemas: BTreeMap<String, Schema>,
    pub security_schemes: BTreeMap<String, SecurityScheme>,
}

/// How a caller shows who it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecurityScheme {
    #[serde(rename = "type")]
    _kind: String,
    #[serde(rename = "in")]
    pub place: String,
    pub name: String,
    #[serde(default)]
    pub description: String,
}

/// A method of a path.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Operation {
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub summary: String,
    #[serde(default)]
    pub description: String,
    #[serde(rename = "operationId")]
    pub id: String,
    #[serde(default)]
    pub deprecated: bool,
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    pub request_body: Option<RequestBody>,
    pub responses: BTreeMap<String, Response>,
    #[serde(default)]
    pub security: Vec<BTreeMap<String, Vec<String>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parameter {
    pub name: String,
    #[serde(rename = "in")]
    pub place: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub deprecated: bool,
    #[serde(default)]
    pub schema: Schema,
    pub example: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestBody {
    #[serde(default)]
    pub description: String,
    /// Media types.
    pub content: BTreeMap<String, Content>,
    #[serde(default)]
    pub required: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Response {
    #[serde(default)]
    pub description: String,
    /// Media types.
    #[serde(default)]
    pub content: BTreeMap<String, Content>,
    #[serde(default)]
    pub headers: BTreeMap<String, Header>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub schema: Schema,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Content {
    #[serde(default)]
    pub schema: Schema,
    pub example: Option<Value>,
}

/// What a value looks like.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Schema {
    #[serde(rename = "$ref")]
    pub reference: Option<String>,
    #[serde(rename = "type", default)]
    pub kind: Kind,
    pub format: Option<String>,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub deprecated: bool,
    #[serde(default)]
    pub required: BTreeSet<String>,
    #[serde(default)]
    pub properties: BTreeMap<String, Schema>,
    /// What an object's further fields are.
    pub additional_properties: Option<Box<Schema>>,
    /// The names of fields are strings, whatever else is said.
    #[serde(rename = "propertyNames")]
    _property_names: Option<Box<Schema>>,
    pub items: Option<Box<Schema>>,
    #[serde(default)]
    pub one_of: Vec<Schema>,
    #[serde(default)]
    pub any_of: Vec<Schema>,
    #[serde(default)]
    pub all_of: Vec<Schema>,
    #[serde(default, rename = "enum")]
    pub values: Vec<Value>,
    #[serde(rename = "const")]
    pub constant: Option<Value>,
    pub default: Option<Value>,
    pub minimum: Option<Number>,
    pub maximum: Option<Number>,
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
    pub min_items: Option<u64>,
    pub max_items: Option<u64>,
    pub pattern: Option<String>,
    pub example: Option<Value>,
}

/// The types that a value may have.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Kind {
    /// This one.
    One(String),
    /// One of these.
    Several(Vec<String>),
}

impl Default for Kind {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl Kind {
    /// Their names.
    pub fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

impl Document {
    /// Method, path and operation, in the document's order.
    pub fn operations(&self) -> impl Iterator<Item = (&str, &str, &Operation)> {
        self.paths.iter().flat_map(|(path, methods)| {
            let operation =
                |(method, operation)| (String::as_str(method), path.as_str(), operation);
            methods.iter().map(operation)
        })
    }

    /// What is described under a name.
    pub fn schema(&self, name: &str) -> Option<&Schema> {
        self.components.schemas.get(name)
    }

    /// The descriptions that no operation is the place of: parts of others, and what every operation has.
    pub fn shared(&self) -> impl Iterator<Item = (&str, &Schema)> {
        let shown: BTreeSet<&str> = self
            .operations()
            .flat_map(|(_, _, operation)| operation.bodies())
            .filter(|name| self.is_shown_at(name).is_some())
            .collect();
        let schemas = self.components.schemas.iter();
        schemas
            .map(|(name, schema)| (name.as_str(), schema))
            .filter(move |(name, _)| !shown.contains(name))
    }

    /// The operation under which a body's fields are shown: the first one that takes it or answers a success with it.
    pub fn is_shown_at(&self, name: &str) -> Option<&str> {
        self.operations()
            .find(|(_, _, operation)| operation.bodies().any(|body| body == name))
            .map(|(_, _, operation)| operation.id.as_str())
    }
}

impl Operation {
    /// The names of what it takes and of what it answers a success with.
    pub fn bodies(&self) -> impl Iterator<Item = &str> {
        let request = self
            .request_body
            .iter()
            .flat_map(|body| body.content.values());
        let answers = self
            .responses
            .iter()
            .filter(|(status, _)| status.starts_with('2'))
            .flat_map(|(_, response)| response.content.values());
        request
            .chain(answers)
            .filter_map(|content| content.schema.name_of_body())
    }
}

impl Schema {
    /// The name of what it refers to.
    pub fn name(&self) -> Option<&str> {
        self.reference.as_deref()?.strip_prefix(SCHEMAS)
    }

    /// The same, also for a list of such.
    pub fn name_of_body(&self) -> Option<&str> {
        self.name().or_else(|| self.items.as_ref()?.name())
    }

    /// Its description; that of what it is one of, if it has none.
    pub fn about(&self) -> &str {
        let own = Some(self.description.as_str()).filter(|text| !text.is_empty());
        let mut parts = self.one_of.iter().chain(&self.any_of).chain(&self.all_of);
        own.or_else(|| parts.find_map(|part| Some(part.about()).filter(|text| !text.is_empty())))
            .unwrap_or_default()
    }

    /// What bounds it, in words.
    pub fn bounds(&self) -> Vec<String> {
        let mut bounds = Vec::new();
        match (&self.minimum, &self.maximum) {
            (Some(low), Some(high)) => bounds.push(format!("{low} to {high}")),
            (Some(low), None) => bounds.push(format!("at least {low}")),
            (None, Some(high)) => bounds.push(format!("at most {high}")),
            (None, None) => {}
        }
        for (low, high, what) in [
            (self.min_length, self.max_length, "characters"),
            (self.min_items, self.max_items, "items"),
        ] {
            match (low, high) {
                (Some(low), Some(high)) => bounds.push(format!("{low} to {high} {what}")),
                (Some(low), None) => bounds.push(format!("at least {low} {what}")),
                (None, Some(high)) => bounds.push(format!("at most {high} {what}")),
                (None, None) => {}
            }
        }
        bounds.extend(
            self.pattern
                .iter()
                .map(|pattern| format!("matches {pattern}")),
        );
        bounds.extend(self.constant.iter().map(|value| format!("always {value}")));
        if !self.values.is_empty() {
            let values: Vec<String> = self.values.iter().map(Value::to_string).collect();
            bounds.push(format!("one of {}", values.join(", ")));
        }
        bounds.extend(
            self.default
                .iter()
                .map(|value| format!("{value} if not given")),
        );
        bounds
    }
}
