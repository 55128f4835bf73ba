//! Trusted issuers, the tokens that they were issued, and what is kept of exchanges.

use coop_engine::Ttl;
use coop_locker::{
    keyring::WrappedKey,
    model::{
        Check, ExchangeFailure, ExchangeHour, IssuerKeys, IssuerSettings, KeyDigest,
        SigningAlgorithm, StoredToken, TenantId, Tier, TrustedIssuer, TrustedIssuerId,
    },
    store::{Db, TokenRow},
};

use super::{at, insert_tenant, new_tenant};

pub async fn contract(db: &mut Db) {
    an_issuer_comes_back_as_it_was_stored(db).await;
    an_issuer_is_changed_only_to_the_next_version(db).await;
    an_audience_is_found_and_taken_once_it_is_accepted(db).await;
    tokens_are_loaded_with_their_issuers_settings_and_what_became_of_them(db).await;
    tokens_are_pruned_oldest_first_a_limited_number_at_a_time(db).await;
    a_one_time_token_is_used_once_until_it_is_forgotten(db).await;
    exchanges_are_counted_by_the_hour(db).await;
    the_newest_refusals_are_kept(db).await;
    with_an_issuer_everything_of_it_goes(db).await;
}

fn issuer(tenant: TenantId, id: i64, label: &str) -> TrustedIssuer {
    TrustedIssuer {
        id: TrustedIssuerId::from_i64(id),
        tenant,
        issuer: format!("https://issuer-{id}.example"),
        audience: format!("audience \u{e9} {id}"),
        challenge: None,
        enabled: true,
        version: 1,
        created_at: at(id),
        settings: IssuerSettings {
            label: label.to_owned(),
            algorithms: SigningAlgorithm::ALL.to_vec(),
            keys: IssuerKeys::Url("https://issuer.example/keys".to_owned()),
            one_time: false,
            max_age_seconds: None,
            max_ttl: Ttl::parse(3_600_u32).expect("a TTL"),
            max_active: None,
        },
    }
}

async fn an_issuer_comes_back_as_it_was_stored(db: &mut Db) {
    let (tenant, other) = (insert_tenant(db, 200).await, insert_tenant(db, 201).await);
    let bare = issuer(tenant, 1, "b");
    let mut full = issuer(tenant, (1 << 62) - 1, "a");
    full.challenge = Some("challenge".to_owned());
    full.enabled = false;
    full.settings = IssuerSettings {
        algorithms: vec![SigningAlgorithm::EdDsa, SigningAlgorithm::Rs256],
        keys: IssuerKeys::Set("{\"keys\": []}".to_owned()),
        one_time: true,
        max_age_seconds: Some(86_400),
        max_ttl: Ttl::parse(Ttl::MAX_SECONDS).expect("a TTL"),
        max_active: Some(i64::MAX.cast_unsigned()),
        ..full.settings
    };
    for new in [&bare, &full] {
        db.insert_issuer(new).await.expect("inserted");
        let stored = db.issuer_of(tenant, new.id).await.expect("read");
        assert_eq!(stored.as_ref(), Some(new));
        assert_eq!(db.issuer_of(other, new.id).await.expect("read"), None);
    }
    let listed = db.issuers_of(tenant).await.expect("read");
    assert_eq!(listed, [full, bare]);
    assert!(db.issuers_of(other).await.expect("read").is_empty());
    let same_label = db.insert_issuer(&issuer(tenant, 2, "a")).await;
    assert!(same_label.expect_err("refused").is_unique_violation());
    let elsewhere = db.insert_issuer(&issuer(other, 3, "a")).await;
    elsewhere.expect("inserted");
    let orphan = issuer(TenantId::from_i64(202), 4, "a");
    let orphan = db.insert_issuer(&orphan);
    assert!(
        !orphan
            .await
            .expect_err("no such tenant")
            .is_unique_violation()
    );
}

