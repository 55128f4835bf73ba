use leptos::prelude::*;

/// The text fields of a filter, each with its label.
#[component]
pub fn TextFields<const N: usize>(
    /// Of each its name, its label, what is in it, and how many characters it takes.
    fields: [(&'static str, &'static str, String, u16); N],
) -> impl IntoView {
    fields
        .map(|(name, label, value, most)| {
            view! {
                <div>
                    <label for=name>{label}</label>
                    <input id=name class="input" name=name value=value maxlength=most autocomplete="off" />
                </div>
            }
        })
        .into_iter()
        .collect_view()
}
