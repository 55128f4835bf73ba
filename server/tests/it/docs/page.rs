//! What examples a page has.

/// In what an example can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Shell,
    JavaScript,
    Python,
}

impl Language {
    pub(super) const ALL: [Self; 3] = [Self::Shell, Self::JavaScript, Self::Python];

    /// What the fence says.
    const fn fence(self) -> &'static str {
        match self {
            Self::Shell => "sh",
            Self::JavaScript => "js",
            Self::Python => "python",
        }
    }
}

/// What an example is documented to print.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Printed<'p> {
    /// An answer, some of which may stand for anything.
    Json(&'p str),
    /// Just this.
    Text(&'p str),
    /// Anything that is no error.
    Something,
}

/// The same thing done in one language or several, and what comes of it.
#[derive(Debug)]
pub(super) struct Example<'p> {
    variants: Vec<(Language, &'p str)>,
    pub(super) printed: Printed<'p>,
}

impl<'p> Example<'p> {
    pub(super) fn in_language(&self, language: Language) -> Option<&'p str> {
        let mut variants = self.variants.iter();
        variants
            .find(|(other, _)| *other == language)
            .map(|(_, code)| *code)
    }

    pub(super) fn languages(&self) -> Vec<Language> {
        self.variants
            .iter()
            .map(|(language, _)| *language)
            .collect()
    }
}

/// Blocks that are no examples and answers to none: they are to be read.
const TO_BE_READ: &[&str] = &["nginx"];

/// The examples of a page, in order.
///
/// # Errors
/// What is wrong with the page: an answer to nothing, or a block of which nobody knows what it is.
pub(super) fn examples(page: &str) -> Result<Vec<Example<'_>>, String> {
    let mut examples: Vec<Example<'_>> = Vec::new();
    // Whether the block before was a variant of the last example, with nothing to be read in between.
    let mut is_open = false;
    for (between, fence, text) in blocks(page) {
        is_open &= between.trim().is_empty();
        if let Some(language) = Language::ALL.into_iter().find(|one| one.fence() == fence) {
            let open = examples.last_mut().filter(|_| is_open);
            match open {
                Some(example) if example.in_language(language).is_none() => {
                    example.variants.push((language, text));
                }
                _ => examples.push(Example {
                    variants: vec![(language, text)],
                    printed: Printed::Something,
                }),
            }
            is_open = true;
            continue;
        }
        is_open = false;
        if TO_BE_READ.contains(&fence) {
            continue;
        }
        let printed = match fence {
            "json" => Printed::Json(text),
            "text" => Printed::Text(text),
            other => return Err(format!("what is a block of {other:?}?")),
        };
        let example = examples.last_mut();
        let example = example.filter(|example| example.printed == Printed::Something);
        example
            .ok_or_else(|| format!("an answer to nothing: {text}"))?
            .printed = printed;
    }
    Ok(examples)
}

/// Fenced blocks: what stands between them and the one before, what the fence says, and the text.
fn blocks(page: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let mut parts = page.split("\n```");
    std::iter::from_fn(move || {
        let between = parts.next()?;
        let (fence, text) = parts.next()?.split_once('\n')?;
        // What follows a fence that closes is the rest of its line.
        Some((between, fence.trim(), text))
    })
}

#[test]
fn variants_that_follow_each_other_are_one_example() {
    use Language::{JavaScript, Python, Shell};

    let page = "A\n```sh\n1\n```\n\n```js\n2\n```\n\n```python\n3\n```\n\n```json\n4\n```\nB\n```sh\n5\n```\nC\n```js\n6\n```\n\
        \n```text\n7\n```\n";
    let found = examples(page).expect("a page");
    let languages: Vec<_> = found.iter().map(Example::languages).collect();
    assert_eq!(
        languages,
        [
            vec![Shell, JavaScript, Python],
            vec![Shell],
            vec![JavaScript]
        ]
    );
    assert_eq!(found[0].in_language(Python), Some("3"));
    assert_eq!(found[0].printed, Printed::Json("4"));
    assert_eq!(found[1].printed, Printed::Something);
    assert_eq!(found[2].printed, Printed::Text("7"));
}

#[test]
fn an_answer_to_nothing_and_an_unknown_block_are_noticed() {
    for wrong in [
        "A\n```json\n1\n```\n",
        "A\n```sh\n1\n```\n\n```json\n1\n```\n\n```json\n1\n```\n",
        "A\n```ruby\n1\n```\n",
    ] {
        assert!(examples(wrong).is_err(), "{wrong}");
    }
}
