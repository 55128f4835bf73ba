use crate::{model::TreePlace, routes};
use leptos::prelude::*;

/// The tree as a list of lists.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a component owns its properties"
)]
#[component]
pub(super) fn Tree(places: Vec<TreePlace>, is_cut: bool) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="tree-title">
            <h2 id="tree-title">"Tree"</h2>
            <p class="muted">
                "Whoever holds a name keeps others from everything above and below it. Names beside each other do not mind."
            </p>
            {branch(&places, 0)}
            {is_cut.then(|| view! {
                <p class="muted">"This is the beginning; the tree goes on with further definitions."</p>
            })}
        </section>
    }
    .into_any()
}

/// The places of one part of the tree that stand at a depth, each with what is below it. They come in the order of their
/// paths, so what belongs together stands together.
fn branch(places: &[TreePlace], depth: usize) -> AnyView {
    let items = places
        .chunk_by(|one, other| one.path.get(depth) == other.path.get(depth))
        .filter_map(|group| {
            let (place, below) = group.split_first()?;
            let name = place.path.get(depth)?.clone();
            Some(view! {
                <li>
                    {link(name, place)}
                    {(!below.is_empty()).then(|| branch(below, depth + 1))}
                </li>
            })
        })
        .collect_view();
    view! { <ul class="tree">{items}</ul> }.into_any()
}

fn link(name: String, place: &TreePlace) -> AnyView {
    let held = place
        .is_held
        .then(|| view! { <span class="badge">"held"</span> });
    if !place.is_registered {
        return view! {
            <span class="mono">{name}</span>
            <span class="muted">" not registered itself "</span>
            {held}
        }
        .into_any();
    }
    let to = routes::resource(&name);
    view! { <a class="mono" href=to>{name}</a> " " {held} }.into_any()
}
