use crate::{
    components::Layout,
    ports::{self, Problem},
    routes,
};
use leptos::prelude::*;

/// What happened, what to do, and the id under which the operator finds it. It asks no port, because one of them may
/// be what failed.
#[component]
pub fn ProblemPage(
    /// What to say.
    problem: Problem,
) -> impl IntoView {
    let Problem {
        status,
        title,
        detail,
    } = problem;
    if let Some(respond) = ports::respond() {
        respond.status(status);
    }
    let request_id = ports::site().request_id;
    view! {
        <Layout title=title.clone() account=None>
            <section class="card narrow">
                <p class="muted">{format!("Error {status}")}</p>
                <h1>{title}</h1>
                <p>{detail}</p>
                <div class="actions">
                    <a class="button primary" href=routes::DASHBOARD>"Go to the dashboard"</a>
                    <a class="button" href=routes::HOME>"Home"</a>
                </div>
                <p class="muted">"Request id "<code>{request_id}</code></p>
            </section>
        </Layout>
    }
}
