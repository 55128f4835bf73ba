//! Reads Rust sources closely enough to know which paths they name.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// All files under a folder that end so, without what was built or installed.
pub fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|n| n.to_str()).expect("text");
        if path.is_dir() {
            if !matches!(name, "target" | "node_modules" | "data") && !name.starts_with('.') {
                found.extend(files(&path, endings));
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
    found
}

/// Every path that a source names, `use` trees taken apart: `crate::a::b`, `axum::body::Body`. Tests at the end of a
/// file are left out: they may use what they like.
pub fn paths(source: &str) -> Vec<String> {
    let source = code(source);
    let source = source
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let mut paths = Vec::new();
    let mut rest = String::new();
    let mut statements = source.split("use ");
    rest.push_str(statements.next().unwrap_or_default());
    for statement in statements {
        let Some((tree, after)) = statement.split_once(';') else {
            continue;
        };
        let tree: String = tree.split_whitespace().collect::<Vec<_>>().join(" ");
        expand("", &tree, &mut paths);
        rest.push('\n');
        rest.push_str(after);
    }
    inline(&rest, &mut paths);
    paths
}

/// The source without comments and without what stands between quotation marks.
fn code(source: &str) -> String {
    let mut code = String::new();
    let mut characters = source.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '/' if characters.peek() == Some(&'/') => {
                characters.by_ref().find(|c| *c == '\n');
                code.push('\n');
            }
            '"' => {
                while let Some(c) = characters.next() {
                    match c {
                        '\\' => drop(characters.next()),
                        '"' => break,
                        _ => {}
                    }
                }
                code.push_str("\"\"");
            }
            // The characters '"' and '\"' open no text.
            '\'' => {
                code.push(c);
                if let Some(next) = characters.next_if(|c| matches!(c, '"' | '\\')) {
                    if next == '\\' {
                        characters.next();
                    }
                    characters.next_if_eq(&'\'');
                }
            }
            _ => code.push(c),
        }
    }
    code
}

fn expand(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((head, group)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        if !path.is_empty() {
            paths.push(format!("{prefix}{path}"));
        }
        return;
    };
    let prefix = format!("{prefix}{}", head.trim());
    let group = group.trim_end().trim_end_matches('}');
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                expand(&prefix, &balanced(&group[start..at]), paths);
                start = at + 1;
            }
            _ => {}
        }
    }
    expand(&prefix, &balanced(&group[start..]), paths);
}

/// Gives the last branch of a tree the brackets back that were trimmed with the tree's own.
fn balanced(branch: &str) -> String {
    let missing = branch
        .matches('{')
        .count()
        .saturating_sub(branch.matches('}').count());
    format!("{branch}{}", "}".repeat(missing))
}

/// Paths in the code itself: identifiers joined by `::` that nothing stands before.
fn inline(code: &str, paths: &mut Vec<String>) {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    for word in code.split(|c: char| !is_part(c)) {
        let path = word.trim_end_matches(':');
        if path.contains("::") && !word.starts_with(':') {
            paths.push(path.to_owned());
        }
    }
}

#[test]
fn a_use_tree_is_taken_apart_and_texts_and_comments_are_not_read() {
    let source = "use crate::{a::{self, B}, c::D as E};\n// crate::comment::X\npub use f::G;\n\
        fn h() { \"crate::text::X\"; let q = '\"'; crate::i::j(); k::L::m() }\n\
        #[cfg(test)]\nmod tests { use crate::test::X; }";
    assert_eq!(
        paths(source),
        [
            "crate::a::self",
            "crate::a::B",
            "crate::c::D",
            "f::G",
            "crate::i::j",
            "k::L::m"
        ]
    );
}
