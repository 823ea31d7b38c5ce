//! What careless phones write: headers that nobody can read, in every message of theirs.

use super::fate;
use bytes::Bytes;

/// Headers that only inform.
const INFORMING: [&str; 14] = [
    "Reason",
    "Allow",
    "Supported",
    "P-Asserted-Identity",
    "Session-Expires",
    "Min-SE",
    "Reply-To",
    "Retry-After",
    "Date",
    "Warning",
    "Call-Info",
    "User-Agent",
    "s",
    "Timestamp",
];

/// Headers that a request needs, and what follows up on one does not.
const OF_REQUESTS: [&str; 6] = ["Contact", "Route", "Require", "Max-Forwards", "Authorization", "Accept"];

/// What stands in them. ISO-8859-1, as a letter for each byte.
const VALUES: [&str; 9] = [
    "",
    ";;",
    "Last=reset-reset",
    "x=1, SIP;cause=200",
    "\"no end",
    "A B C",
    "anonymous",
    "M\u{fc}ller <",
    "\u{85}\t,",
];

/// Puts flaws into messages; which ones follows from the seed.
pub(crate) struct Flaws {
    seed: u64,
    count: u64,
}

impl Flaws {
    /// Flaws that follow from this seed.
    pub(crate) const fn new(seed: u64) -> Self {
        Self { seed, count: 0 }
    }

    /// The message with three lines more; one that follows up on another has flaws in what it needs, too.
    pub(crate) fn spoil(&mut self, message: &[u8]) -> Bytes {
        let text: String = message.iter().copied().map(char::from).collect();
        let follows_up = ["ACK ", "BYE ", "CANCEL ", "SIP/2.0 "].iter().any(|start| text.starts_with(start));
        let (head, body) = text.split_once("\r\n\r\n").expect("a SIP message");
        let (start, headers) = head.split_once("\r\n").expect("headers");
        let mut lines: Vec<String> = headers.split("\r\n").map(str::to_owned).collect();
        if follows_up {
            lines =
                lines.iter().map(|line| line.replace(";tag=", ";x=;=;tag=").replace(";branch=", ";;branch=")).collect();
            lines.push("no header at all".to_owned());
        }
        for _ in 0..3 {
            let names = if follows_up && self.dice(2) == 0 { &OF_REQUESTS[..] } else { &INFORMING };
            let line = format!("{}: {}", names[self.dice(names.len())], VALUES[self.dice(VALUES.len())]);
            // Behind the phone's own, of which the first counts: a Contact of a 200 is no flaw.
            lines.push(line);
        }
        let text = format!("{start}\r\n{}\r\n\r\n{body}", lines.join("\r\n"));
        text.chars().map(|letter| u8::try_from(letter).expect("a letter for a byte")).collect::<Vec<u8>>().into()
    }

    fn dice(&mut self, sides: usize) -> usize {
        self.count += 1;
        (fate(self.seed, &[self.count]) % sides as u64) as usize
    }
}
