use crate::{
    model::Event,
    pages::tests::{Request, signed_in},
    ports::fake,
};

fn happened(path: &'static str) -> Request {
    Request {
        events: vec![fake::event()],
        ..signed_in(path)
    }
}

#[test]
fn an_event_is_told_in_words_with_everything_that_there_is_to_say_of_it_escaped() {
    let (html, asked) = happened("/dashboard/events").get();
    assert!(asked.contains(&"no-store".to_owned()), "{asked:?}");
    for part in [
        "Released by force",
        "&lt;b&gt;worker&lt;/b&gt;",
        "from the dashboard",
        ", fencing token 41",
        ">2 min ago<",
        r#"title="2027-01-15T07:58:00.000Z""#,
        r#"href="/dashboard/events?resource=printer%20%26%20co""#,
        "<dd>UNRESERVED</dd>",
        "<dd>FORCED</dd>",
        "<dd>printer_0, &lt;i&gt;toner</dd>",
        "<dt>Expires at</dt><dd>never</dd>",
        "&lt;8d9&gt;",
        "The oldest event that is kept has revision 7.",
        r#"<div id="feed" data-live"#,
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(!html.contains("<b>worker") && !html.contains("<i>toner"));
    assert!(!html.contains("Transaction</dt>"));
}

#[test]
fn every_type_has_its_word_and_its_drawing() {
    let mut drawings = std::collections::BTreeSet::new();
    for (kind, word) in crate::model::EVENT_KINDS {
        let event = Event {
            kind: kind.into(),
            reason: None,
            ..fake::event()
        };
        let html = Request {
            events: vec![event],
            ..signed_in("/dashboard/events")
        }
        .html();
        assert!(
            html.contains(&format!(r#"<span class="strong">{word}</span>"#)),
            "{kind}"
        );
        let drawing = html
            .split(r#"class="event-icon""#)
            .nth(1)
            .expect("a drawing");
        let drawing = drawing.split("</svg>").next().expect("its end");
        drawings.insert(drawing.split(" d=").nth(1).expect("a path").to_owned());
    }
    assert_eq!(drawings.len(), crate::model::EVENT_KINDS.len());
}

#[test]
fn the_filter_keeps_what_was_typed_and_goes_along_to_other_pages_and_to_files() {
    let html = happened("/dashboard/events?type=RESERVED&resource=a%26b&before=50").html();
    for part in [
        r#"<option value="RESERVED" selected>"#,
        r#"name="resource" value="a&amp;b""#,
        r#"href="/dashboard/events?type=RESERVED&amp;resource=a%26b&amp;before=42""#,
        r#"href="/dashboard/events?type=RESERVED&amp;resource=a%26b&amp;after=60""#,
        r#"href="/dashboard/events?type=RESERVED&amp;resource=a%26b""#,
        r#"href="/dashboard/events.csv?type=RESERVED&amp;resource=a%26b""#,
        r#"href="/dashboard/events.jsonl?type=RESERVED&amp;resource=a%26b""#,
        "Show all",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(!html.contains("Newest shown"));
}

#[test]
fn a_type_that_there_is_not_is_told_beside_its_field_and_a_place_that_there_is_not_on_a_page() {
    let (html, asked) = happened("/dashboard/events?type=%3Cb%3E").get();
    assert!(asked.contains(&"status 400".to_owned()), "{asked:?}");
    assert!(html.contains(r#"id="type-problem""#) && html.contains("There is no type"));
    assert!(html.contains(r#"aria-describedby="type-problem""#) && !html.contains("<b>"));
    assert!(!html.contains("Released by force"));
    for path in [
        "/dashboard/events?before=x",
        "/dashboard/events?after=-1",
        "/dashboard/events?before=1&after=1",
    ] {
        let (html, asked) = happened(path).get();
        assert!(
            asked.contains(&"status 400".to_owned()),
            "{path}: {asked:?}"
        );
        assert!(
            html.contains("Something in the form is not right"),
            "{path}"
        );
    }
}

#[test]
fn a_feed_with_nothing_in_it_says_why_and_what_to_do() {
    let html = signed_in("/dashboard/events").html();
    assert!(html.contains("Nothing has happened yet") && html.contains("Reservation/reserve"));
    let html = happened("/dashboard/events?requester=nobody").html();
    assert!(html.contains("No event matches") && !html.contains("Older</a>"));
    let html = happened("/dashboard/events?label=rare").html();
    assert!(html.contains("None of those looked at so far matches") && html.contains("Older</a>"));
}
