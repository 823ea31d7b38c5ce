//! The pure routing code: from the dialled string to the caller's final answer.
//!
//! | state    | told            | does                                                        | next     |
//! | -------- | --------------- | ----------------------------------------------------------- | -------- |
//! | Opening  | `begin`         | dialled string, binding, script's input                     | Script   |
//! | Opening  | `begin`         | nobody there, no template, emergency                        | Over     |
//! | Script   | verb            | `note`: outcome at once                                     | Script   |
//! | Script   | verb            | `ring`, `lookup`                                            | Verb     |
//! | Script   | verb            | `reject`                                                    | Over     |
//! | Script   | finished        | a `ring` was tried: its outcome is the answer               | Over     |
//! | Script   | finished, fault | the template's fallback                                     | Fallback |
//! | Verb     | outcome         | resumes the script; a `ring` that was answered ends it      | Script   |
//! | Fallback | outcome         | its outcome is the answer                                   | Over     |
//! | any      | `cancelled`     | 487                                                         | Over     |
//! | any      | `stopped`       | what it was told                                            | Over     |
//!
//! A living call and a replay drive the same machine; they differ in the [`Facts`] and in who runs scripts and verbs.

use super::act::{self, Understood};
use super::ask::{Act, Ask, Final};
use super::facts::{Facts, Opening};
use super::{Decision, Step, StepKind};
use crate::base::value::Value;
use crate::cause;
use crate::dial_plan::Dialled;
use crate::directory::Scope;
use crate::script::{FaultKind, ScriptStep};
use crate::template::{Fallback, TemplateVersion};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Decides one call and keeps the record of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Decider {
    decision: Decision,
    state: State,
    /// The extension that was dialled, for a fallback that rings `called`.
    called: Option<String>,
    program: Option<Arc<TemplateVersion>>,
    params: BTreeMap<String, Value>,
    actions: u32,
    lookups: u32,
    /// Whether somebody has one of the extensions of the last `ring`.
    somebody: bool,
    /// The final answer that the last `ring` stands for, if one was tried and not answered.
    rung: Option<Final>,
}

/// What the decider waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
enum State {
    /// Waits for [`Decider::begin`].
    Opening,
    /// Waits for the end of the script's turn.
    Script,
    /// Waits for a verb's outcome.
    Verb {
        /// Whether the verb is `ring` (else `lookup`).
        ring: bool,
    },
    /// Waits for the outcome of the fallback's `ring`.
    Fallback,
    /// Waits for nothing: the decision is made.
    Over,
}

impl Default for Decider {
    fn default() -> Self {
        Self {
            decision: Decision::default(),
            state: State::Opening,
            called: None,
            program: None,
            params: BTreeMap::new(),
            actions: 0,
            lookups: 0,
            somebody: false,
            rung: None,
        }
    }
}

impl Decider {
    /// The steps so far.
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// Hands the record over; what is left is empty.
    pub fn take_decision(&mut self) -> Decision {
        std::mem::take(&mut self.decision)
    }

    /// Forgets the steps so far, which the journal has been told.
    pub fn forget_steps(&mut self) {
        self.decision.steps = Vec::new();
    }

    /// Whether the final answer is known.
    pub fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// Whether a script's turn is awaited.
    pub fn awaits_script(&self) -> bool {
        self.state == State::Script
    }

    /// The slug of the template that runs, if one was found.
    pub fn template(&self) -> Option<&str> {
        self.program.as_ref().map(|program| program.slug.as_str())
    }

