//! Every path of the dashboard, once. The server mounts these; pages link to these.

/// What the product is; the three calls; tiers.
pub const HOME: &str = "/";
/// The default key, the first calls, the active reservations. A POST performs a form's `action` and shows the same page.
pub const DASHBOARD: &str = "/dashboard";
/// All keys: made, renamed, revealed, rotated, revoked. A POST performs a form's `action`. The query's `key` says which one
/// is managed, `page` which part of a long list is shown, `done` what a form has just done.
pub const KEYS: &str = "/dashboard/keys";
/// The tenant's audit log.
pub const AUDIT: &str = "/dashboard/audit";
/// The tenant's name, revealing, sessions, the end of the account. A POST performs a form's `action`.
pub const SETTINGS: &str = "/dashboard/settings";
/// The operator's people look for tenants here. For everybody else it does not exist.
pub const ADMIN: &str = "/admin";
/// Choice of sign-in; carries `return_to`.
pub const SIGN_IN: &str = "/auth/sign-in";
/// Starts sign-in with Google (server route, GET); carries `return_to`.
pub const GOOGLE: &str = "/auth/google";
/// Development sign-in: GET is a page, POST signs in by the field `email`.
pub const DEV_SIGN_IN: &str = "/auth/dev";
/// Ends the session (server route, POST).
pub const SIGN_OUT: &str = "/auth/sign-out";
/// Takes over a tenant that was made on the command line: GET is a page, POST takes the field `code`.
pub const CLAIM: &str = "/claim";
/// The documentation's contents.
pub const DOCS: &str = "/docs";
/// Documentation: API keys.
pub const DOCS_AUTHENTICATION: &str = "/docs/authentication";
/// Documentation: tiers and quotas.
pub const DOCS_LIMITS: &str = "/docs/limits";
/// Documentation: an anchor for each error code.
pub const DOCS_ERRORS: &str = "/docs/errors";
/// The API description (server route).
pub const OPENAPI: &str = "/openapi.json";
/// The name of the query and form field that says where to go after sign-in.
pub const RETURN_TO: &str = "return_to";

/// What a form posted to [`DASHBOARD`] or [`KEYS`] wants done: the values of its field `action`. The other fields are
/// `key` (an id), `version` and `label`.
pub mod action {
    /// Make a further key with the label.
    pub const CREATE: &str = "create";
    /// Give the key the label.
    pub const RENAME: &str = "rename";
    /// End the key for good; the label has to be its own.
    pub const REVOKE: &str = "revoke";
    /// Show the key's value once more.
    pub const REVEAL: &str = "reveal";
    /// Replace the key's value, if it still has the version.
    pub const ROTATE: &str = "rotate";
}

/// `path` with `return_to` in its query.
#[cfg(feature = "ssr")]
#[must_use]
pub fn returning(path: &str, return_to: &str) -> String {
    let return_to = leptos_router::location::Url::escape(return_to);
    format!("{path}?{RETURN_TO}={return_to}")
}

/// `raw` when it is a path of ours, else the dashboard, so that no link of ours leads anywhere else.
///
/// Browsers read `//host` and `/\host` as other hosts, and drop tabs and line ends before they look.
#[must_use]
pub fn local(raw: Option<&str>) -> &str {
    raw.filter(|path| path.starts_with('/') && !path.starts_with("//"))
        .filter(|path| !path.contains(|c: char| c == '\\' || c.is_control()))
        .unwrap_or(DASHBOARD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_returned_to() {
        assert_eq!(local(Some("/claim?x=1")), "/claim?x=1");
        for foreign in [
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "https://evil.example",
            "evil",
            "",
        ] {
            assert_eq!(local(Some(foreign)), DASHBOARD, "{foreign:?}");
        }
        assert_eq!(local(None), DASHBOARD);
    }
}
