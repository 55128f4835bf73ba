-- Times are microseconds since the Unix epoch, UTC. Ids are 62 random bits.

-- What belongs to the database as a whole, such as the fingerprint of the master key it was made with.
CREATE TABLE meta (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT meta_pk PRIMARY KEY (name)
);

-- The account: everything else belongs to exactly one.
CREATE TABLE tenants (
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    -- For display only: an owner is known by his identity.
    email TEXT,
    tier TEXT NOT NULL,
    suspended_at BIGINT,
    -- Why, in the words of whoever did it; the tenant's owner reads it.
    suspension_reason TEXT,
    -- The key that the values of this tenant's API keys are encrypted with, itself wrapped by the master key. None while
    -- revealing is switched off.
    data_key BLOB,
    created_at BIGINT NOT NULL,
    CONSTRAINT tenants_pk PRIMARY KEY (id),
    CONSTRAINT tenants_tier_known CHECK (tier IN ('free', 'starter', 'pro', 'enterprise'))
);

-- Who owns a tenant: one person, one tenant. The e-mail is for display only.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    tenant_id BIGINT NOT NULL,
    email TEXT,
    created_at BIGINT NOT NULL,
    CONSTRAINT identities_pk PRIMARY KEY (issuer, subject),
    CONSTRAINT identities_one_owner UNIQUE (tenant_id),
    CONSTRAINT identities_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

-- Tenants made on the command line have no owner until somebody presents the code (kept as SHA-256).
CREATE TABLE claims (
    code_hash BLOB NOT NULL,
    tenant_id BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT claims_pk PRIMARY KEY (code_hash),
    CONSTRAINT claims_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

-- One row a key, through all its rotations.
CREATE TABLE api_keys (
    id BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL,
    label TEXT NOT NULL,
    hint TEXT NOT NULL,
    is_default BIGINT NOT NULL,
    -- One more with every rotation; part of what the ciphertext is bound to.
    version BIGINT NOT NULL,
    -- Keyed hash of the value, and which pepper made it.
    digest BLOB NOT NULL,
    pepper_version BIGINT NOT NULL,
    -- What reveals the value. None when it was made, or revealing was switched off, without a data key.
    ciphertext BLOB,
    created_at BIGINT NOT NULL,
    -- For display only; the audit log knows more.
    created_by TEXT NOT NULL,
    rotated_at BIGINT,
    CONSTRAINT api_keys_pk PRIMARY KEY (id),
    CONSTRAINT api_keys_digest UNIQUE (digest),
    CONSTRAINT api_keys_label UNIQUE (tenant_id, label),
    CONSTRAINT api_keys_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

-- Values that were keys once, so that their bearer can be told what became of them. Kept for 90 days.
CREATE TABLE retired_keys (
    digest BLOB NOT NULL,
    tenant_id BIGINT NOT NULL,
    -- Whose value it was. The key may be gone.
    key_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    retired_at BIGINT NOT NULL,
    CONSTRAINT retired_keys_pk PRIMARY KEY (digest),
    CONSTRAINT retired_keys_state_known CHECK (state IN ('rotated', 'revoked')),
    CONSTRAINT retired_keys_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);
CREATE INDEX retired_keys_by_age ON retired_keys (retired_at);

-- Dashboard sessions, and sign-ins under way, which are nobody's yet. The cookie's id is kept as SHA-256.
CREATE TABLE sessions (
    id_hash BLOB NOT NULL,
    data TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- Whose it is: a person finds and ends all of his.
    issuer TEXT,
    subject TEXT,
    signed_in_at BIGINT,
    seen_at BIGINT,
    -- From where the sign-in came.
    address TEXT,
    user_agent TEXT,
    CONSTRAINT sessions_pk PRIMARY KEY (id_hash)
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_person ON sessions (issuer, subject);
