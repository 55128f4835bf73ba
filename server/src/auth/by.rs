//! Who does something, as the audit log will have it.

use http::request::Parts;

use crate::{
    client,
    config::Settings,
    model::{Actor, By},
    problem::RequestId,
};

/// The request's side of an entry of the audit log.
#[must_use]
pub fn by(actor: Actor, settings: &Settings, parts: &Parts) -> By {
    let address = client::address(&parts.headers, &parts.extensions, settings.trusted_proxies);
    By {
        actor,
        request_id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()),
        address: address.map(|address| address.to_string()),
        user_agent: client::user_agent(&parts.headers),
    }
}
