//! What happens between people, phones and the exchange, over the virtual network.

mod two_people;
