//! Looking for words in the documentation. The pages are few, so every search reads all of them.

use super::{DOCS, reference::Document, render};
use crate::routes;

/// The longest text that is looked for, in characters.
pub(crate) const LONGEST_QUERY: usize = 100;
/// The most words of it.
const MOST_WORDS: usize = 8;
/// The most places that are shown.
const MOST_HITS: usize = 20;
/// How much of a text is shown around the first word that was found, in characters.
const BEFORE: usize = 60;
const AROUND: usize = 180;

/// A place that has all the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The page's title.
    pub title: String,
    /// The heading; empty when it is the beginning of the page.
    pub heading: String,
    /// Where it is, with the anchor.
    pub href: String,
    /// Some text of it: pieces, and whether each is one of the words.
    pub snippet: Vec<(String, bool)>,
    score: usize,
}

/// What can be found.
struct Place {
    title: String,
    /// What of the title counts: every operation is in the one reference, so there it says nothing.
    named: &'static str,
    heading: String,
    href: String,
    text: String,
}

/// The words of a query, in small letters.
pub(crate) fn words(query: &str) -> Vec<String> {
    let query: String = query.chars().take(LONGEST_QUERY).collect();
    let mut words: Vec<String> = Vec::new();
    for word in query.to_lowercase().split_whitespace() {
        if words.len() < MOST_WORDS && !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// The places that have all of the words, the best ones first.
pub(crate) fn search(query: &str, api: Option<&Document>) -> Vec<Hit> {
    let words = words(query);
    if words.is_empty() {
        return Vec::new();
    }
    let mut hits: Vec<Hit> = places(api)
        .into_iter()
        .filter_map(|place| hit(place, &words))
        .collect();
    // Stable: of equally good places the one that is read first comes first.
    hits.sort_by_key(|hit| std::cmp::Reverse(hit.score));
    hits.truncate(MOST_HITS);
    hits
}

fn places(api: Option<&Document>) -> Vec<Place> {
    let mut places = Vec::new();
    for doc in DOCS {
        for section in render::sections(doc.text) {
            // What stands under the page's own heading is found under its title.
            let is_top = section.level < 2;
            let text = section
                .text
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            if is_top && text.is_empty() {
                continue;
            }
            places.push(Place {
                title: doc.title.to_owned(),
                named: doc.title,
                href: if is_top {
                    doc.path()
                } else {
                    format!("{}#{}", doc.path(), section.anchor)
                },
                heading: if is_top {
                    String::new()
                } else {
                    section.heading
                },
                text,
            });
        }
    }
    let operations = api.into_iter().flat_map(Document::operations);
    places.extend(operations.map(|(method, path, operation)| Place {
        title: "API reference".into(),
        named: "",
        heading: format!("{} {path}", method.to_uppercase()),
        href: format!("{}#{}", routes::DOCS_API, operation.id),
        text: format!("{} {}", operation.summary, operation.description),
    }));
    places
}

/// A place as a hit, if it has every word somewhere. A word in the title is worth more than one in the heading, and that
/// more than any number in the text.
fn hit(place: Place, words: &[String]) -> Option<Hit> {
    let title = place.named.to_lowercase();
    let heading = place.heading.to_lowercase();
    let text = lower(&place.text);
    let mut score = 0;
    for word in words {
        let in_text = text.matches(word.as_str()).count().min(9);
        let worth = 100 * usize::from(title.contains(word.as_str()))
            + 30 * usize::from(heading.contains(word.as_str()))
            + in_text;
        if worth == 0 {
            return None;
        }
        // The beginning of a page stands for all of it.
        let is_page = place.heading.is_empty() && title.contains(word.as_str());
        score += worth + if is_page { 50 } else { 0 };
    }
    Some(Hit {
        snippet: snippet(&place.text, &text, words),
        title: place.title,
        heading: place.heading,
        href: place.href,
        score,
    })
}

/// Small letters, each as long as the one that it comes from, so that a place in one text is that place in the other.
fn lower(text: &str) -> String {
    let small = |c: char| {
        let mut small = c.to_lowercase();
        match (small.next(), small.next()) {
            (Some(one), None) if one.len_utf8() == c.len_utf8() => one,
            _ => c,
        }
    };
    text.chars().map(small).collect()
}

fn snippet(text: &str, small: &str, words: &[String]) -> Vec<(String, bool)> {
    let first = words.iter().filter_map(|word| small.find(word)).min();
    let from = begin(text, first.unwrap_or(0));
    let until = text[from..]
        .char_indices()
        .nth(AROUND)
        .map_or(text.len(), |(at, _)| {
            from + text[from..from + at].rfind(' ').unwrap_or(at)
        });
    let mut pieces = Vec::new();
    if from > 0 {
        pieces.push(("… ".to_owned(), false));
    }
    let mut at = from;
    while at < until {
        let next = words
            .iter()
            .filter_map(|word| Some((at + small[at..until].find(word)?, word.len())))
            .min_by_key(|(found, length)| (*found, usize::MAX - length));
        let Some((found, length)) = next else { break };
        if found > at {
            pieces.push((text[at..found].to_owned(), false));
        }
        pieces.push((text[found..found + length].to_owned(), true));
        at = found + length;
    }
    pieces.push((text[at..until].to_owned(), false));
    if until < text.len() {
        pieces.push((" …".to_owned(), false));
    }
    pieces.retain(|(piece, _)| !piece.is_empty());
    pieces
}

/// Where a snippet begins: at a word a little before what was found.
fn begin(text: &str, found: usize) -> usize {
    let back = text[..found]
        .char_indices()
        .rev()
        .nth(BEFORE)
        .map(|(at, _)| at);
    back.map_or(0, |at| {
        text[at..found].find(' ').map_or(found, |gap| at + gap + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(hit: &Hit) -> String {
        let mark = |(piece, is_word): &(String, bool)| match is_word {
            true => format!("[{piece}]"),
            false => piece.clone(),
        };
        hit.snippet.iter().map(mark).collect()
    }

    #[test]
    fn a_title_is_before_a_heading_and_a_heading_before_the_text() {
        let hits = search("limits", None);
        assert_eq!(
            (hits[0].title.as_str(), hits[0].href.as_str()),
            ("Limits", "/docs/limits")
        );
        let of_page = hits.iter().take_while(|hit| hit.title == "Limits").count();
        assert!(hits[of_page..].iter().all(|hit| hit.title != "Limits"));
        assert!(of_page < hits.len(), "other pages speak of limits too");
        assert!(
            search("API_KEY_ROTATED", None)[0]
                .href
                .ends_with("/docs/errors#API_KEY_ROTATED")
        );
    }

    #[test]
    fn every_word_has_to_be_there_and_what_is_found_is_marked_as_it_is_written() {
        let hits = search("  Master  ROTATED master ", None);
        assert!(hits.is_empty(), "{hits:?}");
        let hit = &search("double CLICK", None)[0];
        assert!(
            marked(hit).contains("a [double] [click] selects"),
            "{}",
            marked(hit)
        );
        assert!(marked(hit).starts_with("… ") && marked(hit).ends_with(" …"));
    }

    #[test]
    fn nothing_and_letters_that_change_their_length_are_no_trouble() {
        assert!(search("", None).is_empty());
        assert!(search("   ", None).is_empty());
        assert!(search("İ ẞ ﬁ 🦀", None).is_empty());
        let text = "İstanbul ist groß";
        let small = lower(text);
        assert_eq!(small.len(), text.len());
        let pieces = snippet(text, &small, &["groß".into()]);
        assert_eq!(
            pieces,
            [("İstanbul ist ".into(), false), ("groß".into(), true)]
        );
    }

    #[test]
    fn a_long_query_is_cut() {
        assert_eq!(words(&"a b c d e f g h i j ".repeat(90)).len(), MOST_WORDS);
        assert_eq!(words(&"x".repeat(900)), ["x".repeat(LONGEST_QUERY)]);
    }
}
