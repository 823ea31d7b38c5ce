//! YAML with the line of everything, as written: `0101` stays text until somebody wants a number.
//!
//! Budgets: size, depth, and nodes and bytes with aliases counted as often as they are used. Keys that stand twice are faults.

use super::scanner_words::{DEEPEST, words};
use crate::base::value::Value;
use crate::change::{Fault, Origin};
use granit_parser::{Event, Parser, ScalarStyle};
use std::collections::{BTreeMap, HashMap};

/// Largest file in bytes.
const LARGEST: usize = 32 << 20;
/// Most nodes, aliases counted as often as they are used.
const MOST: usize = 4_000_000;
/// Most bytes of text in memory, in all copies that anchors and aliases make.
const MOST_BYTES: usize = 2 * LARGEST;

const ALIASES: &str = "aliases make the file too large";

/// A node and the line on which it begins, from 1.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) line: u32,
    pub(super) kind: Kind,
    size: usize,
    bytes: usize,
}

/// The kinds of nodes.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A word without quotes.
    Plain(String),
    /// Text in quotes or a block.
    Quoted(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key and its line.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) line: u32,
    pub(super) text: String,
}

/// A list or table that has begun and not ended.
struct Open {
    anchor: usize,
    line: u32,
    size: usize,
    bytes: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map(Vec<(Key, Node)>, Option<Key>),
}

impl Node {
    /// Whether the node is `~`, `null` or an empty value.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Plain(text) if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The node as a parameter's value, by YAML 1.2's core schema.
    pub(super) fn value(&self) -> Value {
        match &self.kind {
            _ if self.is_null() => Value::Null,
            Kind::Plain(text) => plain_value(text),
            Kind::Quoted(text) => Value::Text(text.clone()),
            Kind::List(list) => Value::List(list.iter().map(Self::value).collect()),
            Kind::Map(map) => {
                Value::Map(map.iter().map(|(key, node)| (key.text.clone(), node.value())).collect::<BTreeMap<_, _>>())
            }
        }
    }
}

fn plain_value(text: &str) -> Value {
    match text {
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    if let Ok(int) = text.parse() {
        return Value::Int(int);
    }
    let numeric = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    match text.parse::<f64>() {
        Ok(float) if numeric && float.is_finite() => Value::Float(float),
        _ => Value::Text(text.to_owned()),
    }
}

/// Reads a file of one document. What is wrong with its grammar is one fault; keys that stand twice are one each.
pub(super) fn read(text: &str) -> Result<(Option<Node>, Vec<Fault>), Fault> {
    if text.len() > LARGEST {
        return Err(fault(1, "yaml", format!("the file is larger than {} MB", LARGEST >> 20)));
    }
    let mut reader = Reader::default();
    for next in Parser::new_from_str(text) {
        let (event, span) = next.map_err(|why| fault(why.marker().line() as u32, "yaml", words(why.kind())))?;
        reader.take(event, span.start.line() as u32)?;
    }
    Ok((reader.root, reader.faults))
}

fn fault(line: u32, code: &'static str, message: impl Into<String>) -> Fault {
    Fault::about(&Origin { line: Some(line), ..Origin::default() }, code, message)
}

#[derive(Default)]
struct Reader {
    stack: Vec<Open>,
    anchors: HashMap<usize, Node>,
    root: Option<Node>,
    nodes: usize,
    bytes: usize,
    documents: usize,
    faults: Vec<Fault>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>, line: u32) -> Result<(), Fault> {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(fault(line, "yaml", "the file holds a second document: write all in one"));
                }
            }
            Event::Scalar(text, style, anchor, _) => {
                let text = text.into_owned();
                let bytes = text.len();
                self.spend(bytes, line)?;
                let kind = if style == ScalarStyle::Plain { Kind::Plain(text) } else { Kind::Quoted(text) };
                self.add(Node { line, kind, size: 1, bytes }, anchor)?;
            }
            Event::SequenceStart(_, anchor, _) => self.open(anchor, line, Content::List(Vec::new()))?,
            Event::MappingStart(_, anchor, _) => self.open(anchor, line, Content::Map(Vec::new(), None))?,
            Event::SequenceEnd | Event::MappingEnd => self.close()?,
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor) else {
                    return Err(fault(line, "yaml", "an alias stands inside of what it names"));
                };
                if self.nodes + node.size > MOST {
                    return Err(fault(line, "yaml", ALIASES));
                }
                // Before the copy is made.
                let bytes = node.bytes;
                self.spend(bytes, line)?;
                if let Some(node) = self.anchors.get(&anchor) {
                    self.add(Node { line, ..node.clone() }, 0)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes some of the budget of bytes.
    fn spend(&mut self, bytes: usize, line: u32) -> Result<(), Fault> {
        self.bytes += bytes;
        if self.bytes > MOST_BYTES { Err(fault(line, "yaml", ALIASES)) } else { Ok(()) }
    }

    fn open(&mut self, anchor: usize, line: u32, content: Content) -> Result<(), Fault> {
        if self.stack.len() >= DEEPEST {
            return Err(fault(line, "yaml", format!("nested more than {DEEPEST} deep")));
        }
        self.stack.push(Open { anchor, line, size: 1, bytes: 0, content });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Fault> {
        let Some(open) = self.stack.pop() else { return Ok(()) };
        let kind = match open.content {
            Content::List(list) => Kind::List(list),
            Content::Map(map, _) => Kind::Map(map),
        };
        self.add(Node { line: open.line, kind, size: open.size, bytes: open.bytes }, open.anchor)
    }

    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Fault> {
        self.nodes += if matches!(node.kind, Kind::Plain(_) | Kind::Quoted(_)) { 1 } else { node.size };
        if self.nodes > MOST {
            return Err(fault(node.line, "yaml", "the file is too large"));
        }
        if anchor > 0 {
            self.spend(node.bytes, node.line)?;
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.stack.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        open.size += node.size;
        open.bytes += node.bytes;
        match &mut open.content {
            Content::List(list) => list.push(node),
            Content::Map(_, key @ None) => {
                if matches!(&node.kind, Kind::Plain(text) if text == "<<") {
                    let message = "`<<` merges nothing here: write the keys out, or name the whole value with `*`";
                    return Err(fault(node.line, "yaml", message));
                }
                let (Kind::Plain(text) | Kind::Quoted(text)) = node.kind else {
                    return Err(fault(node.line, "yaml", "a key must be a word"));
                };
                *key = Some(Key { line: node.line, text });
            }
            Content::Map(map, waiting) => {
                let Some(key) = waiting.take() else { return Ok(()) };
                match map.iter().find(|(known, _)| known.text == key.text) {
                    Some((first, _)) => {
                        let message = format!("the key {:?} stands twice (first on line {})", key.text, first.line);
                        self.faults.push(fault(key.line, "twice", message));
                    }
                    None => map.push((key, node)),
                }
            }
        }
        Ok(())
    }
}
