//! The tenants' data servers, as the exchange meets them: fast, slow, down, or without an idea.

use super::ms;
use pbx_core::base::value::Value;
use pbx_core::engine::io::{Answer, AnswerResult, Query};
use std::collections::BTreeMap;
use std::time::Duration;

/// One customer service that all tenants of a test share.
pub(crate) struct Sources {
    /// What it knows, by the placeholder `number`.
    pub(crate) customers: BTreeMap<String, Value>,
    /// How long it takes.
    pub(crate) delay: Duration,
    /// It answers 500.
    pub(crate) down: bool,
    /// How long the exchange waits for it.
    pub(crate) timeout: Duration,
}

impl Default for Sources {
    fn default() -> Self {
        Self { customers: BTreeMap::new(), delay: ms(20), down: false, timeout: ms(800) }
    }
}

impl Sources {
    /// Tells the service about a customer.
    pub(crate) fn knows(&mut self, number: &str, fields: &[(&str, &str)]) {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        self.customers.insert(number.to_owned(), Value::Map(fields));
    }

    /// What comes back, and when.
    pub(crate) fn ask(&self, query: &Query) -> (Duration, Answer) {
        let took = self.delay.min(self.timeout);
        let number = query.args.get("number").map_or("", String::as_str);
        let result = if self.delay > self.timeout {
            AnswerResult::Timeout
        } else if self.down {
            AnswerResult::Failed("http-500".to_owned())
        } else {
            self.customers.get(number).map_or(AnswerResult::Unknown, |data| AnswerResult::Found(data.clone()))
        };
        let Query { tenant, call, seq, .. } = *query;
        (took, Answer { tenant, call, seq, result, took_ms: took.as_millis() as u32 })
    }
}
