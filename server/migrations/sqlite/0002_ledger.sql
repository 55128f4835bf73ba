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

-- Rows inserted here are deleted there, each by its key. A DELETE whose WHERE is a list of row values would look at
-- every row of the tenant instead.
CREATE VIEW ended_reservations AS SELECT tenant_id, resource, fencing_token FROM reservations;
CREATE TRIGGER ended_reservations_insert INSTEAD OF INSERT ON ended_reservations
BEGIN
    DELETE FROM reservations
    WHERE tenant_id = NEW.tenant_id AND resource = NEW.resource AND fencing_token = NEW.fencing_token;
END;

-- What happened, numbered without a gap within a tenant. `data` is the event as clients see it.
CREATE TABLE events (
    tenant_id BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    at BIGINT NOT NULL,
    data TEXT NOT NULL,
    CONSTRAINT events_pk PRIMARY KEY (tenant_id, revision)
) WITHOUT ROWID;
