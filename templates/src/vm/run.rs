//! One script on its way: a coroutine, and all that takes it there again in a fresh VM.

use super::meter::Gauge;
use super::sandbox::Vm;
use super::{Host, convert, fault};
use mlua::{MultiValue, Thread, Value as LuaValue};
use pbx_core::base::value::Value;
use pbx_core::script::{FaultKind, ScriptInput, ScriptStep};
use pbx_core::template::TemplateVersion;
use std::sync::Arc;

/// One script on its way.
pub(super) struct Run {
    program: Arc<TemplateVersion>,
    input: Arc<ScriptInput>,
    /// Every outcome so far, in order: what a fresh VM is taken through.
    outcomes: Vec<Value>,
    /// The coroutine; none before the start and after its VM was retired.
    living: Option<Living>,
    /// Whether it waits for its turn already.
    pub(super) queued: bool,
}

struct Living {
    thread: Thread,
    gauge: Gauge,
    /// How many outcomes it was resumed with.
    fed: usize,
    /// Whether it gave up its turn in the middle, rather than yielded a verb.
    interrupted: bool,
    started: bool,
}

/// What a turn led to.
pub(super) enum Turned {
    /// Something to tell the engine.
    Step(ScriptStep),
    /// It goes on at its next turn.
    Again,
}

impl Run {
    /// A run before its start; `replayed` are the outcomes that it is taken through without yielding.
    pub(super) fn new(program: Arc<TemplateVersion>, input: Arc<ScriptInput>, replayed: Vec<Value>) -> Self {
        Self { program, input, outcomes: replayed, living: None, queued: false }
    }

    /// Remembers the outcome that it goes on with.
    pub(super) fn feed(&mut self, outcome: Value) {
        self.outcomes.push(outcome);
    }

    /// Its VM is gone: the next turn starts afresh and goes through all outcomes.
    pub(super) fn lose_vm(&mut self) {
        self.living = None;
    }

    /// One turn: until it yields a verb that has no outcome yet, ends, is stopped or gives up its turn.
    pub(super) fn turn(&mut self, vm: &mut Vm, host: &Host) -> Turned {
        let mut living = match self.living.take() {
            Some(living) => living,
            None => match self.start(vm, host) {
                Ok(living) => living,
                Err(step) => return Turned::Step(step),
            },
        };
        vm.meter.begin(std::mem::take(&mut living.gauge));
        let turned = self.advance(vm, &mut living);
        living.gauge = vm.meter.end();
        if let Some(kind) = living.gauge.stopped {
            return Turned::Step(stopped(kind, &turned));
        }
        match turned {
            Advanced::Step(step) => {
                self.living = Some(living);
                Turned::Step(step)
            }
            Advanced::Again => {
                living.gauge.gave_up();
                self.living = Some(living);
                Turned::Again
            }
        }
    }

    fn start(&self, vm: &mut Vm, host: &Host) -> Result<Living, ScriptStep> {
        let bytecode = host.programs.bytecode(&self.program).map_err(|fault| ScriptStep::Fault {
            kind: FaultKind::Syntax,
            message: fault.message,
            line: fault.line,
        })?;
        let thread = vm
            .instance(&self.program, &bytecode, &self.input)
            .and_then(|script| vm.lua.create_thread(script))
            .map_err(|error| fault::step(&error))?;
        Ok(Living { thread, gauge: Gauge::new(self.input.seed), fed: 0, interrupted: false, started: false })
    }

    fn advance(&self, vm: &Vm, living: &mut Living) -> Advanced {
        loop {
            let given = match self.next_argument(vm, living) {
                Ok(given) => given,
                Err(error) => return Advanced::Step(fault::step(&error)),
            };
            living.started = true;
            living.interrupted = false;
            let yielded = match living.thread.resume::<MultiValue>(given) {
                Ok(yielded) => yielded,
                Err(error) => return Advanced::Step(fault::step(&error)),
            };
            if !living.thread.is_resumable() {
                return Advanced::Step(ScriptStep::Finished);
            }
            if yielded.front().is_none() {
                living.interrupted = true;
                return Advanced::Again;
            }
            let Some(asked) = vm.meter.with(|gauge| gauge.asked.take()) else {
                let message = "the script yielded outside a verb".to_owned();
                return Advanced::Step(ScriptStep::Fault { kind: FaultKind::Error, message, line: None });
            };
            if living.fed == self.outcomes.len() {
                return Advanced::Step(ScriptStep::Verb {
                    name: asked.name.to_owned(),
                    args: asked.args,
                    line: asked.line,
                });
            }
        }
    }

    /// What the coroutine is resumed with: nothing at its start and in the middle, else the next outcome.
    fn next_argument(&self, vm: &Vm, living: &mut Living) -> mlua::Result<LuaValue> {
        if !living.started || living.interrupted {
            return Ok(LuaValue::Nil);
        }
        let outcome = self.outcomes.get(living.fed).unwrap_or(&Value::Null);
        living.fed += 1;
        vm.meter.with(Gauge::renew);
        convert::to_lua(&vm.lua, outcome, false)
    }
}

enum Advanced {
    Step(ScriptStep),
    Again,
}

/// The step of a run that the meter stopped, whatever the script made of the error.
fn stopped(kind: FaultKind, advanced: &Advanced) -> ScriptStep {
    let line = match advanced {
        Advanced::Step(ScriptStep::Fault { line, .. }) => *line,
        _ => None,
    };
    let message = match kind {
        FaultKind::Deadline => "the script held its thread too long",
        FaultKind::Memory => "the script spent its memory",
        _ => "the script spent its budget of counted interrupts",
    };
    ScriptStep::Fault { kind, message: message.to_owned(), line }
}
