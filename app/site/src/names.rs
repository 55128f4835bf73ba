//! Names that change with the content, so that browsers may keep a file for ever.

use sha2::{Digest, Sha256};

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|half| char::from(DIGITS[usize::from(half)]))
        .collect()
}

/// The first 64 bits of SHA-256 as text: among the few files of a site no two will share them by accident.
pub fn content_hash(content: &[u8]) -> String {
    hex(&Sha256::digest(content)[..8])
}

/// `stem.hash.extension`
pub fn hashed(stem: &str, extension: &str, content: &[u8]) -> String {
    format!("{stem}.{}.{extension}", content_hash(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_carries_the_start_of_the_sha256_of_the_content() {
        // SHA-256 of "abc" from FIPS 180-2.
        assert_eq!(hashed("app", "js", b"abc"), "app.ba7816bf8f01cfea.js");
    }

    #[test]
    fn another_content_has_another_name() {
        assert_ne!(hashed("app", "js", b"a"), hashed("app", "js", b"b"));
    }
}
