//! The SIP methods, and what we do with a request of each. The gate, the door and the engine read
//! this table, and Allow is made of it: a new method is a row here and its handler.

use pbx_sip::{Method, StatusCode};
use std::sync::LazyLock;

/// The fate of a request that belongs to no dialog.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OutsideDialog {
    /// It begins a call.
    Call,
    /// It changes the bindings of a device.
    Registration,
    /// It goes where the INVITE went that it is about (RFC 3261 §9.2, §17.2.3).
    WithInvite,
    /// It is answered with this status, and nothing else happens.
    Answer(StatusCode),
}

/// The fate of a request inside a dialog of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InsideDialog {
    /// It asks for a change of the session.
    Reinvite,
    /// It ends the dialog.
    HangUp,
    /// It asks for a transfer.
    Transfer,
    /// It goes where the INVITE went that it is about; the transaction layer knows where.
    WithInvite,
    /// It is answered with this status, and nothing else happens.
    Answer(StatusCode),
}

/// A row of [`METHODS`].
#[derive(Clone, Debug)]
pub struct MethodRow {
    /// The method.
    pub method: Method,
    /// What becomes of it outside of a dialog.
    pub outside: OutsideDialog,
    /// What becomes of it inside a dialog.
    pub inside: InsideDialog,
}

/// The table, in the order of our Allow.
pub static METHODS: [MethodRow; 14] = [
    row(Method::Invite, OutsideDialog::Call, InsideDialog::Reinvite),
    row(Method::Ack, OutsideDialog::WithInvite, InsideDialog::WithInvite),
    row(Method::Cancel, OutsideDialog::WithInvite, InsideDialog::WithInvite),
    row(Method::Bye, NO_DIALOG, InsideDialog::HangUp),
    row(Method::Options, OutsideDialog::Answer(StatusCode::OK), InsideDialog::Answer(StatusCode::OK)),
    row(Method::Register, OutsideDialog::Registration, NOT_INSIDE),
    row(Method::Prack, NO_DIALOG, NOT_INSIDE),
    row(Method::Update, NO_DIALOG, NOT_INSIDE),
    row(Method::Info, NO_DIALOG, NOT_INSIDE),
    // It belongs to no subscription (RFC 6665 §4.1.3).
    row(Method::Notify, NO_DIALOG, InsideDialog::Answer(StatusCode::CALL_DOES_NOT_EXIST)),
    row(Method::Message, NOT_OUTSIDE, NOT_INSIDE),
    row(Method::Subscribe, NOT_OUTSIDE, NOT_INSIDE),
    row(Method::Publish, NOT_OUTSIDE, NOT_INSIDE),
    row(Method::Refer, NOT_OUTSIDE, InsideDialog::Transfer),
];

/// The answer to a request that only makes sense inside a dialog (RFC 3261 §12.2.2).
const NO_DIALOG: OutsideDialog = OutsideDialog::Answer(StatusCode::CALL_DOES_NOT_EXIST);
/// The answers to a method that we know and don't carry out there (RFC 3261 §8.2.1).
const NOT_OUTSIDE: OutsideDialog = OutsideDialog::Answer(StatusCode::METHOD_NOT_ALLOWED);
const NOT_INSIDE: InsideDialog = InsideDialog::Answer(StatusCode::METHOD_NOT_ALLOWED);

/// The methods that we carry out in a dialog or outside: what Allow names (RFC 3261 §20.5).
pub static ALLOWED: LazyLock<Vec<Method>> =
    LazyLock::new(|| METHODS.iter().filter(|row| row.is_carried_out()).map(|row| row.method.clone()).collect());

/// The value of our Allow headers.
pub static ALLOW: LazyLock<String> =
    LazyLock::new(|| ALLOWED.iter().map(Method::as_str).collect::<Vec<_>>().join(", "));

const fn row(method: Method, outside: OutsideDialog, inside: InsideDialog) -> MethodRow {
    MethodRow { method, outside, inside }
}

/// Reads what becomes of a method outside of a dialog: 501 if we don't know it.
pub fn outside(method: &Method) -> OutsideDialog {
    of(method).map_or(OutsideDialog::Answer(StatusCode::NOT_IMPLEMENTED), |row| row.outside)
}

/// Reads what becomes of a method inside a dialog: 501 if we don't know it.
pub fn inside(method: &Method) -> InsideDialog {
    of(method).map_or(InsideDialog::Answer(StatusCode::NOT_IMPLEMENTED), |row| row.inside)
}

fn of(method: &Method) -> Option<&'static MethodRow> {
    METHODS.iter().find(|row| row.method == *method)
}

impl MethodRow {
    /// Returns whether a request of this method is ever more than refused.
    pub fn is_carried_out(&self) -> bool {
        let refused = |status: StatusCode| !status.is_success();
        let outside = matches!(self.outside, OutsideDialog::Answer(status) if refused(status));
        let inside = matches!(self.inside, InsideDialog::Answer(status) if refused(status));
        !(outside && inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pbx_sip::method::KNOWN;

    #[test]
    fn every_method_that_the_gate_lets_pass_has_one_row() {
        for method in KNOWN {
            assert_eq!(METHODS.iter().filter(|row| row.method == method).count(), 1, "{method}");
        }
        assert_eq!(METHODS.len(), KNOWN.len());
    }

    #[test]
    fn allow_names_what_is_carried_out() {
        assert_eq!(*ALLOW, "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, REFER");
    }

    #[test]
    fn a_method_of_nobody_is_not_implemented() {
        let dance = Method::parse("DANCE").unwrap();
        assert_eq!(outside(&dance), OutsideDialog::Answer(StatusCode::NOT_IMPLEMENTED));
        assert_eq!(inside(&dance), InsideDialog::Answer(StatusCode::NOT_IMPLEMENTED));
    }
}
