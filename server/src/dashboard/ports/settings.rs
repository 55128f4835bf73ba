//! How things stand for the settings page.

use app::{
    error::AppError,
    model::{Session, Settings},
    ports::SettingsPort,
};
use async_trait::async_trait;

use super::moment;
use crate::{
    dashboard::asker::{Asker, of_domain},
    domain::{account, sessions},
    keyring::hex,
    model::StoredSession,
};

#[async_trait]
impl SettingsPort for Asker {
    async fn settings(&self) -> Result<Settings, AppError> {
        let identity = self.identity().await?.ok_or(AppError::SignedOut)?;
        let tenant = self.tenant().await?;
        let services = self.services();
        let account = account::of(&services.ledger, tenant)
            .await
            .map_err(of_domain)?;
        let sessions = sessions::list_of(&services.ledger, &identity, services.clock.now())
            .await
            .map_err(of_domain)?;
        let this = self.session_hash();
        Ok(Settings {
            keeps_values: account.tenant.keeps_values,
            requires_registration: account.tenant.requires_registration,
            issuer: identity.issuer,
            subject: identity.subject,
            sessions: sessions
                .into_iter()
                .filter_map(|session| shown(session, this))
                .collect(),
        })
    }
}

fn shown(session: StoredSession, this: Option<[u8; 32]>) -> Option<Session> {
    let from = session.signed_in?;
    Some(Session {
        id: hex(&session.id_hash),
        since: moment(from.since),
        seen: moment(from.seen),
        address: from.address,
        user_agent: from.user_agent,
        is_this: this == Some(session.id_hash),
    })
}
