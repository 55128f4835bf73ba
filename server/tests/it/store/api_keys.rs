//! API keys, the values they had, and what is loaded at the start.

use coop_engine::Time;
use coop_locker::{
    keyring::WrappedKey,
    model::{ApiKey, ApiKeyId, KeyDigest, KeyState, TenantId, Tier},
    store::{CredentialRow, Db, NewApiKey},
};

use super::{at, insert_tenant, new_tenant};

/// A key that had values and is no more.
const FORMER: ApiKeyId = ApiKeyId::from_i64(999);

pub async fn contract(db: &mut Db) {
    a_key_comes_back_as_it_was_stored(db).await;
    labels_are_unique_within_a_tenant_and_digests_everywhere(db).await;
    only_the_owner_renames_a_key_and_takes_it_away(db).await;
    a_value_is_replaced_only_by_the_next_version(db).await;
    all_credentials_are_loaded_with_what_became_of_them(db).await;
    retired_values_are_pruned_oldest_first_a_limited_number_at_a_time(db).await;
}

pub fn new_key(tenant: TenantId, id: i64, label: &str) -> NewApiKey {
    let byte = u8::try_from(id % 256).expect("a byte");
    NewApiKey {
        key: ApiKey {
            id: ApiKeyId::from_i64(id),
            tenant,
            label: label.to_owned(),
            hint: "coop_sk_Ab3d\u{2026}x9Qz".to_owned(),
            is_default: label == "default",
            version: 1,
            created_at: at(id),
            created_by: "ann@example.com".to_owned(),
            rotated_at: None,
        },
        digest: KeyDigest([byte; 32]),
        ciphertext: Some(vec![0, 255, byte]),
    }
}

async fn stored(db: &mut Db, new: &NewApiKey) -> NewApiKey {
    let stored = db.api_key_of(new.key.tenant, new.key.id).await;
    stored.expect("read").expect("there")
}

fn assert_same(stored: &ApiKey, key: &ApiKey) {
    assert_eq!(stored.id, key.id);
    assert_eq!(stored.tenant, key.tenant);
    assert_eq!(stored.label, key.label);
    assert_eq!(stored.hint, key.hint);
    assert_eq!(stored.is_default, key.is_default);
    assert_eq!(stored.version, key.version);
    assert_eq!(stored.created_at, key.created_at);
    assert_eq!(stored.created_by, key.created_by);
    assert_eq!(stored.rotated_at, key.rotated_at);
}

async fn a_key_comes_back_as_it_was_stored(db: &mut Db) {
    let (tenant, other) = (insert_tenant(db, 100).await, insert_tenant(db, 101).await);
    assert_eq!(db.count_api_keys_of(tenant).await.expect("read"), 0);
    assert!(db.default_api_key_of(tenant).await.expect("read").is_none());
    let further = new_key(tenant, 1, "ci \u{1f512}");
    let default = new_key(tenant, 2, "default");
    for new in [&further, &default] {
        db.insert_api_key(new).await.expect("inserted");
        let stored = stored(db, new).await;
        assert_same(&stored.key, &new.key);
        assert_eq!(stored.digest, new.digest);
        assert_eq!(stored.ciphertext, new.ciphertext);
    }
    assert_eq!(db.count_api_keys_of(tenant).await.expect("read"), 2);
    let found = db.default_api_key_of(tenant).await.expect("read");
    assert_same(&found.expect("there"), &default.key);

    let all = db.api_keys_of(tenant, 0, 9).await.expect("read");
    let ids: Vec<_> = all.iter().map(|key| key.id).collect();
    assert_eq!(ids, [default.key.id, further.key.id]);
    let second = db.api_keys_of(tenant, 1, 1).await.expect("read");
    assert_same(&second[0], &further.key);
    assert!(db.api_keys_of(other, 0, 9).await.expect("read").is_empty());

    // Another tenant has none of it, and finds none of it by id.
    assert_eq!(db.count_api_keys_of(other).await.expect("read"), 0);
    assert!(db.default_api_key_of(other).await.expect("read").is_none());
    let foreign = db.api_key_of(other, default.key.id).await;
    assert!(foreign.expect("read").is_none());
}

async fn labels_are_unique_within_a_tenant_and_digests_everywhere(db: &mut Db) {
    let (a, b) = (insert_tenant(db, 110).await, insert_tenant(db, 111).await);
    let first = new_key(a, 11, "ci");
    db.insert_api_key(&first).await.expect("inserted");
    let same_label = new_key(a, 12, "ci");
    let refused = db.insert_api_key(&same_label).await;
    assert!(refused.expect_err("refused").is_unique_violation());
    let same_digest = NewApiKey {
        digest: first.digest,
        ..new_key(b, 13, "ci")
    };
    let refused = db.insert_api_key(&same_digest).await;
    assert!(refused.expect_err("refused").is_unique_violation());
    let elsewhere = new_key(b, 14, "ci");
    db.insert_api_key(&elsewhere).await.expect("inserted");
    let orphan = new_key(TenantId::from_i64(112), 15, "ci");
    let refused = db.insert_api_key(&orphan).await;
    assert!(!refused.expect_err("no such tenant").is_unique_violation());
}

