//! The site folder, file by file.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::{
    Arguments, bindings,
    compress::{self, Effort},
    names::{content_hash, hashed},
    optimise,
};

/// What was built.
pub struct Site {
    /// One line a file, for people.
    pub files: Vec<String>,
    /// What a browser loads of the module, in bytes.
    pub wasm_compressed: u64,
}

/// Builds the whole site in an empty folder.
///
/// # Errors
/// When an input cannot be read, wasm-bindgen or wasm-opt refuse the module, or a file cannot be written.
pub fn build(arguments: &Arguments, folder: &Path) -> Result<Site> {
    let scratch = folder.join("scratch");
    let bindings = bindings::generate(&arguments.wasm, &scratch)?;
    let module = if arguments.fast {
        bindings.module
    } else {
        let smaller = scratch.join("optimised.wasm");
        optimise::optimise(&arguments.binaryen, &bindings.module, &smaller)?;
        smaller
    };

    let mut writer = Writer {
        folder,
        effort: if arguments.fast {
            Effort::Quick
        } else {
            Effort::Best
        },
        files: Vec::new(),
    };
    let mut script = bindings.script;
    if let Some(snippets) = bindings.snippets {
        let name = writer.snippets(&snippets)?;
        // Only where the browser looks for the file: the same text elsewhere is the name under which the module asks.
        let import = "from \"./snippets/";
        ensure!(
            script.contains(import),
            "wasm-bindgen writes its imports in a new way; find them again in site.rs"
        );
        script = script.replace(import, &format!("from \"./{name}/"));
    }
    let (wasm, wasm_compressed) = writer.hashed("app", "wasm", &read(&module)?)?;
    let (js, _) = writer.hashed("app", "js", script.as_bytes())?;
    let (css, _) = writer.hashed("main", "css", &read(&arguments.style)?)?;
    let (docs_css, _) = writer.hashed("docs", "css", &read(&arguments.docs_style)?)?;
    for file in files_below(&arguments.public)? {
        let name = file.strip_prefix(&arguments.public)?;
        writer.file(name, &read(&file)?)?;
    }
    fs::remove_dir_all(&scratch).context("the scratch folder")?;

    let manifest = json!({ "js": js, "wasm": wasm, "css": css, "docsCss": docs_css });
    fs::write(folder.join("manifest.json"), format!("{manifest:#}\n")).context("manifest.json")?;
    Ok(Site {
        files: writer.files,
        wasm_compressed,
    })
}

/// Every file below a folder, in the same order on every machine.
///
/// # Errors
/// When a folder cannot be listed.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_below(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

struct Writer<'a> {
    folder: &'a Path,
    effort: Effort,
    files: Vec<String>,
}

impl Writer<'_> {
    /// Writes `pkg/stem.hash.extension`; returns its address and its compressed size.
    fn hashed(&mut self, stem: &str, extension: &str, content: &[u8]) -> Result<(String, u64)> {
        let name = format!("pkg/{}", hashed(stem, extension, content));
        let size = self.file(Path::new(&name), content)?;
        Ok((format!("/{name}"), size))
    }

    /// Writes the snippets under a folder name that changes with them, as all of `pkg` may be kept for ever; they import
    /// each other by relative paths, which stay right. Returns the folder's name.
    fn snippets(&mut self, snippets: &Path) -> Result<String> {
        let mut all = Vec::new();
        let mut contents = Vec::new();
        for file in files_below(snippets)? {
            let content = read(&file)?;
            all.extend_from_slice(file.strip_prefix(snippets)?.as_os_str().as_encoded_bytes());
            all.extend_from_slice(&content);
            contents.push((file, content));
        }
        let name = format!("snippets.{}", content_hash(&all));
        for (file, content) in contents {
            let path = Path::new("pkg")
                .join(&name)
                .join(file.strip_prefix(snippets)?);
            self.file(&path, &content)?;
        }
        Ok(name)
    }

    /// Writes one file and its compressed copies; returns the smaller of the sizes a browser may get.
    fn file(&mut self, name: &Path, content: &[u8]) -> Result<u64> {
        let path = self.folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)
                .with_context(|| format!("cannot create {}", parent.display()))?;
        }
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
        let size = if compress::pays(name) {
            compress::beside(&path, content, self.effort)?
        } else {
            content.len() as u64
        };
        self.files.push(format!(
            "{:<40} {:>9} bytes, {size:>9} compressed",
            name.display(),
            content.len()
        ));
        Ok(size)
    }
}
