//! What is exchanged on paper and in tables.
//!
//! [`messages`] reads a spreadsheet of citizens' messages so that each row can be
//! registered as a petition; [`dossier`] writes one case as pages to be filed;
//! [`ledger`] prints 化解责任清单; [`outcomes`] writes what came of petitions beside the messages that they came as;
//! [`media`] says what a file is that somebody attaches; [`lists`] writes the four
//! lists as a workbook and reads them back.
//! Nothing here decides, stores or sends.
//!
//! Everything that comes from outside is bounded before it is expanded, and what
//! is wrong with it is told in a sentence for a clerk, with the place and the way
//! out. No sentence repeats a name, a telephone number or the text of a message.

pub mod dossier;
pub mod ledger;
pub mod lists;
pub mod media;
pub mod messages;
pub mod outcomes;
mod sheet;
pub mod whatif;
mod workbook;

pub use sheet::{Stamp, Unwritable};

/// The language of a sentence for a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Chinese, as the counties write.
    #[default]
    Zh,
    /// English.
    En,
}