async fn only_the_owner_renames_a_key_and_takes_it_away(db: &mut Db) {
    let (a, b) = (insert_tenant(db, 115).await, insert_tenant(db, 116).await);
    let (one, two) = (new_key(a, 16, "one"), new_key(a, 17, "two"));
    db.insert_api_key(&one).await.expect("inserted");
    db.insert_api_key(&two).await.expect("inserted");
    let id = one.key.id;
    assert!(!db.rename_api_key(b, id, "x").await.expect("no error"));
    let taken = db.rename_api_key(a, id, "two").await;
    assert!(taken.expect_err("refused").is_unique_violation());
    assert!(db.rename_api_key(a, id, "uno").await.expect("renamed"));
    assert_eq!(stored(db, &one).await.key.label, "uno");
    assert!(!db.delete_api_key(b, id).await.expect("no error"));
    assert!(db.delete_api_key(a, id).await.expect("deleted"));
    assert!(!db.delete_api_key(a, id).await.expect("no error"));
    assert_eq!(db.count_api_keys_of(a).await.expect("read"), 1);
}

async fn a_value_is_replaced_only_by_the_next_version(db: &mut Db) {
    let tenant = insert_tenant(db, 120).await;
    let old = new_key(tenant, 21, "default");
    let bystander = new_key(tenant, 22, "bystander");
    db.insert_api_key(&old).await.expect("inserted");
    db.insert_api_key(&bystander).await.expect("inserted");
    let next = NewApiKey {
        key: ApiKey {
            version: 2,
            hint: "coop_sk_next".to_owned(),
            rotated_at: Some(at(5)),
            ..old.key.clone()
        },
        digest: KeyDigest([220; 32]),
        ciphertext: Some(vec![2]),
    };
    let mut skipping = next.clone();
    skipping.key.version = 3;
    assert!(!db.replace_api_key_value(&skipping).await.expect("no error"));
    assert_same(&stored(db, &old).await.key, &old.key);

    assert!(db.replace_api_key_value(&next).await.expect("written"));
    assert!(!db.replace_api_key_value(&next).await.expect("no error"));
    let now = stored(db, &old).await;
    assert_same(&now.key, &next.key);
    assert_eq!(now.digest, next.digest);
    assert_eq!(now.ciphertext, next.ciphertext);
    assert_same(&stored(db, &bystander).await.key, &bystander.key);
}

async fn all_credentials_are_loaded_with_what_became_of_them(db: &mut Db) {
    let mut suspended = new_tenant(130, Tier::Pro);
    suspended.suspended_at = Some(at(1));
    db.insert_tenant(&suspended, &WrappedKey(vec![1]))
        .await
        .expect("inserted");
    let tenant = suspended.id;
    let current = new_key(tenant, 31, "current");
    db.insert_api_key(&current).await.expect("inserted");
    for (byte, state) in [(230, KeyState::Rotated), (231, KeyState::Revoked)] {
        let digest = KeyDigest([byte; 32]);
        retire(db, digest, tenant, state, at(0)).await;
        let again = db
            .insert_retired_key(digest, tenant, FORMER, state, at(0))
            .await;
        assert!(again.expect_err("refused").is_unique_violation());
    }
    let all = db.all_credentials().await.expect("read");
    let mine: Vec<&CredentialRow> = all.iter().filter(|row| row.tenant == tenant).collect();
    assert_eq!(mine.len(), 3);
    for row in mine {
        assert_eq!(row.tier, Tier::Pro);
        assert!(row.suspended);
        let (state, key, label) = match row.digest.0[0] {
            31 => (KeyState::Current, current.key.id, Some("current")),
            230 => (KeyState::Rotated, FORMER, None),
            231 => (KeyState::Revoked, FORMER, None),
            other => panic!("nobody stored {other}"),
        };
        assert_eq!(row.state, state);
        assert_eq!(row.key, key);
        assert_eq!(row.label.as_deref(), label);
    }
    let others = all.iter().filter(|row| row.tenant != tenant);
    assert!(others.clone().count() > 0);
    assert!(
        others
            .clone()
            .all(|row| !row.suspended && row.tier == Tier::Free)
    );
}

async fn retire(db: &mut Db, digest: KeyDigest, tenant: TenantId, state: KeyState, now: Time) {
    db.insert_retired_key(digest, tenant, FORMER, state, now)
        .await
        .expect("inserted");
}

async fn retired_values_are_pruned_oldest_first_a_limited_number_at_a_time(db: &mut Db) {
    let tenant = insert_tenant(db, 140).await;
    let prune = async |db: &mut Db, before| -> Vec<u8> {
        let gone = db.prune_retired_keys(at(before), 2).await.expect("pruned");
        let mut gone: Vec<u8> = gone.iter().map(|digest| digest.0[0]).collect();
        gone.sort_unstable();
        gone
    };
    while !prune(db, 1_000).await.is_empty() {}
    for (byte, time) in [(241, 30), (242, 10), (243, 20), (244, 40)] {
        let digest = KeyDigest([byte; 32]);
        retire(db, digest, tenant, KeyState::Rotated, at(time)).await;
    }
    assert!(prune(db, 10).await.is_empty(), "not before");
    assert_eq!(prune(db, 40).await, [242, 243]);
    assert_eq!(prune(db, 40).await, [241]);
    assert!(prune(db, 40).await.is_empty());
    let all = db.all_credentials().await.expect("read");
    assert!(all.iter().any(|row| row.digest.0[0] == 244));
}
