//! Ports for page tests: they answer what the test says and remember what was asked of the answer.

mod happened;
mod held;

pub(crate) use happened::{FakeEvents, FakeUsage, event};
pub(crate) use held::{FakeReservations, FakeResources, reservation, resource};

use super::{AccountPort, AdminPort, AuditPort, IssuersPort, KeysPort, Respond, SettingsPort};
use crate::{
    error::AppError,
    model::{
        Account, ApiKey, AuditEntry, AuditPage, Issuer, IssuerFailure, IssuerHour, Issuers,
        KeyList, KeyUsage, KeyValue, Moment, Session, Settings, Suspension, Tenant, TenantPage,
        TenantQuery, TenantView, Use, UsedKey,
    },
};
use async_trait::async_trait;
use std::sync::{Mutex, PoisonError};

/// The value of the fake key. No page may hold it unless it was asked for.
pub(crate) const SECRET: &str = "coop_sk_0123456789abcdefghijklmnopqrstuvwxyz0123456crc032";

/// The time at which the tests happen.
pub(crate) const NOW: Moment = Moment(1_800_000_000_000_000);

pub(crate) fn api_key() -> ApiKey {
    ApiKey {
        id: "key_1".into(),
        label: "default".into(),
        hint: "coop_sk_0123…3456".into(),
        is_default: true,
        created_at: Moment(1),
        created_by: "ann@example.com".into(),
        rotated_at: None,
        version: 7,
    }
}

pub(crate) fn further_key() -> ApiKey {
    ApiKey {
        id: "key_2".into(),
        label: "<i>robot</i>".into(),
        is_default: false,
        ..api_key()
    }
}

/// Used 17 times today, refused twice; somebody still has a former value.
fn used(key: ApiKey) -> UsedKey {
    let at = |seconds: i64| Use {
        at: Moment(NOW.0 - seconds * 1_000_000),
        from: Some("203.0.113.0/24".into()),
        user_agent: Some("<curl>/8".into()),
    };
    let usage = KeyUsage {
        last: Some(at(40)),
        requests_today: 17,
        refusals_today: 2,
        old_value_uses: 3,
        old_value_last: Some(at(120)),
        open_streams: 3,
        requests_a_minute: 40,
    };
    UsedKey { key, usage }
}

pub(crate) fn key_value() -> KeyValue {
    KeyValue {
        key: api_key(),
        value: SECRET.into(),
    }
}

pub(crate) fn account() -> Account {
    Account {
        tenant_id: "ten_1".into(),
        tenant_name: "Acme".into(),
        email: Some("ann@example.com".into()),
        tier: "Free".into(),
        active_limit: Some(500),
        is_admin: false,
        suspended: None,
    }
}

/// Somebody, or nobody, or a store that cannot say.
pub(crate) struct FakeAccount(pub Result<Option<Account>, AppError>);

#[async_trait]
impl AccountPort for FakeAccount {
    async fn account(&self) -> Result<Option<Account>, AppError> {
        self.0.clone()
    }
}

/// One key in version 7.
pub(crate) struct FakeKeys;

#[async_trait]
impl KeysPort for FakeKeys {
    async fn default_key(&self) -> Result<UsedKey, AppError> {
        Ok(used(api_key()))
    }

    async fn list(&self, _skipped: u64, _limit: u32) -> Result<KeyList, AppError> {
        Ok(KeyList {
            keys: vec![used(api_key()), used(further_key())],
            count: 2,
            limit: Some(10),
            lifted_by: Some("Pro".into()),
        })
    }

    async fn find(&self, id: &str) -> Result<UsedKey, AppError> {
        let keys = [api_key(), further_key()];
        let found = keys.into_iter().find(|key| key.id == id);
        found.map(used).ok_or(AppError::NotFound)
    }

    async fn create(&self, label: &str) -> Result<KeyValue, AppError> {
        let mut made = key_value();
        made.key.label = label.into();
        Ok(made)
    }

    async fn rename(&self, id: &str, _label: &str) -> Result<(), AppError> {
        self.find(id).await.map(drop)
    }

    async fn revoke(&self, id: &str, _label: &str) -> Result<(), AppError> {
        self.find(id).await.map(drop)
    }

    async fn reveal(&self, id: &str) -> Result<KeyValue, AppError> {
        if id == api_key().id {
            Ok(key_value())
        } else {
            Err(AppError::NotFound)
        }
    }

    async fn rotate(&self, id: &str, version: i64) -> Result<KeyValue, AppError> {
        let mut answer = self.reveal(id).await?;
        if version != answer.key.version {
            return Err(AppError::Stale);
        }
        answer.key.version += 1;
        Ok(answer)
    }
}

