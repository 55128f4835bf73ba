//! Examples: with this server's address in them, a place for the reader's key, and a little colour.

/// An example in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    /// What the fence says that it is: `sh`, `js`, `python`, `json`.
    pub language: String,
    /// The text.
    pub text: String,
}

/// Stand for the key while an example is taken apart: no example has such characters of its own.
const KEY: char = '\u{e000}';
const QUOTED_KEY: char = '\u{e001}';

/// How examples name the key, by language; `"` before the mark: the name stands for a whole string.
const SHELL_KEY: &str = "$COOP_KEY";
const JS_KEY: &str = "process.env.COOP_KEY";
const PYTHON_KEY: &str = "os.environ[\"COOP_KEY\"]";

impl Code {
    pub fn new(language: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            language: language.into(),
            text: text.into(),
        }
    }

    /// Whether it is in a language in which the same may be said as in another one.
    pub fn is_variant(&self) -> bool {
        matches!(self.language.as_str(), "sh" | "js" | "python")
    }

    /// What the language is called.
    pub fn name(&self) -> &'static str {
        match self.language.as_str() {
            "sh" if self.text.contains("curl ") => "curl",
            "sh" => "Shell",
            "js" => "JavaScript",
            "python" => "Python",
            "json" => "JSON",
            "sql" => "SQL",
            "toml" => "TOML",
            "yaml" => "YAML",
            "nginx" => "nginx",
            _ => "Text",
        }
    }

    /// Whether there is a place for the reader's key in it.
    pub fn takes_key(&self) -> bool {
        self.marked("").contains([KEY, QUOTED_KEY])
    }

    /// It as HTML, for the server at `base_url`.
    pub fn html(&self, base_url: &str) -> String {
        let text = self.marked(base_url);
        let mut html = String::with_capacity(text.len() * 2);
        let mut rest = text.as_str();
        let mut before = '\n';
        while let Some(first) = rest.chars().next() {
            let (length, class) = self.token(rest, before);
            let (token, after) = rest.split_at(length.max(first.len_utf8()));
            if class.is_empty() {
                self.push(&mut html, token);
            } else {
                // As short as can be: there are many of them.
                html.extend(["<b class=", class, ">"]);
                self.push(&mut html, token);
                html.push_str("</b>");
            }
            before = token.chars().next_back().unwrap_or(first);
            rest = after;
        }
        html
    }

    /// The text with the address in place of its name, and a mark in place of the key's.
    fn marked(&self, base_url: &str) -> String {
        let quoted = format!("\"{base_url}\"");
        let (plain_key, quoted_key) = (KEY.to_string(), QUOTED_KEY.to_string());
        match self.language.as_str() {
            "sh" => self
                .text
                .replace("$COOP_URL", base_url)
                .replace(SHELL_KEY, &plain_key),
            "js" => self
                .text
                .replace("${process.env.COOP_URL}", base_url)
                .replace("process.env.COOP_URL", &quoted)
                .replace(JS_KEY, &quoted_key),
            "python" => self
                .text
                .replace("{os.environ['COOP_URL']}", base_url)
                .replace("os.environ[\"COOP_URL\"]", &quoted)
                .replace(PYTHON_KEY, &quoted_key),
            _ => self.text.clone(),
        }
    }

    /// The next token: its length and the class that colours it. `before` is the character in front of it.
    fn token(&self, rest: &str, before: char) -> (usize, &'static str) {
        let language = self.language.as_str();
        if language == "text" || language.is_empty() {
            return (rest.len(), "");
        }
        let comment = match language {
            "js" => "//",
            "sql" => "--",
            "json" => "\0",
            _ => "#",
        };
        if before.is_whitespace() && rest.starts_with(comment) {
            return (rest.find('\n').unwrap_or(rest.len()), "c");
        }
        if let Some(quote) = rest.chars().next().filter(|c| "\"'`".contains(*c)) {
            let length = string(rest, quote);
            let is_name = language == "json" && rest[length..].trim_start().starts_with(':');
            return (length, if is_name { "n" } else { "s" });
        }
        let word = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-' && language == "sh"))
            .unwrap_or(rest.len());
        let class = match &rest[..word] {
            "" => "",
            word if is_keyword(language, word) => "k",
            word if word.starts_with(|c: char| c.is_ascii_digit()) => "d",
            word if language == "sh" && word.starts_with('-') && before.is_whitespace() => "n",
            _ => "",
        };
        (word, class)
    }

    /// Escaped, with the place of the key.
    fn push(&self, html: &mut String, token: &str) {
        for c in token.chars() {
            match c {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                KEY => html.push_str("<span class=\"my-key\">$COOP_KEY</span>"),
                QUOTED_KEY => {
                    html.push_str("<span class=\"my-key quoted\">");
                    html.push_str(match self.language.as_str() {
                        "js" => JS_KEY,
                        _ => "os.environ[\"COOP_KEY\"]",
                    });
                    html.push_str("</span>");
                }
                c => html.push(c),
            }
        }
    }
}

