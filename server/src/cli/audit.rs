//! `audit verify`: holds the audit logs against their hashes. It only reads, so it works beside a running server.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use super::{
    print,
    provision::{failed, line, parse_tenant},
};
use crate::{
    clock::iso,
    config::{DatabaseUrl, Settings},
    domain::{
        self,
        audit::{self, Verified},
    },
    keyring::hex,
    lifecycle::StartError,
    model::TenantId,
    store::{Db, read_sqlite},
};

/// Tenants looked up at once.
const PAGE: i64 = 500;

#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// Look for entries that were changed, inserted or taken out. Ends with 1 when a log is broken.
    Verify {
        /// Only this tenant's log.
        #[arg(long, value_parser = parse_tenant)]
        tenant: Option<TenantId>,
        /// Print a JSON object a line.
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn audit(
    settings: Settings,
    command: AuditCommand,
) -> Result<ExitCode, StartError> {
    let AuditCommand::Verify { tenant, json } = command;
    if matches!(settings.database, DatabaseUrl::Postgres(_)) {
        return Err(StartError::Postgres);
    }
    let store = read_sqlite(&settings.database).await?;
    let mut db = store.read().await?;
    // One look at the database as it is now: a server that writes and forgets meanwhile breaks no chain.
    db.begin().await?;
    let is_whole = match tenant {
        Some(tenant) => {
            if db.tenant(tenant).await?.is_none() {
                return Err(failed(&domain::Error::NotFound));
            }
            verify(&mut db, tenant, json).await?
        }
        None => verify_all(&mut db, json).await?,
    };
    db.rollback().await?;
    Ok(if is_whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn verify_all(db: &mut Db, json: bool) -> Result<bool, StartError> {
    let mut after = None;
    let mut is_whole = true;
    loop {
        let page = db.tenants_after(after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(is_whole);
        };
        after = Some(last.id);
        for tenant in page {
            is_whole &= verify(db, tenant.id, json).await?;
        }
    }
}

async fn verify(db: &mut Db, tenant: TenantId, json: bool) -> Result<bool, StartError> {
    let verified = audit::verify(db, tenant).await.map_err(|e| failed(&e))?;
    if json {
        print_json(tenant, &verified);
    } else {
        print_text(tenant, &verified);
    }
    Ok(verified.broken_at.is_none())
}

fn print_json(tenant: TenantId, verified: &Verified) {
    line(&json!({
        "tenantId": tenant.to_string(),
        "entries": entries(verified),
        "first": verified.first,
        "last": verified.last,
        "at": verified.at.map(iso),
        "head": hex(&verified.head),
        "ok": verified.broken_at.is_none(),
        "brokenAt": verified.broken_at,
    }));
}

fn print_text(tenant: TenantId, verified: &Verified) {
    let verdict = verified.broken_at.map_or_else(
        || "OK".to_owned(),
        |number| format!("BROKEN at entry {number}"),
    );
    print::text(&format!(
        "{tenant}  {} entries  head {}  {verdict}\n",
        entries(verified),
        hex(&verified.head),
    ));
}

/// Numbers have no gap, so those that hold are counted by the first and the last.
const fn entries(verified: &Verified) -> i64 {
    if verified.first == 0 {
        0
    } else {
        verified.last - verified.first + 1
    }
}
