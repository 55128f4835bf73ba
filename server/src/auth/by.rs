//! Who does something, as the audit log will have it.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use http::{header, request::Parts};

use crate::{
    model::{Actor, By},
    problem::RequestId,
};

/// What a client may call itself, in characters.
const LONGEST_USER_AGENT: usize = 200;

/// The request's side of an entry of the audit log.
#[must_use]
pub fn by(actor: Actor, parts: &Parts) -> By {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let user_agent = parts.headers.get(header::USER_AGENT);
    By {
        actor,
        request_id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()),
        address: peer.map(|ConnectInfo(peer)| peer.ip().to_canonical().to_string()),
        user_agent: user_agent
            .and_then(|agent| agent.to_str().ok())
            .map(|agent| agent.chars().take(LONGEST_USER_AGENT).collect()),
    }
}
