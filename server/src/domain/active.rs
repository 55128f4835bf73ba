use super::Error;
use crate::{
    model::{Tenant, TenantId},
    store::Db,
};

/// The tenant, if it may change something. Asked within the transaction of the change, so that nothing slips in behind a
/// suspension.
pub(super) async fn active(db: &mut Db, id: TenantId) -> Result<Tenant, Error> {
    let tenant = db.tenant(id).await?.ok_or(Error::NotFound)?;
    if tenant.suspended_at.is_some() {
        return Err(Error::Suspended);
    }
    Ok(tenant)
}
