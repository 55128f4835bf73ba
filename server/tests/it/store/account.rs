//! What an owner and the operator's people change of a tenant as a whole.

use coop_engine::Time;
use coop_locker::{
    keyring::WrappedKey,
    model::{ApiKey, ApiKeyId, Identity, KeyDigest, KeyState, Reason, TenantId, TenantName, Tier},
    store::{Db, NewApiKey},
};

use super::{at, insert_tenant, new_tenant};

pub async fn contract(db: &mut Db) {
    a_tenant_is_renamed_and_suspended_and_resumed(db).await;
    values_are_forgotten_with_the_key_that_opens_them(db).await;
    an_owner_is_found_by_his_tenant(db).await;
    a_deleted_tenant_takes_everything_of_its_own_along(db).await;
    tenants_are_found_by_a_part_of_what_they_are_called(db).await;
}

async fn a_tenant_is_renamed_and_suspended_and_resumed(db: &mut Db) {
    let (id, other) = (insert_tenant(db, 400).await, insert_tenant(db, 401).await);
    let nobody = TenantId::from_i64(402);
    let name = TenantName::parse("N\u{e9}w; --").expect("a name");
    let reason = Reason::parse("it's spam").expect("a reason");
    assert!(db.rename_tenant(id, &name).await.expect("written"));
    assert!(!db.rename_tenant(nobody, &name).await.expect("no error"));
    let suspension = Some((at(5), &reason));
    let mut suspend = async |id, suspension: Option<(Time, &Reason)>| {
        db.set_tenant_suspension(id, suspension)
            .await
            .expect("no error")
    };
    assert!(suspend(id, suspension).await);
    assert!(!suspend(nobody, suspension).await);
    let tenant = db.tenant(id).await.expect("read").expect("there");
    assert_eq!(tenant.name, "N\u{e9}w; --");
    assert_eq!(tenant.suspended_at, Some(at(5)));
    assert_eq!(tenant.suspension_reason.as_deref(), Some("it's spam"));
    let untouched = db.tenant(other).await.expect("read").expect("there");
    assert_eq!(untouched.suspended_at, None);
    assert!(db.set_tenant_suspension(id, None).await.expect("written"));
    let tenant = db.tenant(id).await.expect("read").expect("there");
    assert_eq!(
        (tenant.suspended_at, tenant.suspension_reason),
        (None, None)
    );
}

fn key(tenant: TenantId, id: i64, ciphertext: Option<Vec<u8>>) -> NewApiKey {
    let key = ApiKey {
        id: ApiKeyId::from_i64(id),
        tenant,
        label: format!("key {id}"),
        hint: "coop_sk_\u{2026}".to_owned(),
        is_default: false,
        version: 1,
        created_at: at(id),
        created_by: "ann".to_owned(),
        rotated_at: None,
    };
    NewApiKey {
        key,
        digest: digest(id),
        ciphertext,
    }
}

fn digest(id: i64) -> KeyDigest {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&id.to_be_bytes());
    KeyDigest(bytes)
}

async fn values_are_forgotten_with_the_key_that_opens_them(db: &mut Db) {
    let (a, b) = (insert_tenant(db, 410).await, insert_tenant(db, 411).await);
    for (tenant, id, ciphertext) in [
        (a, 4101, Some(vec![1])),
        (a, 4102, Some(vec![2])),
        (a, 4103, None),
        (b, 4111, Some(vec![3])),
    ] {
        let new = key(tenant, id, ciphertext);
        db.insert_api_key(&new).await.expect("inserted");
    }
    assert_eq!(db.forget_values_of(a).await.expect("written"), 2);
    assert_eq!(db.forget_values_of(a).await.expect("written"), 0);
    assert!(db.set_tenant_data_key(a, None).await.expect("written"));
    assert!(db.tenant_data_key(a).await.expect("read").is_none());
    assert!(
        !db.tenant(a)
            .await
            .expect("read")
            .expect("there")
            .keeps_values
    );
    let mut kept = async |tenant, id| {
        let stored = db.api_key_of(tenant, ApiKeyId::from_i64(id)).await;
        stored.expect("read").expect("there").ciphertext
    };
    assert_eq!(kept(a, 4101).await, None);
    assert_eq!(kept(a, 4103).await, None);
    assert_eq!(kept(b, 4111).await, Some(vec![3]));
    let again = WrappedKey(vec![9, 0]);
    assert!(
        db.set_tenant_data_key(a, Some(&again))
            .await
            .expect("written")
    );
    assert!(
        db.tenant(a)
            .await
            .expect("read")
            .expect("there")
            .keeps_values
    );
    let nobody = TenantId::from_i64(412);
    assert!(
        !db.set_tenant_data_key(nobody, None)
            .await
            .expect("no error")
    );
}

