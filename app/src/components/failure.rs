use crate::error::AppError;
use leptos::prelude::*;

/// Why a form was refused, above the page of the form.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a component owns its properties"
)]
#[component]
pub fn Failure(
    /// Why.
    error: AppError,
) -> impl IntoView {
    view! {
        <p class="notice bad" role="alert">
            <strong>{error.title()}</strong>
            ". "
            {error.detail().to_owned()}
        </p>
    }
}

/// What is wrong with a field, below it.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a component owns its properties"
)]
#[component]
pub fn Problem(
    /// The field's id.
    #[prop(into)]
    field: String,
    /// What is wrong; none: nothing.
    problem: Option<String>,
) -> impl IntoView {
    problem.map(|problem| {
        let id = format!("{field}-problem");
        view! { <p class="field-problem" id=id>{problem}</p> }
    })
}

/// By what a field is described that has a [`Problem`].
#[must_use]
pub fn described(field: &str, problem: Option<&String>) -> Option<String> {
    problem.map(|_| format!("{field}-problem"))
}
