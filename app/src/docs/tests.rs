//! The pages against the files that they are made of.

use super::{DOCS, Group};
use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn every_file_of_the_guide_is_a_page_and_no_page_is_there_twice() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide");
    let files: BTreeSet<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|file| file.expect("a file").path())
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into())
        .collect();
    let pages: BTreeSet<String> = DOCS.iter().map(|doc| doc.name.to_owned()).collect();
    assert_eq!(pages, files);
    assert_eq!(pages.len(), DOCS.len());
}

#[test]
fn the_contents_have_the_pages_in_the_order_of_reading() {
    let grouped: Vec<&str> = Group::ALL
        .into_iter()
        .flat_map(Group::docs)
        .map(|doc| doc.name)
        .collect();
    let listed: Vec<&str> = DOCS.iter().map(|doc| doc.name).collect();
    assert_eq!(grouped, listed);
}
