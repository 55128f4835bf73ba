//! How keys are used.

use coop_locker::{
    model::{ApiKeyId, ApiKeyUsage, Day, TenantId},
    store::Db,
};

use super::{api_keys::new_key, at, insert_tenant};

pub async fn contract(db: &mut Db) {
    usage_comes_back_as_it_was_kept_last(db).await;
    what_a_rotation_forgets_is_the_use_of_former_values(db).await;
    usage_ends_with_its_key_and_is_kept_for_no_other_tenant(db).await;
}

fn usage(tenant: TenantId, key: ApiKeyId) -> ApiKeyUsage {
    ApiKeyUsage {
        key,
        tenant,
        last_used_at: Some(at(7)),
        last_used_from: Some("203.0.113.0/24".to_owned()),
        user_agent: Some("g\u{e4}rtner/1 \u{1f512}".to_owned()),
        day: Day::of(at(7)),
        requests_today: 1 << 39,
        refusals_today: 2,
        old_value_uses_since_rotation: 3,
        old_value_last_used_at: Some(at(5)),
        old_value_last_used_from: Some("2001:db8:1:2::/64".to_owned()),
    }
}

async fn stored(db: &mut Db, key: ApiKeyId) -> Option<ApiKeyUsage> {
    let all = db.all_key_usage().await.expect("read");
    all.into_iter().find(|usage| usage.key == key)
}

async fn usage_comes_back_as_it_was_kept_last(db: &mut Db) {
    let tenant = insert_tenant(db, 700).await;
    let key = new_key(tenant, 70_001, "default");
    db.insert_api_key(&key).await.expect("inserted");
    assert_eq!(stored(db, key.key.id).await, None);
    let never = ApiKeyUsage {
        last_used_at: None,
        last_used_from: None,
        user_agent: None,
        requests_today: 0,
        old_value_last_used_at: None,
        old_value_last_used_from: None,
        ..usage(tenant, key.key.id)
    };
    for kept in [never.clone(), usage(tenant, key.key.id), never] {
        assert!(db.put_key_usage(&kept).await.expect("kept"));
        assert_eq!(stored(db, key.key.id).await, Some(kept));
    }
}

async fn what_a_rotation_forgets_is_the_use_of_former_values(db: &mut Db) {
    let tenant = insert_tenant(db, 701).await;
    let (key, other) = (
        new_key(tenant, 70_002, "default"),
        new_key(tenant, 70_003, "other"),
    );
    for key in [&key, &other] {
        db.insert_api_key(key).await.expect("inserted");
        let kept = usage(tenant, key.key.id);
        assert!(db.put_key_usage(&kept).await.expect("kept"));
    }
    let elsewhere = TenantId::from_i64(1);
    for tenant in [elsewhere, tenant] {
        assert_eq!(
            stored(db, key.key.id).await,
            Some(usage(key.key.tenant, key.key.id))
        );
        db.forget_old_value_uses(tenant, key.key.id)
            .await
            .expect("forgotten");
    }
    let expected = ApiKeyUsage {
        old_value_uses_since_rotation: 0,
        old_value_last_used_at: None,
        old_value_last_used_from: None,
        ..usage(tenant, key.key.id)
    };
    assert_eq!(stored(db, key.key.id).await, Some(expected));
    assert_eq!(
        stored(db, other.key.id).await,
        Some(usage(tenant, other.key.id))
    );
}

async fn usage_ends_with_its_key_and_is_kept_for_no_other_tenant(db: &mut Db) {
    let (tenant, other) = (insert_tenant(db, 702).await, insert_tenant(db, 703).await);
    let key = new_key(tenant, 70_004, "ci");
    db.insert_api_key(&key).await.expect("inserted");
    let foreign = usage(other, key.key.id);
    assert!(!db.put_key_usage(&foreign).await.expect("no error"));
    let kept = usage(tenant, key.key.id);
    assert!(db.put_key_usage(&kept).await.expect("kept"));
    assert!(db.delete_api_key(tenant, key.key.id).await.expect("gone"));
    assert_eq!(stored(db, key.key.id).await, None);
    assert!(!db.put_key_usage(&kept).await.expect("no error"));
}
