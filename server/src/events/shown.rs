use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::{clock::iso, domain::events::LoggedEvent, model::TenantId};

/// Every type of an event.
pub const EVENT_TYPES: &[&str] = &[
    "RESERVED",
    "UNRESERVED",
    "RESERVATION_EXPIRED",
    "RESERVATION_RENEWED",
    "RESOURCE_REGISTERED",
    "RESOURCE_DELETED",
];

/// Something that happened to a reservation or a definition.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShownEvent {
    /// One more than that of the event before.
    revision: u64,
    r#type: String,
    tenant_id: String,
    resource: String,
    /// The resources that others were kept from. Empty for a definition.
    holds: Vec<String>,
    requester: Option<String>,
    resource_type: Option<String>,
    /// The label, at that time, of the key that caused it (for an expiry, of the key that reserved), or that of the token's
    /// issuer; null when it was caused from the dashboard.
    api_key_label: Option<String>,
    /// The end user, when it was reserved with an exchanged token.
    end_user: Option<String>,
    fencing_token: Option<u64>,
    reserved_at: Option<String>,
    expires_at: Option<String>,
    /// `FORCED`, when the holder was made to let go.
    reason: Option<String>,
    transaction_id: Option<String>,
    #[schema(value_type = Option<Object>)]
    metadata: Option<Box<RawValue>>,
    at: String,
}

impl ShownEvent {
    /// As the tenant may see it.
    #[must_use]
    pub fn of(tenant: TenantId, event: LoggedEvent) -> Self {
        let holds = match &event.requester {
            Some(_) if event.extra.holds.is_empty() => vec![event.resource.clone()],
            _ => event.extra.holds,
        };
        Self {
            revision: event.revision,
            r#type: event.kind,
            tenant_id: tenant.to_string(),
            resource: event.resource,
            holds,
            end_user: event.issuer.and(event.requester.clone()),
            requester: event.requester,
            resource_type: event.resource_type,
            api_key_label: Some(event.label).filter(|label| !label.is_empty()),
            fencing_token: event.fencing_token,
            reserved_at: event.reserved_at.map(iso),
            expires_at: event.expires_at.map(iso),
            reason: event.extra.reason,
            transaction_id: event.extra.transaction_id,
            // It was an object when it was let in.
            metadata: event
                .metadata
                .and_then(|text| RawValue::from_string(text).ok()),
            at: iso(event.at),
        }
    }
}