async fn an_issuer_is_changed_only_to_the_next_version(db: &mut Db) {
    let (tenant, other) = (insert_tenant(db, 210).await, insert_tenant(db, 211).await);
    let old = issuer(tenant, 11, "old");
    db.insert_issuer(&old).await.expect("inserted");
    let mut new = TrustedIssuer {
        enabled: false,
        version: 2,
        challenge: Some("c".to_owned()),
        ..old.clone()
    };
    "new".clone_into(&mut new.settings.label);
    new.settings.keys = IssuerKeys::Set("{}".to_owned());
    let skipping = TrustedIssuer {
        version: 3,
        ..new.clone()
    };
    let foreign = TrustedIssuer {
        tenant: other,
        ..new.clone()
    };
    for wrong in [&skipping, &foreign] {
        assert!(!db.update_issuer(wrong).await.expect("no error"));
    }
    assert!(db.update_issuer(&new).await.expect("written"));
    assert!(!db.update_issuer(&new).await.expect("no error"));
    let stored = db.issuer_of(tenant, old.id).await.expect("read");
    assert_eq!(stored, Some(new));
    assert!(!db.delete_issuer(other, old.id).await.expect("no error"));
    assert!(db.delete_issuer(tenant, old.id).await.expect("deleted"));
    assert!(!db.delete_issuer(tenant, old.id).await.expect("no error"));
}

async fn an_audience_is_found_and_taken_once_it_is_accepted(db: &mut Db) {
    let (a, b) = (insert_tenant(db, 220).await, insert_tenant(db, 221).await);
    let accepted = issuer(a, 21, "a");
    let claimed = TrustedIssuer {
        issuer: accepted.issuer.clone(),
        audience: accepted.audience.clone(),
        challenge: Some("c".to_owned()),
        ..issuer(b, 22, "b")
    };
    db.insert_issuer(&claimed).await.expect("inserted");
    let (iss, aud) = (accepted.issuer.as_str(), accepted.audience.as_str());
    assert_eq!(db.issuer_of_tokens(iss, aud).await.expect("read"), None);
    assert!(!db.is_audience_of_another(a, aud).await.expect("read"));
    db.insert_issuer(&accepted).await.expect("inserted");
    let found = db.issuer_of_tokens(iss, aud).await.expect("read");
    assert_eq!(found.as_ref(), Some(&accepted));
    for (iss, aud) in [(iss, "other"), ("other", aud)] {
        assert_eq!(db.issuer_of_tokens(iss, aud).await.expect("read"), None);
    }
    assert!(db.is_audience_of_another(b, aud).await.expect("read"));
    assert!(!db.is_audience_of_another(a, aud).await.expect("read"));
    let late = TrustedIssuer {
        challenge: None,
        version: 2,
        ..claimed
    };
    let refused = db.update_issuer(&late).await;
    assert!(refused.expect_err("refused").is_unique_violation());
}

fn token(issuer: &TrustedIssuer, byte: u8, end: i64) -> StoredToken {
    StoredToken {
        digest: KeyDigest([byte; 32]),
        tenant: issuer.tenant,
        issuer: issuer.id,
        issuer_version: issuer.version,
        subject: format!("subject \u{e9} {byte}"),
        expires_at: at(end),
    }
}

