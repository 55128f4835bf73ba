use crate::{pages, routes};
use leptos::prelude::*;

/// The parts of the dashboard, in the order in which they are shown. A new page is a line here.
const SECTIONS: [(&str, &str); 9] = [
    ("Overview", routes::DASHBOARD),
    ("Reservations", routes::RESERVATIONS),
    ("Resources", routes::RESOURCES),
    ("Events", routes::EVENTS),
    ("Usage", routes::USAGE),
    ("Keys", routes::KEYS),
    ("Issuers", routes::ISSUERS),
    ("Audit", routes::AUDIT),
    ("Settings", routes::SETTINGS),
];

/// The operator's own part. Only his people see that it exists.
const ADMIN: (&str, &str) = ("Admin", routes::ADMIN);

/// The way between the parts of the dashboard, for somebody who is signed in and looks at one of them.
#[component]
pub fn Nav(
    /// Whether it is one of the operator's people.
    is_admin: bool,
) -> impl IntoView {
    let path = pages::path();
    if !is_part(&path) {
        return ().into_any();
    }
    let links = SECTIONS
        .into_iter()
        .chain(is_admin.then_some(ADMIN))
        .map(|(name, to)| {
            let current = is_current(&path, to).then_some("page");
            view! { <li><a class="section" href=to aria-current=current>{name}</a></li> }
        })
        .collect_view();
    view! { <nav class="wrap" aria-label="Dashboard"><ul class="sections">{links}</ul></nav> }
        .into_any()
}

/// Whether a page belongs to what the links lead to.
fn is_part(path: &str) -> bool {
    is_below(path, routes::DASHBOARD) || routes::is_admin(path)
}

/// The overview is above the other parts in the tree of paths, but they are not parts of it.
fn is_current(path: &str, to: &str) -> bool {
    path == to || (to != routes::DASHBOARD && is_below(path, to))
}

fn is_below(path: &str, top: &str) -> bool {
    path.strip_prefix(top)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_all_parts_only_the_one_that_is_shown_is_current() {
        for (path, expected) in [
            ("/dashboard", "/dashboard"),
            ("/dashboard/audit", "/dashboard/audit"),
            ("/admin/tenants/ten_1", "/admin"),
        ] {
            let current: Vec<&str> = SECTIONS
                .into_iter()
                .chain([ADMIN])
                .map(|(_, to)| to)
                .filter(|to| is_current(path, to))
                .collect();
            assert_eq!(current, [expected], "{path}");
        }
    }

    #[test]
    fn other_pages_are_no_part_of_it() {
        for path in ["/", "/claim", "/dashboards", "/administration"] {
            assert!(!is_part(path), "{path}");
        }
    }
}
