//! The pages against the files that they are made of, and what becomes of Markdown.

use super::{
    DOCS, Group,
    code::Code,
    render::{Block, Section, blocks, prose, sections},
};
use pulldown_cmark::{Event, Options, Parser};
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

#[test]
fn examples_stand_between_the_prose_and_headings_lead_to_themselves() {
    let blocks = blocks("# A title, here\n\nText.\n\n```sh\necho 1\n```\n\n### SOME_CODE\n");
    assert_eq!(
        blocks,
        [
            Block::Html("<h1 id=\"a-title-here\">A title, here</h1>\n<p>Text.</p>\n".into()),
            Block::Example(vec![Code::new("sh", "echo 1")]),
            Block::Html("<h3 id=\"SOME_CODE\"><a href=\"#SOME_CODE\">SOME_CODE</a></h3>\n".into()),
        ]
    );
}

#[test]
fn the_same_in_several_languages_is_one_example_and_an_answer_is_none_of_them() {
    let fence = |language: &str| format!("```{language}\n1\n```\n\n");
    let text: String = ["sh", "js", "python", "json", "sh", "sh", "js", "sql"]
        .map(fence)
        .concat();
    let languages: Vec<Vec<String>> = blocks(&text)
        .into_iter()
        .map(|block| match block {
            Block::Example(variants) => variants.into_iter().map(|code| code.language).collect(),
            Block::Html(html) => vec![html],
        })
        .collect();
    assert_eq!(
        languages,
        [
            vec!["sh", "js", "python"],
            vec!["json"],
            vec!["sh"],
            vec!["sh", "js"],
            vec!["sql"]
        ]
    );
    let apart = blocks("```sh\n1\n```\n\nText.\n\n```js\n1\n```\n");
    assert_eq!(apart.len(), 3);
}

#[test]
fn a_page_is_cut_into_sections_for_searching() {
    let sections = sections("# Page\n\nA `b`\nc.\n\n## One two\n\n- d\n- e\n\n```sh\nf\n```\n");
    let section = |level, anchor: &str, heading: &str, text: &str| Section {
        level,
        anchor: anchor.into(),
        heading: heading.into(),
        text: text.into(),
    };
    assert_eq!(
        sections,
        [
            section(0, "", "", ""),
            section(1, "page", "Page", "A b c. "),
            section(2, "one-two", "One two", "d e f\n "),
        ]
    );
}

#[test]
fn a_description_is_shown_with_its_marks_and_without_a_way_for_html() {
    assert_eq!(prose("A `b`,\nc."), "<p>A <code>b</code>,\nc.</p>\n");
    assert_eq!(prose("<b>x</b>"), "<p>&lt;b&gt;x&lt;/b&gt;</p>\n");
}

#[test]
fn no_page_holds_html_of_its_own() {
    for doc in DOCS {
        for event in Parser::new_ext(doc.text, Options::ENABLE_TABLES) {
            assert!(
                !matches!(event, Event::Html(_) | Event::InlineHtml(_)),
                "{}: {event:?}",
                doc.title
            );
        }
    }
}

#[test]
fn no_two_headings_of_a_page_have_the_same_anchor() {
    for doc in DOCS {
        let mut known = BTreeSet::new();
        for section in sections(doc.text) {
            assert!(
                known.insert(section.anchor.clone()),
                "{}: {}",
                doc.title,
                section.anchor
            );
        }
    }
}
