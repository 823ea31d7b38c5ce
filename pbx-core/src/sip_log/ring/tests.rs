use super::super::{LoggedMessage, Way};
use super::*;
use crate::base::flow::Transport;
use crate::base::time::Wall;
use bytes::Bytes;

struct Folder(PathBuf);

impl Folder {
    fn of(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ringdown-sip-log-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn entry(call: &str, at: i64, text: &str) -> LoggedMessage {
    LoggedMessage {
        at: Wall::from_micros(at),
        call: CallId::of_key(call),
        way: if at % 2 == 0 { Way::In } else { Way::Out },
        transport: Transport::Tcp,
        local: "127.0.0.1:5060".parse().unwrap(),
        remote: "[2001:db8::7]:5062".parse().unwrap(),
        bytes: Bytes::copy_from_slice(text.as_bytes()),
    }
}

#[test]
fn ladder_is_read_back_as_it_was_also_after_a_restart() {
    let folder = Folder::of("restart");
    let acme = TenantId::of_key("acme");
    let (first, second) = (entry("a", 0, "INVITE sip:x SIP/2.0\r\n\r\n"), entry("a", 1, "SIP/2.0 100 Trying\r\n\r\n"));
    let log = SipLog::open(&folder.0, SipLogLimits::default());
    log.append(&[(acme, first.clone()), (acme, entry("b", 0, "INVITE sip:y SIP/2.0\r\n\r\n"))]).unwrap();
    drop(log);
    let log = SipLog::open(&folder.0, SipLogLimits::default());
    log.append(&[(acme, second.clone())]).unwrap();
    let ladder = log.read(acme, CallId::of_key("a")).unwrap();
    assert_eq!(ladder, Ladder { messages: vec![first, second], complete: true });
}

#[test]
fn another_tenants_call_reads_as_not_there() {
    let folder = Folder::of("isolation");
    let (acme, globex) = (TenantId::of_key("acme"), TenantId::of_key("globex"));
    let log = SipLog::open(&folder.0, SipLogLimits::default());
    log.append(&[(acme, entry("a", 0, "INVITE x\r\n\r\n")), (globex, entry("g", 0, "INVITE x\r\n\r\n"))]).unwrap();
    let foreign = log.read(globex, CallId::of_key("a")).unwrap();
    assert_eq!(foreign, log.read(globex, CallId::of_key("never")).unwrap());
    assert_eq!(foreign, log.read(TenantId::of_key("nobody"), CallId::of_key("a")).unwrap());
}

#[test]
fn oldest_messages_go_and_the_ladder_says_so() {
    let folder = Folder::of("full");
    let acme = TenantId::of_key("acme");
    let log = SipLog::open(&folder.0, SipLogLimits { tenant_bytes: 4096, file_bytes: 1024 });
    let call = CallId::of_key("long");
    for at in 0..200 {
        let text = if at == 0 { "INVITE sip:x SIP/2.0\r\n\r\n" } else { "SIP/2.0 180 Ringing\r\n\r\n" };
        log.append(&[(acme, entry("long", at, text))]).unwrap();
        let used: u64 =
            std::fs::read_dir(log.folder_of(acme)).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
        assert!(used <= 4096, "{used} bytes");
    }
    let ladder = log.read(acme, call).unwrap();
    assert!(!ladder.complete);
    assert_eq!(ladder.messages.last().unwrap().at, Wall::from_micros(199));
}

#[test]
fn torn_end_hides_only_itself() {
    let folder = Folder::of("torn");
    let acme = TenantId::of_key("acme");
    let log = SipLog::open(&folder.0, SipLogLimits::default());
    log.append(&[(acme, entry("a", 0, "INVITE x\r\n\r\n")), (acme, entry("a", 1, "SIP/2.0 200 OK\r\n\r\n"))]).unwrap();
    let file = path(&log.folder_of(acme), 1);
    let length = std::fs::metadata(&file).unwrap().len();
    OpenOptions::new().write(true).open(&file).unwrap().set_len(length - 5).unwrap();
    let log = SipLog::open(&folder.0, SipLogLimits::default());
    assert_eq!(log.read(acme, CallId::of_key("a")).unwrap().messages.len(), 1);
}

#[test]
fn messages_of_a_tenant_that_is_gone_are_removed_and_those_of_others_stay() {
    let folder = Folder::of("gone");
    let (acme, globex) = (TenantId::of_key("acme"), TenantId::of_key("globex"));
    let log = SipLog::open(&folder.0, SipLogLimits::default());
    let invite = entry("a", 0, "INVITE sip:x SIP/2.0\r\n\r\n");
    log.append(&[(acme, invite.clone()), (globex, invite.clone())]).unwrap();
    assert_eq!(log.keep_only(&HashSet::from([globex])).unwrap(), 1);
    assert!(!folder.0.join(acme.to_string()).exists());
    assert_eq!(log.read(acme, CallId::of_key("a")).unwrap(), Ladder::default());
    assert_eq!(log.read(globex, CallId::of_key("a")).unwrap().messages, std::slice::from_ref(&invite));
    // A call that goes on writes on; the next of its name finds nothing of it.
    log.append(&[(acme, invite)]).unwrap();
    assert_eq!(log.keep_only(&HashSet::from([globex])).unwrap(), 1);
    assert_eq!(log.keep_only(&HashSet::from([globex, acme])).unwrap(), 0);
}
