//! The items that the files of a crate use of each other, by `use` declarations and by paths in the
//! code, each resolved past re-exports to the file that declares it.

use super::production::{Source, is_of_name, sources};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The path of a module or of an item: its names.
type ItemPath = Vec<String>;

/// Which files each file uses.
pub(super) type Arrows = BTreeMap<PathBuf, BTreeSet<PathBuf>>;

/// A file as a module.
struct Module {
    file: PathBuf,
    /// The code without comments, texts, tests and `use` declarations.
    code: String,
    items: BTreeSet<String>,
    imports: Vec<Import>,
}

/// One name that a `use` declaration brings in; `*` for all names of a module.
struct Import {
    name: String,
    path: ItemPath,
    is_public: bool,
}

/// The modules of a crate by their paths.
struct Tree(BTreeMap<ItemPath, Module>);

/// What a path leads to.
#[derive(PartialEq)]
enum Target<'a> {
    Item(&'a Path),
    Module(ItemPath),
    Foreign,
}

/// Returns the arrows between the files of the crate whose code is in `root`.
///
/// A `pub use` is an arrow only where the file itself uses the name; a module's declaration is none.
pub(super) fn arrows(root: &str) -> Arrows {
    let tree = Tree::read(root);
    tree.0.iter().map(|(at, module)| (module.file.clone(), tree.used_by(at, module))).collect()
}

impl Tree {
    fn read(root: &str) -> Self {
        let files = sources().into_iter().filter(|source| source.file.starts_with(root));
        Self(files.map(|source| (module_path(root, &source.file), Module::read(source))).collect())
    }

    fn used_by(&self, at: &[String], module: &Module) -> BTreeSet<PathBuf> {
        let is_used = |import: &&Import| !import.is_public || module.uses_name(&import.name);
        let imports = module.imports.iter().filter(is_used);
        let imported = imports.map(|import| import.path.clone());
        let paths = imported.chain(paths(&module.code)).map(|path| self.resolve(at, &path, 0));
        let files =
            paths.filter_map(|target| if let Target::Item(file) = target { Some(file.to_owned()) } else { None });
        files.filter(|file| *file != module.file).collect()
    }

    /// Resolves a path that is written in the module `at`.
    fn resolve(&self, at: &[String], path: &[String], depth: usize) -> Target<'_> {
        let mut module = at.to_vec();
        let mut rest = path;
        while let [first, others @ ..] = rest {
            match first.as_str() {
                "crate" => module.clear(),
                "super" => drop(module.pop()),
                "self" => {}
                _ => break,
            }
            rest = others;
        }
        let is_anchored = rest.len() < path.len();
        match rest.split_first() {
            None => Target::Module(module),
            Some((name, rest)) => self.step(&module, name, rest, is_anchored, depth),
        }
    }

    /// Resolves `name` in a module and goes on with `rest`.
    fn step(&self, module: &[String], name: &str, rest: &[String], is_anchored: bool, depth: usize) -> Target<'_> {
        let Some(here) = self.0.get(module) else { return Target::Foreign };
        let child = [module, &[name.to_owned()]].concat();
        if here.items.contains(name) && (rest.is_empty() || !self.0.contains_key(&child)) {
            return Target::Item(&here.file);
        }
        if self.0.contains_key(&child) {
            return match rest.split_first() {
                None => Target::Module(child),
                Some((next, rest)) => self.step(&child, next, rest, true, depth),
            };
        }
        let named = here.imports.iter().filter(|import| import.name == name);
        let glob = here.imports.iter().filter(|import| import.name == "*");
        let onward = named.map(|import| [&import.path[..], rest].concat());
        let onward = onward.chain(glob.map(|import| [&import.path[..], &[name.to_owned()], rest].concat()));
        let mut targets = onward.filter(|_| depth < 8).map(|path| self.resolve(module, &path, depth + 1));
        let found = targets.find(|target| *target != Target::Foreign);
        found.unwrap_or(if is_anchored { Target::Item(&here.file) } else { Target::Foreign })
    }
}

impl Module {
    fn read(source: Source) -> Self {
        let (code, imports) = without_uses(&without_test_items(&source.code()));
        Self { items: items(&code), file: source.file, code, imports }
    }

    /// Returns whether the code has a name, be it not as that of a child.
    fn uses_name(&self, name: &str) -> bool {
        let words: Vec<&str> = self.code.split(|c| !is_of_name(c)).filter(|word| !word.is_empty()).collect();
        let is_child = |at: usize| at > 0 && words[at - 1] == "mod";
        (0..words.len()).any(|at| words[at] == name && !is_child(at))
    }
}

