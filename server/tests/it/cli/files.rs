//! The files of an installation: the database and the master key that belongs to it.

use std::{fs, os::unix::fs::PermissionsExt as _};

use super::{failure, success};
use crate::support::Site;

#[test]
fn migrate_makes_the_files_and_a_second_time_changes_nothing() {
    let site = Site::new();
    for _ in 0..2 {
        let said = success(&site.run(&["migrate"]));
        assert_eq!(said, "The database is up to date.\n");
    }
    assert!(site.path("coop-locker.db").exists());
}

#[test]
fn the_master_key_is_made_for_its_owner_alone_and_kept() {
    let site = Site::new();
    success(&site.run(&["migrate"]));
    let path = site.path("master.key");
    let mode = fs::metadata(&path).expect("made").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = fs::read_to_string(&path).expect("text");
    assert_eq!(text.trim_end().len(), 64);
    success(&site.run(&["tenant", "create", "--name", "a"]));
    assert_eq!(fs::read_to_string(&path).expect("text"), text);
}

#[test]
fn a_database_without_its_master_key_is_refused_and_none_is_made() {
    let site = Site::new();
    success(&site.run(&["migrate"]));
    let key = site.path("master.key");
    fs::rename(&key, site.path("elsewhere")).expect("moved");
    for command in ["migrate", "serve"] {
        let output = site.run(&[command]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("master.key is missing"), "{said}");
        assert!(said.contains("backup"), "{said}");
        assert!(!key.exists());
    }
    fs::rename(site.path("elsewhere"), &key).expect("moved back");
    success(&site.run(&["migrate"]));
}

#[test]
fn another_master_key_a_damaged_one_and_one_that_others_can_read_are_refused() {
    let (site, other) = (Site::new(), Site::new());
    success(&site.run(&["migrate"]));
    success(&other.run(&["migrate"]));
    let path = site.path("master.key");
    let own = fs::read(&path).expect("read");

    fs::copy(other.path("master.key"), &path).expect("copied");
    let said = failure(&site.run(&["migrate"]), 1);
    assert!(
        said.contains("is not the one that this database was made with"),
        "{said}"
    );

    fs::write(&path, "0123").expect("written");
    let said = failure(&site.run(&["migrate"]), 1);
    assert!(said.contains("64 hexadecimal digits"), "{said}");

    fs::write(&path, own).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("set");
    let said = failure(&site.run(&["migrate"]), 1);
    assert!(said.contains("chmod 600"), "{said}");

    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
    success(&site.run(&["migrate"]));
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let site = Site::new();
    fs::write(
        site.path("coop-locker.db"),
        "this is a letter".repeat(1_000),
    )
    .expect("written");
    let said = failure(&site.run(&["migrate"]), 1);
    assert!(said.contains("not a database"), "{said}");
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let site = Site::new();
    success(&site.run(&["migrate"]));
    let db = rusqlite::Connection::open(site.path("coop-locker.db")).expect("opened");
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (9999, 'later', 1, x'00', 0)";
    db.execute(newer, []).expect("inserted");
    drop(db);
    let said = failure(&site.run(&["migrate"]), 1);
    assert!(said.contains("9999"), "{said}");
}
