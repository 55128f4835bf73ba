//! Tenants, owners, claims.

use coop_locker::{
    keyring::{WrappedKey, sha256},
    model::{Identity, TenantId, Tier},
    store::Db,
};

use super::{at, insert_tenant, new_tenant};

pub async fn contract(db: &mut Db) {
    a_tenant_comes_back_as_it_was_stored(db).await;
    tenants_are_listed_by_id_in_pages(db).await;
    a_tier_is_changed_of_a_tenant_that_exists(db).await;
    registration_is_required_where_it_was_switched_on(db).await;
    a_person_owns_one_tenant_and_a_tenant_has_one_owner(db).await;
    a_claim_is_taken_once_and_in_time(db).await;
    claims_are_pruned_when_they_have_ended_a_limited_number_at_a_time(db).await;
}

async fn a_tenant_comes_back_as_it_was_stored(db: &mut Db) {
    // The largest id there is: 62 bits.
    let mut full = new_tenant((1 << 62) - 1, Tier::Enterprise);
    full.email = Some("a@example.com".to_owned());
    full.suspended_at = Some(at(7));
    let bare = new_tenant(10, Tier::Free);
    let key = |byte: u8| WrappedKey(vec![0, byte, 255, 0]);
    db.insert_tenant(&full, &key(1)).await.expect("inserted");
    db.insert_tenant(&bare, &key(2)).await.expect("inserted");

    for (tenant, byte) in [(full, 1), (bare, 2)] {
        let stored = db.tenant(tenant.id).await.expect("read").expect("there");
        assert_eq!(stored.id, tenant.id);
        assert_eq!(stored.name, tenant.name);
        assert_eq!(stored.email, tenant.email);
        assert_eq!(stored.tier, tenant.tier);
        assert_eq!(stored.suspended_at, tenant.suspended_at);
        assert_eq!(stored.created_at, tenant.created_at);
        let stored = db.tenant_data_key(tenant.id).await.expect("read");
        assert_eq!(stored.expect("there").0, key(byte).0);
    }
    let nobody = TenantId::from_i64(11);
    assert!(db.tenant(nobody).await.expect("read").is_none());
    assert!(db.tenant_data_key(nobody).await.expect("read").is_none());
    let again = db.insert_tenant(&new_tenant(10, Tier::Pro), &key(3)).await;
    assert!(again.expect_err("refused").is_unique_violation());
}

async fn registration_is_required_where_it_was_switched_on(db: &mut Db) {
    let tenant = insert_tenant(db, 35).await;
    for required in [true, false] {
        db.set_requires_registration(tenant, required)
            .await
            .expect("switched");
        let stored = db.tenant(tenant).await.expect("read").expect("there");
        assert_eq!(stored.requires_registration, required);
        let all = db.tenants_requiring_registration().await.expect("read");
        assert_eq!(all.contains(&tenant), required);
    }
}

async fn tenants_are_listed_by_id_in_pages(db: &mut Db) {
    for id in [25, 21, 24, 22, 23] {
        insert_tenant(db, id).await;
    }
    let mut page = async |after: Option<i64>, limit| -> Vec<i64> {
        let after = after.map(TenantId::from_i64);
        let page = db.tenants_after(after, limit).await.expect("read");
        page.iter().map(|tenant| tenant.id.as_i64()).collect()
    };
    assert_eq!(page(Some(20), 3).await, [21, 22, 23]);
    assert_eq!(page(Some(23), 2).await, [24, 25]);
    assert_eq!(page(None, 2).await, [10, 21], "from the beginning");
    assert!(page(Some((1 << 62) - 1), 9).await.is_empty());
}

async fn a_tier_is_changed_of_a_tenant_that_exists(db: &mut Db) {
    let id = insert_tenant(db, 30).await;
    insert_tenant(db, 31).await;
    for tier in Tier::ALL {
        assert!(db.set_tenant_tier(id, tier).await.expect("written"));
        let tenant = db.tenant(id).await.expect("read").expect("there");
        assert_eq!(tenant.tier, tier);
    }
    let other = db.tenant(TenantId::from_i64(31)).await.expect("read");
    assert_eq!(other.expect("there").tier, Tier::Free);
    let nobody = db.set_tenant_tier(TenantId::from_i64(32), Tier::Pro).await;
    assert!(!nobody.expect("no error"));
}

async fn a_person_owns_one_tenant_and_a_tenant_has_one_owner(db: &mut Db) {
    let (a, b) = (insert_tenant(db, 40).await, insert_tenant(db, 41).await);
    let person = |issuer: &str, subject: &str, email: Option<&str>| Identity {
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        email: email.map(str::to_owned),
        name: None,
    };
    let ann = person("https://one", "s", Some("ann@example.com"));
    db.insert_identity(&ann, a, at(0)).await.expect("inserted");
    let twice = db.insert_identity(&ann, b, at(0)).await;
    assert!(twice.expect_err("refused").is_unique_violation());
    let bob = person("https://two", "s", None);
    let taken = db.insert_identity(&bob, a, at(0)).await;
    assert!(taken.expect_err("refused").is_unique_violation());
    db.insert_identity(&bob, b, at(0)).await.expect("inserted");

    // Both halves count: the same subject of another provider is somebody else.
    for (issuer, subject, tenant) in [
        ("https://one", "s", Some(a)),
        ("https://two", "s", Some(b)),
        ("https://two", "S", None),
        ("https://three", "s", None),
    ] {
        let found = db.tenant_of_identity(issuer, subject).await;
        assert_eq!(found.expect("read"), tenant, "{issuer} {subject}");
    }
    let nobody = person("https://one", "other", None);
    let orphan = db
        .insert_identity(&nobody, TenantId::from_i64(42), at(0))
        .await;
    assert!(!orphan.expect_err("no such tenant").is_unique_violation());
}

async fn a_claim_is_taken_once_and_in_time(db: &mut Db) {
    let tenant = insert_tenant(db, 50).await;
    let (good, old) = (sha256(b"good"), sha256(b"old"));
    db.insert_claim(&good, tenant, at(100))
        .await
        .expect("inserted");
    db.insert_claim(&old, tenant, at(100))
        .await
        .expect("inserted");
    let again = db.insert_claim(&good, tenant, at(100)).await;
    assert!(again.expect_err("refused").is_unique_violation());

    let mut take = async |hash: &[u8], now| db.take_claim(hash, at(now)).await.expect("no error");
    assert_eq!(take(&sha256(b"other"), 0).await, None);
    assert_eq!(take(&old, 100).await, None, "it ends at its end");
    assert_eq!(take(&good, 99).await, Some(tenant));
    assert_eq!(take(&good, 99).await, None, "it was used");
}

async fn claims_are_pruned_when_they_have_ended_a_limited_number_at_a_time(db: &mut Db) {
    let tenant = insert_tenant(db, 60).await;
    while db.prune_claims(at(1_000), 100).await.expect("pruned") > 0 {}
    for end in [10, 20, 30, 40] {
        let hash = sha256(&[end]);
        let end = at(i64::from(end));
        db.insert_claim(&hash, tenant, end).await.expect("inserted");
    }
    assert_eq!(db.prune_claims(at(30), 2).await.expect("pruned"), 2);
    assert_eq!(db.prune_claims(at(30), 2).await.expect("pruned"), 1);
    assert_eq!(db.prune_claims(at(30), 2).await.expect("pruned"), 0);
    let left = db.take_claim(&sha256(&[40]), at(30)).await;
    assert_eq!(left.expect("no error"), Some(tenant));
}
