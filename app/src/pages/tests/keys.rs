//! The keys page.

use super::{Request, signed_in};
use crate::{
    model::{Shown, ShownBecause},
    ports::fake::{self, SECRET},
};

#[test]
fn the_keys_page_lists_hints_escapes_labels_and_links_to_each_key() {
    let (html, asked) = signed_in("/dashboard/keys").get();
    assert!(html.contains("2 of 10 used"));
    assert!(html.contains("&lt;i&gt;robot&lt;/i&gt;"));
    assert!(html.contains(r#"href="/dashboard/keys?key=key_2""#));
    assert!(html.contains(r#"value="create""#));
    for used in [
        "17 requests",
        "2 refusals",
        "203.0.113.0/24",
        "&lt;curl&gt;/8",
    ] {
        assert!(html.contains(used), "{used}");
    }
    assert!(!html.contains(SECRET));
    assert!(asked.contains(&"no-store".to_owned()), "{asked:?}");
}

#[test]
fn a_key_that_is_managed_has_its_forms_and_the_default_key_cannot_be_revoked() {
    let further = signed_in("/dashboard/keys?key=key_2").html();
    for action in ["reveal", "rename", "rotate", "revoke"] {
        assert!(
            further.contains(&format!(r#"value="{action}""#)),
            "{action}"
        );
    }
    assert!(further.contains("Somebody still uses an old value: 3 times"));
    assert!(further.contains("It cuts off 3 open event streams and about 40 requests a minute."));
    let default = signed_in("/dashboard/keys?key=key_1").html();
    assert!(!default.contains(r#"value="revoke""#));
    assert!(default.contains("rotated, not revoked"));
    let gone = signed_in("/dashboard/keys?key=key_9").html();
    assert!(gone.contains("Create a key"));
}

#[test]
fn a_key_that_was_made_is_shown_once_under_its_label() {
    let shown = Some(Shown {
        value: fake::key_value(),
        because: ShownBecause::Created,
    });
    let html = Request {
        shown,
        ..signed_in("/dashboard/keys")
    }
    .html();
    assert!(html.contains(&format!(">{SECRET}<")));
    assert!(html.contains("The key default is ready"));
}
