//! The same input gives the same steps.

use crate::support::{replay, resume, start, status};
use pbx_core::base::value::Value;
use pbx_core::script::ScriptStep;
use proptest::prelude::*;
use templates::inline::Inline;
use templates::vm::Limits;

/// Asks in a loop, each time from its random stream, the order of a table and what it was told before.
const WANDERER: &str = "
local heard = {}
for round = 1, 6 do
  local seen = {}
  for key in { alpha = 1, beta = 2, gamma = 3, delta = 4, epsilon = 5 } do table.insert(seen, key) end
  for i = 1, math.random(300) do heard[`k{i}`] = math.random() end
  local sum = 0
  for key, value in heard do if type(value) == 'number' then sum = sum * 0.5 + value end end
  note{text = table.concat(seen, ',') .. string.format(' %.17g', sum)}
  local outcome = ring{targets = tostring(100 + math.random(0, 99)), timeout = math.random(1, 60)}
  heard.last = outcome.status
  if outcome.status == 'declined' and math.random() < 0.5 then
    while true do heard.last = heard.last end
  end
end
";

/// All steps of a run; between them, `disturb` may do to the host what it likes.
fn steps(seed: u64, told: &[&str], limits: Limits, mut disturb: impl FnMut(&mut Inline, usize)) -> Vec<ScriptStep> {
    let mut inline = Inline::new(limits);
    let mut steps = vec![inline.run(replay("acme", "one", WANDERER, seed, Vec::new())).unwrap().step];
    for (index, outcome) in told.iter().enumerate() {
        if !matches!(steps.last(), Some(ScriptStep::Verb { .. })) {
            break;
        }
        disturb(&mut inline, index);
        steps.push(inline.run(resume("acme", "one", status(outcome))).unwrap().step);
    }
    steps
}

fn outcomes() -> impl Strategy<Value = Vec<&'static str>> {
    proptest::collection::vec(proptest::sample::select(vec!["answered", "busy", "no-answer", "declined"]), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_input_gives_the_same_steps(seed: u64, told in outcomes(), turn in 1_u32..2000) {
        let plain = steps(seed, &told, Limits::default(), |_, _| ());
        let retired = steps(seed, &told, Limits::default(), |inline, _| inline.retire_vms());
        prop_assert_eq!(&plain, &retired);
        let crowded = steps(seed, &told, Limits { turn, ..Limits::default() }, |inline, index| {
            inline.run(start("acme", &format!("other{index}"), "x = math.random() ring{targets = '1'}"));
        });
        prop_assert_eq!(&plain, &crowded);
    }

    #[test]
    fn a_run_is_rebuilt_from_its_outcomes(seed: u64, told in outcomes(), at in 0_usize..12) {
        let plain = steps(seed, &told, Limits::default(), |_, _| ());
        let at = at.min(plain.len() - 1);
        let replayed: Vec<Value> = told[..at].iter().map(|outcome| status(outcome)).collect();
        let rebuilt = Inline::default().run(replay("acme", "one", WANDERER, seed, replayed)).unwrap().step;
        prop_assert_eq!(&plain[at], &rebuilt);
    }
}

#[test]
fn the_seed_decides_what_is_random() {
    let text = |seed| {
        let step = Inline::default().run(replay("acme", "one", "note{text = '' .. math.random(1e9)}", seed, vec![]));
        format!("{:?}", step.unwrap().step)
    };
    assert_eq!(text(1), text(1));
    assert_ne!(text(1), text(2));
}
