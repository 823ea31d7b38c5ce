//! The binding that a Contact of a REGISTER is about (RFC 3261 §10.3 step 7, RFC 5626 §6).

use super::TimedBinding;
use super::request::AskedContact;
use crate::location::Binding;
use pbx_sip::Uri;
use std::sync::Arc;

/// Returns the key of a contact's binding. A phone's key stays as it is, unless it registers a
/// flow, whose `reg-id` decides.
pub(super) fn key_of(contact: &AskedContact, before: Option<&Binding>, uri: &Arc<str>, taken: &[Arc<str>]) -> Arc<str> {
    let is_flow = contact.reg_id.is_some() || before.is_some_and(|old| old.reg_id().is_some());
    match before {
        Some(old) if !is_flow && (contact.instance.is_none() || old.instance.is_some()) => old.key.clone(),
        _ => {
            let is_free = |key: &Arc<str>| before.is_some_and(|old| old.key == *key) || !taken.contains(key);
            contact.instance_key().filter(is_free).unwrap_or_else(|| uri.clone())
        }
    }
}

/// Returns the index of a contact's binding: for a flow (RFC 5626 §4.2) the one with its key, else
/// the one with the same URI and instance before the one with the same key.
pub(super) fn place_of(list: &[TimedBinding], contact: &AskedContact, written: &[Arc<str>]) -> Option<usize> {
    let uri = Uri::from(contact.uri.clone());
    let is_flow = contact.reg_id.is_some();
    let same_uri = |held: &TimedBinding| {
        (held.binding.instance == contact.instance || held.binding.instance.is_none() || contact.instance.is_none())
            && !(is_flow && held.binding.reg_id().is_some())
            && (*held.binding.contact == *uri.as_str()
                || Uri::parse(&*held.binding.contact).is_ok_and(|known| known.is_equivalent(&uri)))
    };
    let key = contact.instance_key().unwrap_or_else(|| contact.uri.text().as_str().into());
    let free = |held: &TimedBinding| held.binding.key == key && !written.contains(&key);
    let (by_key, by_uri) = (list.iter().position(free), list.iter().position(same_uri));
    if is_flow { by_key.or(by_uri) } else { by_uri.or(by_key) }
}
