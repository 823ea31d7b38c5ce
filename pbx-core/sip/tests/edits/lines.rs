//! A message cut into its raw lines, by other means than the parser's: what an edit is measured with.

use pbx_sip::HeaderName;

/// A message as it travels.
#[derive(PartialEq, Eq, Clone, Debug)]
pub(crate) struct Raw {
    /// The start line with its end.
    pub(crate) start: Vec<u8>,
    /// Each header with its folds and its end.
    pub(crate) headers: Vec<Vec<u8>>,
    /// What follows the empty line.
    pub(crate) body: Vec<u8>,
}

impl Raw {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut rest = bytes;
        let mut lines = vec![];
        while !rest.starts_with(b"\r\n") {
            let end = (2..=rest.len()).find(|end| is_end(rest, *end, lines.is_empty())).unwrap();
            let (line, behind) = rest.split_at(end);
            lines.push(line.to_vec());
            rest = behind;
        }
        let start = lines.remove(0);
        Self { start, headers: lines, body: rest[2..].to_vec() }
    }

    /// Its headers without those of that name.
    pub(crate) fn without(&self, name: &str) -> Vec<&[u8]> {
        self.headers.iter().map(Vec::as_slice).filter(|line| name_of(line) != name).collect()
    }

    /// Where the first header of that name stands.
    pub(crate) fn first(&self, name: &str) -> Option<usize> {
        self.headers.iter().position(|line| name_of(line) == name)
    }
}

/// A line ends with CRLF, unless the next one continues it; nothing continues the start line.
fn is_end(text: &[u8], end: usize, is_start: bool) -> bool {
    text[..end].ends_with(b"\r\n") && (is_start || !matches!(text.get(end), Some(b' ' | b'\t')))
}

/// The name of a header line in its long form, small letters.
pub(crate) fn name_of(line: &[u8]) -> String {
    let name = line.split(|byte| b": \t".contains(byte)).next().unwrap();
    let name = String::from_utf8(name.to_vec()).unwrap();
    match HeaderName::parse(&name) {
        HeaderName::Other => name.to_ascii_lowercase(),
        known => known.as_str().to_ascii_lowercase(),
    }
}
