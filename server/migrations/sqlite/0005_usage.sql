-- How each key is used, as it was a few seconds ago: counted in memory, written in batches.
CREATE TABLE key_usage (
    key_id BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL,
    last_used_at BIGINT,
    -- A network, not an address: 203.0.113.0/24.
    last_used_from TEXT,
    user_agent TEXT,
    -- The day, in days since the epoch, that the next two count.
    day BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    refusals BIGINT NOT NULL,
    -- Uses of former values since the last rotation.
    old_value_uses BIGINT NOT NULL,
    old_value_last_used_at BIGINT,
    old_value_last_used_from TEXT,
    CONSTRAINT key_usage_pk PRIMARY KEY (key_id),
    CONSTRAINT key_usage_key FOREIGN KEY (key_id) REFERENCES api_keys (id) ON DELETE CASCADE
);

-- The operations of a tenant's last day (in days since the epoch). They lie in the row that a commit writes anyway.
ALTER TABLE tenant_books ADD COLUMN day BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tenant_books ADD COLUMN operations BIGINT NOT NULL DEFAULT 0;
