//! Every page rendered through the pipeline that `leptos_axum` uses, with ports that answer what the test says.

mod account;
mod dashboard;
mod docs;
mod keys;

use crate::{
    docs::{DOCS, Doc},
    error::AppError,
    functions::{reveal_key, rotate_key},
    model::{Account, Event, Issuer, RefusedForm, Reservation, Resource, Shown, Suspension, Trial},
    ports::{
        AccountPort, AdminPort, ApiReference, AuditPort, EventsPort, IssuersPort, KeysPort,
        Problem, ReservationsPort, ResourcesPort, Respond, SettingsPort, Site, UsagePort,
        fake::{
            self, FakeAccount, FakeAdmin, FakeAudit, FakeEvents, FakeIssuers, FakeKeys,
            FakeReservations, FakeResources, FakeSettings, FakeUsage, Recorder,
        },
    },
    root::{paths, shell},
};
use any_spawner::Executor;
use futures::{StreamExt, executor::block_on, stream};
use leptos::{prelude::*, reactive::computed::ScopedFuture};
use leptos_integration_utils::{BoxedFnOnce, PinnedFuture, PinnedStream, build_response};
use leptos_meta::ServerMetaContext;
use leptos_router::location::RequestUrl;
use std::sync::Arc;

/// What the server provides for one request.
#[derive(Clone)]
pub(in crate::pages) struct Request {
    pub(in crate::pages) issuers: (Vec<Issuer>, bool),
    pub(in crate::pages) trial: Option<Trial>,
    pub(in crate::pages) path: String,
    pub(in crate::pages) account: Result<Option<Account>, AppError>,
    pub(in crate::pages) reservations: Vec<Reservation>,
    pub(in crate::pages) resources: Vec<Resource>,
    pub(in crate::pages) events: Vec<Event>,
    pub(in crate::pages) has_usage: bool,
    pub(in crate::pages) refused: Option<RefusedForm>,
    pub(in crate::pages) requires_registration: bool,
    pub(in crate::pages) site: Site,
    pub(in crate::pages) reference: Option<ApiReference>,
    pub(in crate::pages) shown: Option<Shown>,
    pub(in crate::pages) problem: Option<Problem>,
    pub(in crate::pages) keeps_values: bool,
    pub(in crate::pages) suspended: Option<Suspension>,
}

/// Somebody asks for `path`, with Google and the development sign-in configured.
pub(in crate::pages) fn signed_in(path: &str) -> Request {
    let site = Site {
        js: "/pkg/app.1.js".into(),
        wasm: "/pkg/app.1.wasm".into(),
        css: "/pkg/app.1.css".into(),
        docs_css: "/pkg/docs.1.css".into(),
        base_url: "http://localhost:3000".into(),
        google: true,
        dev_sign_in: true,
        request_id: "req-17".into(),
        nonce: "n0nce".into(),
    };
    Request {
        path: path.to_owned(),
        issuers: (vec![], true),
        trial: None,
        account: Ok(Some(fake::account())),
        reservations: vec![],
        resources: vec![],
        events: vec![],
        has_usage: false,
        refused: None,
        requires_registration: false,
        site,
        reference: None,
        shown: None,
        problem: None,
        keeps_values: true,
        suspended: None,
    }
}

pub(in crate::pages) fn signed_out(path: &str) -> Request {
    Request {
        account: Ok(None),
        ..signed_in(path)
    }
}

