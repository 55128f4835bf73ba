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

-- What happened, numbered without a gap within a tenant. Columns rather than JSON: a third of the bytes, and bytes are what
-- a commit's flush takes its time for.
CREATE TABLE events (
    tenant_id BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    at BIGINT NOT NULL,
    type TEXT NOT NULL,
    resource TEXT NOT NULL,
    requester TEXT NOT NULL,
    fencing_token BIGINT NOT NULL,
    reserved_at BIGINT NOT NULL,
    expires_at BIGINT,
    -- Of the key that caused it, as it was then; for an expiry, of the key that reserved.
    api_key_label TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    metadata TEXT,
    CONSTRAINT events_pk PRIMARY KEY (tenant_id, revision)
) WITHOUT ROWID;
