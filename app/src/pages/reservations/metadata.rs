//! JSON as people read it.

/// The text of a JSON object with line breaks and indentation, and otherwise as it was sent: numbers keep their digits and
/// fields their order. A text that is no JSON comes out in some shape, and whole.
pub(super) fn pretty(json: &str) -> String {
    let mut text = String::with_capacity(json.len() * 2);
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let mut last = ' ';
    for character in json.chars() {
        if in_string {
            text.push(character);
            in_string = escaped || character != '"';
            escaped = character == '\\' && !escaped;
            last = character;
            continue;
        }
        match character {
            ' ' | '\n' | '\r' | '\t' => continue,
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                // Nothing in between: it stays on its line.
                if last != '{' && last != '[' {
                    new_line(&mut text, depth);
                }
                text.push(character);
            }
            _ => {
                match last {
                    '{' | '[' if depth > 0 => new_line(&mut text, depth),
                    ',' => new_line(&mut text, depth),
                    ':' => text.push(' '),
                    _ => {}
                }
                text.push(character);
                in_string = character == '"';
                depth += usize::from(matches!(character, '{' | '['));
            }
        }
        // The end of a string has to look like none of the signs above.
        last = character;
    }
    text
}

fn new_line(text: &mut String, depth: usize) {
    text.push('\n');
    text.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use super::pretty;

    #[test]
    fn fields_stand_on_lines_of_their_own_in_the_order_in_which_they_were_sent() {
        assert_eq!(
            pretty(r#"{"b":1,"a":{"c":[1, 2],"d":{}}, "e":[]}"#),
            "{\n  \"b\": 1,\n  \"a\": {\n    \"c\": [\n      1,\n      2\n    ],\n    \"d\": {}\n  },\n  \"e\": []\n}"
        );
        assert_eq!(pretty("{}"), "{}");
    }

    #[test]
    fn what_stands_in_strings_and_numbers_is_left_alone() {
        assert_eq!(
            pretty(r#"{"a":"x, {\"y\": [1]} \\","n":1.50e400}"#),
            "{\n  \"a\": \"x, {\\\"y\\\": [1]} \\\\\",\n  \"n\": 1.50e400\n}"
        );
        assert_eq!(pretty(r#"["{","#), "[\n  \"{\",");
    }
}
