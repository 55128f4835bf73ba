use crate::model::{Trial, Verdict};
use leptos::prelude::*;

/// What became of a token that was tried.
#[component]
pub(super) fn TrialResult(trial: Trial) -> impl IntoView {
    let said = match &trial.subject {
        Some(subject) => {
            format!("This token would be exchanged for one of {subject}. Nothing was issued.")
        }
        None => "This token would be refused. Nothing was issued.".into(),
    };
    let class = if trial.subject.is_some() {
        "notice"
    } else {
        "notice bad"
    };
    let rows = trial
        .checks
        .into_iter()
        .map(|(demand, verdict)| {
            view! {
                <li class:strong=verdict == Verdict::Failed class:muted=verdict == Verdict::NotMade>
                    <span class="badge">{verdict.word()}</span> " " {demand}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="trial-title">
            <h2 id="trial-title">"Tried: " {trial.label}</h2>
            <p class=class role="status">{said}</p>
            <ol>{rows}</ol>
        </section>
    }
    .into_any()
}
