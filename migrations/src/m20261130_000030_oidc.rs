//! Sign-in by a provider: whose account somebody there is, and which attempts have come back.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("provider_account")
                    .col(uuid("district_id"))
                    .col(string("issuer"))
                    .col(string("subject"))
                    .col(uuid("person_id"))
                    .col(timestamp_with_time_zone("linked_at"))
                    .primary_key(Index::create().col("district_id").col("issuer").col("subject"))
                    .to_owned(),
            )
            .await?;
        // One account is one person there.
        manager
            .create_index(
                Index::create()
                    .name("provider_account_person")
                    .table("provider_account")
                    .col("district_id")
                    .col("person_id")
                    .unique()
                    .to_owned(),
            )
            .await?;
        // An attempt comes back once, whichever process it comes back to.
        manager
            .create_table(
                Table::create()
                    .table("provider_attempt")
                    .col(binary_len("token_hash", 32))
                    .col(timestamp_with_time_zone("expires_at"))
                    .primary_key(Index::create().col("token_hash"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("provider_attempt_end")
                    .table("provider_attempt")
                    .col("expires_at")
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["provider_attempt", "provider_account"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