    /// Begins the decision.
    pub fn begin(&mut self, facts: &mut dyn Facts) -> Ask {
        let Opening { revision, limits, original, dialled, did, fault } = facts.opening();
        self.decision = Decision { revision, limits, steps: Vec::with_capacity(8) };
        self.push(facts, StepKind::Dialled { original, dialled: dialled.clone() });
        if let Some(fault) = fault {
            return self.end(facts, fault);
        }
        let specific = match (did, dialled) {
            (Some(number), _) => {
                self.push(facts, StepKind::Did { number });
                Scope::Number(number)
            }
            (None, Dialled::Extension(extension)) => match facts.person_at(&extension) {
                Some(person) => {
                    self.called = Some(extension);
                    Scope::Extension(person)
                }
                None => return self.end(facts, Final::of(&cause::NOT_FOUND)),
            },
            (None, Dialled::Emergency(_)) => return self.end(facts, Final::of(&cause::NO_ROUTE)),
            (None, Dialled::Number(_)) => return self.end(facts, Final::of(&cause::NOT_FOUND)),
            (None, Dialled::Service(_)) => return self.end(facts, Final::of(&cause::NOT_FOUND)),
            (None, Dialled::Unknown(_)) => return self.end(facts, Final::of(&cause::NOT_FOUND)),
        };
        self.bind(facts, specific)
    }

    /// Finds the most specific binding and starts its script.
    fn bind(&mut self, facts: &mut dyn Facts, specific: Scope) -> Ask {
        let mut chain = Vec::with_capacity(2);
        for scope in [specific, Scope::Tenant] {
            let bound = facts.binding(scope);
            chain.push((scope, bound.is_some()));
            let Some(bound) = bound else { continue };
            let Some(program) = facts.program(bound.template) else { break };
            self.push(facts, StepKind::Bound { chain, template: bound.template, slug: bound.slug });
            let input = facts.input(scope, &program);
            self.push(facts, StepKind::ScriptStarted { input: Arc::clone(&input) });
            self.params = input.params.clone();
            self.program = Some(Arc::clone(&program));
            self.state = State::Script;
            return Ask::Start { program, input };
        }
        self.end(facts, Final::of(&cause::SCRIPT_FAILED))
    }

    /// Takes what the script did with its turn.
    pub fn script(&mut self, facts: &mut dyn Facts, step: ScriptStep) -> Ask {
        if self.state != State::Script {
            return Ask::Wait;
        }
        match step {
            ScriptStep::Verb { name, args, line } => {
                let understood = act::read(&name, &args, &self.decision.limits);
                self.push(facts, StepKind::Verb { name, args, line });
                self.verb(facts, understood, line)
            }
            ScriptStep::Finished => {
                self.push(facts, StepKind::ScriptFinished);
                match self.rung.take() {
                    Some(last) => self.end(facts, last),
                    None => self.fall_back(facts),
                }
            }
            ScriptStep::Fault { kind, message, line } => self.fault(facts, kind, message, line),
        }
    }

    fn verb(&mut self, facts: &mut dyn Facts, understood: Understood, line: u32) -> Ask {
        self.actions += 1;
        if self.actions > self.decision.limits.actions {
            return self.fault(facts, FaultKind::Actions, "too many actions".to_owned(), Some(line));
        }
        match understood {
            Understood::Act(Act::Ring { targets, timeout_s }) => {
                self.state = State::Verb { ring: true };
                self.ring(facts, targets, timeout_s)
            }
            Understood::Act(act @ Act::Lookup { .. }) => {
                self.lookups += 1;
                if self.lookups > self.decision.limits.lookups {
                    return self.fault(facts, FaultKind::Actions, "too many lookups".to_owned(), Some(line));
                }
                self.state = State::Verb { ring: false };
                Ask::Do(act)
            }
            Understood::End(answer) => {
                let answer = self.refusal(answer);
                self.end(facts, answer)
            }
            Understood::Done(outcome) => {
                self.push(facts, StepKind::Outcome { outcome: outcome.clone() });
                Ask::Resume { outcome }
            }
            Understood::Misused(message) => self.fault(facts, FaultKind::Error, message, Some(line)),
        }
    }

    /// The refusal with its cause: one that only passes on how the last `ring` ended has that cause, not the template's.
    fn refusal(&self, answer: Final) -> Final {
        let missing = |code| matches!(code, 404 | 480);
        match &self.rung {
            Some(rung) if rung.code == answer.code || missing(rung.code) && missing(answer.code) => {
                Final { cause: rung.cause.clone(), ..answer }
            }
            _ => answer,
        }
    }

