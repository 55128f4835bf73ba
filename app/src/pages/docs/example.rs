use crate::{components::CopyExample, docs::Code};
use leptos::prelude::*;

/// An example; in several languages, with the choice of one. The choice is radio buttons and the style sheet.
///
/// `number` is which one of the page's it is, `is_answer` whether it is the answer to the one before.
pub(super) fn example(number: &str, codes: &[Code], is_answer: bool, base_url: &str) -> AnyView {
    let what = if is_answer { "Answer" } else { "Example" };
    let label = format!("{what} {number}");
    let is_choice = codes.len() > 1;
    let id = |code: &Code| format!("e-{number}-{}", code.language);
    let inputs = is_choice.then(|| {
        let input = |(at, code): (usize, &Code)| {
            view! {
                <input
                    type="radio"
                    class="lang"
                    name=format!("e-{number}")
                    id=id(code)
                    value=code.language.clone()
                    checked=at == 0
                />
            }
        };
        codes.iter().enumerate().map(input).collect_view()
    });
    let titles = if is_choice {
        codes
            .iter()
            .map(|code| view! { <label class="tab" for=id(code)>{code.name()}</label> }.into_any())
            .collect_view()
            .into_any()
    } else {
        let title = if is_answer {
            "Answer"
        } else {
            codes.first().map_or("", Code::name)
        };
        view! { <span class="example-title">{title}</span> }.into_any()
    };
    let panels = codes
        .iter()
        .map(|code| {
            let class = if is_choice {
                code.language.clone()
            } else {
                String::new()
            };
            let label = format!("{label}, {}", code.name());
            view! {
                <pre class=class tabindex="0" role="region" aria-label=label>
                    <code inner_html=code.html(base_url)></code>
                </pre>
            }
        })
        .collect_view();
    view! {
        <div class="example" class:answer-code=is_answer role="group" aria-label=label>
            {inputs}
            <div class="example-head">
                <div class="tabs">{titles}</div>
                <CopyExample name=format!("Copy: {label}") />
            </div>
            {panels}
        </div>
    }
    .into_any()
}
