//! The schema, as a list of steps. Depends on nothing of ours: an entity that moves on must not
//! change what an old step did.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m20261122_000001_foundation;
mod m20261123_000001_record;
mod m20261123_000002_scope;
mod m20261123_000020_accounts;
mod m20261130_000001_sealed;
mod m20261130_000030_oidc;
mod m20261130_000040_seals;
mod m20261130_000050_files;
mod m20261201_000001_lists;
mod m20261201_000010_dispatch;
mod m20261201_000040_ledger;

/// The steps, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_foundation::Migration),
            Box::new(m20261123_000001_record::Migration),
            Box::new(m20261123_000002_scope::Migration),
            Box::new(m20261123_000020_accounts::Migration),
            Box::new(m20261130_000001_sealed::Migration),
            Box::new(m20261130_000030_oidc::Migration),
            Box::new(m20261130_000040_seals::Migration),
            Box::new(m20261130_000050_files::Migration),
            Box::new(m20261201_000001_lists::Migration),
            Box::new(m20261201_000010_dispatch::Migration),
            Box::new(m20261201_000040_ledger::Migration),
        ]
    }
}
