//! The house rules, held: arrows between rooms, sizes, names, and the paths that the documents tell.

mod arrows;
mod circles;
mod documents;
mod generated;
mod isolation;
mod notice;
mod production;
mod sizes;
mod sources;
mod uses;
mod words;
