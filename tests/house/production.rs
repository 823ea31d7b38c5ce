//! The Rust code that is shipped: without tests, fuzz targets, benches and examples.

use super::sources::{text, with_ending};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A file of the product, its inline tests cut off.
pub(super) struct Source {
    pub(super) file: PathBuf,
    pub(super) text: String,
}

/// Returns every file of the product.
pub(super) fn sources() -> Vec<Source> {
    let product = with_ending("rs").into_iter().filter(|file| is_product(file));
    product.map(|file| Source { text: without_tests(&text(&file)), file }).collect()
}

/// Returns whether a file is of the product.
pub(super) fn is_product(file: &Path) -> bool {
    let beside = ["tests", "tests.rs", "fuzz", "benches", "examples"];
    !file.components().any(|part| beside.iter().any(|name| part.as_os_str() == *name))
}

fn without_tests(text: &str) -> String {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().trim_end().to_owned()
}

impl Source {
    /// Returns the folder that the file's crate has its code in.
    pub(super) fn crate_root(&self) -> PathBuf {
        let parts: Vec<_> = self.file.iter().collect();
        let src = parts.iter().position(|part| *part == "src").map_or(parts.len(), |at| at + 1);
        parts[..src].iter().collect()
    }

    /// Returns the comments, each with the number of its line.
    pub(super) fn comments(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(n, line)| (n + 1, line));
        lines.filter(|(_, line)| line.trim_start().starts_with("//"))
    }

    /// Returns the names of the types that are declared, each with the number of its line.
    pub(super) fn types(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().filter_map(|(n, line)| Some((n + 1, declared_type(line)?)))
    }

    /// Returns the documented items, each with the number of its first line, the first paragraph of
    /// its documentation, and the line of the item.
    pub(super) fn documented(&self) -> Vec<(usize, String, &str)> {
        let lines: Vec<&str> = self.text.lines().map(str::trim_start).collect();
        let is_doc = |n: usize| lines.get(n).is_some_and(|line| line.starts_with("///"));
        let first_lines = (0..lines.len()).filter(|n| is_doc(*n) && !(*n > 0 && is_doc(*n - 1)));
        let read = |n: usize| {
            let docs = lines[n..].iter().map_while(|line| line.strip_prefix("/// "));
            let item = lines[n..].iter().find(|line| !line.starts_with("///") && !line.starts_with('#'))?;
            Some((n + 1, docs.collect::<Vec<_>>().join(" "), *item))
        };
        first_lines.filter_map(read).collect()
    }

    /// Returns the code with comments, texts and characters blanked.
    pub(super) fn code(&self) -> String {
        blanked(&self.text)
    }

    /// Returns the functions by name, each with its lines from signature to closing brace.
    pub(super) fn functions(&self) -> Vec<(String, Range<usize>)> {
        let code = blanked(&self.text);
        let starts = code.match_indices("fn ").filter(|(at, _)| !code[..*at].ends_with(is_of_name));
        starts.filter_map(|(at, _)| function(&code, at)).collect()
    }
}

/// Returns whether a character belongs to a name.
pub(super) fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Reads the name in a declaration of a type. Type aliases count where they are not an associated
/// type's value.
pub(super) fn declared_type(line: &str) -> Option<&str> {
    let bare = line.trim_start();
    let bare = match bare.strip_prefix("pub(") {
        Some(rest) => rest.split_once(") ")?.1,
        None => bare.strip_prefix("pub ").unwrap_or(bare),
    };
    let kinds = ["struct ", "enum ", "trait ", "union "];
    let alias = || bare.strip_prefix("type ").filter(|_| !line.starts_with(' '));
    let rest = kinds.iter().find_map(|kind| bare.strip_prefix(kind)).or_else(alias)?;
    rest.split(|c| !is_of_name(c)).next().filter(|name| !name.is_empty())
}

/// Reads the function at a place of the code; `None` if it has no body.
fn function(code: &str, at: usize) -> Option<(String, Range<usize>)> {
    let name: String = code[at + 3..].chars().take_while(|c| is_of_name(*c)).collect();
    let mut nested = 0_i32;
    let opens = code[at..].char_indices().find_map(|(n, c)| {
        nested += i32::from(matches!(c, '(' | '[')) - i32::from(matches!(c, ')' | ']'));
        (nested == 0 && matches!(c, '{' | ';')).then_some((at + n, c))
    });
    let (open, _) = opens.filter(|(_, c)| *c == '{' && !name.is_empty())?;
    let mut depth = 0_i32;
    let length = code[open..].char_indices().find_map(|(n, c)| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        (depth == 0).then_some(n)
    })?;
    let line = |at: usize| code[..at].matches('\n').count() + 1;
    Some((name, line(at)..line(open + length) + 1))
}

/// Returns the code with comments, texts and characters blanked, so that its braces can be counted.
fn blanked(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = opaque(rest, code.ends_with(is_of_name)).unwrap_or(0);
        let (hidden, after) = rest.split_at(if length > 0 { length } else { c.len_utf8() });
        match length {
            0 => code.push_str(hidden),
            _ => code.extend(hidden.chars().map(|c| if c == '\n' { '\n' } else { ' ' })),
        }
        rest = after;
    }
    code
}

/// Returns the length of the comment, text or character that the code begins with.
fn opaque(rest: &str, within_name: bool) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    let raw = rest.trim_start_matches('b').strip_prefix('r').filter(|_| !within_name);
    if let Some(raw) = raw {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let from = rest.len() - raw.len() + hashes + 1;
            return rest[from..].find(&end).map(|at| from + at + end.len());
        }
    }
    match rest.chars().next()? {
        '"' => quoted(rest, '"'),
        '\'' if rest[1..].starts_with('\\') || rest[1..].chars().nth(1) == Some('\'') => quoted(rest, '\''),
        _ => None,
    }
}

fn quoted(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    rest.char_indices().skip(1).find_map(|(at, c)| {
        let ends = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at + 1)
    })
}
