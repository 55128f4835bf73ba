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
    release_token TEXT NOT NULL,
    reserved_at BIGINT NOT NULL,
    expires_at BIGINT,
    ttl_seconds BIGINT,
    api_key_label TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    metadata TEXT,
    CONSTRAINT reservations_pk PRIMARY KEY (tenant_id, resource, fencing_token)
) WITHOUT ROWID;

-- What happened, numbered without a gap within a tenant. `data` is the event as clients see it. A table with a rowid, unlike
-- the others: rows are only ever added at its end, which fills pages whole and dirties few of them in a commit.
CREATE TABLE events (
    tenant_id BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    at BIGINT NOT NULL,
    data TEXT NOT NULL,
    CONSTRAINT events_pk PRIMARY KEY (tenant_id, revision)
);
