use super::{Time, TimeForm};
use crate::model::Suspension;
use leptos::prelude::*;

/// Says on every page of a suspended tenant that it is, and why.
#[component]
pub fn Suspended(
    /// Since when, and why.
    suspension: Suspension,
) -> impl IntoView {
    view! {
        <div class="notice bad">
            <p>
                <strong>"This tenant is suspended"</strong>
                " (" <Time moment=suspension.at form=TimeForm::Distance />
                "). Its keys are refused and nothing can be changed; you can still read. Ask the operator of this server."
            </p>
            {suspension.reason.map(|reason| view! { <p>"Reason given: "{reason}</p> })}
        </div>
    }
}
