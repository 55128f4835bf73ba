use super::{
    form::{Fields, Filled},
    slots::Square,
};
use crate::{
    components::{Failure, Time, TimeForm},
    model::{RefusedForm, Resource, ResourceSlot, SlotState},
    routes::{self, resource_action as action},
};
use leptos::prelude::*;

/// One definition: its slots, and the forms that change and delete it.
#[component]
pub(super) fn Detail(resource: Resource, refused: Option<RefusedForm>) -> impl IntoView {
    let name = resource.name.clone();
    let slots = resource.slots.clone();
    view! {
        <div class="page-head">
            <h1 class="mono">{name}</h1>
            <a class="button small push" href=routes::RESOURCES>"All resources"</a>
        </div>
        {refused.clone().map(|refused| view! { <Failure error=refused.error /> })}
        <Slots slots />
        <Edit resource=resource.clone() refused />
        <Delete resource />
    }
    .into_any()
}

#[component]
fn Slots(slots: Vec<ResourceSlot>) -> impl IntoView {
    let rows = slots
        .into_iter()
        .map(|slot| {
            let until = match (slot.state, slot.until) {
                (_, Some(moment)) => view! { <Time moment form=TimeForm::Distance /> }.into_any(),
                (SlotState::Free, None) => "free now".into_any(),
                (_, None) => "when it is released".into_any(),
            };
            let holder = match slot.holder {
                None => "nobody".into_any(),
                Some(holder) => {
                    let to = routes::reservation(&holder.resource, holder.fencing_token);
                    view! { <a class="mono" href=to>{holder.requester}</a> }.into_any()
                }
            };
            view! {
                <tr role="row">
                    <td role="cell" data-label="Slot" class="mono">{slot.name}</td>
                    <td role="cell" data-label="State"><Square state=slot.state /></td>
                    <td role="cell" data-label="Holder">{holder}</td>
                    <td role="cell" data-label="Comes free">{until}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="slots-title">
            <h2 id="slots-title">"Slots"</h2>
            <table class="table stack" role="table" aria-labelledby="slots-title">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">"Slot"</th>
                        <th role="columnheader" scope="col">"State"</th>
                        <th role="columnheader" scope="col">"Holder"</th>
                        <th role="columnheader" scope="col">"Comes free"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

#[component]
fn Edit(resource: Resource, refused: Option<RefusedForm>) -> impl IntoView {
    let here = routes::resource(&resource.name);
    let filled = Filled::of(&resource).or_typed(refused.as_ref());
    view! {
        <section class="card" aria-labelledby="edit-title">
            <h2 id="edit-title">"Change the definition"</h2>
            <p class="muted">
                "Capacity and lock delay can always be changed. Blockers and path only while nothing that they concern is held "
                "or waited for."
            </p>
            <form class="fields" method="post" action=here>
                <input type="hidden" name="action" value=action::EDIT />
                <input type="hidden" name="name" value=resource.name />
                <Fields filled refused />
                <button class="button primary">"Save definition"</button>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Delete(resource: Resource) -> impl IntoView {
    let here = routes::resource(&resource.name);
    view! {
        <section class="card" aria-labelledby="delete-title">
            <h2 id="delete-title">"Delete the definition"</h2>
            <details class="rotate">
                <summary>"Delete this definition…"</summary>
                <div class="rotate-body">
                    <p>
                        "Its slots, blockers, lock delay and place in the tree go. It is refused while somebody holds it, one of "
                        "its slots, or waits for it. What else names it as a blocker still does, as a plain resource."
                    </p>
                    <form method="post" action=here>
                        <input type="hidden" name="action" value=action::DELETE />
                        <input type="hidden" name="name" value=resource.name />
                        <button class="button danger">"Delete definition"</button>
                    </form>
                </div>
            </details>
        </section>
    }
    .into_any()
}
