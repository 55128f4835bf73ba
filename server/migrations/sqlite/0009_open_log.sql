-- Whether the log's files beside this database may hold what its tables have not: from a start to a clean stop. Then they have
-- to be there. The id is another one at each start, so that no copy of this database takes them for its own.
ALTER TABLE commit_log ADD COLUMN is_open BIGINT NOT NULL DEFAULT 0;
