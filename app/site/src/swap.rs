//! The folder is built under another name and put in place when it is complete, so that a build that fails leaves the
//! old site standing.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// An empty folder beside `out`, on the same file system, so that a rename is enough later.
///
/// # Errors
/// When it cannot be created.
pub fn prepare(out: &Path) -> Result<PathBuf> {
    let fresh = out.with_extension("new");
    remove(&fresh)?;
    fs::create_dir_all(&fresh).with_context(|| format!("cannot create {}", fresh.display()))?;
    Ok(fresh)
}

/// Puts the complete folder where the old one was.
///
/// # Errors
/// When a rename fails.
pub fn put_in_place(fresh: &Path, out: &Path) -> Result<()> {
    let old = out.with_extension("old");
    remove(&old)?;
    if out.exists() {
        fs::rename(out, &old).with_context(|| format!("cannot move {} away", out.display()))?;
    }
    fs::rename(fresh, out).with_context(|| format!("cannot put {} in place", out.display()))?;
    remove(&old)
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_folder_replaces_the_old_one_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("site");
        fs::create_dir(&out).expect("old site");
        fs::write(out.join("old.css"), "").expect("old file");

        let fresh = prepare(&out).expect("prepared");
        fs::write(fresh.join("new.css"), "").expect("new file");
        assert!(
            out.join("old.css").exists(),
            "the old site stands until the swap"
        );
        put_in_place(&fresh, &out).expect("swapped");

        assert!(out.join("new.css").exists());
        assert!(!out.join("old.css").exists());
        let left = fs::read_dir(folder.path()).expect("listing").count();
        assert_eq!(left, 1, "nothing is left lying about");
    }
}
