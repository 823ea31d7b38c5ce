//! Editing a received message: what is not touched stays equal byte for byte.

use crate::grammar::split_outside;
use crate::header_name::HeaderName;
use crate::message::Message;
use crate::uri::Uri;
use crate::write::{Head, WriteError};
use std::fmt::Display;

/// Changes to a message, applied in one go by [`Editor::finish`].
#[derive(Clone, Debug)]
pub struct Editor<'a> {
    message: &'a Message,
    uri: Option<Uri>,
    lines: Vec<EditedLine>,
    body: Option<Vec<u8>>,
}

#[derive(Clone, Debug)]
enum EditedLine {
    /// A header line of the message, by its number.
    Kept(usize),
    /// A header of ours.
    New(HeaderName, String),
    /// A header of ours that [`HeaderName`] does not know.
    Extension(String, String),
}

impl<'a> Editor<'a> {
    /// Makes an editor of this message that has changed nothing yet.
    pub fn new(message: &'a Message) -> Self {
        let lines = (0..message.fields().len()).map(EditedLine::Kept).collect();
        Self { message, uri: None, lines, body: None }
    }

    fn name_of(&self, line: &EditedLine) -> HeaderName {
        match line {
            EditedLine::Kept(index) => self.message.fields().get(*index).map_or(HeaderName::Other, |field| field.kind),
            EditedLine::New(name, _) => *name,
            EditedLine::Extension(..) => HeaderName::Other,
        }
    }

    fn first(&self, name: HeaderName) -> Option<usize> {
        self.lines.iter().position(|line| self.name_of(line) == name)
    }

    /// Replaces the Request-URI. Changes nothing on a response.
    #[must_use]
    pub fn uri(mut self, uri: &Uri) -> Self {
        self.uri = Some(uri.clone());
        self
    }

    /// Puts a header before the first of its name; before all headers where there is none.
    #[must_use]
    pub fn prepend(mut self, name: HeaderName, value: impl Display) -> Self {
        let at = self.first(name).unwrap_or(0);
        self.lines.insert(at, EditedLine::New(name, value.to_string()));
        self
    }

    /// Puts a header after all others.
    #[must_use]
    pub fn append(mut self, name: HeaderName, value: impl Display) -> Self {
        self.lines.push(EditedLine::New(name, value.to_string()));
        self
    }

    /// Puts a header of a name that [`HeaderName`] does not know after all others.
    #[must_use]
    pub fn append_extension(mut self, name: &str, value: &str) -> Self {
        self.lines.push(EditedLine::Extension(name.to_owned(), value.to_owned()));
        self
    }

    /// Replaces all headers of that name by one, where the first one stood; at the end where there
    /// was none.
    #[must_use]
    pub fn replace(mut self, name: HeaderName, value: impl Display) -> Self {
        let at = self.first(name);
        self = self.remove(name);
        let at = at.unwrap_or(self.lines.len()).min(self.lines.len());
        self.lines.insert(at, EditedLine::New(name, value.to_string()));
        self
    }

    /// Removes all headers of that name.
    #[must_use]
    pub fn remove(mut self, name: HeaderName) -> Self {
        let lines = std::mem::take(&mut self.lines);
        self.lines = lines.into_iter().filter(|line| self.name_of(line) != name).collect();
        self
    }

    /// Replaces the first value of a header that lists several, such as the topmost Via; `None`
    /// removes it. The values behind it in the same line stay as they were written.
    #[must_use]
    pub fn first_value(mut self, name: HeaderName, value: Option<&str>) -> Self {
        let Some(at) = self.first(name) else { return self };
        let text = match self.lines.get(at) {
            Some(EditedLine::New(_, text)) => text.clone(),
            _ => self.message.header(name).map(|header| header.value().into_owned()).unwrap_or_default(),
        };
        let first = split_outside(&text, b',').next().map_or(0, |part| crate::text::Span::of(&text, part).end as usize);
        let rest = text.get(first..).unwrap_or_default().trim_start_matches([' ', '\t', ',']);
        let joined = match (value, rest.is_empty()) {
            (Some(value), true) => Some(value.to_owned()),
            (Some(value), false) => Some(format!("{value}, {rest}")),
            (None, false) => Some(rest.to_owned()),
            (None, true) => None,
        };
        match joined {
            Some(joined) => self.lines[at] = EditedLine::New(name, joined),
            None => drop(self.lines.remove(at)),
        }
        self
    }

    /// Replaces the body, and Content-Type and Content-Length with it. An empty body removes
    /// Content-Type.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        self = if body.is_empty() {
            self.remove(HeaderName::ContentType)
        } else {
            self.replace(HeaderName::ContentType, content_type)
        };
        self = self.replace(HeaderName::ContentLength, body.len());
        self.body = Some(body);
        self
    }

    /// Applies the changes.
    ///
    /// # Errors
    /// The first value that could not stand where it was put.
    pub fn finish(self) -> Result<Message, WriteError> {
        let mut head = match (self.message.method(), &self.uri) {
            (Some(method), Some(uri)) => Head::request(method.as_str(), uri.as_str()),
            _ => Head::kept(self.message.start_text()),
        };
        for line in &self.lines {
            match line {
                EditedLine::Kept(index) => head.lines(self.message.line(*index)),
                EditedLine::New(name, value) => head.checked(*name, value),
                EditedLine::Extension(name, value) => head.extension(name, value),
            }
        }
        let body = self.body.map_or_else(|| self.message.body(), Into::into);
        Ok(Message::parse(head.end(&body)?)?)
    }
}
