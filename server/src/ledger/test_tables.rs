//! The tables as migrations make them, for tests of what is written into them.

use rusqlite::Connection;

pub(super) fn create(database: &Connection) {
    for sql in [
        include_str!("../../migrations/sqlite/0001_foundation.sql"),
        include_str!("../../migrations/sqlite/0002_ledger.sql"),
        include_str!("../../migrations/sqlite/0003_audit.sql"),
        include_str!("../../migrations/sqlite/0004_issuers.sql"),
        include_str!("../../migrations/sqlite/0005_usage.sql"),
        include_str!("../../migrations/sqlite/0006_resources.sql"),
        include_str!("../../migrations/sqlite/0007_usage_hours.sql"),
        include_str!("../../migrations/sqlite/0008_commit_log.sql"),
        include_str!("../../migrations/sqlite/0009_open_log.sql"),
    ] {
        database.execute_batch(sql).expect("a migration");
    }
}
