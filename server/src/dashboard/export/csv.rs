//! Tables for spreadsheets.

/// A row as RFC 4180 writes it.
pub(super) fn row(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    format!("{}\r\n", cells.join(","))
}

/// Spreadsheets run what begins like a formula, and names, labels and user agents are typed by anybody: an apostrophe
/// before it makes it a text.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mark = if is_formula { "'" } else { "" };
    let text = text.replace('"', "\"\"");
    format!("\"{mark}{text}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_a_text_and_never_a_formula() {
        for (text, expected) in [
            ("plain, with comma", "\"plain, with comma\""),
            ("a \"quote\"", "\"a \"\"quote\"\"\""),
            ("=1+1", "\"'=1+1\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("a=1", "\"a=1\""),
            ("", "\"\""),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
    }
}
