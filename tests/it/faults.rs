//! The index of faults, `tests/FAULTS.md`, cannot rot: each fault has its row, and each test it names is there.

use std::fs;
use std::iter;
use std::path::{Path, PathBuf};

/// How many faults any client meets: rows 1 to this.
const FAULTS: usize = 100;

/// Faults that were seen in this program since, each of which has its row too. Further ones may have theirs.
const SEEN: &[usize] = &[
    101, 102, 103, 105, 106, 107, 108, 109, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121,
    122, 123, 124, 125, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144,
    145, 146, 147, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 161, 162, 163,
    164, 165, 166, 167, 168, 169, 170, 171, 172, 173, 174, 175, 176, 177, 178, 179, 180, 181, 182,
    183, 184, 185, 231, 232, 233, 234, 235, 241, 242, 243, 244, 245, 246, 247, 248, 249, 250, 251,
    252, 253, 254, 255, 271, 272, 273, 274, 275, 276, 277, 278, 279, 291, 292, 293, 294, 295, 296,
    297, 298, 301, 302, 303, 304, 305, 306, 307, 308, 309,
];

/// One line of a table: its first cell, and the tests in its last.
struct Row {
    number: Option<usize>,
    tests: Vec<String>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rows() -> Vec<Row> {
    let index = fs::read_to_string(root().join("tests/FAULTS.md")).expect("the index is there");
    let lines = index.lines().filter(|line| line.starts_with("| "));
    let cells = lines.map(|line| line.replace("\\|", "").trim_matches('|').to_owned());
    let rows = cells.map(|line| {
        let (first, _) = line.split_once('|').expect("more than one cell");
        let (_, last) = line.rsplit_once('|').expect("more than one cell");
        let tests = last.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        Row { number: first.trim().parse().ok(), tests }
    });
    rows.collect()
}

/// The files in which a test of this name may be: those of its module and of the modules around it.
fn files(module: &str) -> Vec<PathBuf> {
    let modules = iter::successors(Some(module), |module| Some(module.rsplit_once("::")?.0));
    let paths = modules.map(|module| module.replace("::", "/"));
    let files = paths.flat_map(|path| {
        ["tests/it", "src"].into_iter().flat_map(move |directory| {
            [format!("{directory}/{path}.rs"), format!("{directory}/{path}/mod.rs")]
        })
    });
    files.map(|file| root().join(file)).collect()
}

/// Whether there is such a test.
fn exists(test: &str) -> bool {
    let Some((module, name)) = test.rsplit_once("::") else { return false };
    let declaration = format!("fn {name}(");
    files(module).iter().any(|file| {
        let source = fs::read_to_string(file).unwrap_or_default();
        let before = source.split_once(&declaration).map(|(before, _)| before);
        before.is_some_and(|before| {
            let mut lines = before.trim_end().lines().rev().map(str::trim);
            lines.by_ref().take_while(|line| line.starts_with("#[")).any(|it| it == "#[test]")
        })
    })
}

#[test]
fn every_fault_has_a_row_and_every_row_has_a_test() {
    let numbered: Vec<_> =
        rows().into_iter().filter_map(|row| Some((row.number?, row.tests))).collect();
    let numbers: Vec<_> = numbered.iter().map(|(number, _)| *number).collect();
    let first = numbers.iter().copied().take(FAULTS);
    assert!(first.eq(1..=FAULTS), "each fault in its order");
    assert!(numbers.is_sorted_by(|one, next| one < next), "each fault once, in its order");
    let missing: Vec<_> = SEEN.iter().filter(|seen| !numbers.contains(seen)).collect();
    assert!(missing.is_empty(), "no row for {missing:?}");
    let without = numbered.iter().filter(|(_, tests)| tests.is_empty());
    let without: Vec<_> = without.map(|(number, _)| *number).collect();
    assert!(without.is_empty(), "no test shows {without:?}");
}

#[test]
fn every_test_that_the_index_names_exists() {
    let rows = rows();
    let named = rows.iter().flat_map(|row| &row.tests);
    let missing: Vec<_> = named.filter(|test| !exists(test)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn a_test_that_does_not_exist_is_missed() {
    assert!(exists("faults::a_test_that_does_not_exist_is_missed"));
    assert!(!exists("faults::exists"), "a function, and no test");
    assert!(!exists("faults::no_such_test"));
    assert!(!exists("no_such_module::no_such_test"));
}
