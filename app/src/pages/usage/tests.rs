use crate::pages::tests::{Request, signed_in};

fn used(path: &'static str) -> Request {
    Request {
        has_usage: true,
        ..signed_in(path)
    }
}

#[test]
fn charts_are_drawn_without_styles_and_told_in_words_and_numbers() {
    let (html, asked) = used("/dashboard/usage").get();
    assert!(asked.contains(&"no-store".to_owned()), "{asked:?}");
    for part in [
        "Operations per hour, by API key",
        "Reads and writes per hour",
        "Refused with 429 per hour, by limit",
        "&lt;i&gt;robot&lt;/i&gt;",
        "15 Jan, 07:00: default 19, &lt;i&gt;robot&lt;/i&gt; 10",
        "29 in all. Most were 29, at 15 Jan, 07:00.",
        "<td class=\"number\">14</td><td class=\"number\">15</td>",
        r#"fill="url(#tone-1)""#,
        "15 Jan, 07:00: rate 6",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(!html.contains("<i>robot") && !html.contains(" style=") && !html.contains("daily"));
    // One picture for each chart; the other drawings say nothing.
    assert_eq!(html.matches(r#"role="img""#).count(), 3);
    let drawings = html
        .split("<main")
        .nth(1)
        .expect("the page")
        .matches("<svg")
        .count();
    let silent = html
        .split("<main")
        .nth(1)
        .expect("the page")
        .matches(r#"aria-hidden="true""#);
    assert!(silent.count() >= drawings - 3, "{html}");
}

#[test]
fn limits_say_how_much_is_used_and_when_that_is_nearly_all() {
    let html = used("/dashboard/usage").html();
    for part in [
        "8,100 of 10,000",
        "nearly used up",
        r#"aria-valuenow="8100""#,
        r#"width="81%""#,
        "2, unlimited",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert_eq!(html.matches(r#"role="meter""#).count(), 1);
}

#[test]
fn contended_resources_lead_to_their_events_and_say_what_is_not_known() {
    let html = used("/dashboard/usage").html();
    for part in [
        r#"href="/dashboard/events?resource=printer%20%26%20co""#,
        "at least 1,234",
        "mean 1.5 s, longest 1 min 30 s",
        ">2 h ago<",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
}

#[test]
fn a_week_is_shown_in_columns_of_four_hours_and_what_is_not_kept_is_told() {
    let html = used("/dashboard/usage?range=7d").html();
    assert!(
        html.contains("per four hours") && html.contains("15 Jan, 04:00 to 08:00"),
        "{html}"
    );
    assert!(html.contains("Free keeps 24 hours of this."));
    let current = html.split(r#"aria-current="true""#).next().expect("a part");
    assert!(
        current.ends_with(r#"href="/dashboard/usage?range=7d" "#),
        "{html}"
    );
    assert!(!used("/dashboard/usage").html().contains("keeps 24 hours"));
    let (html, asked) = used("/dashboard/usage?range=1y").get();
    assert!(asked.contains(&"status 400".to_owned()), "{asked:?}");
    assert!(html.contains("24h or 7d"));
}

#[test]
fn a_tenant_that_did_nothing_is_told_what_would_be_here() {
    let html = signed_in("/dashboard/usage").html();
    assert!(html.contains("Nothing was asked in the last 24 hours"));
    assert!(html.contains("Nothing was reserved or refused"));
    assert!(html.contains("Reservation/reserve") && !html.contains(r#"role="img""#));
}
