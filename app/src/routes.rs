//! Every path of the dashboard, once. The server mounts these; pages link to these.

/// What the product is; the three calls; tiers.
pub const HOME: &str = "/";
/// The default key, the first calls, the active reservations. A POST performs a form's `action` and shows the same page.
pub const DASHBOARD: &str = "/dashboard";
/// All keys: made, renamed, revealed, rotated, revoked. A POST performs a form's `action`. The query's `key` says which one
/// is managed, `page` which part of a long list is shown, `done` what a form has just done.
pub const KEYS: &str = "/dashboard/keys";
/// Active reservations. The query has the filter (`requester`, `label`, `prefix`, `type`) and the `cursor`; or, with
/// `resource` and `token`, says which one is shown. A POST releases that one by force.
pub const RESERVATIONS: &str = "/dashboard/reservations";
/// The same as a file: a JSON object a line (server route, GET); carries the filter.
pub const RESERVATIONS_LINES: &str = "/dashboard/reservations.jsonl";
/// The same for a spreadsheet (server route, GET); carries the filter.
pub const RESERVATIONS_CSV: &str = "/dashboard/reservations.csv";
/// What has happened. The query has the filter (`type`, `label`, `resource`, `prefix`, `requester`) and where to look:
/// `before` or `after` a revision.
pub const EVENTS: &str = "/dashboard/events";
/// The same as a file: a JSON object a line (server route, GET); carries the filter.
pub const EVENTS_LINES: &str = "/dashboard/events.jsonl";
/// The same for a spreadsheet (server route, GET); carries the filter.
pub const EVENTS_CSV: &str = "/dashboard/events.csv";
/// What was used, and what of it is allowed. The query's `range` says how far back: `24h` or `7d`.
pub const USAGE: &str = "/dashboard/usage";
/// Definitions of resources. The query's `name` says which one is shown, `after` where the page begins. A POST performs a
/// form's `action`.
pub const RESOURCES: &str = "/dashboard/resources";
/// Tells an open page of changes (server route, GET): server-sent events.
pub const LIVE: &str = "/dashboard/live";
/// The tenant's audit log.
pub const AUDIT: &str = "/dashboard/audit";
/// The same as a file: a JSON object a line (server route, GET); carries `action`.
pub const AUDIT_LINES: &str = "/dashboard/audit.jsonl";
/// The same for a spreadsheet (server route, GET); carries `action`.
pub const AUDIT_CSV: &str = "/dashboard/audit.csv";
/// The tenant's name, revealing, sessions, the end of the account. A POST performs a form's `action`.
pub const SETTINGS: &str = "/dashboard/settings";
/// The operator's people look for tenants here. For everybody else it does not exist.
pub const ADMIN: &str = "/admin";
/// One tenant, for the operator's people. A POST performs a form's `action`.
pub const ADMIN_TENANT: &str = "/admin/tenants/{id}";
/// Trusted issuers for the JWT exchange. A POST performs a form's `action`.
pub const ISSUERS: &str = "/dashboard/issuers";
/// Choice of sign-in; carries `return_to`.
pub const SIGN_IN: &str = "/auth/sign-in";
/// Asks for another sign-in before something dangerous; carries `return_to`.
pub const SIGN_IN_AGAIN: &str = "/auth/again";
/// Starts sign-in with Google (server route, GET); carries `return_to`, and `again` for somebody who has to show once more
/// who he is.
pub const GOOGLE: &str = "/auth/google";
/// Development sign-in: GET is a page, POST signs in by the field `email`.
pub const DEV_SIGN_IN: &str = "/auth/dev";
/// Ends the session (server route, POST).
pub const SIGN_OUT: &str = "/auth/sign-out";
/// Takes over a tenant that was made on the command line: GET is a page, POST takes the field `code`.
pub const CLAIM: &str = "/claim";
/// The documentation's contents.
pub const DOCS: &str = "/docs";
/// The API's description as a page.
pub const DOCS_API: &str = "/docs/api";
/// Looks for the words of the query's [`QUERY`] in the documentation.
pub const DOCS_SEARCH: &str = "/docs/search";
/// One page of the documentation, under the name of its file.
pub const DOC: &str = "/docs/{name}";
/// The API description (server route).
pub const OPENAPI: &str = "/openapi.json";
/// The name of the field with the words to look for.
pub const QUERY: &str = "q";
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

