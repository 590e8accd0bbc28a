//! Flows in a real process: what a contact is told, over restarts and changes of the
//! flow, is what the simulator says.

mod changes;
mod conversation;
mod idle;
mod world;
