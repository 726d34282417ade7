//! The record as an outsider checks it: seals over the heads of all streams, the form in which the
//! record is exported, and the check of an export against a public key.
//!
//! Every stream is a chain on its own ([`crate::chain`]), so a change inside one shows in it. A seal
//! signs the Merkle root of all heads, so a stream cut short, or missing, shows against it. What is
//! signed is here as exact bytes; who signs and who checks a signature is handed in.

mod finding;
mod line;
mod merkle;
mod paper;
mod seal;
mod verify;

pub use finding::{Fault, Finding, Spot};
pub use line::{Body, End, EventLine, FORM, Header, Line, Point, SealLine, StreamLine};
pub use merkle::{Prover, Step, Tree, climb};
pub use paper::{Recipient, paper};
pub use seal::{Head, PublicKey, Restored, Seal, Signature, Signed, StreamKind, stream_name};
pub use verify::{Check, LedgerSeal, Report, Verifier};