async fn tokens_are_loaded_with_their_issuers_settings_and_what_became_of_them(db: &mut Db) {
    let mut suspended = new_tenant(230, Tier::Pro);
    suspended.suspended_at = Some(at(1));
    db.insert_tenant(&suspended, &WrappedKey(vec![1]))
        .await
        .expect("inserted");
    let mut live = issuer(suspended.id, 31, "live");
    live.settings.max_active = Some(7);
    let disabled = TrustedIssuer {
        enabled: false,
        ..issuer(suspended.id, 32, "disabled")
    };
    for issuer in [&live, &disabled] {
        db.insert_issuer(issuer).await.expect("inserted");
    }
    let older = StoredToken {
        issuer_version: 0,
        ..token(&live, 252, 5)
    };
    let tokens = [
        token(&live, 250, 5),
        token(&live, 251, 5),
        older,
        token(&disabled, 253, 5),
    ];
    for token in &tokens {
        db.insert_access_token(token).await.expect("inserted");
        let again = db.insert_access_token(token).await;
        assert!(again.expect_err("refused").is_unique_violation());
    }
    let elsewhere = TenantId::from_i64(231);
    for tenant in [elsewhere, suspended.id] {
        db.revoke_access_token_of(tenant, &KeyDigest([251; 32]))
            .await
            .expect("no error");
        let all = db.all_access_tokens().await.expect("read");
        let revoked = all.iter().find(|row| row.token.digest.0[0] == 251);
        assert_eq!(revoked.expect("there").is_revoked, tenant == suspended.id);
    }
    let all = db.all_access_tokens().await.expect("read");
    let mine: Vec<&TokenRow> = all
        .iter()
        .filter(|row| row.token.tenant == suspended.id)
        .collect();
    assert_eq!(mine.len(), 4);
    for row in mine {
        assert!(tokens.contains(&row.token));
        assert_eq!(row.is_revoked, row.token.digest.0[0] != 250);
        assert_eq!((row.tier, row.suspended), (Tier::Pro, true));
        let is_live = row.token.issuer == live.id;
        assert_eq!(row.label, if is_live { "live" } else { "disabled" });
        assert_eq!(row.max_active, is_live.then_some(7));
        assert_eq!(row.max_ttl.seconds(), 3_600);
    }
}

async fn tokens_are_pruned_oldest_first_a_limited_number_at_a_time(db: &mut Db) {
    let prune = async |db: &mut Db, before| -> Vec<u8> {
        let gone = db.prune_access_tokens(at(before), 2).await.expect("pruned");
        let mut gone: Vec<u8> = gone.iter().map(|digest| digest.0[0]).collect();
        gone.sort_unstable();
        gone
    };
    while !prune(db, 1_000).await.is_empty() {}
    let tenant = insert_tenant(db, 240).await;
    let issuer = issuer(tenant, 41, "a");
    db.insert_issuer(&issuer).await.expect("inserted");
    for (byte, end) in [(1, 30), (2, 10), (3, 20), (4, 40)] {
        let token = token(&issuer, byte, end);
        db.insert_access_token(&token).await.expect("inserted");
    }
    assert!(prune(db, 10).await.is_empty(), "not before");
    assert_eq!(prune(db, 40).await, [2, 3]);
    assert_eq!(prune(db, 40).await, [1]);
    assert!(prune(db, 40).await.is_empty());
}

async fn a_one_time_token_is_used_once_until_it_is_forgotten(db: &mut Db) {
    let tenant = insert_tenant(db, 250).await;
    let (one, other) = (issuer(tenant, 51, "one"), issuer(tenant, 52, "other"));
    for (issuer, end) in [(&one, 10), (&other, 20)] {
        db.insert_issuer(issuer).await.expect("inserted");
        let used = |hash: &[u8; 2]| hash.to_vec();
        let hash = used(&[0, 255]);
        assert!(!db.is_used_jwt(issuer.id, &hash).await.expect("read"));
        db.insert_used_jwt(issuer.id, &hash, at(end))
            .await
            .expect("inserted");
        assert!(db.is_used_jwt(issuer.id, &hash).await.expect("read"));
        let again = db.insert_used_jwt(issuer.id, &hash, at(end)).await;
        assert!(again.expect_err("refused").is_unique_violation());
    }
    assert_eq!(db.prune_used_jwts(at(9), 9).await.expect("pruned"), 0);
    assert_eq!(db.prune_used_jwts(at(20), 1).await.expect("pruned"), 1);
    assert!(!db.is_used_jwt(one.id, &[0, 255]).await.expect("read"));
    assert!(db.is_used_jwt(other.id, &[0, 255]).await.expect("read"));
    assert_eq!(db.prune_used_jwts(at(20), 9).await.expect("pruned"), 1);
}

