//! RFC 4475: messages that are broken (§3.1.2) or that the gate refuses for what they ask (§3.3).

use crate::{
    Case,
    Expect::{Answer, Silence},
};

/// What they are answered with.
pub(crate) const CASES: &[Case] = &[
    Case { file: "rfc4475/badinv01", why: "§3.1.2.1: separators without values", expect: Answer(400) },
    Case { file: "rfc4475/clerr", why: "§3.1.2.2: 400 over UDP", expect: Answer(400) },
    Case { file: "rfc4475/ncl", why: "§3.1.2.3: negative Content-Length", expect: Answer(400) },
    Case { file: "rfc4475/scalar02", why: "§3.1.2.4: CSeq and Max-Forwards out of range", expect: Answer(400) },
    Case { file: "rfc4475/scalarlg", why: "§3.1.2.5: a response is dropped", expect: Silence },
    Case { file: "rfc4475/quotbal", why: "§3.1.2.6", expect: Answer(400) },
    Case {
        file: "rfc4475/ltgtruri",
        why: "§3.1.2.7: may be repaired; a strict answer finds the faulty phone",
        expect: Answer(400),
    },
    Case { file: "rfc4475/lwsruri", why: "§3.1.2.8: as before", expect: Answer(400) },
    Case { file: "rfc4475/lwsstart", why: "§3.1.2.9: as before", expect: Answer(400) },
    Case { file: "rfc4475/trws", why: "§3.1.2.10: as before", expect: Answer(400) },
    Case { file: "rfc4475/escruri", why: "§3.1.2.11: headers in a Request-URI could smuggle", expect: Answer(400) },
    Case {
        file: "rfc4475/regbadct", why: "§3.1.2.13: whose the question mark is cannot be told", expect: Answer(400)
    },
    Case {
        file: "rfc4475/badaspec",
        why: "§3.1.2.14: may be accepted; strict as in the Request-URI",
        expect: Answer(400),
    },
    Case {
        file: "rfc4475/baddn",
        why: "§3.1.2.15: may be accepted; a comma elsewhere begins another value",
        expect: Answer(400),
    },
    Case {
        file: "rfc4475/badvers",
        why: "§3.1.2.16: 505; its Via is of SIP/7.0, but its sent-by can be read",
        expect: Answer(505),
    },
    Case { file: "rfc4475/mismatch01", why: "§3.1.2.17", expect: Answer(400) },
    Case { file: "rfc4475/mismatch02", why: "§3.1.2.18: 501 rather than 400", expect: Answer(501) },
    Case { file: "rfc4475/bigcode", why: "§3.1.2.19: a response is dropped", expect: Silence },
    Case { file: "rfc4475/insuf", why: "§3.3.1", expect: Answer(400) },
    Case { file: "rfc4475/unkscm", why: "§3.3.2", expect: Answer(416) },
    Case { file: "rfc4475/novelsc", why: "§3.3.3", expect: Answer(416) },
    Case { file: "rfc4475/bext01", why: "§3.3.5: an endpoint looks at Require only", expect: Answer(420) },
    Case { file: "rfc4475/multi01", why: "§3.3.8", expect: Answer(400) },
    Case { file: "rfc4475/mcl01", why: "§3.3.9: over UDP a 400 can still be sent", expect: Answer(400) },
    Case { file: "rfc4475/sdp01", why: "§3.3.15: Accept leaves no room for an answer", expect: Answer(406) },
];
