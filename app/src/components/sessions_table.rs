use super::{Time, TimeForm};
use crate::{
    model::Session,
    routes::{self, setting},
};
use leptos::prelude::*;

/// Where a person is signed in, and how to end that.
#[component]
pub fn SessionsTable(
    /// What to show.
    sessions: Vec<Session>,
) -> impl IntoView {
    let has_others = sessions.iter().any(|session| !session.is_this);
    view! {
        <section class="card" aria-labelledby="sessions-title">
            <div class="card-head">
                <h2 id="sessions-title">"Sessions"</h2>
                <span class="badge">{sessions.len()}</span>
            </div>
            <p class="muted">"Where you are signed in. A session ends after 8 hours without use, at the latest after 7 days."</p>
            <table class="table stack" role="table" aria-labelledby="sessions-title">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">"From"</th>
                        <th role="columnheader" scope="col">"Since"</th>
                        <th role="columnheader" scope="col">"Last used"</th>
                        <th role="columnheader" scope="col">"End"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    {sessions.into_iter().map(|session| view! { <Row session /> }).collect_view()}
                </tbody>
            </table>
            {has_others
                .then(|| {
                    view! {
                        <form method="post" action=routes::SETTINGS>
                            <input type="hidden" name="action" value=setting::END_OTHERS />
                            <button class="button">"Sign out all others"</button>
                        </form>
                    }
                })}
        </section>
    }
    .into_any()
}

#[component]
fn Row(session: Session) -> impl IntoView {
    let from = session.address.unwrap_or_else(|| "unknown".into());
    let name = format!("Sign out the session from {from}");
    view! {
        <tr role="row">
            <td role="cell" data-label="From">
                <span>{from}</span>
                <span class="muted fence">{session.user_agent}</span>
            </td>
            <td role="cell" data-label="Since"><Time moment=session.since form=TimeForm::Distance /></td>
            <td role="cell" data-label="Last used"><Time moment=session.seen form=TimeForm::Distance /></td>
            <td role="cell" data-label="End">
                {if session.is_this {
                    view! { <strong>"this one"</strong> }.into_any()
                } else {
                    view! {
                        <form method="post" action=routes::SETTINGS>
                            <input type="hidden" name="action" value=setting::END_SESSION />
                            <input type="hidden" name="session" value=session.id />
                            <button class="button small" aria-label=name>"Sign out"</button>
                        </form>
                    }
                        .into_any()
                }}
            </td>
        </tr>
    }
}
