//! Pictures that people send us for a logo, made into ones that are safe to show.
//!
//! Each is drawn by a process of its own, which is this program again: SVG can ask for
//! any time, memory and depth in a few lines, and no thread can be kept from using
//! them up, or from taking the server with it.

mod draw;
mod drawer;
mod process;

pub(crate) use draw::NoPicture;
pub(crate) use drawer::Drawer;
pub use process::{Drawn, draw_logo};