impl Request {
    fn provide(self, respond: Arc<Recorder>) {
        provide_context(RequestUrl::new(&format!("http://leptos.dev{}", self.path)));
        provide_context::<Arc<dyn Respond>>(respond);
        provide_context::<Arc<dyn AccountPort>>(Arc::new(FakeAccount(self.account)));
        provide_context::<Arc<dyn KeysPort>>(Arc::new(FakeKeys));
        let (issuers, allowed) = self.issuers;
        provide_context::<Arc<dyn IssuersPort>>(Arc::new(FakeIssuers(issuers, allowed)));
        provide_context::<Arc<dyn ReservationsPort>>(Arc::new(FakeReservations(self.reservations)));
        let required = self.requires_registration;
        provide_context::<Arc<dyn ResourcesPort>>(Arc::new(FakeResources(
            self.resources,
            required,
        )));
        provide_context::<Arc<dyn AuditPort>>(Arc::new(FakeAudit));
        provide_context::<Arc<dyn EventsPort>>(Arc::new(FakeEvents(self.events)));
        provide_context::<Arc<dyn UsagePort>>(Arc::new(FakeUsage(self.has_usage)));
        let settings = FakeSettings(self.keeps_values, required);
        provide_context::<Arc<dyn SettingsPort>>(Arc::new(settings));
        provide_context::<Arc<dyn AdminPort>>(Arc::new(FakeAdmin(self.suspended)));
        provide_context(self.site);
        provide_context(fake::NOW);
        if let Some(reference) = self.reference {
            provide_context(reference);
        }
        if let Some(shown) = self.shown {
            provide_context(shown);
        }
        if let Some(refused) = self.refused {
            provide_context(refused);
        }
        if let Some(trial) = self.trial {
            provide_context(trial);
        }
        if let Some(problem) = self.problem {
            provide_context(problem);
        }
    }

    /// The document, and what the page asked of the answer.
    pub(in crate::pages) fn get(self) -> (String, Vec<String>) {
        // The first test sets it; the others find it there.
        let _ = Executor::init_futures_executor();
        let respond = Arc::new(Recorder::default());
        let recorder = respond.clone();
        let (meta, meta_output) = ServerMetaContext::new();
        let provide = move || {
            provide_context(meta);
            self.provide(recorder);
        };
        let html = block_on(async move {
            let (owner, html) = build_response(shell, provide, whole, false);
            let html = meta_output
                .inject_meta_context(html.await)
                .await
                .collect::<String>()
                .await;
            owner.unset_with_forced_cleanup();
            html
        });
        (html, respond.asked())
    }

    pub(in crate::pages) fn html(self) -> String {
        self.get().0
    }
}

/// Renders everything before the first byte, then the scripts, as the server does.
fn whole<V: IntoView + 'static>(
    app: V,
    scripts: BoxedFnOnce<PinnedStream<String>>,
    _out_of_order: bool,
) -> PinnedFuture<PinnedStream<String>> {
    Box::pin(async move {
        let html = app.to_html_stream_in_order().collect::<String>().await;
        Box::pin(stream::once(async move { html }).chain(scripts())) as PinnedStream<String>
    })
}

#[test]
fn an_error_page_says_what_happened_and_the_request_id() {
    let problem = Some(AppError::Stale.into());
    let (html, asked) = Request {
        problem,
        ..signed_in("/dashboard")
    }
    .get();
    assert!(html.contains(AppError::Stale.title()));
    assert!(html.contains(AppError::Stale.detail()));
    assert!(html.contains("req-17"));
    assert!(asked.contains(&"status 409".to_owned()), "{asked:?}");
}

#[test]
fn a_store_that_cannot_answer_is_an_error_page_on_the_dashboard_and_nothing_at_home() {
    let broken = |path| Request {
        account: Err(AppError::Unavailable),
        ..signed_in(path)
    };
    let (html, asked) = broken("/dashboard").get();
    assert!(html.contains(AppError::Unavailable.title()));
    assert!(asked.contains(&"status 503".to_owned()), "{asked:?}");
    let (html, asked) = broken("/").get();
    assert!(html.contains("Three calls"));
    assert!(asked.is_empty(), "{asked:?}");
}

#[test]
fn a_path_that_leads_nowhere_is_not_found() {
    let (html, asked) = signed_in("/dashboard/nothing").get();
    assert!(html.contains("This page does not exist"));
    assert_eq!(asked, ["status 404"]);
}

#[test]
fn home_offers_sign_in_to_visitors_and_the_dashboard_to_others() {
    let html = signed_out("/").html();
    assert!(html.contains("/auth/google?return_to=%2Fdashboard"));
    assert!(html.contains("/api/v1/Reservation/unreserve"));
    let html = signed_in("/").html();
    assert!(!html.contains("/auth/google"));
    assert!(html.contains("Open the dashboard"));
}

