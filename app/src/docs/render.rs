//! Markdown to HTML, in pieces: between them stand the examples, which are shown in a frame with a Copy button.

use super::code::Code;
use pulldown_cmark::{
    CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html::push_html,
};

/// A piece of a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// HTML made from Markdown of the repository, which holds no HTML of its own.
    Html(String),
    /// An example; several of them say the same in several languages.
    Example(Vec<Code>),
}

/// What a heading begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Section {
    /// 1 to 6; 0 for what stands before the first heading.
    pub level: u8,
    /// Where the heading is linked to.
    pub anchor: String,
    /// The heading's words.
    pub heading: String,
    /// What stands below it, without marks: for searching.
    pub text: String,
}

fn events(markdown: &str) -> Vec<Event<'_>> {
    Parser::new_ext(markdown, Options::ENABLE_TABLES).collect()
}

/// Cuts a page into pieces.
pub(crate) fn blocks(markdown: &str) -> Vec<Block> {
    let events = events(markdown);
    let mut blocks = Vec::new();
    let mut prose = Vec::new();
    let mut code: Option<Code> = None;
    for (at, event) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                flush(&mut prose, &mut blocks);
                code = Some(Code::new(language(kind), ""));
            }
            Event::Text(text) if code.is_some() => {
                if let Some(code) = &mut code {
                    code.text.push_str(text);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some(code) = code.take() {
                    let text = code.text.trim_end().to_owned();
                    push_code(&mut blocks, Code { text, ..code });
                }
            }
            Event::Start(Tag::Heading { level, .. }) => {
                let words = heading(&events[at + 1..]);
                let anchor = anchor(&words);
                let link = (*level != HeadingLevel::H1).then(|| open_link(&anchor));
                prose.push(Event::Start(Tag::Heading {
                    level: *level,
                    id: Some(CowStr::from(anchor)),
                    classes: Vec::new(),
                    attrs: Vec::new(),
                }));
                prose.extend(link);
            }
            Event::End(TagEnd::Heading(level)) => {
                if *level != HeadingLevel::H1 {
                    prose.push(Event::Html("</a>".into()));
                }
                prose.push(event.clone());
            }
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

/// The sections of a page, in order.
pub(crate) fn sections(markdown: &str) -> Vec<Section> {
    let events = events(markdown);
    let mut sections = vec![Section::default()];
    let mut in_heading = false;
    for (at, event) in events.iter().enumerate() {
        let words = match event {
            Event::Start(Tag::Heading { level, .. }) => {
                in_heading = true;
                let heading = heading(&events[at + 1..]);
                sections.push(Section {
                    level: *level as u8,
                    anchor: anchor(&heading),
                    heading,
                    text: String::new(),
                });
                continue;
            }
            Event::End(TagEnd::Heading(_)) => {
                in_heading = false;
                continue;
            }
            Event::Text(text) | Event::Code(text) => text.as_ref(),
            Event::SoftBreak
            | Event::HardBreak
            | Event::End(
                TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell | TagEnd::CodeBlock,
            ) => " ",
            _ => continue,
        };
        if !in_heading && let Some(section) = sections.last_mut() {
            section.text.push_str(words);
        }
    }
    sections
}

/// A few sentences of Markdown, such as a description in the API's document.
pub(crate) fn prose(markdown: &str) -> String {
    let mut html = String::new();
    // Marks of HTML are shown as they are.
    let events = Parser::new(markdown).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        event => event,
    });
    push_html(&mut html, events);
    html
}

fn language(kind: &CodeBlockKind<'_>) -> String {
    match kind {
        CodeBlockKind::Fenced(language) => language.to_string(),
        CodeBlockKind::Indented => String::new(),
    }
}

/// Blocks in different languages that directly follow each other are one example.
fn push_code(blocks: &mut Vec<Block>, code: Code) {
    if let Some(Block::Example(variants)) = blocks.last_mut()
        && code.is_variant()
        && variants
            .iter()
            .all(|variant| variant.is_variant() && variant.language != code.language)
    {
        variants.push(code);
        return;
    }
    blocks.push(Block::Example(vec![code]));
}

fn flush(prose: &mut Vec<Event<'_>>, blocks: &mut Vec<Block>) {
    if prose.is_empty() {
        return;
    }
    let mut html = String::new();
    push_html(&mut html, prose.drain(..));
    blocks.push(Block::Html(html));
}

/// The words of the heading that the events begin with.
fn heading(events: &[Event<'_>]) -> String {
    events
        .iter()
        .take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))))
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
            _ => None,
        })
        .collect()
}

fn open_link<'a>(anchor: &str) -> Event<'a> {
    Event::Html(format!("<a href=\"#{anchor}\">").into())
}

/// Where a heading is linked to: its words, or, for an error code, the code as it is.
fn anchor(text: &str) -> String {
    if text.contains('_') || text.chars().all(|c| c.is_ascii_uppercase()) {
        return text.to_owned();
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
