//! Phones on TCP.

use crate::rig::baresip::{Baresip, Line};
use crate::rig::company::Company;
use crate::rig::server::Server;
use std::time::Duration;

#[test]
fn a_phone_on_tcp_registers_and_is_called() {
    let server = Server::with(&Company::new().yaml());
    let mut anna = Baresip::start(&Line::new("acme-anna", "secret-anna"), server.sip(), 440);
    let mut ben = Baresip::start(&Line::new("acme-ben", "secret-ben").transport("tcp"), server.sip(), 880);

    anna.dial("102");
    anna.is_connected();
    ben.is_connected();
    anna.talks_for(Duration::from_millis(1200));
    anna.order("hangup");
    ben.is_hung_up();

    ben.dial("101");
    ben.is_connected();
    anna.is_connected();
    ben.order("hangup");
    anna.is_hung_up();

    anna.switch_off().assert_only(880);
    ben.switch_off().assert_only(440);
    assert_eq!(server.calls().len(), 2);
}
