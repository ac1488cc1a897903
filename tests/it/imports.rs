//! Imports point down: no two files of `src/` import each other, and the lower layers do not know the upper ones.
//!
//! An import is a `use`, or a path that begins with `crate`, `super`, `self` or a child module; what a module hands on
//! from its children with `pub use` is none. Tests in the files are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module's path, `["mqtt", "session"]`.
type Module = Vec<String>;

/// Every file of `src/` by its module, without tests.
fn modules() -> BTreeMap<Module, String> {
    let mut modules = BTreeMap::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &Vec::new(), &mut modules);
    modules.remove(&vec!["main".to_owned()]);
    let root = modules.remove(&vec!["lib".to_owned()]).expect("there is a lib.rs");
    modules.insert(Vec::new(), root);
    modules.retain(|module, _| {
        !module.iter().any(|part| part == "tests" || part == "enumeration")
            && module.first().is_none_or(|it| it != "simulation")
    });
    modules
}

fn collect(directory: &Path, above: &Module, modules: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(directory).expect("src/ can be listed") {
        let path = entry.expect("src/ can be listed").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let module = [above.clone(), vec![name]].concat();
        if path.is_dir() {
            collect(&path, &module, modules);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            modules.insert(module, code(&fs::read_to_string(path).expect("a source can be read")));
        }
    }
}

/// A source without its comments and the tests at its end.
fn code(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let tests = lines.windows(2).position(|pair| {
        pair[0].starts_with("#[cfg(")
            && pair[0].contains("test")
            && pair[1].starts_with("mod tests {")
    });
    let kept = lines.iter().take(tests.unwrap_or(lines.len()));
    kept.map(|line| line.split("//").next().unwrap_or_default()).fold(
        String::new(),
        |mut all, line| {
            all.push_str(line);
            all.push('\n');
            all
        },
    )
}

/// The paths that a `use` names: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(tree: &str) -> Vec<Vec<String>> {
    let tree = tree.trim();
    let Some((prefix, group)) = tree.split_once('{') else {
        let tree = tree.split(" as ").next().unwrap_or_default();
        return vec![tree.split("::").map(|part| part.trim().to_owned()).collect()];
    };
    let prefix: Vec<String> = prefix
        .split("::")
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect();
    let group = group.trim_end().strip_suffix('}').unwrap_or(group);
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for char in group.chars() {
        match char {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("there is one").push(char);
    }
    let parts = parts.iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(|part| paths(part)).map(|path| [prefix.clone(), path].concat()).collect()
}

/// The module whose file a path leads to, seen from `here`.
fn target(here: &Module, path: &[String], modules: &BTreeMap<Module, String>) -> Option<Module> {
    let mut at = here.clone();
    let mut rest = path;
    match path.first()?.as_str() {
        "crate" => at.clear(),
        "self" => {}
        "super" => {
            while rest.first().is_some_and(|part| part == "super") {
                at.pop();
                rest = &rest[1..];
            }
            return Some(descend(at, rest, modules));
        }
        child => {
            let module = [here.clone(), vec![child.to_owned()]].concat();
            return modules.contains_key(&module).then(|| descend(module, &rest[1..], modules));
        }
    }
    Some(descend(at, &rest[1..], modules))
}

fn descend(mut at: Module, rest: &[String], modules: &BTreeMap<Module, String>) -> Module {
    for part in rest {
        let next = [at.clone(), vec![part.clone()]].concat();
        if !modules.contains_key(&next) {
            break;
        }
        at = next;
    }
    at
}

/// What a file imports.
fn imports(here: &Module, code: &str, modules: &BTreeMap<Module, String>) -> BTreeSet<Module> {
    let mut found = BTreeSet::new();
    let mut body = String::new();
    for statement in code.split_inclusive(';') {
        let words = statement.rsplit('\n').map(str::trim_start);
        let starts = words.clone().any(|line| line.starts_with("use "));
        let hands_on = words
            .clone()
            .any(|line| line.starts_with("pub use ") || line.starts_with("pub(crate) use "));
        let tree = statement.rsplit_once("use ").filter(|_| starts || hands_on);
        match tree {
            Some((before, tree)) if starts || hands_on => {
                body.push_str(before);
                if starts && !hands_on {
                    found.extend(
                        paths(tree.trim_end_matches(';'))
                            .iter()
                            .filter_map(|path| target(here, path, modules)),
                    );
                }
            }
            _ => body.push_str(statement),
        }
    }
    let is_path = |char: char| char.is_alphanumeric() || char == '_' || char == ':';
    for word in body.split(|char| !is_path(char)).filter(|word| word.contains("::")) {
        let path: Vec<String> = word.split("::").map(str::to_owned).collect();
        found.extend(target(here, &path, modules));
    }
    found.remove(here);
    found
}

