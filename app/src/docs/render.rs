//! Markdown to HTML, in pieces: between them stand the examples, which are islands with a Copy button.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html::push_html};

/// A piece of a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// HTML made from Markdown of the repository, which holds no HTML of its own.
    Html(String),
    /// An example.
    Code {
        /// What the fence says that it is: `sh`, `json`.
        language: String,
        /// The text.
        text: String,
    },
}

/// Cuts a page into pieces.
pub(crate) fn blocks(markdown: &str) -> Vec<Block> {
    let events: Vec<Event<'_>> = Parser::new_ext(markdown, Options::ENABLE_TABLES).collect();
    let mut blocks = Vec::new();
    let mut prose = Vec::new();
    let mut code: Option<(String, String)> = None;
    for (at, event) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                flush(&mut prose, &mut blocks);
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                code = Some((language, String::new()));
            }
            Event::Text(text) if code.is_some() => {
                if let Some((_, code)) = &mut code {
                    code.push_str(text);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((language, text)) = code.take() {
                    let text = text.trim_end().to_owned();
                    blocks.push(Block::Code { language, text });
                }
            }
            Event::Start(Tag::Heading { level, .. }) => prose.push(Event::Start(Tag::Heading {
                level: *level,
                id: Some(CowStr::from(anchor(&events[at + 1..]))),
                classes: Vec::new(),
                attrs: Vec::new(),
            })),
            // Wide tables scroll by themselves, also by keyboard.
            Event::Start(Tag::Table(_)) => {
                prose.push(Event::Html("<div class=\"scroll\" tabindex=\"0\">".into()));
                prose.push(event.clone());
            }
            Event::End(TagEnd::Table) => {
                prose.push(event.clone());
                prose.push(Event::Html("</div>".into()));
            }
            _ => prose.push(event.clone()),
        }
    }
    flush(&mut prose, &mut blocks);
    blocks
}

fn flush(prose: &mut Vec<Event<'_>>, blocks: &mut Vec<Block>) {
    if prose.is_empty() {
        return;
    }
    let mut html = String::new();
    push_html(&mut html, prose.drain(..));
    blocks.push(Block::Html(html));
}

/// Where a heading is linked to: its words, or, for an error code, the code as it is.
fn anchor(events: &[Event<'_>]) -> String {
    let words = events
        .iter()
        .take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
    let text: String = words
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
            _ => None,
        })
        .collect();
    if text.contains('_') || text.chars().all(|c| c.is_ascii_uppercase()) {
        return text;
    }
    let mut anchor = String::new();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        if !anchor.is_empty() && !word.is_empty() {
            anchor.push('-');
        }
        anchor.push_str(&word.to_lowercase());
    }
    anchor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_stand_between_the_prose_and_headings_are_anchors() {
        let blocks = blocks("# A title, here\n\nText.\n\n```sh\necho 1\n```\n\n### SOME_CODE\n");
        assert_eq!(
            blocks,
            [
                Block::Html("<h1 id=\"a-title-here\">A title, here</h1>\n<p>Text.</p>\n".into()),
                Block::Code {
                    language: "sh".into(),
                    text: "echo 1".into()
                },
                Block::Html("<h3 id=\"SOME_CODE\">SOME_CODE</h3>\n".into()),
            ]
        );
    }

    #[test]
    fn no_page_holds_html_of_its_own() {
        for doc in crate::docs::DOCS {
            let events = Parser::new_ext(doc.text, Options::ENABLE_TABLES);
            for event in events {
                assert!(
                    !matches!(event, Event::Html(_) | Event::InlineHtml(_)),
                    "{}: {event:?}",
                    doc.title
                );
            }
        }
    }
}