    fn ring(&mut self, facts: &mut dyn Facts, targets: Vec<String>, timeout_s: u32) -> Ask {
        self.somebody = false;
        for target in &targets {
            let found = facts.resolve(target);
            self.somebody |= found.person.is_some();
            let step = StepKind::Resolved { target: target.clone(), person: found.person, devices: found.devices };
            self.push(facts, step);
        }
        Ask::Do(Act::Ring { targets, timeout_s })
    }

    /// Takes the outcome of the verb that was asked for.
    pub fn outcome(&mut self, facts: &mut dyn Facts, outcome: Value) -> Ask {
        let ring = match self.state {
            State::Verb { ring } => ring,
            State::Fallback => true,
            _ => return Ask::Wait,
        };
        self.push(facts, StepKind::Outcome { outcome: outcome.clone() });
        if !ring {
            self.state = State::Script;
            return Ask::Resume { outcome };
        }
        let answer = answer_of(&outcome, self.somebody);
        if answer.code == 200 || self.state == State::Fallback {
            return self.end(facts, answer);
        }
        self.rung = Some(answer);
        self.state = State::Script;
        Ask::Resume { outcome }
    }

    /// Notes that the script asked for no action in time: the caller is told ringing, the script goes on.
    pub fn local_ringing(&mut self, facts: &mut dyn Facts) {
        if self.state != State::Over {
            self.push(facts, StepKind::LocalRinging);
        }
    }

    /// The caller hung up before an answer: the final answer is 487.
    pub fn cancelled(&mut self, facts: &mut dyn Facts) -> Ask {
        if self.state == State::Over {
            return Ask::Wait;
        }
        self.push(facts, StepKind::Cancelled);
        self.end(facts, Final::of(&cause::CALLER_CANCELLED))
    }

    /// Something outside of routing ends the decision, for one of the causes in `ask::STOPS`.
    pub fn stopped(&mut self, facts: &mut dyn Facts, answer: Final) -> Ask {
        if self.state == State::Over { Ask::Wait } else { self.end(facts, answer) }
    }

    fn fault(&mut self, facts: &mut dyn Facts, kind: FaultKind, message: String, line: Option<u32>) -> Ask {
        self.push(facts, StepKind::ScriptFault { kind, message, line });
        self.fall_back(facts)
    }

    fn fall_back(&mut self, facts: &mut dyn Facts) -> Ask {
        let Some(program) = self.program.clone() else {
            return self.end(facts, Final::of(&cause::SCRIPT_FAILED));
        };
        self.push(facts, StepKind::Fallback { plan: program.fallback.clone() });
        match &program.fallback {
            Fallback::Reject(code) => self.end(facts, Final::new(*code, cause::SCRIPT_FAILED.code)),
            Fallback::Ring { param, timeout } => {
                let targets = match (param.as_str(), &self.called) {
                    ("called", Some(called)) => vec![called.clone()],
                    (param, _) => self.params.get(param).map(act::destinations).unwrap_or_default(),
                };
                if targets.is_empty() {
                    return self.end(facts, Final::of(&cause::SCRIPT_FAILED));
                }
                self.state = State::Fallback;
                self.ring(facts, targets, *timeout)
            }
        }
    }

    fn end(&mut self, facts: &mut dyn Facts, answer: Final) -> Ask {
        self.push(facts, StepKind::Final { code: answer.code, cause: answer.cause.clone() });
        self.state = State::Over;
        // A call may talk for hours, and only the fallback has a use for them.
        self.params = BTreeMap::new();
        Ask::End(answer)
    }

    fn push(&mut self, facts: &mut dyn Facts, kind: StepKind) {
        let at = facts.at(self.decision.steps.len());
        self.decision.steps.push(Step { at, kind });
    }
}

/// What the caller is answered when this outcome of a `ring` is the last word.
fn answer_of(outcome: &Value, somebody: bool) -> Final {
    match outcome.get("status").and_then(Value::as_text) {
        Some("answered") => Final::of(&cause::ANSWERED),
        Some("busy") => Final::of(&cause::BUSY),
        Some("declined") => Final::of(&cause::DECLINED),
        Some("no-answer") => Final::of(&cause::NO_ANSWER),
        Some("unreachable") if !somebody => Final::of(&cause::NOT_FOUND),
        _ => Final::of(&cause::NOBODY_REACHABLE),
    }
}
