//! The log of events, as it lies in the database.

/// Every event, in order: as an object, its tenant, its revision.
pub const EVENTS: &str = "\
SELECT json_object('revision', event.value ->> '$[0]', 'at', event.value ->> '$[1]', 'type', event.value ->> '$[2]',
    'resource', event.value ->> '$[3]', 'requester', event.value ->> '$[4]', 'fencingToken', event.value ->> '$[5]',
    'apiKeyLabel', event.value ->> '$[8]'), tenant_id, event.value ->> '$[0]'
  FROM events, json_each(events.data) AS event ORDER BY tenant_id, event.value ->> '$[0]'";
