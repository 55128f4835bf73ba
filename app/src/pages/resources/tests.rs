use crate::{
    error::AppError,
    model::RefusedForm,
    pages::tests::{Request, signed_in},
    ports::fake,
};

fn defined(path: &'static str) -> Request {
    Request {
        resources: vec![fake::resource()],
        ..signed_in(path)
    }
}

#[test]
fn the_list_shows_slots_as_squares_and_says_in_words_what_they_show() {
    let (html, asked) = defined("/dashboard/resources").get();
    assert!(asked.contains(&"no-store".to_owned()), "{asked:?}");
    for part in [
        "1 of 500",
        r#"role="img" aria-label="&lt;i&gt;Printer_0 held, &lt;i&gt;Printer_1 free, &lt;i&gt;Printer_2 closed, &lt;i&gt;Printer_3 draining""#,
        "1 held, 1 free, 1 draining, 1 closed",
        "slot slot-held",
        "slot slot-draining",
        "slot slot-closed",
        "in Company &gt; Office",
        "a, b, c",
        " and 1 more",
        "10 s",
        r#"href="/dashboard/resources?name=%3Ci%3EPrinter""#,
        r#"href="/dashboard/resources?after=%3Ci%3EPrinter""#,
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(!html.contains("<i>Printer"));
}

#[test]
fn the_tree_is_a_list_of_lists() {
    let html = defined("/dashboard/resources").html();
    let tree = html.split(r#"<ul class="tree">"#).collect::<Vec<_>>();
    assert_eq!(tree.len(), 4, "{html}");
    assert!(tree[1].contains("Company") && tree[1].contains("not registered itself"));
    assert!(tree[2].contains("Office") && !tree[2].contains("Yard"));
    // Yard stands beside Office, after what is below that.
    assert!(tree[3].contains("Printer") && tree[3].contains("held") && tree[3].contains("Yard"));
}

#[test]
fn a_list_with_nothing_in_it_teaches() {
    let html = signed_in("/dashboard/resources").html();
    assert!(html.contains("No resource is registered") && html.contains("Resource/register"));
    assert!(html.contains("Any name can be reserved as it is."));
    let html = Request {
        requires_registration: true,
        ..signed_in("/dashboard/resources")
    }
    .html();
    assert!(html.contains("Nothing can be reserved yet"));
    assert!(html.contains("Only the names registered here can be reserved"));
    let html = defined("/dashboard/resources?after=z").html();
    assert!(html.contains("The list ends here") && html.contains("First page"));
}

#[test]
fn one_definition_has_its_slots_with_their_holders_and_forms_filled_with_what_it_is() {
    let html = defined("/dashboard/resources?name=%3Ci%3EPrinter").html();
    for part in [
        r#"href="/dashboard/reservations?resource=%3Ci%3EPrinter&amp;token=41""#,
        ">in 10 s<",
        "when it is released",
        "free now",
        r#"name="action" value="edit""#,
        r#"name="action" value="delete""#,
        r#"name="name" value="&lt;i&gt;Printer""#,
        r#"required value="3""#,
        ">\na\nb\nc\nd</textarea>",
        r#"value="Company&gt;Office""#,
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    let (html, asked) = defined("/dashboard/resources?name=other").get();
    assert!(html.contains("There is no definition of that name"));
    assert!(asked.contains(&"status 404".to_owned()), "{asked:?}");
}

#[test]
fn a_form_that_was_refused_has_every_problem_beside_its_field_and_keeps_what_was_typed() {
    let typed = [
        ("name", "a>b"),
        ("capacity", "0"),
        ("blocks", "x\r\n</textarea>&lt;"),
        ("tree_path", ">"),
        ("lock_delay", "soon"),
    ];
    let problems = ["name", "capacity", "blocks", "tree_path", "lock_delay"];
    let html = Request {
        refused: Some(RefusedForm {
            error: AppError::Invalid("Nothing was registered.".into()),
            problems: problems
                .into_iter()
                .map(|field| (field, format!("Not {field}.")))
                .collect(),
            typed: typed
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }),
        ..defined("/dashboard/resources")
    }
    .html();
    for field in problems {
        let problem = format!(r#"id="{field}-problem" class="field-problem">Not {field}."#);
        assert!(html.contains(&problem), "{field}: {html}");
    }
    for part in [
        r#"value="a&gt;b""#,
        r#"value="0""#,
        ">\nx\r\n&lt;/textarea>&amp;lt;</textarea>",
        r#"value="&gt;""#,
        r#"value="soon""#,
        "Nothing was registered.",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert_eq!(html.matches(r#"aria-invalid="true""#).count(), 5, "{html}");
}