#[test]
fn no_two_files_import_each_other() {
    let modules = modules();
    let all: BTreeMap<&Module, BTreeSet<Module>> =
        modules.iter().map(|(here, code)| (here, imports(here, code, &modules))).collect();
    assert!(all.values().map(BTreeSet::len).sum::<usize>() > 300, "imports are found");
    let mut circles = Vec::new();
    for (here, theirs) in &all {
        for there in theirs.iter().filter(|there| *here < there) {
            if all.get(there).is_some_and(|back| back.contains(*here)) {
                circles.push(format!("{} <-> {}", here.join("/"), there.join("/")));
            }
        }
    }
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

/// The layers of the picture in lib.rs, the uppermost first.
fn layers() -> Vec<BTreeSet<String>> {
    let root = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs"));
    let text = root.expect("lib.rs can be read").replace("\n//!", "");
    let (_, text) = text.split_once("Imports point down: ").expect("the layers are named");
    let (text, _) = text.split_once('.').expect("a sentence ends");
    let is_name = |char: char| char.is_alphanumeric() || char == '_';
    let names = |layer: &str| {
        layer
            .split(|char| !is_name(char))
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect()
    };
    text.split('→').map(names).collect()
}

#[test]
fn imports_point_down_as_the_picture_says() {
    let (modules, layers) = (modules(), layers());
    let layer = |module: &Module| {
        let name = module.first()?;
        let at = layers.iter().position(|layer| layer.contains(name));
        Some(at.unwrap_or_else(|| panic!("the picture in lib.rs has no {name}")))
    };
    let mut wrong = Vec::new();
    for (here, code) in &modules {
        for there in imports(here, code, &modules) {
            let is_same = here.first() == there.first();
            let (upper, lower) = (layer(here), layer(&there));
            // lib.rs, which has no name, is above all.
            if !is_same && upper.is_some() && lower.is_some() && upper >= lower {
                wrong.push(format!("{} imports {}", here.join("/"), there.join("/")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Besides what the picture forbids.
#[test]
fn lower_layers_do_not_know_upper_ones() {
    let modules = modules();
    let order = [
        (
            "mqtt",
            &[
                "run",
                "commands",
                "connection",
                "settings",
                "transport",
                "cli",
                "events",
                "exit",
                "ui",
            ][..],
        ),
        ("run", &["commands", "connection", "settings", "cli", "events", "exit", "ui"]),
        (
            "transport",
            &["mqtt", "run", "commands", "connection", "settings", "cli", "events", "exit", "ui"],
        ),
        (
            "format",
            &["mqtt", "run", "commands", "connection", "settings", "cli", "events", "exit", "ui"],
        ),
        (
            "query",
            &[
                "format",
                "mqtt",
                "run",
                "commands",
                "connection",
                "settings",
                "cli",
                "events",
                "exit",
                "ui",
            ],
        ),
        (
            "outbox",
            &[
                "action",
                "mqtt",
                "run",
                "commands",
                "connection",
                "settings",
                "cli",
                "events",
                "exit",
                "ui",
            ],
        ),
        ("action", &["mqtt", "run", "commands", "connection", "cli", "events", "ui"]),
        (
            "service",
            &["mqtt", "run", "commands", "connection", "settings", "cli", "events", "exit", "ui"],
        ),
        (
            "source",
            &["mqtt", "run", "commands", "connection", "settings", "cli", "events", "exit", "ui"],
        ),
    ];
    let mut wrong = Vec::new();
    for (here, code) in &modules {
        let Some((_, upper)) =
            order.iter().find(|(lower, _)| here.first().is_some_and(|it| it == lower))
        else {
            continue;
        };
        for there in imports(here, code, &modules) {
            if there.first().is_some_and(|it| upper.contains(&it.as_str())) {
                wrong.push(format!("{} imports {}", here.join("/"), there.join("/")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_use_tree_is_all_its_paths() {
    let named = |tree: &str| paths(tree).iter().map(|path| path.join("::")).collect::<Vec<_>>();
    assert_eq!(named("a::b"), ["a::b"]);
    assert_eq!(named("a::{b, c::{d, e as f}, self}"), ["a::b", "a::c::d", "a::c::e", "a::self"]);
}