#[test]
fn sign_in_carries_paths_of_ours_and_no_others() {
    assert!(
        signed_out("/auth/sign-in?return_to=%2Fclaim")
            .html()
            .contains("/auth/google?return_to=%2Fclaim")
    );
    let html = signed_out("/auth/sign-in?return_to=%2F%2Fevil.example").html();
    assert!(html.contains("return_to=%2Fdashboard"));
    assert!(!html.contains("evil"));
}

#[test]
fn sign_in_that_is_not_configured_says_what_to_set() {
    let mut request = signed_out("/auth/sign-in");
    request.site = Site {
        google: false,
        dev_sign_in: false,
        ..request.site
    };
    let html = request.html();
    assert!(html.contains("COOP_LOCKER_GOOGLE_CLIENT_ID"));
    assert!(!html.contains("return_to="));
}

#[test]
fn the_development_sign_in_warns_and_is_not_there_when_it_is_off() {
    assert!(
        signed_out("/auth/dev")
            .html()
            .contains("For development on this machine only.")
    );
    let mut request = signed_out("/auth/dev");
    request.site.dev_sign_in = false;
    let (html, asked) = request.get();
    assert_eq!(asked, ["status 404"]);
    assert!(!html.contains(r#"name="email""#));
}

#[test]
fn a_claim_needs_somebody_to_claim_for() {
    let html = signed_out("/claim").html();
    assert!(html.contains("/auth/google?return_to=%2Fclaim"));
    assert!(!html.contains(r#"name="code""#));
    assert!(signed_in("/claim").html().contains(r#"name="code""#));
}

#[test]
fn every_script_has_the_nonce_and_no_page_has_inline_styles_or_handlers() {
    let docs = DOCS.iter().map(Doc::path);
    for path in paths().map(str::to_owned).chain(docs) {
        let html = signed_in(&path).html();
        let scripts = html.matches("<script").count();
        assert!(
            scripts > 0 && scripts == html.matches(r#"nonce="n0nce">"#).count() - 1,
            "{path}: {scripts}"
        );
        assert!(
            html.contains(r#"rel="modulepreload" href="/pkg/app.1.js" nonce="n0nce""#),
            "{path}"
        );
        assert!(
            !html.contains(" style=") && !html.contains("<style"),
            "{path}"
        );
        assert!(
            !html.contains(" onclick=") && !html.contains(" onsubmit="),
            "{path}"
        );
        assert!(html.contains(" · Coop Locker</title>"), "{path}");
        assert!(html.contains("<h1"), "{path}");
    }
}

#[test]
fn the_first_page_with_its_style_sheet_is_under_thirty_kib() {
    let html = signed_out("/").html();
    let css = include_str!("../../../../style/main.css");
    assert!(
        html.len() + css.len() < 30 * 1024,
        "{} + {}",
        html.len(),
        css.len()
    );
}

/// Calls a server function in the context of a request.
fn call<T>(
    function: impl Future<Output = Result<T, AppError>>,
) -> (Result<T, AppError>, Vec<String>) {
    let respond = Arc::new(Recorder::default());
    let owner = Owner::new();
    owner.with(|| signed_in("/fn").provide(respond.clone()));
    let answer = block_on(owner.with(|| ScopedFuture::new(function)));
    (answer, respond.asked())
}

#[test]
fn a_server_function_forbids_caches_to_keep_the_value() {
    let (answer, asked) = call(reveal_key("key_1".into()));
    assert_eq!(answer, Ok(fake::key_value()));
    assert_eq!(asked, ["no-store", "redirect /dashboard"]);
}

#[test]
fn a_refused_rotation_has_its_own_status() {
    let (answer, asked) = call(rotate_key("key_1".into(), 6));
    assert_eq!(answer, Err(AppError::Stale));
    assert_eq!(asked, ["no-store", "status 409"]);
}