async fn exchanges_are_counted_by_the_hour(db: &mut Db) {
    let (tenant, other) = (insert_tenant(db, 260).await, insert_tenant(db, 261).await);
    let issuer = issuer(tenant, 61, "a");
    db.insert_issuer(&issuer).await.expect("inserted");
    let hour = |hour, exchanged, refused| ExchangeHour {
        hour: at(hour),
        exchanged,
        refused,
    };
    for more in [hour(1, 1, 0), hour(2, 0, 1), hour(2, 3, 4)] {
        db.count_exchanges(tenant, issuer.id, more)
            .await
            .expect("counted");
    }
    let mut since = async |tenant, time| {
        let hours = db.exchange_hours_of(tenant, issuer.id, at(time)).await;
        hours.expect("read")
    };
    assert_eq!(since(tenant, 1).await, [hour(2, 3, 5), hour(1, 1, 0)]);
    assert_eq!(since(tenant, 2).await, [hour(2, 3, 5)]);
    assert!(since(other, 0).await.is_empty());
    assert_eq!(db.prune_exchange_counts(at(2), 9).await.expect("pruned"), 1);
    assert_eq!(db.prune_exchange_counts(at(3), 9).await.expect("pruned"), 1);
}

async fn the_newest_refusals_are_kept(db: &mut Db) {
    let (tenant, other) = (insert_tenant(db, 270).await, insert_tenant(db, 271).await);
    let (one, two) = (issuer(tenant, 71, "one"), issuer(tenant, 72, "two"));
    let failure = |time, check, address: Option<&str>| ExchangeFailure {
        at: at(time),
        check,
        address: address.map(str::to_owned),
    };
    let all = [
        failure(1, Check::Expiry, None),
        failure(2, Check::Signature, Some("::1")),
        failure(3, Check::OneTime, Some("127.0.0.1")),
    ];
    for (number, issuer) in [(0, &one), (10, &two)] {
        db.insert_issuer(issuer).await.expect("inserted");
        for (id, failure) in (number..).zip(&all) {
            db.insert_exchange_failure(id, tenant, issuer.id, failure)
                .await
                .expect("inserted");
        }
    }
    let mut newest = async |tenant, limit| {
        let failures = db.exchange_failures_of(tenant, one.id, limit).await;
        failures.expect("read")
    };
    assert_eq!(newest(tenant, 2).await, [all[2].clone(), all[1].clone()]);
    assert!(newest(other, 9).await.is_empty());
    let mut trim = async |tenant, kept| {
        let trimmed = db.trim_exchange_failures_of(tenant, one.id, kept).await;
        trimmed.expect("trimmed")
    };
    assert_eq!(trim(other, 0).await, 0);
    assert_eq!(trim(tenant, 2).await, 1);
    assert_eq!(trim(tenant, 2).await, 0);
    let left = db.exchange_failures_of(tenant, two.id, 9).await;
    assert_eq!(left.expect("read").len(), 3);
    let mut prune = async |before| {
        let pruned = db.prune_exchange_failures(at(before), 2).await;
        pruned.expect("pruned")
    };
    assert_eq!(prune(3).await, 2);
    assert_eq!(prune(3).await, 1);
    assert_eq!(prune(3).await, 0);
}

async fn with_an_issuer_everything_of_it_goes(db: &mut Db) {
    let tenant = insert_tenant(db, 280).await;
    let issuer = issuer(tenant, 81, "a");
    db.insert_issuer(&issuer).await.expect("inserted");
    db.insert_access_token(&token(&issuer, 80, 5))
        .await
        .expect("inserted");
    db.insert_used_jwt(issuer.id, &[1], at(5))
        .await
        .expect("inserted");
    assert!(db.delete_issuer(tenant, issuer.id).await.expect("deleted"));
    let all = db.all_access_tokens().await.expect("read");
    assert!(all.iter().all(|row| row.token.tenant != tenant));
    assert!(!db.is_used_jwt(issuer.id, &[1]).await.expect("read"));
}
