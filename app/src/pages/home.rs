use super::visitor;
use crate::{
    components::{Call, CopyCode, Layout, PLACEHOLDER_KEY, SignInChoice},
    model::Account,
    ports, routes,
};
use leptos::prelude::*;

/// What it is, the three calls, the tiers.
#[component]
pub fn Home() -> impl IntoView {
    Suspend::new(async move {
        let account = visitor().await;
        view! {
            <Layout title="Reservations over plain HTTP".into() account=account.clone()>
                <Hero account />
                <ThreeCalls />
                <Tiers />
            </Layout>
        }
    })
}

#[component]
fn Hero(account: Option<Account>) -> impl IntoView {
    view! {
        <section class="hero">
            <h1>"Only one at a time."</h1>
            <p class="lead">
                "Coop Locker lets any program, in any language, reserve a named resource over plain HTTP, so that two "
                "of them never work on the same thing at the same time."
            </p>
            {match account {
                Some(_) => {
                    view! { <a class="button primary" href=routes::DASHBOARD>"Open the dashboard"</a> }.into_any()
                }
                None => view! { <SignInChoice return_to=routes::DASHBOARD.into() /> }.into_any(),
            }}
            <p class="muted">"Sign in, copy your key, make the first reservation: half a minute. No SDK needed."</p>
        </section>
    }
}

/// Title, explanation, the call, and what it answers.
const CALLS: [(&str, &str, Call, &str); 3] = [
    (
        "Reserve",
        "The first to ask has it, for five minutes or until it is given back.",
        Call::Reserve,
        r#""status": "ACQUIRED", "releaseToken": "6f1c…", "fencingToken": 41"#,
    ),
    (
        "Conflict",
        "Everybody else is told who holds it and when it comes free.",
        Call::Conflict,
        r#""status": "ALREADY_HELD", "heldBy": { "requester": "worker-1", … }"#,
    ),
    (
        "Release",
        "Only the holder has the token that gives it back.",
        Call::Release,
        r#""status": "RELINQUISHED""#,
    ),
];

#[component]
fn ThreeCalls() -> impl IntoView {
    let base_url = ports::site().base_url;
    let call = |(title, text, call, answer): (&'static str, &'static str, Call, &'static str)| {
        view! {
            <li class="card">
                <h3>{title}</h3>
                <p class="muted">{text}</p>
                <CopyCode label=title.into() code=call.curl(&base_url, PLACEHOLDER_KEY) />
                <p class="answer"><span class="muted">"Answer "</span><code>{answer}</code></p>
            </li>
        }
    };
    view! {
        <section aria-labelledby="calls-title">
            <h2 id="calls-title">"Three calls"</h2>
            <ol class="calls">{CALLS.map(call).into_iter().collect_view()}</ol>
        </section>
    }
}

const TIERS: [&str; 4] = ["Free", "Starter", "Pro", "Enterprise"];

const LIMITS: [(&str, [&str; 4]); 7] = [
    ("API keys", ["1", "10", "100", "unlimited"]),
    (
        "Writes per minute (reads: 5 times as many)",
        ["200", "1,000", "10,000", "100,000"],
    ),
    (
        "Operations per day (UTC)",
        ["10,000", "50,000", "1,000,000", "unlimited"],
    ),
    (
        "Active reservations",
        ["500", "10,000", "100,000", "unlimited"],
    ),
    ("Event streams at once", ["2", "10", "100", "unlimited"]),
    (
        "Event history",
        ["24 hours", "7 days", "30 days", "90 days"],
    ),
    ("JWT exchange", ["no", "yes", "yes", "yes"]),
];

#[component]
fn Tiers() -> impl IntoView {
    let row = |(what, limits): (&'static str, [&'static str; 4])| {
        view! {
            <tr>
                <th scope="row">{what}</th>
                {limits.map(|limit| view! { <td class="number">{limit}</td> }).into_iter().collect_view()}
            </tr>
        }
    };
    view! {
        <section aria-labelledby="tiers-title">
            <h2 id="tiers-title">"Tiers"</h2>
            <p class="muted">
                "The defaults; whoever runs this server may have set others. Releasing and renewing are never refused "
                "by a limit."
            </p>
            <div class="card flush scroll" role="region" aria-labelledby="tiers-title" tabindex="0">
                <table class="table">
                    <thead>
                        <tr>
                            <td></td>
                            {TIERS
                                .map(|tier| view! { <th scope="col" class="number">{tier}</th> })
                                .into_iter()
                                .collect_view()}
                        </tr>
                    </thead>
                    <tbody>{LIMITS.map(row).into_iter().collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}
