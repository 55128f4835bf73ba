//! What is defined, and how it is used.

use app::{
    error::AppError,
    model::{Holder, Resource, ResourcePage, ResourceSlot, SlotState, TreePlace},
    ports::ResourcesPort,
};
use async_trait::async_trait;
use coop_engine::{ResourceName, Ttl};

use super::moment;
use crate::{
    dashboard::asker::{Asker, of_domain},
    domain::{account, overview},
};

/// Definitions on one page.
const SHOWN: usize = 25;
/// Slots of one definition in the list. The others are counted.
const SQUARES: usize = 40;

#[async_trait]
impl ResourcesPort for Asker {
    async fn list(&self, after: &str) -> Result<ResourcePage, AppError> {
        let tenant = self.tenant().await?;
        let services = self.services();
        let account = account::of(&services.ledger, tenant)
            .await
            .map_err(of_domain)?;
        let page = overview::resources(&services.ledger, tenant, after.to_owned(), SHOWN)
            .await
            .map_err(of_domain)?;
        let tiers = &services.settings.tiers;
        let tree = page.tree.into_iter().map(|place| TreePlace {
            path: texts(&place.path),
            is_registered: place.is_registered,
            is_held: place.is_held,
        });
        Ok(ResourcePage {
            resources: page
                .resources
                .iter()
                .map(|view| shown(view, SQUARES))
                .collect(),
            count: page.count,
            limit: tiers.of(account.tenant.tier).active_reservations,
            next: page.next.map(|name| name.to_string()),
            tree: tree.collect(),
            is_tree_cut: page.is_tree_cut,
            requires_registration: account.tenant.requires_registration,
        })
    }

    async fn find(&self, name: &str) -> Result<Resource, AppError> {
        let tenant = self.tenant().await?;
        let name = ResourceName::parse(name).map_err(|_| AppError::NotFound)?;
        let view = overview::resource(&self.services().ledger, tenant, name)
            .await
            .map_err(of_domain)?;
        Ok(shown(&view, usize::MAX))
    }
}

fn texts(names: &[ResourceName]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn shown(view: &overview::ResourceView, squares: usize) -> Resource {
    let definition = &view.definition;
    let count = |state| {
        let slots = view.slots.iter();
        slots.filter(|slot| of_state(slot.state) == state).count()
    };
    Resource {
        name: definition.name.to_string(),
        capacity: definition.capacity.slots(),
        blocks: texts(&definition.blocks),
        tree_path: texts(definition.tree_path.names()),
        lock_delay_seconds: definition.lock_delay.map(Ttl::seconds).map(u64::from),
        counts: SlotState::ALL.map(count),
        slots: view.slots.iter().take(squares).map(slot).collect(),
    }
}

fn slot(slot: &overview::SlotView) -> ResourceSlot {
    let holder = slot.holder.as_ref().map(|held| Holder {
        requester: held.principal.requester.to_string(),
        resource: held.resource.to_string(),
        fencing_token: held.fencing_token.as_u64(),
    });
    ResourceSlot {
        name: slot.name.clone(),
        state: of_state(slot.state),
        holder,
        until: slot.until.map(moment),
    }
}

const fn of_state(state: overview::SlotState) -> SlotState {
    match state {
        overview::SlotState::Free => SlotState::Free,
        overview::SlotState::Held => SlotState::Held,
        overview::SlotState::Draining => SlotState::Draining,
        overview::SlotState::Closed => SlotState::Closed,
    }
}
