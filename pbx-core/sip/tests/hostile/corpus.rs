//! What is mutated: the torture messages and ordinary ones.

use std::path::Path;

/// An INVITE as a desk phone sends it.
pub(crate) const INVITE: &str = "INVITE sip:102@acme.test;user=phone SIP/2.0\r\n\
Via: SIP/2.0/UDP 192.168.1.20:5062;rport;branch=z9hG4bK3f1c\r\n\
Max-Forwards: 70\r\n\
From: \"Anna Berg\" <sip:acme-anna-desk@acme.test>;tag=88a7s\r\n\
To: <sip:102@acme.test;user=phone>\r\n\
Call-ID: 7f3a9c@192.168.1.20\r\n\
CSeq: 2 INVITE\r\n\
Contact: <sip:acme-anna-desk@192.168.1.20:5062;transport=udp>;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\";q=0.5;expires=3600\r\n\
Authorization: Digest username=\"acme-anna-desk\", realm=\"ringdown\", nonce=\"bm9uY2U\", uri=\"sip:102@acme.test\", response=\"d41d8cd98f00b204e9800998ecf8427e\", algorithm=MD5, cnonce=\"1\", qop=auth, nc=00000001\r\n\
P-Asserted-Identity: \"Anna\" <sip:101@acme.test>, <tel:+4930555101>\r\n\
Supported: replaces, outbound\r\n\
Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REFER\r\n\
Accept: application/sdp\r\n\
Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n\
Route: <sip:[2001:db8::10]:5070;lr>, <sip:p2.example.com;lr>\r\n\
User-Agent: Desk Phone/1.0\r\n\
Content-Type: application/sdp\r\n\
Content-Length: 129\r\n\r\n\
v=0\r\no=- 1 1 IN IP4 192.168.1.20\r\ns=-\r\nc=IN IP4 192.168.1.20\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\n";

/// A response with a challenge.
pub(crate) const CHALLENGE: &str = "SIP/2.0 401 Unauthorized\r\n\
v: SIP/2.0/TCP [2001:db8::9:1]:5060;branch=z9hG4bKx;received=2001:db8::9:255;rport=5061\r\n\
f: <sip:a@b.test>;tag=1\r\nt: <sip:a@b.test>;tag=2\r\ni: c1\r\nCSeq: 1 REGISTER\r\n\
WWW-Authenticate: Digest realm=\"ringdown\", nonce=\"abc\", qop=\"auth\", algorithm=SHA-256, stale=true\r\n\
Retry-After: 18000 (busy);duration=3600\r\nl: 0\r\n\r\n";

/// The torture messages and the two above.
pub(crate) fn corpus() -> Vec<Vec<u8>> {
    let mut all = vec![INVITE.as_bytes().to_vec(), CHALLENGE.as_bytes().to_vec()];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/torture");
    for rfc in ["rfc4475", "rfc5118"] {
        let mut files: Vec<_> =
            std::fs::read_dir(folder.join(rfc)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        all.extend(files.iter().map(|file| std::fs::read(file).unwrap()));
    }
    all
}
