-- JWT exchange: whose tokens are taken, what was issued for them, and what was refused.

-- A tenant's own token issuers.
CREATE TABLE trusted_issuers (
    id BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL,
    label TEXT NOT NULL,
    -- `iss` of its tokens.
    issuer TEXT NOT NULL,
    -- `aud` of its tokens.
    audience TEXT NOT NULL,
    -- The audience once it is proven to be the tenant's; tokens are found by it and `iss`.
    accepted_audience TEXT,
    -- What a token has to carry to prove that.
    challenge TEXT,
    -- Names, separated by commas.
    algorithms TEXT NOT NULL,
    -- Keys: an address, or an uploaded key set.
    jwks_url TEXT,
    jwks TEXT,
    enabled BIGINT NOT NULL,
    -- One more with every change. Tokens issued under another version are void.
    version BIGINT NOT NULL,
    one_time BIGINT NOT NULL,
    max_age_seconds BIGINT,
    max_ttl_seconds BIGINT NOT NULL,
    max_active BIGINT,
    created_at BIGINT NOT NULL,
    CONSTRAINT trusted_issuers_pk PRIMARY KEY (id),
    CONSTRAINT trusted_issuers_label UNIQUE (tenant_id, label),
    CONSTRAINT trusted_issuers_found UNIQUE (accepted_audience, issuer),
    CONSTRAINT trusted_issuers_keys CHECK ((jwks_url IS NULL) <> (jwks IS NULL)),
    CONSTRAINT trusted_issuers_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

-- Tokens that were issued, by the keyed hash of their value.
CREATE TABLE access_tokens (
    digest BYTEA NOT NULL,
    tenant_id BIGINT NOT NULL,
    issuer_id BIGINT NOT NULL,
    issuer_version BIGINT NOT NULL,
    subject TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked BIGINT NOT NULL,
    CONSTRAINT access_tokens_pk PRIMARY KEY (digest),
    CONSTRAINT access_tokens_issuer FOREIGN KEY (issuer_id) REFERENCES trusted_issuers (id) ON DELETE CASCADE
);
CREATE INDEX access_tokens_by_expiry ON access_tokens (expires_at);
CREATE INDEX access_tokens_by_issuer ON access_tokens (issuer_id);

-- One-time tokens that were used, by SHA-256 of their `jti`, until they could not be used any more anyway.
CREATE TABLE used_jwts (
    issuer_id BIGINT NOT NULL,
    jti_hash BYTEA NOT NULL,
    used_until BIGINT NOT NULL,
    CONSTRAINT used_jwts_pk PRIMARY KEY (issuer_id, jti_hash),
    CONSTRAINT used_jwts_issuer FOREIGN KEY (issuer_id) REFERENCES trusted_issuers (id) ON DELETE CASCADE
);
CREATE INDEX used_jwts_by_end ON used_jwts (used_until);

-- The last refusals of each issuer, with the check that failed. Not in the audit log, which nobody may flood.
CREATE TABLE exchange_failures (
    id BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL,
    issuer_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    failed_check TEXT NOT NULL,
    address TEXT,
    CONSTRAINT exchange_failures_pk PRIMARY KEY (id),
    CONSTRAINT exchange_failures_issuer FOREIGN KEY (issuer_id) REFERENCES trusted_issuers (id) ON DELETE CASCADE
);
CREATE INDEX exchange_failures_of_issuer ON exchange_failures (issuer_id, at);

-- Exchanges and refusals of each issuer and hour.
CREATE TABLE exchange_counts (
    tenant_id BIGINT NOT NULL,
    issuer_id BIGINT NOT NULL,
    hour BIGINT NOT NULL,
    exchanged BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    CONSTRAINT exchange_counts_pk PRIMARY KEY (issuer_id, hour),
    CONSTRAINT exchange_counts_issuer FOREIGN KEY (issuer_id) REFERENCES trusted_issuers (id) ON DELETE CASCADE
);
CREATE INDEX exchange_counts_by_hour ON exchange_counts (hour);
