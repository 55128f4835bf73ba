-- Who did what to a tenant's account, each row bound to the one before by its hash: what is changed, inserted or taken
-- out afterwards shows. Numbers are without a gap within a tenant. Kept for two years.
CREATE TABLE audit (
    tenant_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    -- JSON: who, from where, what, to what, before and after. Never a secret.
    entry TEXT NOT NULL,
    -- SHA-256 over the hash before, the number, the time and the entry.
    hash BLOB NOT NULL,
    CONSTRAINT audit_pk PRIMARY KEY (tenant_id, number),
    CONSTRAINT audit_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);
CREATE INDEX audit_by_age ON audit (at);