fn module_path(root: &str, file: &Path) -> ItemPath {
    let inside = file.strip_prefix(root).unwrap_or(file).with_extension("");
    let parts = inside.iter().map(|part| part.to_string_lossy().into_owned());
    parts.filter(|part| !matches!(part.as_str(), "mod" | "lib")).collect()
}

/// Blanks each item that only tests have.
fn without_test_items(code: &str) -> String {
    let mut left = String::new();
    let mut rest = code;
    while let Some((before, item)) = rest.split_once("#[cfg(test)]") {
        left.push_str(before);
        let mut depth = 0_i32;
        let end = item.char_indices().find_map(|(at, c)| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            (depth == 0 && matches!(c, '}' | ';')).then_some(at + 1)
        });
        rest = &item[end.unwrap_or(item.len())..];
    }
    left + rest
}

/// Takes the `use` declarations out of the code.
fn without_uses(code: &str) -> (String, Vec<Import>) {
    let mut left = String::new();
    let mut imports = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.match_indices("use ").map(|(at, _)| at).find(|at| begins_item(&rest[..*at])) {
        let (before, declaration) = rest.split_at(at);
        let (tree, after) = declaration["use ".len()..].split_once(';').unwrap_or((declaration, ""));
        let is_public = before.rsplit('\n').next().is_some_and(|line| line.trim_start().starts_with("pub"));
        let tree = tree.split_whitespace().collect::<Vec<_>>().join(" ");
        leaves(&tree, &[], &mut |name, path| imports.push(Import { name, path, is_public }));
        left.push_str(before);
        rest = after;
    }
    (left + rest, imports)
}

/// Returns whether what stands before `use` lets a declaration follow.
fn begins_item(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or("").trim();
    line.is_empty() || line == "pub" || (line.starts_with("pub(") && line.ends_with(')')) || line.ends_with(['{', ';'])
}

/// Calls `found` with each name that a tree of `use` brings in.
fn leaves(tree: &str, prefix: &[String], found: &mut impl FnMut(String, ItemPath)) {
    for branch in branches(tree) {
        let (path, group) = match branch.split_once('{') {
            Some((path, group)) => (path, group.trim_end().strip_suffix('}')),
            None => (branch, None),
        };
        let (path, alias) = path.split_once(" as ").unwrap_or((path, ""));
        let mut whole = prefix.to_vec();
        whole.extend(path.split("::").map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()));
        if let Some(group) = group {
            leaves(group, &whole, found);
            continue;
        }
        if whole.len() > 1 {
            whole.pop_if(|last| last == "self");
        }
        let Some(last) = whole.last().cloned() else { continue };
        if last == "*" {
            whole.pop();
        }
        found(if alias.is_empty() { last } else { alias.trim().to_owned() }, whole);
    }
}

fn branches(tree: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    let commas = |c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    };
    tree.split(commas).map(str::trim).filter(|branch| !branch.is_empty()).collect()
}

/// Returns the names of the items that are declared at the top of the code.
fn items(code: &str) -> BTreeSet<String> {
    const KINDS: &[&str] = &["fn", "struct", "enum", "trait", "union", "type", "const", "static", "macro_rules"];
    let mut depth = 0_i32;
    let mut top = String::new();
    for c in code.chars() {
        depth -= i32::from(matches!(c, '}' | ')' | ']'));
        top.push(if depth == 0 { c } else { ' ' });
        depth += i32::from(matches!(c, '{' | '(' | '['));
    }
    let words: Vec<&str> = top.split(|c| !is_of_name(c)).filter(|word| !word.is_empty()).collect();
    words.windows(2).filter(|pair| KINDS.contains(&pair[0])).map(|pair| pair[1].to_owned()).collect()
}

/// Returns the paths of two names and more in the code, those of visibilities left out.
fn paths(code: &str) -> Vec<ItemPath> {
    let is_of_path = |c: char| is_of_name(c) || c == ':';
    let code = code.replace("pub(in ", "::");
    let words = code.split(|c| !is_of_path(c)).filter(|word| word.contains("::") && !word.starts_with(':'));
    let names = |word: &str| word.split("::").map(|name| name.trim_matches(':').to_owned()).collect::<Vec<_>>();
    words.map(|word| names(word).into_iter().filter(|name| !name.is_empty()).collect()).collect()
}
