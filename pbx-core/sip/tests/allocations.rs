//! Reading and writing a message is cheap: allocations are counted.

use bytes::Bytes;
use pbx_sip::HeaderName;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[expect(unsafe_code, reason = "an allocator cannot be written without")]
// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations<T>(work: impl FnOnce() -> T) -> usize {
    let before = COUNT.with(Cell::get);
    let result = work();
    let after = COUNT.with(Cell::get);
    drop(result);
    after - before
}

const INVITE: &[u8] = b"INVITE sip:102@acme.test SIP/2.0\r\n\
Via: SIP/2.0/UDP 192.168.1.20:5062;rport;branch=z9hG4bK3f1c\r\nMax-Forwards: 70\r\n\
From: \"Anna Berg\" <sip:anna@acme.test>;tag=88a7s\r\nTo: <sip:102@acme.test>\r\n\
Call-ID: 7f3a9c@192.168.1.20\r\nCSeq: 2 INVITE\r\nContact: <sip:anna@192.168.1.20:5062>\r\n\
Supported: replaces, outbound\r\nAllow: INVITE, ACK, CANCEL, BYE\r\nContent-Length: 0\r\n\r\n";

#[test]
fn an_invite_is_split_with_at_most_three_allocations() {
    let bytes = Bytes::from(INVITE.to_vec());
    let count = allocations(|| pbx_sip::Message::parse(bytes.clone()).unwrap());
    assert!(count <= 3, "{count} allocations");
}

#[test]
fn the_usual_values_are_read_without_copies() {
    let message = pbx_sip::Message::parse(INVITE).unwrap();
    let count = allocations(|| {
        let addresses = (message.via(), message.from_addr(), message.to_addr(), message.contact());
        (addresses, message.call_id(), message.cseq(), message.uri(), message.max_forwards())
    });
    assert_eq!(count, 0);
    assert_eq!(allocations(|| message.clone()), 0);
}

#[test]
fn a_message_is_written_with_two_allocations_however_many_headers_it_has() {
    let request = pbx_sip::Message::parse(INVITE).unwrap();
    let count = allocations(|| {
        let mut head = pbx_sip::Head::response(pbx_sip::StatusCode::OK, "OK");
        for name in [HeaderName::Via, HeaderName::From, HeaderName::To, HeaderName::CallId, HeaderName::Cseq] {
            head.copy(&request, name);
        }
        head.header_with("Contact", |text| text.extend(["<sip:", "192.0.2.1", ">"]));
        head.header("Allow", "INVITE, ACK, CANCEL, BYE");
        head.bytes(Some(("application/sdp", b"v=0"))).unwrap()
    });
    assert_eq!(count, 2);
}
