//! The overview.

use super::{Request, signed_in, signed_out};
use crate::{
    model::{Shown, ShownBecause},
    ports::fake::{self, SECRET},
};

#[test]
fn the_dashboard_sends_a_visitor_to_sign_in_and_back() {
    let (html, asked) = signed_out("/dashboard").get();
    assert!(
        asked.contains(&"redirect /auth/sign-in?return_to=%2Fdashboard".to_owned()),
        "{asked:?}"
    );
    assert!(!html.contains(&fake::api_key().hint));
}

#[test]
fn a_get_of_the_dashboard_holds_the_hint_and_never_the_value() {
    let (html, asked) = signed_in("/dashboard").get();
    assert!(html.contains(&fake::api_key().hint));
    assert!(html.contains("X-Api-Key: YOUR_API_KEY"));
    assert!(!html.contains(SECRET));
    assert!(asked.contains(&"no-store".to_owned()), "{asked:?}");
}

#[test]
fn a_posted_form_shows_the_value_in_the_key_and_in_the_commands() {
    let shown = Some(Shown {
        value: fake::key_value(),
        because: ShownBecause::Rotated,
    });
    let html = Request {
        shown,
        ..signed_in("/dashboard")
    }
    .html();
    assert!(html.contains(&format!(">{SECRET}<")));
    assert!(html.contains(&format!("X-Api-Key: {SECRET}")));
    assert!(html.contains("The key has been rotated."));
}

#[test]
fn the_forms_say_which_version_of_which_key_they_were_made_for() {
    let html = signed_in("/dashboard").html();
    for field in [
        r#"name="action" value="reveal""#,
        r#"name="action" value="rotate""#,
        r#"name="key" value="key_1""#,
        r#"name="version" value="7""#,
    ] {
        assert!(html.contains(field), "{field}");
    }
}

#[test]
fn an_empty_list_teaches_and_counts_against_the_limit() {
    let html = signed_in("/dashboard").html();
    assert!(html.contains("Nothing is reserved"));
    assert!(html.contains("0 of 500"));
    assert!(!html.contains("<table"));
}

#[test]
fn a_reservation_is_listed_with_its_holder_and_its_times() {
    let html = Request {
        reservations: vec![fake::reservation()],
        ..signed_in("/dashboard")
    }
    .html();
    assert!(html.contains("1 of 500"));
    assert!(html.contains("printer"));
    assert!(html.contains(">2 min<"));
    assert!(html.contains(">in 40 s<"));
    assert!(html.contains(r#"datetime="2027-01-15T08:00:40.000Z""#));
    assert!(!html.contains("Nothing is reserved"));
}

#[test]
fn what_tenants_chose_is_escaped() {
    let html = Request {
        reservations: vec![fake::reservation()],
        ..signed_in("/dashboard")
    }
    .html();
    assert!(html.contains("&lt;b&gt;worker&lt;/b&gt;"));
    assert!(!html.contains("<b>worker"));
}

#[test]
fn a_long_list_says_that_it_goes_on() {
    let html = Request {
        reservations: vec![fake::reservation(); 101],
        ..signed_in("/dashboard")
    }
    .html();
    assert!(html.contains("The first 100 are shown."));
    assert!(html.contains("101 of 500"));
}

#[test]
fn the_first_steps_say_which_are_done_and_a_rotation_says_what_it_cuts_off() {
    let html = signed_in("/dashboard").html();
    assert!(html.contains("1 of 3"));
    assert_eq!(html.matches(": done. ").count(), 1);
    assert_eq!(html.matches(": to do. ").count(), 2);
    let cut = "It cuts off 3 open event streams and about 40 requests a minute.";
    // Unfolded in place without script, in a dialog with it; and for the island that opens it.
    assert_eq!(html.matches(cut).count(), 3);
}

#[test]
fn the_last_events_and_the_limits_are_there_at_a_glance() {
    let html = Request {
        events: vec![fake::event()],
        ..signed_in("/dashboard")
    }
    .html();
    assert!(html.contains("Released by force"));
    assert!(html.contains("8,100 of 10,000"));
    assert!(!html.contains("First steps"), "it is new no longer");
}
