//! The recipes of `examples/cookbook/`: shell scripts of which the README and the cookbook show what a reader
//! would type.
//!
//! A file begins with comments, the words above it there. A line that begins with `#@ ` is not shown; without
//! these three bytes it is part of what a test runs, and sets the stage or looks at the result.

use std::fs;
use std::path::{Path, PathBuf};

const HIDDEN: &str = "#@";

/// One of them.
pub struct Recipe {
    /// From the root of the repository, with `/` on every system: `examples/cookbook/receive/10-wait.sh`.
    pub path: String,
    text: String,
}

impl Recipe {
    /// All of a folder, or the one in a file, in the order of their names; the path counts from the root of the
    /// repository.
    pub fn all_in(path: &str) -> Vec<Self> {
        let mut paths = Vec::new();
        collect(root().join(path), &mut paths);
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Self {
        let relative = path.strip_prefix(root()).expect("it is below the root");
        Self {
            path: relative.to_string_lossy().replace('\\', "/"),
            text: fs::read_to_string(path).expect("a recipe is text"),
        }
    }

    /// What it is for, one paragraph.
    pub fn title(&self) -> String {
        let words = self.head().map(|line| line.trim_start_matches('#').trim());
        words.collect::<Vec<_>>().join("\n")
    }

    /// What a reader would type.
    pub fn shown(&self) -> String {
        let lines = self.text.lines().skip(self.head().count());
        let lines: Vec<_> = lines.filter(|line| !line.starts_with(HIDDEN)).collect();
        lines.join("\n").trim_matches('\n').to_owned()
    }

    /// What a test runs.
    pub fn script(&self) -> String {
        let lines = self.text.lines().map(|line| match line.strip_prefix(HIDDEN) {
            Some(hidden) => hidden.strip_prefix(' ').unwrap_or(hidden),
            None => line,
        });
        lines.map(|line| format!("{line}\n")).collect()
    }

    fn head(&self) -> impl Iterator<Item = &str> {
        let is_title = |line: &&str| line.starts_with('#') && !line.starts_with(HIDDEN);
        self.text.lines().take_while(is_title)
    }
}

/// The root of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn collect(path: PathBuf, paths: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a folder can be listed") {
            collect(entry.expect("a folder can be listed").path(), paths);
        }
    } else {
        paths.push(path);
    }
}
