use crate::{
    error::AppError,
    model::RefusedForm,
    pages::tests::{Request, signed_in},
    ports::fake,
};

fn held(path: &'static str) -> Request {
    Request {
        reservations: vec![fake::reservation()],
        ..signed_in(path)
    }
}

#[test]
fn the_list_shows_who_holds_what_how_many_wait_and_leads_to_each() {
    let (html, asked) = held("/dashboard/reservations").get();
    assert!(asked.contains(&"no-store".to_owned()), "{asked:?}");
    for part in [
        r#"href="/dashboard/reservations?resource=printer&amp;token=41""#,
        "&lt;b&gt;worker&lt;/b&gt;",
        ">2 min<",
        ">in 40 s<",
        r#"data-label="Waiting" class="number">2<"#,
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(!html.contains("<b>worker") && !html.contains("Next page"));
}

#[test]
fn the_filter_keeps_what_was_typed_and_goes_along_to_the_next_page() {
    let html = held("/dashboard/reservations?label=default&type=a%26b&cursor=c").html();
    for part in [
        r#"name="label" value="default""#,
        r#"name="type" value="a&amp;b""#,
        r#"href="/dashboard/reservations?label=default&amp;type=a%26b&amp;cursor=c%2F2""#,
        r#"href="/dashboard/reservations?label=default&amp;type=a%26b""#,
        "Show all",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
}

#[test]
fn a_list_with_nothing_in_it_says_why_and_what_to_do() {
    let html = signed_in("/dashboard/reservations").html();
    assert!(html.contains("Nothing is reserved") && html.contains("Reservation/reserve"));
    assert!(!html.contains("<table") && !html.contains("Show all"));
    let html = held("/dashboard/reservations?requester=nobody").html();
    assert!(html.contains("No active reservation matches"));
    let html = held("/dashboard/reservations?prefix=far").html();
    assert!(html.contains("None of those looked at so far matches") && html.contains("Next page"));
}

#[test]
fn one_reservation_is_told_with_its_holds_its_metadata_and_its_queue() {
    let reservation = crate::model::Reservation {
        metadata: Some(r#"{"commit":"<8d9>","n":1}"#.into()),
        ..fake::reservation()
    };
    let html = Request {
        reservations: vec![reservation],
        ..signed_in("/dashboard/reservations?resource=printer&token=41")
    }
    .html();
    for part in [
        "a slot of printer",
        "&lt;i&gt;stapler",
        "a blocker, held together with it",
        "Office &gt; printer_0",
        "30 s",
        "2027-01-15T08:00:40.000Z",
        "\n  &quot;commit&quot;: &quot;&lt;8d9&gt;&quot;,\n  &quot;n&quot;: 1\n",
        "&lt;b&gt;next",
        "printer, paper",
        ">5 s<",
        ">in 20 s<",
    ] {
        let plain = part.replace("&quot;", "\"");
        assert!(
            html.contains(part) || html.contains(&plain),
            "{part}: {html}"
        );
    }
    assert!(!html.contains("<b>next") && !html.contains("<i>stapler"));
}

#[test]
fn a_forced_release_says_what_it_does_to_the_holder_and_to_those_who_wait() {
    let html = held("/dashboard/reservations?resource=printer&token=41").html();
    for part in [
        "loses it at once and is not told",
        "LOST",
        "&lt;b&gt;next and 1 more stay in line: it stays closed to everybody for 30 s",
        r#"name="action" value="force-release""#,
        r#"name="resource" value="printer""#,
        r#"name="token" value="41""#,
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    let reason = html.split(r#"id="reason""#).nth(1).expect("the field");
    assert!(
        reason
            .split('>')
            .next()
            .expect("its end")
            .contains("required")
    );
}

#[test]
fn a_reservation_that_has_ended_is_told_as_that_with_what_is_held_now() {
    for path in [
        "/dashboard/reservations?resource=printer&token=40",
        "/dashboard/reservations?resource=printer&token=x",
    ] {
        let (html, asked) = held(path).get();
        assert!(html.contains("has ended: it was released, or its time was over"));
        assert!(html.contains("<table"));
        assert!(asked.contains(&"status 404".to_owned()), "{asked:?}");
    }
}

#[test]
fn a_forced_release_that_was_refused_keeps_what_was_typed_beside_what_is_wrong() {
    let html = Request {
        refused: Some(RefusedForm {
            error: AppError::Invalid("See below.".into()),
            problems: vec![("reason", "The reason is too long.".into())],
            typed: vec![("reason".into(), "a \"b\"".into())],
        }),
        ..held("/dashboard/reservations?resource=printer&token=41")
    }
    .html();
    assert!(
        html.contains(r#"id="reason-problem" class="field-problem">The reason is too long."#),
        "{html}"
    );
    assert!(html.contains(r#"value="a &quot;b&quot;""#), "{html}");
    assert!(html.contains(r#"aria-describedby="reason-problem""#));
    assert!(html.contains(r#"<details open class="rotate">"#), "{html}");
}
