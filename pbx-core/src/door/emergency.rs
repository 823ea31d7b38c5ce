//! A call for help gets an answer even where nobody else is heard, because somebody has guessed
//! behind the same address.

use crate::dial_plan;
use pbx_sip::{Message, Method, Uri};

/// Whether a request may be a call for help. Whose number it calls is not known before its password
/// is checked, so any country's emergency numbers count: asked by the country of the account, the
/// answer would tell which accounts there are.
pub(super) fn calls_for_help(request: &Message) -> bool {
    if !request.is(&Method::Invite) {
        return false;
    }
    match request.uri() {
        Ok(Uri::Sip(uri)) => uri.user_unescaped().is_some_and(|user| dial_plan::may_be_emergency(&user)),
        Ok(Uri::Tel(uri)) => dial_plan::may_be_emergency(uri.number()),
        Ok(uri) => uri.is_sos(),
        Err(_) => false,
    }
}
