//! The way into the engines: each has a queue, and a tenant's slot decides which one. Nothing here
//! ever waits for an engine: a media thread would leave the calls of all others in silence, a
//! worker of the runtime the console.

use super::engine_queue::{EngineQueue, EngineSender, engine_queue};
use crate::base::flow::Flow;
use crate::base::ids::{SLOTS, Slot};
use crate::engine::io::{Answer, Command, Input};
use crate::script::ScriptReply;

/// Hands inputs to engines. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Inbox {
    senders: Vec<EngineSender>,
}

impl Inbox {
    /// Makes queues for so many engines (at least one), and returns their far ends.
    ///
    /// # Errors
    /// When the system has no file left.
    pub fn new(engines: usize) -> std::io::Result<(Self, Vec<EngineQueue>)> {
        let pairs: Vec<_> = (0..engines.max(1)).map(|_| engine_queue()).collect::<Result<_, _>>()?;
        let (senders, queues) = pairs.into_iter().unzip();
        Ok((Self { senders }, queues))
    }

    /// Returns how many engines there are.
    pub fn engines(&self) -> usize {
        self.senders.len()
    }

    /// Returns which engine owns a slot: ranges of slots, so that the same server size always gives
    /// the same split.
    pub fn engine_of(&self, slot: Slot) -> usize {
        engine_of(slot, self.senders.len())
    }

    /// Hands an input to the engine of a slot. Returns whether it was taken: an engine that is
    /// overloaded or gone takes none.
    pub fn to_slot(&self, slot: Slot, input: Input) -> bool {
        self.to_engine(self.engine_of(slot), input)
    }

    /// Hands an input to an engine by its number.
    pub fn to_engine(&self, engine: usize, input: Input) -> bool {
        let Some(sender) = self.senders.get(engine) else { return false };
        sender.try_put(input)
    }

    /// Hands over what a script's turn ended with.
    pub fn script(&self, reply: ScriptReply) {
        self.hand(reply.tenant.slot(), Input::Script(reply));
    }

    /// Hands over the answer of a source.
    pub fn answer(&self, answer: Answer) {
        self.hand(answer.tenant.slot(), Input::QueryResult(answer));
    }

    /// Hands what happened on a port to one engine.
    pub fn media(&self, engine: u16, fact: pbx_media::Fact) {
        if let Some(sender) = self.senders.get(usize::from(engine)) {
            sender.put(Input::Media(fact));
        }
    }

    /// Reports a connection as gone: any engine may have used it.
    pub fn flow_lost(&self, flow: Flow) {
        for sender in &self.senders {
            sender.put(Input::FlowLost(flow));
        }
    }

    /// Hands a command to every engine.
    pub fn command_all(&self, command: &Command) {
        for sender in &self.senders {
            sender.put(Input::Command(command.clone()));
        }
    }

    /// Hands a command to the engine that it concerns, or to every one.
    pub fn command(&self, command: Command) {
        match command {
            Command::HangUp { tenant, .. } | Command::Forget { tenant, .. } => {
                self.hand(tenant.slot(), Input::Command(command))
            }
            Command::Drain | Command::Cut => self.command_all(&command),
        }
    }

    /// Hands over what its engine must hear, however much waits.
    fn hand(&self, slot: Slot, input: Input) {
        self.senders[self.engine_of(slot)].put(input);
    }
}

/// Returns which of so many engines owns a slot.
pub fn engine_of(slot: Slot, engines: usize) -> usize {
    usize::from(slot.0) * engines / usize::from(SLOTS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::flow::Transport;
    use pbx_media::{Fact, Port, PortReport};

    #[test]
    fn media_and_lost_connections_are_heard_by_an_engine_that_is_flooded() {
        let (inbox, queues) = Inbox::new(1).unwrap();
        while inbox.to_engine(0, Input::Wake) {}
        let (port, report) = (Port { rtp: 20_000, thread: 0 }, PortReport::default());
        inbox.media(0, Fact::Released { engine: 0, port, report });
        let address = "192.0.2.7:5060".parse().unwrap();
        let flow = Flow { transport: Transport::Tcp, local: address, remote: address, own: None, connection: 7 };
        inbox.flow_lost(flow);
        inbox.command_all(&Command::Drain);
        let heard: Vec<Input> =
            std::iter::from_fn(|| queues[0].take()).filter(|input| !matches!(input, Input::Wake)).collect();
        assert!(
            matches!(
                heard[..],
                [Input::Media(Fact::Released { .. }), Input::FlowLost(lost), Input::Command(Command::Drain)] if lost == flow
            ),
            "{heard:?}"
        );
    }
}
