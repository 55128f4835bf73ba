//! The pages about the account itself: its log, its settings, and what the operator's people see of it.

use super::{Request, signed_in};
use crate::{
    model::{Account, Moment, Suspension},
    ports::fake,
};

#[test]
fn the_parts_of_the_dashboard_are_linked_and_the_one_that_is_shown_is_marked() {
    let html = signed_in("/dashboard/audit").html();
    assert!(html.contains(r#"aria-label="Dashboard""#));
    assert_eq!(html.matches(r#"aria-current="page""#).count(), 1);
    let marked = html.split(r#"aria-current="page""#).next().expect("a part");
    assert!(marked.ends_with(r#"href="/dashboard/audit" "#), "{marked}");
    assert!(!html.contains(r#"href="/admin""#));
    let account = Account {
        is_admin: true,
        ..fake::account()
    };
    let html = Request {
        account: Ok(Some(account)),
        ..signed_in("/dashboard/audit")
    }
    .html();
    assert!(html.contains(r#"href="/admin""#));
    assert!(!signed_in("/").html().contains("aria-current"));
}

#[test]
fn the_log_is_shown_escaped_with_the_way_to_older_entries_and_to_files() {
    let html = signed_in("/dashboard/audit?action=api_key.").html();
    assert!(html.contains("&lt;i&gt;ann&lt;/i&gt;") && !html.contains("<i>ann"));
    for part in [
        "api_key.rename",
        "before: a",
        "after: b",
        "192.0.2.7",
        "request req-5",
        r#"href="/dashboard/audit?action=api%5Fkey%2E&amp;before=42""#,
        r#"href="/dashboard/audit.csv?action=api%5Fkey%2E""#,
        r#"href="/dashboard/audit.jsonl?action=api%5Fkey%2E""#,
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    let html = signed_in("/dashboard/audit?action=issuer.").html();
    assert!(html.contains("Nothing to show") && !html.contains("<table"));
}

#[test]
fn the_settings_say_who_one_is_and_end_every_session_but_this_one() {
    let html = signed_in("/dashboard/settings").html();
    assert!(html.contains("https://id.example 1001"));
    assert!(html.contains(r#"name="session" value="bb""#));
    assert!(!html.contains(r#"name="session" value="aa""#));
    assert!(html.contains("this one"));
    for action in ["rename", "reveal-off", "end-others", "delete"] {
        let field = format!(r#"name="action" value="{action}""#);
        assert!(html.contains(&field), "{action}");
    }
    let html = signed_in("/dashboard/settings?done=rename").html();
    assert!(html.contains("The name has been changed."));
    let off = Request {
        keeps_values: false,
        ..signed_in("/dashboard/settings")
    };
    let html = off.html();
    assert!(html.contains(r#"value="reveal-on""#) && !html.contains(r#"value="reveal-off""#));
}

#[test]
fn the_settings_say_what_it_means_that_names_have_to_be_registered() {
    let html = signed_in("/dashboard/settings").html();
    assert!(html.contains("Any name can be reserved, registered or not."));
    assert!(html.contains(r#"value="require-registration""#));
    let html = Request {
        requires_registration: true,
        ..signed_in("/dashboard/settings?done=require-registration")
    }
    .html();
    assert!(html.contains("From now on only registered names can be reserved."));
    assert!(html.contains("NOT_VALID"));
    assert!(
        html.contains(r#"value="any-name""#) && !html.contains(r#"value="require-registration""#)
    );
}

#[test]
fn a_suspended_tenant_is_told_so_on_every_part_with_the_reason() {
    let account = Account {
        suspended: Some(Suspension {
            at: Moment(1),
            reason: Some("spam <b>".into()),
        }),
        ..fake::account()
    };
    for path in ["/dashboard", "/dashboard/audit", "/dashboard/settings"] {
        let html = Request {
            account: Ok(Some(account.clone())),
            ..signed_in(path)
        }
        .html();
        assert!(html.contains("This tenant is suspended"), "{path}");
        assert!(html.contains("spam &lt;b&gt;"), "{path}");
    }
    assert!(!signed_in("/dashboard").html().contains("suspended"));
}

#[test]
fn an_admin_finds_tenants_and_is_offered_what_can_be_done_to_one() {
    let html = signed_in("/admin?q=ac&tier=Pro").html();
    assert!(html.contains(r#"href="/admin/tenants/ten_1""#));
    assert!(html.contains(r#"href="/admin?q=ac&amp;tier=Pro&amp;after=ten_1""#));
    assert!(
        signed_in("/admin?q=nobody")
            .html()
            .contains("No tenant matches")
    );

    let html = signed_in("/admin/tenants/ten_1").html();
    assert!(html.contains(r#"value="suspend""#) && html.contains(r#"value="set-tier""#));
    assert!(!html.contains(r#"value="resume""#));
    assert_eq!(
        html.matches(r#"name="reason" required"#).count(),
        2,
        "{html}"
    );
    let suspended = Request {
        suspended: Some(Suspension {
            at: Moment(1),
            reason: None,
        }),
        ..signed_in("/admin/tenants/ten_1")
    };
    assert!(suspended.html().contains(r#"value="resume""#));
}

#[test]
fn another_sign_in_is_asked_of_the_provider_and_leads_back() {
    let html = signed_in("/auth/again?return_to=%2Fdashboard%2Fsettings").html();
    assert!(html.contains("/auth/google?return_to=%2Fdashboard%2Fsettings&amp;again=1"));
    assert!(html.contains("what you typed was not kept"));
    let html = signed_in("/auth/dev?return_to=%2Fdashboard%2Fsettings").html();
    assert!(html.contains(r#"value="ann@example.com""#));
}
