-- What each key, and each issuer's exchanged tokens, did in each hour (in hours since the epoch). Counted in memory, added
-- here every few seconds.
CREATE TABLE usage_hours (
    tenant_id BIGINT NOT NULL,
    hour BIGINT NOT NULL,
    -- The key's id or the issuer's; 0 for all beyond the first hundred of the hour. No foreign key: what was done stays
    -- when the key goes.
    source_id BIGINT NOT NULL,
    -- What it was called then.
    label TEXT NOT NULL,
    -- Operations, as the quotas count them.
    reads BIGINT NOT NULL,
    writes BIGINT NOT NULL,
    -- Requests that were answered 429, by the limit that refused them.
    refused_rate BIGINT NOT NULL,
    refused_daily BIGINT NOT NULL,
    refused_active BIGINT NOT NULL,
    refused_waiters BIGINT NOT NULL,
    refused_streams BIGINT NOT NULL,
    refused_other BIGINT NOT NULL,
    CONSTRAINT usage_hours_pk PRIMARY KEY (tenant_id, hour, source_id),
    CONSTRAINT usage_hours_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);
