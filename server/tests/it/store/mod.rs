//! The control plane's statements, each one run on both databases, with the same expectations.

mod account;
mod api_keys;
mod audit;
mod issuers;
mod sessions;
mod tenants;
mod usage;
mod usage_hours;

use std::{collections::BTreeSet, fs, path::Path};

use coop_engine::Time;
use coop_locker::{
    config::DatabaseUrl,
    keyring::WrappedKey,
    model::{Tenant, TenantId, Tier},
    store::{Db, Purpose, Store, migrate_postgres, migrate_sqlite, open_sqlite},
};

use crate::support::Postgres;

/// The tables are empty when it begins; each part leaves them as it likes and uses tenants of its own.
async fn contract(db: &mut Db) {
    meta_values_are_set_once(db).await;
    a_transaction_is_all_or_nothing(db).await;
    tenants::contract(db).await;
    account::contract(db).await;
    api_keys::contract(db).await;
    audit::contract(db).await;
    sessions::contract(db).await;
    usage::contract(db).await;
    usage_hours::contract(db).await;
    issuers::contract(db).await;
}

#[tokio::test]
async fn the_control_plane_keeps_its_contract_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = DatabaseUrl::Sqlite(folder.path().join("coop-locker.db"));
    let mut opened = open_sqlite(&url, Purpose::Serve).await.expect("opened");
    migrate_sqlite(&mut opened.writer)
        .await
        .expect("a second time changes nothing");
    contract(&mut opened.writer).await;
}

#[tokio::test]
async fn the_control_plane_keeps_its_contract_on_postgresql() {
    let server = Postgres::start();
    let store = Store::connect_postgres(&server.url())
        .await
        .expect("connected");
    let mut db = store.read().await.expect("a connection");
    migrate_postgres(&mut db).await.expect("migrated");
    migrate_postgres(&mut db)
        .await
        .expect("a second time changes nothing");
    contract(&mut db).await;
    drop(db);
    store.close().await;
}

#[test]
fn every_statement_of_the_control_plane_is_in_the_contract() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |folder: &str| {
        let files = fs::read_dir(root.join(folder)).expect("a folder");
        files
            .map(|file| fs::read_to_string(file.expect("a file").path()).expect("text"))
            .collect::<String>()
    };
    let (statements, contract) = (read("src/store/control"), read("tests/it/store"));
    let names: Vec<&str> = statements
        .split("pub async fn ")
        .skip(1)
        .filter_map(|rest| rest.split('(').next())
        .collect();
    assert!(names.len() > 20, "{names:?}");
    let missing: BTreeSet<&str> = names
        .into_iter()
        .filter(|name| !contract.contains(&format!(".{name}(")))
        .collect();
    assert!(missing.is_empty(), "not in the contract: {missing:?}");
}

#[test]
fn both_databases_have_the_same_migrations() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let names = |database: &str| -> BTreeSet<String> {
        let files = fs::read_dir(root.join(database)).expect("a folder");
        files
            .map(|file| {
                file.expect("a file")
                    .file_name()
                    .into_string()
                    .expect("text")
            })
            .collect()
    };
    assert!(!names("sqlite").is_empty());
    assert_eq!(names("sqlite"), names("postgres"));
}

fn at(micros: i64) -> Time {
    // Larger than 32 bits, as every real time is.
    Time::from_micros(1_795_478_400_000_000 + micros)
}

fn new_tenant(id: i64, tier: Tier) -> Tenant {
    Tenant {
        id: TenantId::from_i64(id),
        name: format!("Ténant {id} \u{1f512}"),
        email: None,
        tier,
        suspended_at: None,
        suspension_reason: None,
        keeps_values: true,
        requires_registration: false,
        created_at: at(id),
    }
}

async fn insert_tenant(db: &mut Db, id: i64) -> TenantId {
    let tenant = new_tenant(id, Tier::Free);
    db.insert_tenant(&tenant, &WrappedKey(vec![1]))
        .await
        .expect("inserted");
    tenant.id
}

async fn meta_values_are_set_once(db: &mut Db) {
    assert_eq!(db.meta("name").await.expect("read"), None);
    db.insert_meta("name", "it's \"quoted\" \\ ; --")
        .await
        .expect("inserted");
    let again = db.insert_meta("name", "other").await;
    assert!(again.expect_err("refused").is_unique_violation());
    let value = db.meta("name").await.expect("read");
    assert_eq!(value.as_deref(), Some("it's \"quoted\" \\ ; --"));
}

async fn a_transaction_is_all_or_nothing(db: &mut Db) {
    db.begin().await.expect("begun");
    db.insert_meta("undone", "1").await.expect("inserted");
    db.rollback().await.expect("rolled back");
    assert_eq!(db.meta("undone").await.expect("read"), None);

    db.begin().await.expect("begun");
    db.insert_meta("first", "1").await.expect("inserted");
    let refused = db.insert_meta("first", "2").await;
    assert!(refused.expect_err("refused").is_unique_violation());
    db.rollback().await.expect("rolled back after a refusal");
    assert_eq!(db.meta("first").await.expect("read"), None);

    db.begin().await.expect("begun");
    db.insert_meta("done", "1").await.expect("inserted");
    db.commit().await.expect("committed");
    assert_eq!(db.meta("done").await.expect("read").as_deref(), Some("1"));
}
