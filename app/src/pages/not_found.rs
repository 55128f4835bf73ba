use super::ProblemPage;
use crate::{error::AppError, ports::Problem};
use leptos::prelude::*;

/// The page for a path that leads nowhere.
#[component]
pub fn NotFound() -> impl IntoView {
    let problem = Problem {
        status: AppError::NotFound.status(),
        title: "This page does not exist".into(),
        detail: "The address may have a typing mistake, or the page has moved.".into(),
    };
    view! { <ProblemPage problem /> }
}