/// An issuer of which one token was refused, and whose audience is not proven.
pub(crate) fn issuer() -> Issuer {
    Issuer {
        id: "iss_1".into(),
        label: "<b>users</b>".into(),
        issuer: "https://id.example.com".into(),
        audience: "https://api.example.com".into(),
        challenge: Some("prove-it".into()),
        algorithms: vec!["ES256".into()],
        keys_url: Some("https://id.example.com/keys".into()),
        enabled: true,
        version: 3,
        one_time: true,
        max_age_seconds: Some(60),
        max_ttl_seconds: 120,
        max_active: None,
        hours: vec![IssuerHour {
            hour: NOW,
            exchanged: 41,
            refused: 1,
        }],
        failures: vec![IssuerFailure {
            at: Moment(NOW.0 - 120_000_000),
            demand: "exp in the future".into(),
            address: Some("192.0.2.1".into()),
        }],
    }
}

/// The given issuers, in a tier that has them or not.
pub(crate) struct FakeIssuers(pub Vec<Issuer>, pub bool);

#[async_trait]
impl IssuersPort for FakeIssuers {
    async fn issuers(&self) -> Result<Issuers, AppError> {
        Ok(Issuers {
            issuers: self.0.clone(),
            allowed: self.1,
            default_audience: "http://localhost:3000/t/ten_1".into(),
            challenge_claim: "challenge_claim".into(),
            algorithms: vec!["RS256".into(), "ES256".into()],
        })
    }
}

/// One entry, done by `<i>ann</i>`, and older ones; nothing of the kind `issuer.`.
pub(crate) struct FakeAudit;

#[async_trait]
impl AuditPort for FakeAudit {
    async fn entries(&self, action: &str, _before: Option<i64>) -> Result<AuditPage, AppError> {
        if action == "issuer." {
            return Ok(AuditPage::default());
        }
        let entry = AuditEntry {
            number: 42,
            at: Moment(NOW.0 - 120_000_000),
            who: "<i>ann</i>".into(),
            action: "api_key.rename".into(),
            subject: "key_1".into(),
            details: vec![("before".into(), "a".into()), ("after".into(), "b".into())],
            address: Some("192.0.2.7".into()),
            user_agent: None,
            request_id: Some("req-5".into()),
        };
        Ok(AuditPage {
            entries: vec![entry],
            next: Some(42),
        })
    }
}

/// Two sessions, of which the first one asks; whether values are kept, and whether names have to be registered, is the
/// test's to say.
pub(crate) struct FakeSettings(pub bool, pub bool);

#[async_trait]
impl SettingsPort for FakeSettings {
    async fn settings(&self) -> Result<Settings, AppError> {
        let session = |id: &str, is_this| Session {
            id: id.into(),
            since: Moment(NOW.0 - 3_600_000_000),
            seen: NOW,
            address: Some("192.0.2.7".into()),
            user_agent: Some("Lynx".into()),
            is_this,
        };
        Ok(Settings {
            keeps_values: self.0,
            requires_registration: self.1,
            issuer: "https://id.example".into(),
            subject: "1001".into(),
            sessions: vec![session("aa", true), session("bb", false)],
        })
    }
}

/// One tenant, suspended or not as the test says.
pub(crate) struct FakeAdmin(pub Option<Suspension>);

impl FakeAdmin {
    fn tenant(&self) -> Tenant {
        Tenant {
            id: "ten_1".into(),
            name: "Acme".into(),
            email: None,
            tier: "Pro".into(),
            suspended: self.0.clone(),
            created_at: Moment(1),
            active_reservations: 3,
            api_keys: 2,
        }
    }
}

#[async_trait]
impl AdminPort for FakeAdmin {
    async fn tenants(&self, query: &TenantQuery) -> Result<TenantPage, AppError> {
        if query.text == "nobody" {
            return Ok(TenantPage::default());
        }
        Ok(TenantPage {
            tenants: vec![self.tenant()],
            next: Some("ten_1".into()),
        })
    }

    async fn tenant(&self, _id: &str) -> Result<TenantView, AppError> {
        Ok(TenantView {
            tenant: self.tenant(),
            owner: Some(("https://id.example".into(), "7".into())),
        })
    }

    async fn log_of(&self, _id: &str, before: Option<i64>) -> Result<AuditPage, AppError> {
        FakeAudit.entries("", before).await
    }
}

/// What was asked of the answer, in order.
#[derive(Default)]
pub(crate) struct Recorder(Mutex<Vec<String>>);

impl Recorder {
    pub fn asked(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn note(&self, what: String) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(what);
    }
}

impl Respond for Recorder {
    fn status(&self, code: u16) {
        self.note(format!("status {code}"));
    }

    fn no_store(&self) {
        self.note("no-store".into());
    }

    fn redirect(&self, path: &str) {
        self.note(format!("redirect {path}"));
    }
}
