-- How each reservation is held, what is held for it, and what tenants have said about their resources.

-- 0: exclusive, 1: shared.
ALTER TABLE reservations ADD COLUMN mode BIGINT NOT NULL DEFAULT 0;
-- A JSON array of what is held, the resource itself first: node, slot (pool and index), path, seconds of lock delay.
-- Nothing for what has no definition, which holds just its resource.
ALTER TABLE reservations ADD COLUMN holds TEXT;

CREATE TABLE definitions (
    tenant_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    capacity BIGINT NOT NULL,
    -- The greatest capacity since it was registered: slots up to it may still be held.
    most BIGINT NOT NULL,
    -- JSON arrays of names; the path without the name itself, the topmost first.
    blocks TEXT NOT NULL,
    tree_path TEXT NOT NULL,
    lock_delay_seconds BIGINT,
    CONSTRAINT definitions_pk PRIMARY KEY (tenant_id, name)
);

-- Lock delays that run.
CREATE TABLE closures (
    tenant_id BIGINT NOT NULL,
    node TEXT NOT NULL,
    -- Where the node stood in a tree when it was held, a JSON array of names.
    path TEXT NOT NULL,
    until BIGINT NOT NULL,
    CONSTRAINT closures_pk PRIMARY KEY (tenant_id, node)
);

-- Whether names without a definition are refused.
ALTER TABLE tenants ADD COLUMN requires_registration BIGINT NOT NULL DEFAULT 0;