/// The name of the query field that says which `action` has led back to the page of its form.
pub const DONE: &str = "done";

/// What a form posted to [`SETTINGS`] wants done.
pub mod setting {
    /// Give the tenant the name in `name`.
    pub const RENAME: &str = "rename";
    /// Destroy what values are revealed from; `confirm` has to be `yes`.
    pub const REVEAL_OFF: &str = "reveal-off";
    /// Keep new values again.
    pub const REVEAL_ON: &str = "reveal-on";
    /// Let only registered names be reserved.
    pub const REQUIRE_REGISTRATION: &str = "require-registration";
    /// Let any name be reserved.
    pub const ANY_NAME: &str = "any-name";
    /// End the session whose id is in `session`.
    pub const END_SESSION: &str = "end-session";
    /// End all other sessions.
    pub const END_OTHERS: &str = "end-others";
    /// Delete the tenant; `name` has to be its name.
    pub const DELETE: &str = "delete";
}

/// What a form posted to [`RESERVATIONS`] wants done.
pub mod reservation_action {
    /// End the grant `token` of `resource` without its holder, for a `reason`.
    pub const FORCE_RELEASE: &str = "force-release";
}

/// What a form posted to [`RESOURCES`] wants done.
pub mod resource_action {
    /// Define a further resource: `name`, `capacity`, `blocks` (one a line), `tree_path`, `lock_delay`.
    pub const REGISTER: &str = "register";
    /// Define one anew that is defined.
    pub const EDIT: &str = "edit";
    /// Forget the definition of `name`.
    pub const DELETE: &str = "delete";
}

/// A path with those fields in its query that hold something.
#[must_use]
pub fn with_query(path: &str, fields: &[(&str, &str)]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", leptos_router::location::Url::escape(value)))
        .collect();
    if fields.is_empty() {
        return path.to_owned();
    }
    format!("{path}?{}", fields.join("&"))
}

/// The page of one reservation.
#[cfg(feature = "ssr")]
#[must_use]
pub fn reservation(resource: &str, fencing_token: u64) -> String {
    let resource = leptos_router::location::Url::escape(resource);
    format!("{RESERVATIONS}?resource={resource}&token={fencing_token}")
}

/// The page of one definition.
#[cfg(feature = "ssr")]
#[must_use]
pub fn resource(name: &str) -> String {
    let name = leptos_router::location::Url::escape(name);
    format!("{RESOURCES}?name={name}")
}

/// What a form posted to [`ADMIN_TENANT`] wants done. Each has a `reason`.
pub mod admin {
    /// Give the tenant the tier in `tier`.
    pub const SET_TIER: &str = "set-tier";
    /// Suspend the tenant.
    pub const SUSPEND: &str = "suspend";
    /// End the suspension.
    pub const RESUME: &str = "resume";
}

/// Whether a path is the operator's people's part.
#[must_use]
pub fn is_admin(path: &str) -> bool {
    path.strip_prefix(ADMIN)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The page of one tenant.
#[must_use]
pub fn tenant(id: &str) -> String {
    ADMIN_TENANT.replace("{id}", id)
}

/// The documentation's page of that name.
#[must_use]
pub fn doc(name: &str) -> String {
    DOC.replace("{name}", name)
}

/// What a form posted to [`ISSUERS`] wants done: the values of its field `action`. All but the first one name an issuer by
/// `id`.
pub mod issuer_action {
    /// Trust a further issuer.
    pub const ADD: &str = "add";
    /// Change its settings, if it still has the version.
    pub const CHANGE: &str = "change";
    /// Take its tokens.
    pub const ENABLE: &str = "enable";
    /// Take its tokens no more.
    pub const DISABLE: &str = "disable";
    /// Remove it.
    pub const DELETE: &str = "delete";
    /// Hold a token against it and issue nothing.
    pub const TEST: &str = "test";
    /// Prove by a token that its audience is the tenant's.
    pub const PROVE: &str = "prove";
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
