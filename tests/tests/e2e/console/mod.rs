//! The console: who is let in, how long, and what no other site can do.

mod channels;
mod csrf;
mod documentation;
mod inbox;
mod operations;
mod pages;
mod reports;
mod sessions;
mod sign_in;
