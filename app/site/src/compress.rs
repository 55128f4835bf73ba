//! Compressed copies, made once at build time at the best level instead of on every request.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};

/// How hard to try.
#[derive(Clone, Copy)]
pub enum Effort {
    /// For the watch loop.
    Quick,
    /// For everything that is served to people.
    Best,
}

/// Whether a file of this name gets smaller: text and `WebAssembly` do, pictures and fonts are compressed already.
pub fn pays(name: &Path) -> bool {
    let extension = name.extension().and_then(|extension| extension.to_str());
    matches!(
        extension,
        Some(
            "css" | "html" | "ico" | "js" | "json" | "svg" | "txt" | "wasm" | "webmanifest" | "xml"
        )
    )
}

/// Writes `name.br` and `name.gz` beside the file; returns the size of the first in bytes.
///
/// # Errors
/// When a copy cannot be written.
pub fn beside(file: &Path, content: &[u8], effort: Effort) -> Result<u64> {
    let (quality, level) = match effort {
        Effort::Quick => (1, Compression::fast()),
        Effort::Best => (11, Compression::best()),
    };
    let mut small = Vec::new();
    {
        // 22 bits is the largest window that every browser accepts.
        let mut encoder = brotli::CompressorWriter::new(&mut small, 4096, quality, 22);
        encoder.write_all(content)?;
    }
    write(&with_suffix(file, ".br"), &small)?;

    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(content)?;
    write(&with_suffix(file, ".gz"), &encoder.finish()?)?;
    Ok(small.len() as u64)
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn write(file: &Path, content: &[u8]) -> Result<()> {
    fs::write(file, content).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn both_copies_unpack_to_the_original() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("main.css");
        let content = b"body { margin: 0 }\n".repeat(500);

        let size = beside(&file, &content, Effort::Best).expect("compressed");

        let packed = fs::read(folder.path().join("main.css.br")).expect("brotli");
        assert_eq!(size, packed.len() as u64);
        assert!(packed.len() * 10 < content.len());
        let mut text = Vec::new();
        brotli::Decompressor::new(packed.as_slice(), 4096)
            .read_to_end(&mut text)
            .expect("brotli unpacks");
        assert_eq!(text, content);

        let packed = fs::read(folder.path().join("main.css.gz")).expect("gzip");
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(packed.as_slice())
            .read_to_end(&mut text)
            .expect("gzip unpacks");
        assert_eq!(text, content);
    }

    #[test]
    fn pictures_are_left_as_they_are() {
        assert!(pays(Path::new("favicon.svg")));
        assert!(!pays(Path::new("logo.png")));
        assert!(!pays(Path::new("LICENSE")));
    }
}
