//! The audit log: numbered and chained by tenant.

use coop_locker::{
    model::{Actor, By, Deed, StoredAudit, TenantId},
    store::{Db, FIRST_HASH},
};
use serde_json::json;

use super::{at, insert_tenant};

pub async fn contract(db: &mut Db) {
    entries_are_numbered_and_bound_to_the_one_before(db).await;
    old_entries_are_forgotten_and_the_newest_never_is(db).await;
}

async fn append(db: &mut Db, tenant: TenantId, second: i64) {
    let by = By {
        actor: Actor::User {
            issuer: "https://id.example".to_owned(),
            subject: "änn".to_owned(),
            email: None,
        },
        request_id: Some("req_1".to_owned()),
        address: Some("2001:db8::1".to_owned()),
        user_agent: None,
    };
    let deed = Deed::new(
        "thing.do",
        "thing \u{1f512}",
        json!({"before": 1, "after": null}),
    );
    db.append_audit(tenant, at(second), &by, &deed)
        .await
        .expect("appended");
}

fn numbers(rows: &[StoredAudit]) -> Vec<i64> {
    rows.iter().map(|row| row.number).collect()
}

async fn entries_are_numbered_and_bound_to_the_one_before(db: &mut Db) {
    let (a, b) = (insert_tenant(db, 300).await, insert_tenant(db, 301).await);
    append(db, a, 1).await;
    append(db, b, 2).await;
    append(db, a, 3).await;
    append(db, a, 4).await;
    let rows = db.audit_after(a, 0, 10).await.expect("read");
    assert_eq!(numbers(&rows), [1, 2, 3]);
    assert_eq!(rows[0].hash, rows[0].hash_after(&FIRST_HASH));
    assert_eq!(rows[1].hash, rows[1].hash_after(&rows[0].hash));
    let entry = rows[2].clone().read(a).expect("readable");
    assert_eq!(entry.at, at(4));
    assert_eq!(entry.deed.subject, "thing \u{1f512}");
    assert_eq!(entry.by.address.as_deref(), Some("2001:db8::1"));

    assert_eq!(numbers(&db.audit_after(a, 1, 1).await.expect("read")), [2]);
    let newest_first = db.audit_before(a, i64::MAX, 2).await.expect("read");
    assert_eq!(numbers(&newest_first), [3, 2]);
    assert_eq!(numbers(&db.audit_before(a, 2, 9).await.expect("read")), [1]);
    assert_eq!(numbers(&db.audit_after(b, 0, 9).await.expect("read")), [1]);
}

async fn old_entries_are_forgotten_and_the_newest_never_is(db: &mut Db) {
    let tenant = insert_tenant(db, 310).await;
    for second in [-30, -20, -10] {
        append(db, tenant, second * 1_000_000_000).await;
    }
    let before = at(-5 * 1_000_000_000);
    assert_eq!(db.prune_audit(before, 1).await.expect("pruned"), 1);
    let left = db.audit_after(tenant, 0, 9).await.expect("read");
    assert_eq!(numbers(&left), [2, 3]);
    assert_eq!(db.prune_audit(before, 9).await.expect("pruned"), 1);
    assert_eq!(db.prune_audit(before, 9).await.expect("pruned"), 0);
    append(db, tenant, 0).await;
    let left = db.audit_after(tenant, 0, 9).await.expect("read");
    assert_eq!(numbers(&left), [3, 4]);
    assert_eq!(left[1].hash, left[1].hash_after(&left[0].hash));
}
