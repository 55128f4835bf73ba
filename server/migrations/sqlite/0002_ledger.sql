-- The ledger of reservations. Every table begins with the tenant, so that a tenant's rows lie together, and has no
-- index that an operation does not need: each one would be paid for with every reservation.

-- What a tenant's book was when it was last written: enough to drive expiry without loading it.
CREATE TABLE tenant_books (
    tenant_id BIGINT NOT NULL,
    -- The last event's number. Fencing tokens are revisions.
    revision BIGINT NOT NULL,
    -- The tenant's time never goes backwards, whatever the machine's clock does.
    last_now BIGINT NOT NULL,
    -- When the next reservation expires, if one does.
    next_deadline BIGINT,
    active BIGINT NOT NULL,
    CONSTRAINT tenant_books_pk PRIMARY KEY (tenant_id)
) WITHOUT ROWID;

-- Active reservations, in the order in which lists show them.
CREATE TABLE reservations (
    tenant_id BIGINT NOT NULL,
    resource TEXT NOT NULL,
    fencing_token BIGINT NOT NULL,
    requester TEXT NOT NULL,
    release_token BLOB NOT NULL,
    reserved_at BIGINT NOT NULL,
    expires_at BIGINT,
    ttl_seconds BIGINT,
    api_key_label TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    metadata TEXT,
    CONSTRAINT reservations_pk PRIMARY KEY (tenant_id, resource, fencing_token)
) WITHOUT ROWID;

-- What happened, numbered without a gap within a tenant. A row holds what one commit brought the tenant, as a JSON array of
-- arrays: a statement and often a page a commit instead of one an event. Bytes and pages are what a flush takes its time for.
CREATE TABLE events (
    tenant_id BIGINT NOT NULL,
    -- The number of the row's last event. Its first one follows the row before.
    revision BIGINT NOT NULL,
    -- When the row's last event happened.
    at BIGINT NOT NULL,
    data TEXT NOT NULL,
    CONSTRAINT events_pk PRIMARY KEY (tenant_id, revision)
);
