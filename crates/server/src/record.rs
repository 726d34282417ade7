//! The record as this machine keeps it: the key that seals, the ledger outside the database, and who
//! looks after both.

pub(crate) mod keeper;
pub(crate) mod ledger;
pub(crate) mod seal_key;