/// The length of the string that the text begins with, its quotes included. One that does not end goes on to the end.
fn string(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if is_escaped {
            is_escaped = false;
        } else if c == '\\' {
            is_escaped = true;
        } else if c == quote {
            return at + c.len_utf8();
        }
    }
    text.len()
}

fn is_keyword(language: &str, word: &str) -> bool {
    let keywords: &[&str] = match language {
        "sh" => &[
            "curl", "do", "done", "else", "export", "fi", "for", "if", "in", "sleep", "then",
            "while",
        ],
        "js" => &[
            "async", "await", "catch", "const", "else", "finally", "for", "function", "if",
            "import", "from", "let", "new", "of", "return", "throw", "try", "while",
        ],
        "python" => &[
            "and", "as", "break", "continue", "def", "else", "except", "finally", "for", "from",
            "if", "import", "in", "not", "or", "raise", "return", "try", "while", "with",
        ],
        "sql" => &[
            "AND", "BEGIN", "COMMIT", "CREATE", "INSERT", "INTO", "KEY", "NOT", "NULL", "OR",
            "PRIMARY", "SELECT", "FROM", "SET", "TABLE", "UPDATE", "VALUES", "WHERE",
        ],
        _ => &[],
    };
    keywords.contains(&word)
        || (matches!(language, "json" | "js" | "python")
            && ["true", "false", "null", "True", "False", "None"].contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_filled_in_and_the_key_has_a_place_of_its_own() {
        for (language, text, html) in [
            (
                "sh",
                "curl \"$COOP_URL/x\" -H \"K: $COOP_KEY\"",
                "<b class=k>curl</b> <b class=s>\"http://h/x\"</b> <b class=n>-H</b> \
                 <b class=s>\"K: <span class=\"my-key\">$COOP_KEY</span>\"</b>",
            ),
            (
                "js",
                "f(`${process.env.COOP_URL}/x`, process.env.COOP_KEY)",
                "f(<b class=s>`http://h/x`</b>, <span class=\"my-key quoted\">process.env.COOP_KEY</span>)",
            ),
            (
                "python",
                "f(os.environ[\"COOP_URL\"], os.environ[\"COOP_KEY\"])",
                "f(<b class=s>\"http://h\"</b>, <span class=\"my-key quoted\">os.environ[\"COOP_KEY\"]</span>)",
            ),
        ] {
            let code = Code::new(language, text);
            assert_eq!(code.html("http://h"), html);
            assert!(code.takes_key());
        }
        assert!(!Code::new("json", "{\"a\": 1}").takes_key());
    }

    #[test]
    fn whatever_is_coloured_nothing_of_the_text_is_lost() {
        let texts = [
            "a 'b",
            "# c\n\"d\\\"e\" <f> & `",
            "é \"ü\\",
            "1.5 -x --y // z",
            "",
        ];
        for language in ["sh", "js", "python", "json", "sql", "toml", "", "what"] {
            for text in texts {
                let html = Code::new(language, text).html("");
                let mut shown = String::new();
                let mut is_tag = false;
                for c in html.chars() {
                    match c {
                        '<' => is_tag = true,
                        '>' => is_tag = false,
                        c if !is_tag => shown.push(c),
                        _ => {}
                    }
                }
                let shown = shown
                    .replace("&lt;", "<")
                    .replace("&gt;", ">")
                    .replace("&quot;", "\"")
                    .replace("&amp;", "&");
                assert_eq!(shown, text, "{language}");
            }
        }
    }
}
