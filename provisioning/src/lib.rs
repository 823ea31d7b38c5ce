//! Provisioning: what a phone must be told so that it works. For now by hand: the card that a person copies into a softphone.

pub mod account_card;
