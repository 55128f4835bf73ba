use url::Url;

/// Where a sign-in ends when nobody said anything else.
const DASHBOARD: &str = "/dashboard";
/// Longer ones are not ours.
const LONGEST: usize = 1024;

/// `asked` when it is a path of ours, else the dashboard, so that no link to a sign-in leads anywhere else.
///
/// Browsers read `//host` and `/\host` as other hosts and drop tabs and line ends before they look, so those are
/// refused by sight; what is left is resolved the way a browser would and has to stay at `base`.
#[must_use]
pub fn return_to(base: &Url, asked: Option<&str>) -> String {
    asked
        .filter(|path| path.len() <= LONGEST && path.starts_with('/') && !path.starts_with("//"))
        .filter(|path| !path.contains(|c: char| c == '\\' || c.is_control()))
        .and_then(|path| base.join(path).ok())
        .filter(|url| url.origin() == base.origin() && !url.path().starts_with("//"))
        .map_or_else(
            || DASHBOARD.to_owned(),
            |url| {
                let query = url.query().map(|query| format!("?{query}"));
                format!("{}{}", url.path(), query.unwrap_or_default())
            },
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_ours(asked: &str) -> String {
        let base = Url::parse("https://locks.example").expect("a URL");
        return_to(&base, Some(asked))
    }

    #[test]
    fn paths_of_ours_are_returned_to() {
        assert_eq!(at_ours("/claim"), "/claim");
        assert_eq!(at_ours("/dashboard?x=1&y=%2F"), "/dashboard?x=1&y=%2F");
        assert_eq!(at_ours("/"), "/");
        assert_eq!(at_ours("/a?next=//b"), "/a?next=//b");
    }

    #[test]
    fn everything_else_becomes_the_dashboard() {
        for foreign in [
            "",
            "claim",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "https://evil.example/",
            "https:evil.example",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x=y",
            &format!("/{}", "a".repeat(LONGEST)),
        ] {
            assert_eq!(at_ours(foreign), DASHBOARD, "{foreign:?}");
        }
    }

    #[test]
    fn dots_cannot_make_a_host_of_a_path() {
        for asked in [
            "/.//evil.example",
            "/a/..//evil.example",
            "/%2e%2e//evil.example",
        ] {
            assert_eq!(at_ours(asked), DASHBOARD, "{asked:?}");
        }
    }
}
