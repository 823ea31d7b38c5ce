//! All runs of a tenant in its one VM, one turn at a time.

use super::Host;
use super::run::{Run, Turned};
use super::sandbox::Vm;
use pbx_core::base::ids::TenantId;
use pbx_core::call::verb::SPECS;
use pbx_core::script::{FaultKind, RunId, ScriptJob, ScriptReply, ScriptStep};
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A tenant's VM and runs. The VM is made at the first turn; it may be dropped at any time between turns: runs that wait for
/// an outcome are taken through their recorded ones when it comes.
pub(crate) struct Tenant {
    id: TenantId,
    vm: Option<Vm>,
    runs: HashMap<RunId, Run>,
    queue: VecDeque<RunId>,
}

impl Tenant {
    /// A tenant without runs.
    pub(crate) fn new(id: TenantId) -> Self {
        Self { id, vm: None, runs: HashMap::new(), queue: VecDeque::new() }
    }

    /// Takes a job in; it is worked on in `turn`.
    pub(crate) fn accept(&mut self, job: ScriptJob) {
        match job {
            ScriptJob::Start { run, program, input, replayed, .. } => {
                self.runs.insert(run, Run::new(program, input, replayed));
                self.enqueue(run);
            }
            ScriptJob::Resume { run, outcome, .. } => {
                if let Some(known) = self.runs.get_mut(&run) {
                    known.feed(outcome);
                }
                self.enqueue(run);
            }
            ScriptJob::Cancel { run, .. } => {
                self.runs.remove(&run);
                self.queue.retain(|queued| *queued != run);
            }
        }
    }

    fn enqueue(&mut self, run: RunId) {
        let queued = self.runs.get_mut(&run).is_some_and(|run| std::mem::replace(&mut run.queued, true));
        if !queued {
            self.queue.push_back(run);
        }
    }

    /// Whether a turn would do something.
    pub(crate) fn has_work(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Whether nothing is left to remember.
    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.queue.is_empty() && self.vm.is_none()
    }

    /// Whether it holds a VM.
    pub(crate) fn has_vm(&self) -> bool {
        self.vm.is_some()
    }

    /// Gives the VM's memory back. Runs that wait are rebuilt when they go on.
    pub(crate) fn retire_vm(&mut self) {
        for run in self.runs.values_mut() {
            run.lose_vm();
        }
        self.vm = None;
    }

    /// One turn of the run that waits longest.
    pub(crate) fn turn(&mut self, host: &Host) -> Option<ScriptReply> {
        let id = self.queue.pop_front()?;
        let step = match self.turn_of(id, host) {
            Turned::Again => {
                self.enqueue(id);
                return None;
            }
            Turned::Step(step) => step,
        };
        if ends(&step) {
            self.runs.remove(&id);
        }
        if matches!(step, ScriptStep::Fault { kind: FaultKind::Memory, .. }) {
            self.retire_vm();
        }
        Some(ScriptReply { tenant: self.id, run: id, step })
    }

    fn turn_of(&mut self, id: RunId, host: &Host) -> Turned {
        let limit = host.limits.memory + self.runs.len() * host.limits.memory_per_run;
        let Some(run) = self.runs.get_mut(&id) else { return error("there is no such run") };
        run.queued = false;
        let vm = match &mut self.vm {
            Some(vm) => vm,
            vacant => match Vm::new(host) {
                Ok(vm) => vacant.insert(vm),
                Err(fault) => return Turned::Step(super::fault::step(&fault)),
            },
        };
        // Luau does not collect when an allocation fails, so garbage must not be what fills the limit.
        if vm.lua.used_memory() > limit / 2 && vm.lua.gc_collect().is_err() {
            return memory("the script spent its memory");
        }
        if vm.limit_memory(limit).is_err() {
            return memory("the memory of scripts cannot be limited");
        }
        match catch_unwind(AssertUnwindSafe(|| run.turn(vm, host))) {
            Ok(turned) => turned,
            // A fault of ours, not of the script: the VM is not to be trusted any more.
            Err(_) => {
                tracing::error!(tenant = %self.id, call = %id.call, "the script host panicked");
                memory("the script host failed")
            }
        }
    }
}

/// Whether a run is over after this step.
fn ends(step: &ScriptStep) -> bool {
    match step {
        ScriptStep::Verb { name, .. } => SPECS.iter().any(|spec| spec.name == name && spec.terminal),
        ScriptStep::Finished | ScriptStep::Fault { .. } => true,
    }
}

fn error(message: &str) -> Turned {
    Turned::Step(ScriptStep::Fault { kind: FaultKind::Error, message: message.to_owned(), line: None })
}

fn memory(message: &str) -> Turned {
    Turned::Step(ScriptStep::Fault { kind: FaultKind::Memory, message: message.to_owned(), line: None })
}
