-- What is decided is made durable in a log beside this database, and brought into its tables a moment later. One row.
CREATE TABLE commit_log (
    -- Written at the head of the log's files too, so that another database's are not taken for this one's.
    id BIGINT NOT NULL,
    -- The number of the last commit that the tables have.
    applied BIGINT NOT NULL,
    CONSTRAINT commit_log_pk PRIMARY KEY (id)
);
INSERT INTO commit_log (id, applied) VALUES (random() & 9223372036854775807, 0);
