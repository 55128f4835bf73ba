//! The browser's files: embedded in the binary, or in a folder beside it.

use std::{
    borrow::Cow,
    path::{Component, Path, PathBuf},
};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use rust_embed::RustEmbed;
use serde::Deserialize;

#[derive(RustEmbed)]
#[folder = "../target/site"]
#[allow_missing = true]
struct Embedded;

/// Where the current build's files are, as paths of ours. Without a site they are empty, and pages work without script.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Names {
    pub(super) js: String,
    pub(super) wasm: String,
    pub(super) css: String,
    pub(super) docs_css: String,
}

/// The files.
pub(super) struct Files {
    folder: Option<PathBuf>,
    names: Names,
}

impl Files {
    /// Reads the manifest.
    pub(super) fn load(folder: Option<&Path>) -> Self {
        let mut files = Self {
            folder: folder.map(Path::to_owned),
            names: Names::default(),
        };
        match files
            .read("manifest.json")
            .map(|manifest| serde_json::from_slice(&manifest))
        {
            Some(Ok(names)) => files.names = names,
            Some(Err(error)) => tracing::error!(%error, "the site's manifest.json cannot be used"),
            None => tracing::warn!(
                "there are no files for the browser: pages have no style and no scripts"
            ),
        }
        files
    }

    pub(super) const fn names(&self) -> &Names {
        &self.names
    }

    /// The file at a path, in the smallest form that the client takes.
    pub(super) fn answer(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        let path = path.strip_prefix('/').filter(|path| is_plain(path))?;
        let content_type = content_type(path)?;
        let accepted = headers
            .get(header::ACCEPT_ENCODING)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let (body, encoding) = [("br", ".br"), ("gzip", ".gz")]
            .into_iter()
            .filter(|(name, _)| accepts(accepted, name))
            .find_map(|(name, ending)| Some((self.read(&format!("{path}{ending}"))?, Some(name))))
            .or_else(|| Some((self.read(path)?, None)))?;
        // Names under pkg/ change with their content.
        let caching = if path.starts_with("pkg/") {
            "public, max-age=31536000, immutable"
        } else {
            "public, max-age=3600"
        };
        let mut response = Response::new(Body::from(body.into_owned()));
        let answer = response.headers_mut();
        answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
        answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(encoding) = encoding {
            answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        Some(response)
    }

    fn read(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        match &self.folder {
            Some(folder) => std::fs::read(folder.join(path)).ok().map(Cow::Owned),
            None => Embedded::get(path).map(|file| file.data),
        }
    }
}

/// Nothing that leads out of the folder.
fn is_plain(path: &str) -> bool {
    !path.is_empty()
        && Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
}

fn accepts(accepted: &str, encoding: &str) -> bool {
    accepted
        .split(',')
        .map(|part| part.split(';').collect::<Vec<_>>())
        .any(|part| {
            let is_refused = part
                .iter()
                .skip(1)
                .any(|weight| matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
            part.first()
                .is_some_and(|name| name.trim().eq_ignore_ascii_case(encoding))
                && !is_refused
        })
}

/// Only what a site consists of is served; the manifest and the compressed forms by themselves are not.
fn content_type(path: &str) -> Option<&'static str> {
    match Path::new(path).extension()?.to_str()? {
        "js" => Some("text/javascript; charset=utf-8"),
        "wasm" => Some("application/wasm"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        "ico" => Some("image/x-icon"),
        "txt" => Some("text/plain; charset=utf-8"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> (tempfile::TempDir, Files) {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("pkg")).expect("made");
        for (name, content) in [
            (
                "manifest.json",
                r#"{"js":"/pkg/app.1.js","wasm":"/pkg/app.1.wasm","css":"/pkg/main.1.css","docsCss":"/pkg/docs.1.css"}"#,
            ),
            ("pkg/app.1.js", "plain"),
            ("pkg/app.1.js.br", "brotli"),
            ("robots.txt", "robots"),
        ] {
            std::fs::write(folder.path().join(name), content).expect("written");
        }
        let files = Files::load(Some(folder.path()));
        (folder, files)
    }

    fn accepting(encodings: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(encodings))])
    }

    #[test]
    fn the_manifest_says_what_the_pages_ask_for() {
        assert_eq!(files().1.names().js, "/pkg/app.1.js");
        let nothing = tempfile::tempdir().expect("a folder");
        assert_eq!(Files::load(Some(nothing.path())).names().js, "");
    }

    #[test]
    fn the_smallest_form_that_is_accepted_is_served_and_kept_for_good() {
        let (_folder, files) = files();
        let brotli = files
            .answer("/pkg/app.1.js", &accepting("gzip, br"))
            .expect("there");
        assert_eq!(brotli.headers()[header::CONTENT_ENCODING], "br");
        assert!(
            brotli.headers()[header::CACHE_CONTROL]
                .to_str()
                .expect("text")
                .contains("immutable")
        );
        for encodings in ["gzip", "br;q=0", "identity"] {
            let plain = files
                .answer("/pkg/app.1.js", &accepting(encodings))
                .expect("there");
            assert!(
                !plain.headers().contains_key(header::CONTENT_ENCODING),
                "{encodings}"
            );
        }
    }

    #[test]
    fn nothing_outside_of_the_folder_and_nothing_but_the_sites_own_kinds_is_served() {
        let (_folder, files) = files();
        for path in [
            "/",
            "/manifest.json",
            "/pkg/app.1.js.br",
            "/../Cargo.toml",
            "//etc/hosts.txt",
            "/pkg/../robots.txt",
        ] {
            assert!(files.answer(path, &HeaderMap::new()).is_none(), "{path}");
        }
        assert!(files.answer("/robots.txt", &HeaderMap::new()).is_some());
    }
}
