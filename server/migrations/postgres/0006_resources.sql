-- Whether names without a definition are refused. How reservations are held and what resources are defined as comes with
-- the ledger for PostgreSQL.
ALTER TABLE tenants ADD COLUMN requires_registration BIGINT NOT NULL DEFAULT 0;