fn ann() -> Identity {
    Identity {
        issuer: "https://owners".to_owned(),
        subject: "\u{e4}nn".to_owned(),
        email: Some("ann@example.com".to_owned()),
        name: None,
    }
}

async fn an_owner_is_found_by_his_tenant(db: &mut Db) {
    let (a, b) = (insert_tenant(db, 420).await, insert_tenant(db, 421).await);
    db.insert_identity(&ann(), a, at(0))
        .await
        .expect("inserted");
    assert_eq!(db.owner_of(a).await.expect("read"), Some(ann()));
    assert_eq!(db.owner_of(b).await.expect("read"), None);
}

async fn a_deleted_tenant_takes_everything_of_its_own_along(db: &mut Db) {
    let (a, b) = (TenantId::from_i64(420), TenantId::from_i64(421));
    for (tenant, id) in [(a, 4201), (b, 4211)] {
        let new = key(tenant, id, None);
        db.insert_api_key(&new).await.expect("inserted");
    }
    db.insert_retired_key(
        digest(4202),
        a,
        ApiKeyId::from_i64(4202),
        KeyState::Rotated,
        at(0),
    )
    .await
    .expect("inserted");
    db.insert_claim(&[42], a, at(100)).await.expect("inserted");
    let mut digests = db.digests_of(a).await.expect("read");
    digests.sort_unstable_by_key(|digest| digest.0);
    assert_eq!(digests, [digest(4201), digest(4202)]);

    assert!(db.delete_tenant(a).await.expect("deleted"));
    assert!(!db.delete_tenant(a).await.expect("no error"));
    assert!(db.tenant(a).await.expect("read").is_none());
    assert!(db.digests_of(a).await.expect("read").is_empty());
    assert_eq!(db.owner_of(a).await.expect("read"), None);
    assert_eq!(db.take_claim(&[42], at(0)).await.expect("no error"), None);
    assert_eq!(db.digests_of(b).await.expect("read"), [digest(4211)]);
}

async fn tenants_are_found_by_a_part_of_what_they_are_called(db: &mut Db) {
    for (id, name, email, tier) in [
        (431, "Zebra 100%", None, Tier::Free),
        (432, "zebra_x", Some("Z@Example.com"), Tier::Pro),
        (433, "zebra!y", None, Tier::Pro),
        (434, "other", Some("zebra@example.com"), Tier::Free),
    ] {
        let mut tenant = new_tenant(id, tier);
        tenant.name = name.to_owned();
        tenant.email = email.map(str::to_owned);
        let key = WrappedKey(vec![1]);
        db.insert_tenant(&tenant, &key).await.expect("inserted");
    }
    let mut found = async |text: &str, tier, after: Option<i64>, limit| -> Vec<i64> {
        let after = after.map(TenantId::from_i64);
        let page = db.tenants_matching(text, tier, after, limit).await;
        let page = page.expect("read");
        page.iter().map(|tenant| tenant.id.as_i64()).collect()
    };
    assert_eq!(found("ZEBRA", None, None, 9).await, [431, 432, 433, 434]);
    assert_eq!(found("zebra", Some(Tier::Pro), None, 9).await, [432, 433]);
    assert_eq!(found("zebra", None, Some(431), 2).await, [432, 433]);
    assert_eq!(found("z@example", None, None, 9).await, [432]);
    // What a pattern is made of stands for itself.
    assert_eq!(found("0%", None, None, 9).await, [431]);
    assert_eq!(found("a_x", None, None, 9).await, [432]);
    assert_eq!(found("a!y", None, None, 9).await, [433]);
    assert!(found("zebra%other", None, None, 9).await.is_empty());
    assert_eq!(found("", None, Some(432), 2).await, [433, 434]);
}
