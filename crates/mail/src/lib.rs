//! What is written to people: the texts of letters, and the ways by which they go out.
//!
//! [`text`] turns a kind and its fields into a letter, [`transport`] hands it to a mail server or
//! puts it into a folder. Neither reads a clock or a setting, neither knows a row.

mod drain;
pub mod text;
pub mod transport;

pub use drain::{Drain, DrainError};
pub use transport::{Settings, Transport};
