//! The documentation.

use super::signed_out;
use crate::docs::DOCS;

#[test]
fn every_page_of_the_guide_is_at_the_name_of_its_file_and_in_the_contents() {
    let contents = signed_out("/docs").html();
    for doc in DOCS {
        let path = doc.path();
        assert_eq!(path, format!("/docs/{}", doc.name));
        assert!(contents.contains(&format!(r#"href="{path}""#)), "{path}");
        let (html, asked) = signed_out(&path).get();
        assert!(html.contains(&format!("<title>{} · ", doc.title)), "{path}");
        assert!(html.contains(r#"aria-current="page""#), "{path}");
        assert!(asked.is_empty(), "{path}: {asked:?}");
    }
}

#[test]
fn a_page_that_the_guide_does_not_have_is_not_found() {
    for path in [
        "/docs/nothing",
        "/docs/errors/more",
        "/docs/%7Bname%7D",
        "/docs/",
    ] {
        let (html, asked) = signed_out(path).get();
        assert!(html.contains("This page does not exist"), "{path}");
        assert_eq!(asked, ["status 404"], "{path}");
    }
}
