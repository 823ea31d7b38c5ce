//! The way into the engines: each has a bounded queue, and a tenant's slot decides which one.

use super::mailbox::{Mailbox, Slit, mailbox};
use crate::call::io::{Answer, Command, Input};
use crate::flow::Flow;
use crate::ids::{SLOTS, Slot};
use crate::script::ScriptReply;

/// Hands inputs to engines. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Inbox {
    queues: Vec<Slit>,
}

impl Inbox {
    /// Queues for so many engines (at least one), and their far ends.
    ///
    /// # Errors
    /// When the system has no file left.
    pub fn new(engines: usize) -> std::io::Result<(Self, Vec<Mailbox>)> {
        let pairs: Vec<_> = (0..engines.max(1)).map(|_| mailbox()).collect::<Result<_, _>>()?;
        let (queues, boxes) = pairs.into_iter().unzip();
        Ok((Self { queues }, boxes))
    }

    /// How many engines there are.
    pub fn engines(&self) -> usize {
        self.queues.len()
    }

    /// Which engine owns a slot: ranges of slots, so that the same server size always gives the same split.
    pub fn engine_of(&self, slot: Slot) -> usize {
        engine_of(slot, self.queues.len())
    }

    /// To the engine of a slot. False: it is overloaded or gone, and the input is dropped.
    pub fn to_slot(&self, slot: Slot, input: Input) -> bool {
        self.to_engine(self.engine_of(slot), input)
    }

    /// To an engine by its number.
    pub fn to_engine(&self, engine: usize, input: Input) -> bool {
        let Some(queue) = self.queues.get(engine) else { return false };
        queue.try_put(input)
    }

    /// A script's turn is over: its engine must hear it, so this waits for room.
    pub fn script(&self, reply: ScriptReply) {
        self.wait_for_room(reply.tenant.slot(), Input::Script(reply));
    }

    /// A source has answered: its engine must hear it, so this waits for room.
    pub fn answer(&self, answer: Answer) {
        self.wait_for_room(answer.tenant.slot(), Input::Answer(answer));
    }

    /// Media has something to say to one engine.
    pub fn media(&self, engine: u16, fact: pbx_media::Fact) {
        if let Some(queue) = self.queues.get(usize::from(engine)) {
            queue.put(Input::Media(fact));
        }
    }

    /// A connection is gone: any engine may have used it.
    pub fn flow_lost(&self, flow: Flow) {
        for queue in &self.queues {
            queue.put(Input::FlowLost(flow));
        }
    }

    /// To every engine.
    pub fn command_all(&self, command: &Command) {
        for queue in &self.queues {
            queue.put(Input::Command(command.clone()));
        }
    }

    /// To the engine that it concerns, or to every one.
    pub fn command(&self, command: Command) {
        match command {
            Command::HangUp { tenant, .. } | Command::Forget { tenant, .. } => {
                self.wait_for_room(tenant.slot(), Input::Command(command))
            }
            Command::Drain | Command::Cut => self.command_all(&command),
        }
    }

    fn wait_for_room(&self, slot: Slot, input: Input) {
        self.queues[self.engine_of(slot)].put(input);
    }
}

/// Which of so many engines owns a slot.
pub fn engine_of(slot: Slot, engines: usize) -> usize {
    usize::from(slot.0) * engines / usize::from(SLOTS)
}
