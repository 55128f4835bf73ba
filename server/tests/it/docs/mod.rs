//! The documentation's examples are run as they stand, against the real server, in the languages that a reader has; what
//! it says of the API is held against what the API says of itself.

mod codes;
mod compare;
mod fields;
mod guard;
mod operator;
mod page;
mod run;
mod tell;

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The pages: name and text, in order.
fn pages() -> Vec<(String, String)> {
    let files = fs::read_dir(root().join("docs/guide")).expect("a folder");
    let read = |path: PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy();
        (name.into_owned(), fs::read_to_string(&path).expect("text"))
    };
    let mut pages: Vec<_> = files
        .map(|file| read(file.expect("a file").path()))
        .collect();
    pages.sort();
    pages
}

/// One page's text.
fn text_of(name: &str) -> String {
    fs::read_to_string(root().join("docs/guide").join(name)).expect("text")
}
