//! An event as clients see it, serialised once, when it happens.

use coop_engine::Event;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{clock::iso, model::TenantId};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventJson<'a> {
    revision: u64,
    r#type: &'a str,
    tenant_id: String,
    resource: &'a str,
    holds: [&'a str; 1],
    requester: &'a str,
    resource_type: &'a str,
    api_key_label: &'a str,
    end_user: Option<&'a str>,
    fencing_token: u64,
    reserved_at: String,
    expires_at: Option<String>,
    reason: Option<&'a str>,
    transaction_id: Option<&'a str>,
    metadata: Option<&'a RawValue>,
    at: String,
}

/// Appends the event.
pub(super) fn write(out: &mut String, tenant: TenantId, event: &Event) -> serde_json::Result<()> {
    let reservation = &event.reservation;
    let metadata: Option<&RawValue> = reservation
        .metadata
        .as_deref()
        .map(serde_json::from_str)
        .transpose()?;
    let json = EventJson {
        revision: event.revision.as_u64(),
        r#type: event.kind.as_str(),
        tenant_id: tenant.to_string(),
        resource: reservation.resource.as_str(),
        holds: [reservation.resource.as_str()],
        requester: reservation.principal.requester.as_str(),
        resource_type: &reservation.resource_type,
        api_key_label: &event.label,
        end_user: None,
        fencing_token: reservation.fencing_token.as_u64(),
        reserved_at: iso(reservation.reserved_at),
        expires_at: reservation.expires_at.map(iso),
        reason: None,
        transaction_id: None,
        metadata,
        at: iso(event.at),
    };
    // JSON is UTF-8, so nothing is lost on the way through bytes.
    out.push_str(&serde_json::to_string(&json)?);
    Ok(())
}
