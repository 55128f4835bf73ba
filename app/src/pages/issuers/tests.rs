use crate::{
    model::{Trial, Verdict},
    pages::tests::{Request, signed_in, signed_out},
    ports::fake,
};

#[test]
fn a_visitor_is_sent_to_sign_in_and_back() {
    let (_, asked) = signed_out("/dashboard/issuers").get();
    let way = "redirect /auth/sign-in?return_to=%2Fdashboard%2Fissuers".to_owned();
    assert!(asked.contains(&way), "{asked:?}");
}

#[test]
fn without_an_issuer_the_page_says_what_to_do_and_without_the_tier_whom_to_ask() {
    let html = signed_in("/dashboard/issuers").html();
    assert!(html.contains("No issuer is trusted yet"));
    assert!(html.contains(r#"name="action" value="add""#));
    assert!(html.contains(r#"value="http://localhost:3000/t/ten_1""#));
    let html = Request {
        issuers: (vec![], false),
        ..signed_in("/dashboard/issuers")
    }
    .html();
    assert!(html.contains("begins with the Starter tier"));
    assert!(!html.contains(r#"value="add""#));
}

#[test]
fn an_issuer_is_shown_with_what_happened_and_forms_for_its_version() {
    let (html, asked) = Request {
        issuers: (vec![fake::issuer()], true),
        ..signed_in("/dashboard/issuers")
    }
    .get();
    assert!(asked.contains(&"no-store".to_owned()), "{asked:?}");
    for part in [
        "&lt;b&gt;users&lt;/b&gt;",
        "https://id.example.com/keys",
        "41 exchanged, 1 refused",
        "2027-01-15 08:00",
        "exp in the future",
        "192.0.2.1",
        "not proven yet",
        "prove-it",
        "challenge_claim",
        r#"name="action" value="change""#,
        r#"name="action" value="disable""#,
        r#"name="action" value="delete""#,
        r#"name="action" value="test""#,
        r#"name="action" value="prove""#,
        r#"name="id" value="iss_1""#,
        r#"name="version" value="3""#,
        r#"name="max_ttl" type="number" min="1" max="31536000" required value="120""#,
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(!html.contains("<b>users"));
    assert!(!html.contains("No issuer is trusted yet"));
}

#[test]
fn a_token_that_was_tried_is_told_check_by_check() {
    let trial = |subject: Option<&str>| Trial {
        label: "users".into(),
        checks: vec![
            ("first".into(), Verdict::Passed),
            ("second".into(), Verdict::Failed),
            ("third".into(), Verdict::NotMade),
        ],
        subject: subject.map(str::to_owned),
    };
    let shown = |trial| {
        Request {
            trial: Some(trial),
            ..signed_in("/dashboard/issuers")
        }
        .html()
    };
    let html = shown(trial(None));
    assert!(html.contains("would be refused"));
    for word in ["passed", "failed", "not made", "first", "second", "third"] {
        assert!(html.contains(word), "{word}");
    }
    assert!(shown(trial(Some("alice"))).contains("exchanged for one of alice"));
}
