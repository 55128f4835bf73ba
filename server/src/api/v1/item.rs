//! What is common to everything that takes resources: the items of a request.

use std::sync::Arc;

use coop_engine::{
    Label, Mode, ReleaseToken, Requester, ReserveItem, ResourceName, Ttl, Wait, WaiterId,
};

use crate::{
    api::json::{self, Fields, Json},
    random,
};

/// Items in one request.
pub(super) const MOST_ITEMS: usize = 100;
/// Bytes of metadata, written without spaces.
const LONGEST_METADATA: usize = 1024;
/// Seconds that a request may wait: a connection that is silent for longer is cut by what stands in between.
const LONGEST_WAIT: u64 = 60;
const DEFAULT_TYPE: &str = "UserDefined";

/// A resource to take, and how; by whom is said elsewhere.
pub(super) struct Wanted {
    pub(super) resource: ResourceName,
    pub(super) mode: Mode,
    pub(super) ttl: Option<Ttl>,
    resource_type: Arc<str>,
    metadata: Option<Arc<str>>,
}

impl Wanted {
    /// Just this name, as it is taken when nothing else is said.
    pub(super) fn plainly(resource: ResourceName) -> Self {
        Self {
            resource,
            mode: Mode::default(),
            ttl: None,
            resource_type: Arc::from(DEFAULT_TYPE),
            metadata: None,
        }
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let resource = fields.required("resource", json::text(ResourceName::parse));
        let ttl = read_ttl(fields);
        let resource_type = fields.optional("resourceType", json::text(Label::parse));
        let mode = fields.optional("mode", read_mode);
        let metadata = fields.optional("metadata", |value| read_metadata(&value));
        Some(Self {
            resource: resource?,
            mode: mode?.unwrap_or_default(),
            ttl: ttl?,
            resource_type: resource_type?
                .map_or_else(|| Arc::from(DEFAULT_TYPE), |tag| Arc::from(tag.as_str())),
            metadata: metadata?,
        })
    }

    /// By this requester, with a fresh token.
    pub(super) fn by(self, requester: Requester, wait: Option<Wait>) -> ReserveItem {
        ReserveItem {
            requester,
            resource: self.resource,
            mode: self.mode,
            ttl: self.ttl,
            resource_type: self.resource_type,
            metadata: self.metadata,
            token: ReleaseToken::from_random(random::bytes()),
            wait,
        }
    }
}

/// The outer `None` means that it is there and wrong.
#[expect(
    clippy::option_option,
    reason = "wrong ends the item, missing is a value"
)]
pub(super) fn read_ttl(fields: &mut Fields<'_>) -> Option<Option<Ttl>> {
    fields.optional("ttlSeconds", |value| {
        Ttl::parse(json::whole_number(value)?).map_err(|error| error.to_string())
    })
}

/// For how long a request waits. Of several items nobody could say which one it waits for, so only a lone one may.
#[expect(
    clippy::option_option,
    reason = "wrong ends the item, missing is a value"
)]
pub(super) fn read_wait(
    fields: &mut Fields<'_>,
    next_waiter: impl FnOnce() -> WaiterId,
) -> Option<Option<Wait>> {
    let is_only = fields.is_only();
    let at_most = fields.optional("waitSeconds", |value| {
        let seconds = json::whole_number(value)?;
        if seconds > LONGEST_WAIT {
            return Err(format!(
                "must be a whole number of seconds from 0 to {LONGEST_WAIT}"
            ));
        }
        if seconds > 0 && !is_only {
            return Err("may only be 0 in a request of several items".to_owned());
        }
        Ok(Ttl::parse(seconds).ok())
    })?;
    let wait = |at_most| Wait {
        waiter: next_waiter(),
        at_most,
    };
    Some(at_most.flatten().map(wait))
}

pub(super) fn read_mode(value: Json) -> Result<Mode, String> {
    let text = json::string(value)?;
    let mut modes = Mode::ALL.into_iter();
    modes
        .find(|mode| mode.as_str() == text)
        .ok_or_else(|| "must be exclusive or shared".to_owned())
}

fn read_metadata(value: &Json) -> Result<Arc<str>, String> {
    if !matches!(value, Json::Object(_)) {
        return Err(format!("must be an object, not {}", value.kind()));
    }
    if let Some(name) = value.repeated_field() {
        return Err(format!(
            "has the field {:?} more than once",
            json::shown(name)
        ));
    }
    let text = serde_json::to_string(value).map_err(|error| error.to_string())?;
    if text.len() > LONGEST_METADATA {
        return Err(format!(
            "must be at most {LONGEST_METADATA} bytes, not {}",
            text.len()
        ));
    }
    Ok(text.into())
}
