use crate::model::{Resource, SlotState};
use leptos::prelude::*;

/// The slots of a resource as small squares. What they show is told in words as well: in the name of the picture, and
/// beside it as a count.
#[component]
pub(super) fn Squares(resource: Resource) -> impl IntoView {
    let more = usize::from(resource.capacity)
        .max(resource.counts.iter().sum())
        .saturating_sub(resource.slots.len());
    let mut names: Vec<String> = resource
        .slots
        .iter()
        .map(|slot| format!("{} {}", slot.name, slot.state.word()))
        .collect();
    if more > 0 {
        names.push(format!("and {more} more"));
    }
    let counted = counted(&resource);
    let squares = resource
        .slots
        .into_iter()
        .map(|slot| {
            let title = match &slot.holder {
                Some(holder) => format!(
                    "{}: {} by {}",
                    slot.name,
                    slot.state.word(),
                    holder.requester
                ),
                None => format!("{}: {}", slot.name, slot.state.word()),
            };
            view! { <span class=class(slot.state) title=title></span> }
        })
        .collect_view();
    view! {
        <span class="slots" role="img" aria-label=names.join(", ")>
            {squares}
            {(more > 0).then(|| view! { <span class="muted">{format!("+{more}")}</span> })}
        </span>
        <span class="muted fence">{counted}</span>
    }
    .into_any()
}

const fn class(state: SlotState) -> &'static str {
    match state {
        SlotState::Free => "slot",
        SlotState::Held => "slot slot-held",
        SlotState::Draining => "slot slot-draining",
        SlotState::Closed => "slot slot-closed",
    }
}

/// `2 held, 1 free`; states that no slot is in are left out.
fn counted(resource: &Resource) -> String {
    let order = [
        SlotState::Held,
        SlotState::Free,
        SlotState::Draining,
        SlotState::Closed,
    ];
    let parts: Vec<String> = order
        .into_iter()
        .filter(|state| resource.count(*state) > 0)
        .map(|state| format!("{} {}", resource.count(state), state.word()))
        .collect();
    parts.join(", ")
}

/// A square with its word, for a table in which every slot has a line.
#[component]
pub(super) fn Square(state: SlotState) -> impl IntoView {
    view! { <span class="slots"><span class=class(state)></span> {state.word()}</span> }
}

/// What the squares mean.
#[component]
pub(super) fn Legend() -> impl IntoView {
    let meaning = |state| match state {
        SlotState::Free => "free: not held itself",
        SlotState::Held => "held",
        SlotState::Draining => {
            "draining: held, and given to nobody else, because the capacity was lowered"
        }
        SlotState::Closed => "closed by its lock delay",
    };
    let entries = SlotState::ALL.map(|state| {
        view! { <li class="slots"><span class=class(state)></span> {meaning(state)}</li> }
    });
    view! { <ul class="legend" aria-label="What the squares mean">{entries.into_iter().collect_view()}</ul> }
        .into_any()
}
